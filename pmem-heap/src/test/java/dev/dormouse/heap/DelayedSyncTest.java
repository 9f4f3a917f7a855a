package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was committed and is waited for by nobody becomes durable all the same, whatever the process has no more of. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DelayedSyncTest {
  private static final JournalOptions OPTIONS = new JournalOptions(64 << 10, 16 << 10, 1 << 20, false);
  private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Disk file = new Disk();
  private final Journal journal = new Journal(file, "pool", OPTIONS, 0x5a17);
  private final JournalWriter writer = new JournalWriter(journal, new ArrayMedia(4096));
  private final Threads threads = new Threads();

  /** Which has no memory for a write where it is told so. */
  private static final class Disk extends ArrayDisk {
    private boolean noMemory;

    Disk() {
      super(JournalFile.fileBytes(OPTIONS.journalBytes()));
    }

    @Override
    public synchronized void write(long position, ByteBuffer source) throws IOException {
      if (noMemory) {
        throw new OutOfMemoryError("Java heap space");
      }
      super.write(position, source);
    }
  }

  /** As where the system gives no more of them. */
  private static final class Threads implements ThreadFactory {
    private boolean areThere;

    @Override
    public Thread newThread(Runnable task) {
      return areThere
          ? new Thread(task)
          : new Thread(task) {
            @Override
            public void start() {
              throw new OutOfMemoryError("unable to create native thread");
            }
          };
    }
  }

  private long append() {
    writer.image(0, 64);
    return writer.append();
  }

  private void becomesDurableByItself(DelayedSync delayed) throws InterruptedException {
    long end = append();
    delayed.ask();
    while (journal.durable() < end) {
      Thread.sleep(1);
    }
  }

  @Test
  void whereNoThreadCanBeHadItIsDurableAtOnceAndTheNextIsGivenToAThreadAgain() throws InterruptedException {
    try (DelayedSync delayed = new DelayedSync(journal, DELAY_NANOS, threads)) {
      for (int i = 0; i < 3; i++) {
        long end = append();
        delayed.ask();
        assertThat(journal.durable()).isGreaterThanOrEqualTo(end);
      }
      threads.areThere = true;
      becomesDurableByItself(delayed);
    }
  }

  @Test
  void whereTheDiskFailsAsWellWhoeverWaitsForItIsTold() {
    try (DelayedSync delayed = new DelayedSync(journal, DELAY_NANOS, threads)) {
      long end = append();
      file.failure = new IOException("Input/output error");
      delayed.ask();
      file.failure = null;
      assertThatThrownBy(() -> journal.sync(end)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("Input/output error");
    }
  }

  @Test
  void whereItCannotBeSyncedEitherItStaysOrderedAndTheNextSyncsBoth() throws InterruptedException {
    try (DelayedSync delayed = new DelayedSync(journal, DELAY_NANOS, threads)) {
      long end = append();
      file.noMemory = true;
      delayed.ask();
      assertThat(journal.durable()).isLessThan(end);
      file.noMemory = false;
      threads.areThere = true;
      becomesDurableByItself(delayed);
    }
  }
}
