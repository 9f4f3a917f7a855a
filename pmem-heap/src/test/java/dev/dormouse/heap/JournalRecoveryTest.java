package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a journal holds comes to its pool, however often that is cut short, and what it does not hold any more is said. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JournalRecoveryTest {
  private static final Geometry GEOMETRY = Geometry.of(256 << 10, 2, 4096, 2);
  private static final JournalOptions OPTIONS = new JournalOptions(64 << 10, 16 << 10, 1 << 20, false);
  private static final long ARENA = GEOMETRY.arenaOffset();

  private final FailingDisk home = new FailingDisk((int) GEOMETRY.sizeBytes());
  private final FailingDisk file = new FailingDisk((int) JournalFile.fileBytes(OPTIONS.journalBytes()));
  private JournaledMedia media;

  /** Fails once, at the call that it is told. */
  private static final class FailingDisk extends ArrayDisk {
    private int left = Integer.MAX_VALUE;
    private int calls;

    FailingDisk(int sizeBytes) {
      super(sizeBytes);
    }

    FailingDisk copy() {
      FailingDisk copy = new FailingDisk(bytes.length);
      System.arraycopy(bytes, 0, copy.bytes, 0, bytes.length);
      return copy;
    }

    private void count() throws IOException {
      calls++;
      if (left-- == 0) {
        throw new IOException("Input/output error");
      }
    }

    @Override
    public synchronized void write(long position, ByteBuffer source) throws IOException {
      count();
      super.write(position, source);
    }

    @Override
    public synchronized void sync() throws IOException {
      count();
      super.sync();
    }
  }

  /** A pool with an empty journal, neither of which was closed. */
  @BeforeEach
  void open() throws IOException {
    Media made = new ArrayMedia(GEOMETRY.sizeBytes());
    Pool.create(made, GEOMETRY, TestPools.BOOT, TestPools.nothing());
    home.write(0, ByteBuffer.wrap(TestPools.bytes(made)));
    media = over(home, file);
  }

  private static JournaledMedia over(DiskFile home, DiskFile journal) {
    return JournaledMedia.over(home, journal, number -> number + 9, OPTIONS);
  }

  private static PoolHeader headerOf(DiskFile home) {
    return PoolHeader.read(new JournalRecovery.DiskReader(home)).header();
  }

  /** Stores that overlap, so that it matters which of them is the later one. */
  private void store() {
    for (int i = 0; i < 40; i++) {
      long offset = ARENA + i % 7 * 1000 / 8 * 8L;
      media.fill(offset, 600 + i * 8L, (byte) (i + 1));
      media.flush(offset, 600 + i * 8L);
    }
    media.sync();
  }

  @Test
  void whereverItIsCutShortTheNextOneFinishesIt() throws IOException {
    store();
    byte[] expected = TestPools.bytes(media);
    int cuts = 0;
    while (true) {
      FailingDisk itsHome = home.copy();
      FailingDisk its = file.copy();
      itsHome.left = cuts;
      try {
        JournalRecovery.finish(itsHome, its, null, null);
        assertThat(itsHome.calls).as("it was not cut short").isEqualTo(cuts);
        break;
      } catch (IOException cut) {
        // As where the process is killed there.
        assertThat(headerOf(itsHome).journal()).as("as long as it is not done, the header names it, or nothing is left to do").isIn(0L, 9L);
      }
      JournalRecovery.finish(itsHome, its, null, null);
      assertThat(headerOf(itsHome).journal()).as("cut short at call %d", cuts).isZero();
      assertThat(itsHome.bytes).as("cut short at call %d", cuts).endsWith(Arrays.copyOfRange(expected, (int) ARENA, expected.length));
      cuts++;
    }
    assertThat(cuts).isGreaterThan(5);
  }

  @Test
  void whatIsFinishedNeedsItsJournalNoMore() throws IOException {
    store();
    byte[] expected = TestPools.bytes(media);
    assertThat(JournalRecovery.finish(home, file, null, null)).isNotNull();
    assertThat(JournalRecovery.finish(home, new ArrayDisk(0), null, null)).as("nothing to do").isNull();
    try (JournaledMedia again = over(home, file)) {
      byte[] found = TestPools.bytes(again);
      assertThat(Arrays.mismatch(found, (int) ARENA, found.length, expected, (int) ARENA, expected.length)).isEqualTo(-1);
    }
  }

  @Test
  void recordsOfAnEarlierLifeMeanNothing() throws IOException {
    store();
    try (JournaledMedia again = JournaledMedia.over(home, file, number -> number + 1000, OPTIONS)) {
      again.fill(ARENA, 64, (byte) 99);
      again.flush(ARENA, 64);
      again.sync();
      byte[] expected = TestPools.bytes(again);
      // What the former life left lies behind the one record of this one.
      FailingDisk itsHome = home.copy();
      JournalRecovery.finish(itsHome, file.copy(), null, null);
      assertThat(itsHome.bytes).endsWith(Arrays.copyOfRange(expected, (int) ARENA, expected.length));
    }
  }

  @Test
  void anotherJournalIsRefusedAndNothingIsChanged() throws IOException {
    store();
    byte[] before = home.bytes.clone();
    FailingDisk others = new FailingDisk(file.bytes.length);
    JournalFile.begin(others, headerOf(home).uuid(), 0, number -> number + 5000, OPTIONS.journalBytes());
    assertThatThrownBy(() -> JournalRecovery.finish(home, others, null, null)).isInstanceOf(Damaged.class).hasMessageContaining("this is journal ");
    FailingDisk cutOff = new FailingDisk(20_000);
    System.arraycopy(file.bytes, 0, cutOff.bytes, 0, 20_000);
    assertThatThrownBy(() -> JournalRecovery.finish(home, cutOff, null, null)).isInstanceOf(Damaged.class).hasMessageContaining("it was truncated");
    assertThat(home.bytes).isEqualTo(before);
  }

  /** Else whoever waits for room in it would wait for ever. */
  @Test
  void aJournalThatDoesNotReadAsItWasWrittenIsGivenUp() {
    media.putLong(ARENA, 1);
    media.flush(ARENA, 8);
    media.sync();
    // Its first record, which nobody has moved to the pool yet.
    file.bytes[(int) JournalLayout.FIRST_BYTE + JournalLayout.RECORD_BYTES] ^= 1;
    assertThatThrownBy(() -> media.settle(0, GEOMETRY.sizeBytes())).isInstanceOf(MediaUnavailable.class).hasMessageContaining("does not read as it was written");
    assertThatThrownBy(() -> media.flush(ARENA, 8)).isInstanceOf(MediaUnavailable.class);
  }

  @Test
  void aPoolThatNobodyUsedNamesNoJournal() {
    assertThat(headerOf(home).journal()).isNotZero();
    media.close();
    assertThat(headerOf(home).journal()).isZero();
  }
}
