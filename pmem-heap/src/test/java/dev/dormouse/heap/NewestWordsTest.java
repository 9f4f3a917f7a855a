package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of all that entries say of a word, the newest counts, and is written once. */
@Timeout(60)
final class NewestWordsTest {
  private static final long SALT = 0x5a17;
  private static final JournalOptions OPTIONS = new JournalOptions(1 << 20, 16 << 10, 1 << 20, false);
  private static final int BYTES = 64 << 10;
  private static final long HUGE = 4L << 30;
  private static final int TRIES = 400;
  private static final long MOST_ALLOCATED = 1 << 20;

  private final Journal journal = new Journal(new ArrayDisk(JournalFile.fileBytes(OPTIONS.journalBytes())), "pool", OPTIONS, SALT);
  private final JournalWriter writer = new JournalWriter(journal, new ArrayMedia(BYTES));

  private JournalScan scan(long poolBytes) throws IOException {
    journal.makeRoomBy(
        new Journal.Room() {
          @Override
          public void make() {
            throw new AssertionError("there is room");
          }

          @Override
          public JournalReport report() {
            throw new AssertionError("nobody asks");
          }
        });
    journal.sync(journal.tail());
    JournalScan scan = new JournalScan(journal.read(0, Math.toIntExact(journal.durable())), 0, SALT, poolBytes);
    scan.run();
    return scan;
  }

  /** What was written to it, and how often at most. */
  private static final class Written implements NewestWords.Target {
    private final byte[] bytes = new byte[BYTES];
    private final int[] times = new int[BYTES / Long.BYTES];

    @Override
    public void write(long offset, byte[] source, int index, int length) {
      System.arraycopy(source, index, bytes, (int) offset, length);
      count(offset, length);
    }

    @Override
    public void zeros(long offset, long length) {
      Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
      count(offset, length);
    }

    private void count(long offset, long length) {
      for (int word = (int) (offset / Long.BYTES); word < (offset + length) / Long.BYTES; word++) {
        times[word]++;
      }
    }
  }

  @Test
  void itIsAsIfAllWereCarriedOutInOrderAndNoWordIsWrittenTwice() throws IOException {
    for (int seed = 0; seed < TRIES; seed++) {
      Random random = new Random(seed);
      NewestWordsTest one = new NewestWordsTest();
      byte[] expected = new byte[BYTES];
      Arrays.fill(expected, (byte) 0x55);
      boolean[] changed = new boolean[BYTES / Geometry.PAGE_BYTES];
      for (int entry = 0; entry < 1 + random.nextInt(30); entry++) {
        boolean zeros = random.nextBoolean();
        // Of both kinds some that are whole pages, and some that begin or end with one.
        int unit = random.nextInt(3) == 0 ? Geometry.PAGE_BYTES : Long.BYTES;
        int length = unit * (1 + random.nextInt((random.nextBoolean() ? zeros ? BYTES : 3 * Geometry.PAGE_BYTES : 4 * unit) / unit));
        int offset = unit * random.nextInt((BYTES - length) / unit + 1);
        if (zeros) {
          one.writer.zeros(offset, length);
          Arrays.fill(expected, offset, offset + length, (byte) 0);
        } else {
          byte[] bytes = new byte[length];
          random.nextBytes(bytes);
          one.writer.bytes(offset, bytes, length);
          System.arraycopy(bytes, 0, expected, offset, length);
        }
        Arrays.fill(changed, offset / Geometry.PAGE_BYTES, (offset + length - 1) / Geometry.PAGE_BYTES + 1, true);
        one.writer.append();
      }
      Written written = new Written();
      Arrays.fill(written.bytes, (byte) 0x55);
      NewestWords words = new NewestWords(written);
      words.carryOut(one.scan(BYTES));
      assertThat(written.bytes).as("seed %s", seed).isEqualTo(expected);
      assertThat(Arrays.stream(written.times).max().orElseThrow()).as("seed %s", seed).isEqualTo(1);
      int pages = 0;
      for (boolean is : changed) {
        pages += is ? 1 : 0;
      }
      assertThat(words.pages()).as("seed %s", seed).isEqualTo(pages);
    }
  }

  /** An entry of 16 bytes, and a million pages: what was used and is given to somebody else. */
  @Test
  void aLargeRangeOfZerosTakesNoMoreOfTheHeapThanASmallOne() throws IOException {
    writer.bytes(HUGE / 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, Long.BYTES);
    writer.append();
    writer.zeros(Long.BYTES, HUGE - 2 * Long.BYTES);
    writer.append();
    writer.bytes(HUGE / 4, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, Long.BYTES);
    writer.append();
    JournalScan scan = scan(HUGE);
    long[] bytes = new long[2];
    NewestWords words =
        new NewestWords(
            new NewestWords.Target() {
              @Override
              public void write(long offset, byte[] source, int index, int length) {
                bytes[0] += length;
              }

              @Override
              public void zeros(long offset, long length) {
                bytes[1] += length;
              }
            });
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    words.carryOut(scan);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_ALLOCATED);
    assertThat(bytes).as("written, and set to zero").containsExactly(Long.BYTES, HUGE - 3 * Long.BYTES);
    assertThat(words.pages()).isEqualTo(HUGE / Geometry.PAGE_BYTES);
    assertThat(words.pieces()).isEqualTo(4);
  }
}
