package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Behind the moment in which a group is whole nothing may fail for want of memory: its epoch would be undone, and be there all the same. */
@Timeout(60)
final class JournalWriterTest {
  private static final JournalOptions OPTIONS = new JournalOptions(32 << 20, 16 << 20, 1 << 20, false);
  private static final int MEMORY = 1 << 20;
  // More than it keeps room for.
  private static final int HUGE = 70_000;
  // Of any array that it could make. The JVM makes a small object of its own now and then, when it goes back to the interpreter.
  private static final int LEAST_ARRAY = 256;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Journal journal = new Journal(new ArrayDisk(JournalFile.fileBytes(OPTIONS.journalBytes())), "pool", OPTIONS, 0x5a17);
  private final JournalWriter writer = new JournalWriter(journal, new ArrayMedia(MEMORY));

  private long allocatedByAppending(int entries) {
    for (int i = 0; i < entries; i++) {
      writer.image(16L * i % MEMORY, 8);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    writer.append();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void appendingAGroupMakesNoArrayHoweverHugeItIs() {
    // What is loaded and linked with the first one.
    allocatedByAppending(1);
    allocatedByAppending(2);
    assertThat(allocatedByAppending(3)).isLessThan(LEAST_ARRAY);
    assertThat(allocatedByAppending(HUGE)).isLessThan(LEAST_ARRAY);
    assertThat(allocatedByAppending(3)).isLessThan(LEAST_ARRAY);
  }

  @Test
  void whatAHugeGroupTookIsLetGoBeforeTheNextOneIsComposed() {
    allocatedByAppending(HUGE);
    long before = threads.getCurrentThreadAllocatedBytes();
    writer.clear();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("small arrays in place of the huge ones").isBetween((long) LEAST_ARRAY, 4096L);
    before = threads.getCurrentThreadAllocatedBytes();
    writer.clear();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(LEAST_ARRAY);
    assertThat(writer.isEmpty()).isTrue();
  }
}
