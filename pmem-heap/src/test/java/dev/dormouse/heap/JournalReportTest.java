package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is read of a journal at one moment is of one moment, as far as the figures depend on each other. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JournalReportTest {
  private static final long SALT = 0x5a17;
  private static final JournalOptions OPTIONS = new JournalOptions(32 << 10, 16 << 10, 1 << 20, false);
  private static final int MEMORY = 64 << 10;
  private static final int GROUP_BYTES = 4000;
  private static final long LEAST_ROUNDS = 5_000;
  private static final long LEAST_REPORTS = 500_000;

  private final ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(OPTIONS.journalBytes()));
  private final Journal journal = new Journal(file, "pool", OPTIONS, SALT);
  private final PrivatePages pages = new PrivatePages(0, MEMORY);
  private final Migration migration;

  JournalReportTest() throws IOException {
    JournalFile header = JournalFile.begin(file, new UUID(1, 2), 0, number -> number == 0 ? 7 : SALT, OPTIONS.journalBytes());
    migration = new Migration(journal, header, null, new ArrayDisk(MEMORY), MEMORY, pages, (offset, length) -> {}, OPTIONS);
  }

  @Test
  void anEmptyJournalHasDoneNothing() {
    JournalReport report = journal.report();
    assertThat(report.usedBytes()).isZero();
    assertThat(report).isEqualTo(new JournalReport(0, 0, 0, 32 << 10, 0, 1 << 20, 0, 0, 0, Duration.ZERO, 0, ""));
  }

  @Test
  void eachFigureIsTheOneThatItIsNamedAfter() {
    ArrayMedia memory = new ArrayMedia(MEMORY);
    JournalWriter writer = new JournalWriter(journal, memory);
    pages.pin(4096, 3 * 4096);
    writer.image(0, 600);
    writer.image(8192, 8);
    long first = writer.append();
    journal.sync(first);
    migration.checkpoint();
    writer.image(0, 3000);
    journal.sync(writer.append());
    writer.image(0, 1000);
    writer.append();
    JournalReport report = journal.report();
    assertThat(report.home()).isEqualTo(journal.cut()).isGreaterThanOrEqualTo(first);
    assertThat(report.durable()).isEqualTo(journal.durable()).isGreaterThan(report.home() + 3000);
    assertThat(report.ordered()).isEqualTo(journal.tail()).isGreaterThan(report.durable() + 1000);
    assertThat(report.usedBytes()).isEqualTo(report.ordered() - report.home());
    assertThat(report.privateBytes()).isEqualTo(3 * 4096);
    assertThat(report.syncs()).isEqualTo(2);
    assertThat(report.rounds()).isEqualTo(1);
  }

  /** The journal is written and moved as fast as can be while somebody looks. */
  @Test
  void noMoveAndNoSyncIsSeenByHalf() throws InterruptedException {
    ArrayMedia memory = new ArrayMedia(MEMORY);
    AtomicLong reports = new AtomicLong();
    AtomicReference<Object> wrong = new AtomicReference<>();
    Thread writing =
        new Thread(
            () -> {
              JournalWriter writer = new JournalWriter(journal, memory);
              while ((migration.rounds() < LEAST_ROUNDS || reports.get() < LEAST_REPORTS) && wrong.get() == null) {
                writer.image(0, GROUP_BYTES);
                journal.sync(writer.append());
              }
            });
    writing.start();
    try {
      while (writing.isAlive() && wrong.get() == null) {
        JournalReport report = journal.report();
        if (report.home() > report.durable() || report.durable() > report.ordered() || report.usedBytes() > report.journalBytes()) {
          wrong.set(report);
        }
        reports.incrementAndGet();
      }
    } finally {
      wrong.compareAndSet(null, "");
      writing.join(TimeUnit.SECONDS.toMillis(30));
    }
    assertThat(wrong.get()).isEqualTo("");
    assertThat(migration.rounds()).isGreaterThanOrEqualTo(LEAST_ROUNDS);
  }
}
