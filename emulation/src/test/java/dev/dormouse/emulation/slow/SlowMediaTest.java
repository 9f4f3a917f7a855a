package dev.dormouse.emulation.slow;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.OverlayMedia;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What is charged for which access, exactly, by a clock that only waiting moves. */
class SlowMediaTest {
  private static final int SIZE = 1 << 20;
  private static final long START = 1_000_000_007;

  // Round prices: a miss 300 ns, a block in sequence 20 ns, one line to a fence 60 ns, each further one 30 ns.
  private static final LatencyProfile.Read READ = new LatencyProfile.Read(300, 20, 64);
  private static final LatencyProfile.Cache CACHE = new LatencyProfile.Cache(64, 16);
  private static final LatencyProfile MEMORY =
      new LatencyProfile("test", READ, new LatencyProfile.Write(60, 30, 64, 64, 0, true), CACHE);

  private final FakeClock clock = new FakeClock(START, 0);
  private final SlowMedia media = slow(MEMORY);

  private SlowMedia slow(LatencyProfile profile) {
    return new SlowMedia(new OverlayMedia(CrashMedia.zeros(SIZE)), profile, clock);
  }

  private long waited() {
    return clock.nanoTime() - START;
  }

  @Test
  void aMissCostsTheLatencyAndAHitNothing() {
    media.getLong(4096);
    assertThat(waited()).isEqualTo(300);
    media.getLong(4096);
    media.getLongAcquire(4104);
    media.getInt(4112);
    media.getShort(4116);
    media.getByte(4159);
    media.read(4096, new byte[64], 0, 64);
    assertThat(waited()).isEqualTo(300);
    assertThat(media.missedBlocks()).isEqualTo(1);
  }

  @Test
  void everyKindOfReadIsChargedForItsMiss() {
    media.getByte(0);
    media.getShort(10 * 64);
    media.getInt(20 * 64);
    media.getLong(30 * 64);
    media.getLongAcquire(40 * 64);
    media.read(50 * 64, new byte[8], 0, 8);
    media.read(60 * 64, MemorySegment.ofArray(new byte[8]));
    assertThat(media.missedBlocks()).isEqualTo(7);
    assertThat(waited()).isEqualTo(7 * 300);
  }

  @Test
  void whatFollowsTheLastMissIsReadInSequence() {
    media.getLong(64);
    media.getLong(128);
    media.getLong(192);
    assertThat(waited()).isEqualTo(300 + 20 + 20);
    media.getLong(192 + 128);
    assertThat(waited()).as("one line was left out").isEqualTo(340 + 300);
  }

  @Test
  void aRangeCostsOneLatencyAndThenTheSequence() {
    media.read(6400, new byte[640], 0, 640);
    assertThat(waited()).isEqualTo(300 + 9 * 20);
  }

  @Test
  void anAccessAcrossALineCostsBoth() {
    media.getLong(124);
    assertThat(waited()).isEqualTo(300 + 20);
  }

  @Test
  void theCacheForgetsTheFirstOfASetThatIsFull() {
    // 16 lines in 4 sets of 4 ways: lines 4 apart share a set.
    for (int way = 0; way < 5; way++) {
      media.getLong(way * 256L);
    }
    assertThat(media.missedBlocks()).isEqualTo(5);
    media.getLong(4 * 64);
    assertThat(media.missedBlocks()).as("the second is still there").isEqualTo(5);
    media.getLong(0);
    assertThat(media.missedBlocks()).as("the first is not").isEqualTo(6);
    assertThat(waited()).isEqualTo(6 * 300);
  }

  @Test
  void aStoreToALineThatIsNotThereCostsItsTransferAndNotItsLatency() {
    media.putLong(640, 1);
    assertThat(waited()).isEqualTo(20);
    media.putLong(648, 1);
    media.putByte(656, (byte) 1);
    assertThat(waited()).isEqualTo(20);
    media.getLong(640);
    assertThat(waited()).as("it is there now").isEqualTo(20);
  }

  @Test
  void bulkStoresFetchEveryLineOnce() {
    media.fill(0, 256, (byte) 1);
    media.write(1024, new byte[128], 0, 128);
    media.write(2048, MemorySegment.ofArray(new byte[64]));
    assertThat(waited()).isEqualTo((4 + 2 + 1) * 20);
    media.copy(4096, 0, 64);
    assertThat(waited()).as("the source missed").isEqualTo(7 * 20 + 300);
  }

  @Test
  void oneLineTakesItsLatencyToTheFence() {
    media.putLong(0, 1);
    long before = waited();
    media.flush(0, 8);
    assertThat(waited()).as("a flush waits for nothing").isEqualTo(before);
    media.fence();
    assertThat(waited()).isEqualTo(before + 60);
    media.fence();
    assertThat(waited()).as("nothing is handed over").isEqualTo(before + 60);
  }

  @Test
  void furtherLinesFollowAtTheThreadsRate() {
    media.fill(0, 256, (byte) 1);
    long before = waited();
    media.persist(0, 256);
    assertThat(waited()).isEqualTo(before + 60 + 3 * 30);
    assertThat(media.writtenBackBlocks()).isEqualTo(4);
  }

