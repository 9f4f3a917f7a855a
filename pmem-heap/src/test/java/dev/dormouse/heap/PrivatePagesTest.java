package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A page is given back when nobody needs what memory alone has of it, and is then as it was. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PrivatePagesTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 24;
  private static final int MEMORY = (1 + PAGES) * PAGE;

  private final PrivatePages pages = new PrivatePages(PAGE, MEMORY);
  private final List<String> given = new ArrayList<>();

  private void giveBack() {
    pages.giveBack((offset, length) -> given.add(offset / PAGE + "+" + length / PAGE));
  }

  private void store(long offset, long length) {
    pages.pin(offset, length);
    pages.unpin(offset, length);
  }

  @Test
  void pagesThatLieTogetherAreGivenBackAtOnceAndOnlyThoseThatWereMarked() {
    store(2 * PAGE, 3 * PAGE);
    store(7 * PAGE + 100, 8);
    assertThat(pages.bytes()).isEqualTo(4 * PAGE);
    giveBack();
    assertThat(given).as("nobody has looked at them yet").isEmpty();
    pages.markClean();
    store(10 * PAGE, 1);
    giveBack();
    assertThat(given).containsExactly("2+3", "7+1");
    assertThat(pages.bytes()).isEqualTo(PAGE);
    giveBack();
    assertThat(given).as("once").hasSize(2);
  }

  @Test
  void aPageThatIsPinnedStaysAndSoDoesOneThatWasPinnedSinceItWasMarked() {
    pages.pin(2 * PAGE, 1);
    store(3 * PAGE, 1);
    pages.markClean();
    store(3 * PAGE, 1);
    giveBack();
    assertThat(given).isEmpty();
    pages.pin(2 * PAGE, 1);
    pages.unpin(2 * PAGE, 1);
    pages.markClean();
    giveBack();
    assertThat(given).as("one of two pins is left").containsExactly("3+1");
    pages.unpin(2 * PAGE, 1);
    pages.markClean();
    giveBack();
    assertThat(given).containsExactly("3+1", "2+1");
    assertThat(pages.bytes()).isZero();
  }

  @Test
  void whatLiesBeforeTheArenaIsNeverGivenBack() {
    store(0, PAGE);
    store(8, PAGE);
    assertThat(pages.bytes()).as("the second one reaches into the arena").isEqualTo(PAGE);
    pages.markClean();
    giveBack();
    assertThat(given).containsExactly("1+1");
  }

  @Test
  void aPageThatCannotBeGivenBackIsAsItWas() {
    store(2 * PAGE, 2 * PAGE);
    pages.markClean();
    assertThatThrownBy(
            () ->
                pages.giveBack(
                    (offset, length) -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThat(pages.bytes()).isEqualTo(2 * PAGE);
    // Would wait for ever if they were closed still.
    store(2 * PAGE, PAGE);
    pages.markClean();
    giveBack();
    assertThat(given).containsExactly("2+2");
  }

  /**
   * Threads that store, append and wait, or take back what they stored, each in words of its own on pages that all share, while the
   * migration gives these pages back as fast as it can, by putting there what home has.
   */
  @Test
  void nothingIsLostThatWasStoredUnderAPin() throws Exception {
    JournalOptions options = new JournalOptions(128 << 10, 32 << 10, PAGE, true);
    ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(options.journalBytes()));
    ArrayDisk home = new ArrayDisk(MEMORY);
    ArrayMedia memory = new ArrayMedia(MEMORY);
    Journal journal = new Journal(file, "pool", options, 7);
    JournalFile header = JournalFile.begin(file, new UUID(1, 2), 0, number -> number + 7, options.journalBytes());
    AtomicLong back = new AtomicLong();
    PrivatePages.Giver giver =
        (offset, length) -> {
          back.addAndGet(length / PAGE);
          // A read may come between: word by word, as the system exchanges a page.
          for (long at = offset; at < offset + length; at += Long.BYTES) {
            memory.putLongRelease(at, wordOf(home, at));
          }
        };
    int writers = 4;
    int rounds = 3000;
    AtomicInteger wrong = new AtomicInteger();
    try (Migration migration = new Migration(journal, header, null, home, MEMORY, pages, giver, options)) {
      migration.mayGiveBack();
      Thread[] threads = new Thread[writers];
      for (int number = 0; number < writers; number++) {
        Writer writer = new Writer(number, journal, memory, migration, wrong);
        threads[number] = new Thread(() -> writer.run(rounds));
        threads[number].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      migration.checkpoint();
    }
    assertThat(wrong.get()).as("words that were not what their thread had stored last").isZero();
    assertThat(home.bytes).isEqualTo(memory.bytes());
    assertThat(back.get()).as("pages given back").isGreaterThan(PAGES);
    assertThat(journal.tail()).as("the journal was written over").isGreaterThan(options.journalBytes());
  }

  private static long wordOf(ArrayDisk home, long offset) {
    byte[] word = new byte[Long.BYTES];
    try {
      home.read(offset, ByteBuffer.wrap(word));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Bytes.getLong(word, 0);
  }

  /** Has words of its own on every page, and knows what they are. */
  private final class Writer {
    private static final int WORDS = 8;

    private final int number;
    private final Journal journal;
    private final ArrayMedia memory;
    private final Migration migration;
    private final AtomicInteger wrong;
    private final JournalWriter group;
    private final long[] expected = new long[PAGES * WORDS];
    private final Random random;

    Writer(int number, Journal journal, ArrayMedia memory, Migration migration, AtomicInteger wrong) {
      this.number = number;
      this.journal = journal;
      this.memory = memory;
      this.migration = migration;
      this.wrong = wrong;
      this.group = new JournalWriter(journal, memory);
      this.random = new Random(number);
    }

    private long offsetOf(int word) {
      return PAGE + (long) (word / WORDS) * PAGE + number * 512L + (word % WORDS) * 64L;
    }

    void run(int rounds) {
      for (int round = 1; round <= rounds; round++) {
        // Whoever waits there stores nothing meanwhile, and there is nothing to see.
        if (random.nextInt(16) == 0) {
          migration.admit();
        }
        int[] words = random.ints(0, expected.length).distinct().limit(1 + random.nextInt(3)).toArray();
        for (int i = 0; i < words.length; i++) {
          pages.pin(offsetOf(words[i]), Long.BYTES);
          check(words[i]);
          memory.putLong(offsetOf(words[i]), round);
        }
        if (random.nextInt(4) == 0) {
          for (int word : words) {
            memory.putLong(offsetOf(word), expected[word]);
          }
        } else {
          for (int word : words) {
            group.image(offsetOf(word), Long.BYTES);
            expected[word] = round;
          }
          long end = group.append();
          if (random.nextInt(3) == 0) {
            journal.sync(end);
          }
        }
        for (int word : words) {
          pages.unpin(offsetOf(word), Long.BYTES);
        }
        // Without a pin: whatever is done to the page, it reads as it did.
        check(random.nextInt(expected.length));
      }
    }

    private void check(int word) {
      if (memory.getLongAcquire(offsetOf(word)) != expected[word]) {
        wrong.incrementAndGet();
      }
    }
  }
}
