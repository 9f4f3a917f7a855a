package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import org.junit.jupiter.api.Test;

/** The journaled medium over two files of a disk in memory. */
class JournaledMediaContractTest extends MediaContractTest {
  static final JournalOptions OPTIONS = new JournalOptions(32 << 10, 16 << 10, 64 << 10, false);
  // Words are what it is made of, and a file on a disk begins with a sector.
  private static final long HOME_BYTES = (SIZE + 511) & -512;
  private static final long JOURNAL_BYTES = (2 * 4096) + OPTIONS.journalBytes();

  static JournaledMedia over(CrashMedia disk) {
    return JournaledMedia.over(
        new MediaDisk("home", disk, 0, SIZE), new MediaDisk("journal", disk, HOME_BYTES, JOURNAL_BYTES), number -> number + 5, OPTIONS);
  }

  @Override
  Media zeroed() {
    return over(CrashMedia.zeroed(HOME_BYTES + JOURNAL_BYTES));
  }

  @Test
  void nothingReachesThePoolBeforeItIsSettledAndEverythingThatWasFlushedThen() {
    CrashMedia disk = CrashMedia.zeroed(HOME_BYTES + JOURNAL_BYTES);
    try (Media media = over(disk)) {
      media.putLong(4096, 7);
      media.persist(4096, 8);
      media.putLong(4104, 8);
      media.sync();
      assertThat(disk.getLong(4096)).as("it is in the journal").isZero();
      media.settle(0, SIZE);
      assertThat(disk.getLong(4096)).isEqualTo(7);
      assertThat(disk.getLong(4104)).as("nobody flushed it").isZero();
    }
  }

  /** As tests wrap media, so that what they do around calls is done on this one as well. */
  @Test
  void aMediumAroundItHasItsJournalAndKeepsItsPages() {
    CrashMedia disk = CrashMedia.zeroed(HOME_BYTES + JOURNAL_BYTES);
    JournaledMedia below = over(disk);
    try (Media media = new HookedMedia(below)) {
      assertThat(media.journal()).isSameAs(below.journal());
      assertThat(media.journalWriter()).isNotNull();
      media.admit();
      long before = media.journal().tail();
      media.putAndFlush(4096, 9);
      assertThat(media.journal().tail()).as("one record").isGreaterThan(before);
      media.pin(4096, 8);
      media.putLong(4104, 3);
      media.unpin(4096, 8);
      media.settle(0, SIZE);
      assertThat(disk.getLong(4096)).isEqualTo(9);
    }
  }
}