  @Test
  void flushesOfOneThreadQueueBehindEachOther() {
    media.putLong(0, 1);
    media.putLong(640, 1);
    long before = waited();
    media.flush(0, 8);
    media.flush(640, 8);
    media.fence();
    assertThat(waited()).isEqualTo(before + 60 + 30);
  }

  @Test
  void whatTheThreadDidMeanwhileCountsForTheFence() {
    media.putLong(0, 1);
    media.flush(0, 8);
    clock.pass(45);
    long before = waited();
    media.fence();
    assertThat(waited()).isEqualTo(before + 15);
  }

  @Test
  void cleanLinesAreNotHandedOver() {
    media.getLong(0);
    media.putLong(64, 1);
    media.persist(64, 8);
    long before = waited();
    media.persist(0, 128);
    assertThat(waited()).isEqualTo(before);
    media.putLong(64, 2);
    media.persist(64, 8);
    assertThat(waited()).as("stored to again").isEqualTo(before + 60);
  }

  @Test
  void aFenceWaitsForTheBandwidthOfTheDevice() {
    // A byte in two nanoseconds: a line takes 128 ns, four take 512.
    SlowMedia narrow =
        slow(new LatencyProfile("narrow", READ, new LatencyProfile.Write(60, 30, 0.5, 64, 0, true), CACHE));
    narrow.fill(0, 256, (byte) 1);
    long before = waited();
    narrow.persist(0, 256);
    assertThat(waited()).isEqualTo(before + 512);
  }

  @Test
  void aLineCostsTheDeviceItsWholeUnit() {
    SlowMedia coarse =
        slow(new LatencyProfile("coarse", READ, new LatencyProfile.Write(60, 30, 0.5, 256, 0, true), CACHE));
    coarse.putLong(0, 1);
    long before = waited();
    coarse.persist(0, 8);
    assertThat(waited()).isEqualTo(before + 512);
    coarse.fill(1024, 256, (byte) 1);
    before = waited();
    coarse.persist(1024, 256);
    assertThat(waited()).as("four lines of one unit").isEqualTo(before + 512);
  }

  @Test
  void readsShareTheDeviceWithOtherThreads() throws InterruptedException {
    // A line takes 640 ns of the device.
    SlowMedia narrow =
        slow(
            new LatencyProfile(
                "narrow", new LatencyProfile.Read(300, 20, 0.1), new LatencyProfile.Write(60, 30, 64, 64, 0, true), CACHE));
    FakeClock still = clock;
    narrow.getLong(0);
    assertThat(waited()).as("an idle device that is slower than the latency").isEqualTo(640);
    // The other thread's read begins when the first is through; set the clock back to when both began.
    still.pass(-640);
    Thread other = Thread.ofPlatform().start(() -> narrow.getLong(6400));
    other.join();
    assertThat(waited()).isEqualTo(2 * 640);
  }

  @Test
  void anEvictedDirtyLineTakesTheDevicesTimeAndNotTheThreads() {
    SlowMedia narrow =
        slow(new LatencyProfile("narrow", READ, new LatencyProfile.Write(60, 30, 0.064, 64, 0, true), CACHE));
    narrow.putLong(0, 1);
    for (int way = 1; way <= 4; way++) {
      narrow.getLong(way * 256L);
    }
    assertThat(waited()).isEqualTo(20 + 4 * 300);
    narrow.putLong(64, 1);
    long before = waited();
    narrow.persist(64, 8);
    // It was evicted 300 + 20 ns ago and takes 1,000; then this line's 1,000.
    assertThat(waited()).isEqualTo(before + 2000 - 320);
  }

  @Test
  void aFilesMediumIsChargedForMissesAndSyncsOnly() {
    LatencyProfile file =
        new LatencyProfile(
            "file",
            new LatencyProfile.Read(80_000, 1_000, 4),
            new LatencyProfile.Write(0, 0, 1, 4096, 70_000, false),
            new LatencyProfile.Cache(4096, 16));
    SlowMedia slow = slow(file);
    assertThat(slow.flushes()).isFalse();
    slow.getLong(8192);
    slow.getLong(8192 + 4088);
    assertThat(waited()).isEqualTo(80_000);
    slow.putLong(8192, 1);
    slow.persist(8192, 8);
    assertThat(waited()).isEqualTo(80_000);
    slow.sync();
    assertThat(waited()).as("one page of 4,096 bytes at 1 GB/s").isEqualTo(80_000 + 70_000 + 4096);
    slow.sync();
    assertThat(waited()).as("nothing is dirty").isEqualTo(2 * 70_000 + 80_000 + 4096);
  }

  @Test
  void aSyncOfMemoryCostsNothing() {
    media.putLong(0, 1);
    long before = waited();
    media.sync();
    assertThat(waited()).isEqualTo(before);
  }

