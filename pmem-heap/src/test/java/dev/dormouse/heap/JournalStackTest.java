package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stack ends in the midst of an append or of a sync, wherever that is: the journal goes on, or says that it does not. Nobody waits
 * for ever for what was claimed and is never filled.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JournalStackTest {
  private static final long SALT = 0x5a17;
  private static final JournalOptions SMALL = new JournalOptions(64 << 10, 16 << 10, 1 << 20, false);
  private static final int MEMORY = 64 << 10;
  private static final int RECORDS = 3;
  private static final int LAST_LENGTH = 640;
  private static final long STACK_BYTES = 256 << 10;
  private static final int TRIES = 1_200;
  private static final int MOST_FRAMES = 60;
  private static final int GROUP_BYTES = 40;
  private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(10);

  private final ArrayMedia memory = new ArrayMedia(MEMORY);

  private static Journal journal() throws IOException {
    ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(SMALL.journalBytes()));
    Journal journal = new Journal(file, "pool", SMALL, SALT);
    JournalFile header = JournalFile.begin(file, new UUID(1, 2), 0, number -> number == 0 ? 7 : SALT, SMALL.journalBytes());
    journal.makeRoomBy(new Migration(journal, header, null, new ArrayDisk(MEMORY), MEMORY, new PrivatePages(0, MEMORY), (offset, length) -> {}, SMALL));
    return journal;
  }

  private void commit(Journal journal, JournalWriter writer, int length) {
    writer.image(0, length);
    journal.sync(writer.append());
  }

  /** As where there is no stack for the call that would have filled it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, RECORDS - 1})
  void aLongGroupOfWhichARecordIsNotFilledEndsTheJournal(int notFilled) throws IOException {
    Journal journal = journal();
    AtomicInteger records = new AtomicInteger();
    assertThatThrownBy(
            () ->
                journal.appendLong(
                    RECORDS,
                    LAST_LENGTH,
                    (position, length, group) -> {
                      if (records.getAndIncrement() == notFilled) {
                        throw new StackOverflowError();
                      }
                      journal.head(position, length, JournalLayout.EMPTY, group, 0);
                      journal.fill(position, length);
                    }))
        .isInstanceOf(StackOverflowError.class);
    assertThatThrownBy(() -> journal.sync(journal.tail())).isInstanceOf(MediaUnavailable.class).hasMessageContaining("cut short");
    assertThatThrownBy(() -> commit(journal, new JournalWriter(journal, memory), GROUP_BYTES)).isInstanceOf(MediaUnavailable.class);
  }

  /** Goes down to the end of the stack, and does something as many frames above it as it is told. */
  @SuppressWarnings("InfiniteRecursion") // It ends with the stack.
  private static int nearTheEnd(int frames, Runnable there) {
    int left;
    try {
      left = nearTheEnd(frames, there) - 1;
    } catch (StackOverflowError end) {
      left = frames;
    }
    if (left == 0) {
      there.run();
    }
    return left;
  }

  private static void inAThread(Runnable task) throws InterruptedException {
    Thread thread = new Thread(null, task, "small stack", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    thread.join(PATIENCE_MILLIS);
    assertThat(thread.isAlive()).as(() -> "waits for ever in " + Arrays.toString(thread.getStackTrace())).isFalse();
  }

  @Test
  void whereverTheStackEndsNobodyWaitsForEver() throws IOException, InterruptedException {
    // What is loaded and linked at the first time is there.
    Journal first = journal();
    JournalWriter firstWriter = new JournalWriter(first, memory);
    commit(first, firstWriter, GROUP_BYTES);
    first.torn = true;
    assertThatThrownBy(() -> commit(first, firstWriter, GROUP_BYTES)).isInstanceOf(MediaUnavailable.class);
    AtomicInteger overflows = new AtomicInteger();
    AtomicInteger goOn = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    for (int i = 0; i < TRIES; i++) {
      Journal journal = journal();
      JournalWriter writer = new JournalWriter(journal, memory);
      // Not always at the same place of a sector.
      for (int before = 0; before < i % 13; before++) {
        writer.image(0, 520);
        writer.append();
      }
      int frames = 1 + i % MOST_FRAMES;
      inAThread(
          () ->
              nearTheEnd(
                  frames,
                  () -> {
                    try {
                      commit(journal, writer, GROUP_BYTES);
                    } catch (StackOverflowError end) {
                      overflows.getAndIncrement();
                    }
                  }));
      inAThread(
          () -> {
            try {
              commit(journal, new JournalWriter(journal, memory), GROUP_BYTES);
              commit(journal, new JournalWriter(journal, memory), 9_000);
              goOn.incrementAndGet();
            } catch (MediaUnavailable end) {
              ended.incrementAndGet();
            }
          });
    }
    assertThat(overflows.get()).as("overflows").isPositive();
    assertThat(ended.get()).as("in the midst of what cannot be taken back").isPositive();
    assertThat(goOn.get()).as("elsewhere, and nowhere").isPositive();
    assertThat(goOn.get() + ended.get()).isEqualTo(TRIES);
  }
}
