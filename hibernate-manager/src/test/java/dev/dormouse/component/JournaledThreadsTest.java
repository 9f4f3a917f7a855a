package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.MediaUnavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/**
 * Many threads commit, short epochs and such as are longer than a record, while the migration empties a short journal and gives pages
 * back; then the disk is gone. Everybody is told, nobody waits for ever, and what was acknowledged is there.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JournaledThreadsTest {
  private static final Geometry GEOMETRY = Geometry.of(2 << 20, 16, 32_768, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final JournalOptions JOURNAL = new JournalOptions(128 << 10, 16 << 10, 64 << 10, true);
  private static final int THREADS = 8;

  /** A file in an array, that is gone from some call on: whatever was written till then stays. */
  private static final class MortalDisk implements DiskFile {
    private final String name;
    private final byte[] bytes;
    private final AtomicLong callsToLive;

    MortalDisk(String name, byte[] bytes, AtomicLong callsToLive) {
      this.name = name;
      this.bytes = bytes;
      this.callsToLive = callsToLive;
    }

    private void use() throws IOException {
      if (callsToLive.getAndDecrement() <= 0) {
        throw new IOException("Input/output error");
      }
    }

    @Override
    public String describe() {
      return name;
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public synchronized void read(long position, ByteBuffer destination) {
      destination.put(bytes, (int) position, destination.remaining());
    }

    @Override
    public synchronized void write(long position, ByteBuffer source) throws IOException {
      use();
      source.get(bytes, (int) position, source.remaining());
    }

    @Override
    public void sync() throws IOException {
      use();
    }

    @Override
    public void close() {
      // The array is looked at afterwards.
    }
  }

  private final byte[] home = new byte[(int) GEOMETRY.sizeBytes()];
  private final byte[] journal = new byte[(2 * 4096) + (int) JOURNAL.journalBytes()];
  private int lives;

  private Media over(long callsToLive) {
    AtomicLong left = new AtomicLong(callsToLive);
    int life = lives++;
    return JournaledMedia.over(new MortalDisk("home", home, left), new MortalDisk("journal", journal, left), number -> number + 100L * life + 1, JOURNAL);
  }

  private static StoreOptions with(StoreOptions options) {
    return options.bootIdentity(BOOT).awake(THREADS);
  }

  @RepeatedTest(40)
  void whenTheDiskIsGoneEverybodyIsToldAndNothingIsLost(RepetitionInfo repetition) throws InterruptedException {
    Random random = new Random(repetition.getCurrentRepetition());
    try (ProcessStore store = ProcessStore.open(over(Long.MAX_VALUE), with(StoreOptions.create(GEOMETRY.sizeBytes()).geometry(GEOMETRY)))) {
      for (int i = 0; i < THREADS; i++) {
        store.create("c" + i, spec -> spec.program(ScriptProgram.class).region("state", 128).region("large", 10_000));
      }
    }
    // Opening takes some twenty calls.
    ProcessStore store = ProcessStore.open(over(40 + random.nextInt(600)), with(StoreOptions.existing()));
    long[] acknowledged = new long[THREADS];
    Throwable[] told = new Throwable[THREADS];
    Thread[] threads = new Thread[THREADS];
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Component own = store.component("c" + i);
      threads[i] =
          new Thread(
              () -> {
                try {
                  while (true) {
                    long next = acknowledged[number] + 1;
                    ask(own, "put state 0 " + next + (next % 5 == number % 5 ? "; fill large " + next % 100 : "") + "; put state 64 " + next);
                    acknowledged[number] = next;
                  }
                } catch (Throwable thrown) {
                  told[number] = thrown;
                }
              });
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (Throwable one : told) {
      assertThat(one).isInstanceOfAny(MediaUnavailable.class, StoreClosed.class);
    }
    try {
      store.close();
      throw new AssertionError("a store whose disk is gone cannot say that it was closed");
    } catch (MediaUnavailable expected) {
      assertThat(expected).hasMessageContaining("Input/output error");
    }
    Media again = over(Long.MAX_VALUE);
    try (ProcessStore reopened = ProcessStore.open(again, with(StoreOptions.existing()))) {
      for (int i = 0; i < THREADS; i++) {
        String[] found = ask(reopened.component("c" + i), "get state 0; get state 64; get large 0; get large 9992").split(" ", -1);
        assertThat(Long.parseLong(found[0])).as("component %d", i).isBetween(acknowledged[i], acknowledged[i] + 1);
        assertThat(found[1]).isEqualTo(found[0]);
        assertThat(found[3]).isEqualTo(found[2]);
      }
    }
    assertThat(StoreVerifier.verify(new MediaReader(new SurveyMemory(home)), BOOT).findings()).as("I3").isEmpty();
  }
}