  @Test
  void smallChargesAreSavedUpAndNoneIsLost() {
    // A look at the clock takes 25 ns, so that waits begin above 100.
    FakeClock coarse = new FakeClock(START, 25);
    LatencyProfile stream =
        new LatencyProfile("stream", new LatencyProfile.Read(60, 60, 64), new LatencyProfile.Write(60, 30, 64, 64, 0, true), CACHE);
    SlowMedia slow = new SlowMedia(new OverlayMedia(CrashMedia.zeros(SIZE)), stream, coarse);
    for (int line = 0; line < 100; line++) {
      slow.getLong(line * 64L);
    }
    // Each is 60, of which a look at the clock has taken 25 already: waits at every third, of 105.
    assertThat(coarse.waits()).isEqualTo(33);
    assertThat(coarse.nanoTime() - START).isEqualTo(33 * 105);
    assertThat(slow.chargedNanos()).isEqualTo(6000);
  }

  @Test
  void whatWasWaitedTooLongIsTakenOffTheNext() {
    FakeClock late =
        new FakeClock(START, 0) {
          @Override
          public long await(long deadline) {
            return super.await(deadline + 50);
          }
        };
    SlowMedia slow = new SlowMedia(new OverlayMedia(CrashMedia.zeros(SIZE)), MEMORY, late);
    for (int i = 0; i < 10; i++) {
      slow.getLong(i * 6400L);
    }
    assertThat(late.nanoTime() - START).as("ten misses, and the last overshoot").isEqualTo(10 * 300 + 50);
  }

  @Test
  void aPauseOfTheThreadDoesNotPayForWhatFollows() {
    FakeClock paused =
        new FakeClock(START, 0) {
          @Override
          public long await(long deadline) {
            return super.await(deadline + 1_000_000);
          }
        };
    SlowMedia slow = new SlowMedia(new OverlayMedia(CrashMedia.zeros(SIZE)), MEMORY, paused);
    slow.getLong(0);
    slow.getLong(6400);
    assertThat(paused.nanoTime() - START).as("at most 200 ns are given back").isEqualTo(300 + 1_000_000 + 100 + 1_000_000);
  }

  @Test
  void whatIsLentIsChargedAsReadAndStored() {
    long first = media.lend(640, 128, lent -> lent.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
    assertThat(first).isZero();
    assertThat(waited()).isEqualTo(300 + 20);
    media.persist(640, 128);
    assertThat(waited()).isEqualTo(300 + 20 + 60 + 30);
    media.lend(
        640,
        64,
        lent -> {
          media.persist(640, 64);
          return null;
        });
    assertThat(waited()).as("handed over inside of the call").isEqualTo(410 + 60);
    media.persist(640, 64);
    assertThat(waited()).as("and what may have been stored after that").isEqualTo(410 + 2 * 60);
  }

  @Test
  void saysThatItIsEmulated() {
    SlowMedia optane = slow(LatencyProfile.OPTANE);
    assertThat(optane.describe()).endsWith("(emulated: Optane-class)");
    assertThat(optane.profile()).isSameAs(LatencyProfile.OPTANE);
    assertThat(optane.flushes()).isTrue();
  }

  @Test
  void bytesAreThoseOfTheMediumBelow() {
    Media below = new OverlayMedia(CrashMedia.zeros(SIZE));
    try (SlowMedia slow = new SlowMedia(below, LatencyProfile.OPTANE, clock)) {
      slow.putLong(99, 7);
      assertThat(below.getLong(99)).isEqualTo(7);
      assertThat(slow.durabilityClass()).isEqualTo(below.durabilityClass());
    }
  }

  @Test
  void theRealClockWaitsAsLongAsItSays() {
    SlowMedia slow = new SlowMedia(new OverlayMedia(CrashMedia.zeros(SIZE)), MEMORY);
    long start = System.nanoTime();
    for (int i = 0; i < 10_000; i++) {
      slow.getLong((i * 6400L) % (SIZE - 64));
    }
    long took = System.nanoTime() - start;
    // Never shorter than the model's time, but for what was owed when the loop ended; how much longer depends on the machine.
    assertThat(slow.missedBlocks()).isGreaterThan(9_000);
    assertThat(took).isGreaterThan(slow.chargedNanos() * 9 / 10);
  }

  @Test
  void accessesAllocateNothing() {
    SlowMedia slow = new SlowMedia(new OverlayMedia(CrashMedia.zeros(SIZE)), LatencyProfile.DRAM);
    byte[] line = new byte[64];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    useAll(slow, line);
    long before = threads.getCurrentThreadAllocatedBytes();
    int rounds = 1_000;
    for (int i = 0; i < rounds; i++) {
      useAll(slow, line);
    }
    // Less than one object in all that each round does; what the JVM itself may allocate once is not counted.
    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / rounds).isLessThan(16);
  }

  private static void useAll(SlowMedia slow, byte[] line) {
    for (int at = 0; at < SIZE; at += SIZE / 16) {
      slow.putLong(at, slow.getLong(at) + 1);
      slow.write(at + 64, line, 0, 64);
      slow.read(at + 128, line, 0, 64);
      slow.persist(at, 192);
      slow.sync();
    }
  }
}
