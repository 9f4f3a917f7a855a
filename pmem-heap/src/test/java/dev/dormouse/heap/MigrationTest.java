package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a journal is moved home by the thread that does so in the background. */
@Timeout(60)
class MigrationTest {
  private static final long SALT = 0x5a17;
  private static final JournalOptions OPTIONS = new JournalOptions(1 << 20, 64 << 10, 1 << 20, true);
  private static final int MEMORY = 64 << 10;
  private static final int MOST_COMMITS = 1_000;
  private static final int SECONDS = 1;
  // It looks five times a second.
  private static final int MOST_ROUNDS = 10 * SECONDS;

  /** A file whose sync takes so long that somebody commits meanwhile. */
  private record SlowDisk(ArrayDisk disk, Runnable meanwhile) implements DiskFile {
    @Override
    public String describe() {
      return disk.describe();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }

    @Override
    public void read(long position, ByteBuffer destination) throws IOException {
      disk.read(position, destination);
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
      disk.write(position, source);
    }

    @Override
    public void sync() throws IOException {
      meanwhile.run();
      disk.sync();
    }

    @Override
    public void close() {
      // The array stays.
    }
  }

  @Test
  void aPageThatManyCommitsChangeIsNotWrittenBehindEachOfThem() throws IOException, InterruptedException {
    ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(OPTIONS.journalBytes()));
    ArrayDisk home = new ArrayDisk(MEMORY);
    ArrayMedia memory = new ArrayMedia(MEMORY);
    Journal journal = new Journal(file, "pool", OPTIONS, SALT);
    JournalFile header = JournalFile.begin(file, new UUID(1, 2), 0, number -> number == 0 ? 7 : SALT, OPTIONS.journalBytes());
    JournalWriter writer = new JournalWriter(journal, memory);
    AtomicLong commits = new AtomicLong();
    Runnable commit =
        () -> {
          if (commits.get() < MOST_COMMITS) {
            memory.putLong(0, commits.incrementAndGet());
            writer.image(0, Long.BYTES);
            journal.sync(writer.append());
          }
        };
    commit.run();
    SlowDisk slow = new SlowDisk(home, commit);
    try (Migration migration = new Migration(journal, header, null, slow, MEMORY, new PrivatePages(0, MEMORY), (offset, length) -> {}, OPTIONS)) {
      long start = System.nanoTime();
      while (migration.rounds() == 0) {
        // Nobody commits, so that it begins by itself.
        Thread.sleep(10);
      }
      TimeUnit.SECONDS.sleep(SECONDS);
      long rounds = migration.rounds();
      long looks = (System.nanoTime() - start) / TimeUnit.SECONDS.toNanos(SECONDS) * MOST_ROUNDS;
      assertThat(rounds).isBetween(1L, looks);
    }
    assertThat(journal.homePages()).as("one of home for each round").isPositive().isLessThan(commits.get());
    assertThat(journal.writtenPages()).as("one of the journal for each commit").isEqualTo(commits.get());
    assertThat(Bytes.getLong(home.bytes, 0)).isPositive();
  }
}
