package dev.dormouse.region;

import static dev.dormouse.region.RegionVerbs.FILL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.RegionVerbs.Verb;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a view refuses, and that what it stores is undone by an abort. I7: a view outlives neither its turn nor its region. */
class RegionTest {
  private static final int LENGTH = 1000;

  private RegionStage stage;
  private Epoch epoch;
  private RegionEntry entry;
  private Region region;

  @BeforeEach
  void attachAndFill() {
    stage = RegionStage.create();
    Epoch first = stage.lanes.lease();
    RegionMap map = stage.map(first);
    map.attach("state", LENGTH, 0, RegionRights.READ_WRITE);
    map.attach("behind", LENGTH, 8192, RegionRights.READ_WRITE);
    entry = stage.table(first).get(0);
    stage.view(first, entry).fill(0, LENGTH, FILL);
    // What is copied from there can be told from what lies elsewhere.
    stage.view(first, entry).fill(LENGTH - 20, 20, (byte) 0x11);
    commit(first);
    epoch = stage.lanes.lease();
    region = stage.view(epoch, entry);
  }

  private void commit(Epoch ended) {
    ended.commit();
    stage.lanes.giveBack(ended);
  }

  /** Where a length is read it is 0, so that no verb has a reason to refuse what it finds. */
  private void clear() {
    region.fill(0, LENGTH, (byte) 0);
    commit(epoch);
    epoch = stage.lanes.lease();
    region = stage.view(epoch, entry);
  }

  private byte[] content() {
    byte[] bytes = new byte[LENGTH];
    stage.media.read(entry.extentOffset(), bytes, 0, LENGTH);
    return bytes;
  }

  private byte[] wholePool() {
    byte[] bytes = new byte[(int) stage.media.sizeBytes()];
    stage.media.read(0, bytes, 0, bytes.length);
    return bytes;
  }

  @Test
  void noAccessLeavesTheRegionNotEvenByOverflow() {
    clear();
    byte[] before = wholePool();
    for (Verb verb : RegionVerbs.all()) {
      long length = verb.length();
      verb.call().at(region, 0);
      verb.call().at(region, (LENGTH - length) & -verb.alignment());
      for (long offset :
          new long[] {
            LENGTH - length + 1, LENGTH, LENGTH + 1, -1, -length, -entry.extentOffset(),
            Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - length + 1
          }) {
        assertThatThrownBy(() -> verb.call().at(region, offset)).as("%s at %d", verb, offset)
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      // Zeros again, for a verb that reads a length.
      region.fill(0, LENGTH, (byte) 0);
    }
    epoch.abort();
    byte[] after = wholePool();
    // The lanes and what the region holds aside, nothing was stored.
    int arena = (int) stage.pool.header().geometry().arenaOffset();
    assertThat(Arrays.copyOfRange(after, arena, after.length)).isEqualTo(Arrays.copyOfRange(before, arena, before.length));
  }

  @Test
  void negativeAndHugeLengthsAreRefused() {
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, LENGTH + 1}) {
      assertThatThrownBy(() -> region.fill(0, length, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> region.fill(1, length, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> region.copy(0, 0, length)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> region.prepareWrite(0, length)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> region.copy(LENGTH - 9, 0, 10)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.get(0, new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.get(0, new byte[4], 2, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.put(0, new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.put(0, new byte[4], 2, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    region.fill(LENGTH, 0, (byte) 1);
    assertThat(epoch.isClean()).isTrue();
  }

  @Test
  void aRegionForReadingOnlyIsNotStoredTo() {
    Region readOnly = new Region(stage.media, epoch, RegionStage.HOLDER, entry.extentOffset(), LENGTH, RegionRights.READ);
    assertThat(readOnly.isWritable()).isFalse();
    assertThat(region.isWritable()).isTrue();
    // With what is expected there, and without.
    for (int round = 0; round < 2; round++) {
      RegionVerbs.stores().forEach(verb -> assertReason(RegionException.Reason.READ_ONLY, verb, () -> verb.call().at(readOnly, 0)));
      assertThat(epoch.isClean()).isTrue();
      clear();
    }
    RegionVerbs.reads().forEach(verb -> verb.call().at(readOnly, 0));
    assertThat(content()).containsOnly(0);
  }

  @Test
  void aViewIsOverWhenItWasClosed() {
    region.close();
    byte[] before = content();
    RegionVerbs.all().forEach(verb -> assertReason(RegionException.Reason.STALE_VIEW, verb, () -> verb.call().at(region, 0)));
    assertThat(content()).isEqualTo(before);
  }

  @Test
  void aViewBelongsToItsThread() throws InterruptedException {
    byte[] before = content();
    List<Throwable> wrong = new ArrayList<>();
    // Its own thread has opened the fast way for stores.
    region.prepareWrite(0, LENGTH);
    for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
      Thread other =
          builder.start(
              () -> {
                try {
                  RegionVerbs.all().forEach(verb -> assertReason(RegionException.Reason.STALE_VIEW, verb, () -> verb.call().at(region, 0)));
                } catch (AssertionError e) {
                  wrong.add(e);
                }
              });
      other.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(content()).isEqualTo(before);
    region.putByte(0, (byte) 1);
  }

  private static void assertReason(RegionException.Reason reason, Object verb, Runnable access) {
    assertThatThrownBy(access::run).as(verb.toString())
        .isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void whatMustBeAlignedIsRefusedElsewhereAndNothingIsStored() {
    byte[] before = content();
    int refused = 0;
    for (Verb verb : RegionVerbs.all()) {
      for (int offset = 64; offset < 80; offset++) {
        int at = offset;
        if (offset % verb.alignment() != 0) {
          assertReason(RegionException.Reason.MISALIGNED, verb, () -> verb.call().at(region, at));
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(500);
    assertThat(content()).isEqualTo(before);
    assertThat(epoch.isClean()).isTrue();
  }

  /**
   * Every public method that stores, at every place around a line's border, alone and after a store that prepared a neighbour:
   * none passes the barrier by.
   */
  @Test
  void everyStoreIsUndoneByAnAbortWhereverItLies() {
    byte[] before = content();
    for (Verb verb : RegionVerbs.stores()) {
      for (long offset = 40; offset <= 136; offset += verb.alignment()) {
        for (boolean neighbourFirst : new boolean[] {false, true}) {
          if (neighbourFirst) {
            // In the line of the first byte, and none of those that are stored.
            region.putByte(offset % 64 == 0 ? offset + 63 : offset & -64, (byte) 9);
          }
          byte[] prepared = content();
          verb.call().at(region, offset);
          if (!verb.name().matches("Region\\.(prepareWrite|declare).*")) {
            assertThat(content()).as("%s at %d", verb, offset).isNotEqualTo(prepared);
          }
          epoch.abort();
          stage.lanes.giveBack(epoch);
          assertThat(content()).as("%s at %d", verb, offset).isEqualTo(before);
          epoch = stage.lanes.lease();
          region = stage.view(epoch, entry);
        }
      }
    }
  }

  @Test
  void whatWasStoredIsSeenByTheNextTurnsViewAfterTheCommit() {
    for (Verb verb : RegionVerbs.stores()) {
      region.fill(0, LENGTH - 20, FILL);
      verb.call().at(region, (64 - verb.length() / 2) & -verb.alignment());
      byte[] stored = content();
      region.close();
      commit(epoch);
      epoch = stage.lanes.lease();
      region = stage.view(epoch, entry);
      assertThat(region.mismatch(0, stored, 0, LENGTH)).as(verb.name()).isEqualTo(-1);
    }
  }

  @Test
  void aStoreTouchesNothingBesideItsBytes() {
    byte[] before = content();
    for (Verb verb : RegionVerbs.stores()) {
      int offset = (64 - verb.length() / 2) & -verb.alignment();
      verb.call().at(region, offset);
      byte[] after = content();
      assertThat(Arrays.copyOf(after, offset)).as(verb.name()).isEqualTo(Arrays.copyOf(before, offset));
      assertThat(Arrays.copyOfRange(after, offset + verb.length(), LENGTH)).as(verb.name())
          .isEqualTo(Arrays.copyOfRange(before, offset + verb.length(), LENGTH));
      epoch.abort();
      stage.lanes.giveBack(epoch);
      epoch = stage.lanes.lease();
      region = stage.view(epoch, entry);
    }
  }

  @Test
  void aDeclaredRangeIsStoredToInsideOfItOnly() {
    byte[] before = content();
    DeclaredRange range = region.declare(100, 30);
    assertThat(range.offset()).isEqualTo(100);
    assertThat(range.lengthBytes()).isEqualTo(30);
    for (long offset : new long[] {99, 92, 123, 130, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 6}) {
      assertThatThrownBy(() -> range.putLong(offset, 1)).as("at %d", offset).isInstanceOf(IndexOutOfBoundsException.class);
    }
    DeclaredRange tiny = region.declare(100, 5);
    assertThatThrownBy(() -> tiny.putLong(100, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.declare(100, 0).putByte(100, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(content()).isEqualTo(before);
    range.putLong(100, 1);
    range.putLong(122, 1);
    assertThat(region.getLong(122)).isEqualTo(1);
    region.close();
    assertReason(RegionException.Reason.STALE_VIEW, "declared", () -> range.putLong(100, 1));
  }

  @Test
  void aDeclaredRangeBelongsToItsThread() throws InterruptedException {
    DeclaredRange range = region.declare(0, 100);
    byte[] before = content();
    AtomicReference<Throwable> refused = new AtomicReference<>();
    Thread.ofPlatform().start(() -> refused.set(catchThrowable(() -> range.putByte(0, (byte) 1)))).join();
    assertThat(refused.get()).isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.STALE_VIEW));
    assertThat(content()).isEqualTo(before);
  }

  @Test
  void whatOnlyReadsLogsNothing() {
    clear();
    RegionVerbs.reads().forEach(verb -> verb.call().at(region, 64));
    // Nor does a comparison that fails.
    assertThat(region.atomics().compareAndSetLong(64, 1, 2)).isFalse();
    assertThat(region.atomics().compareAndExchangeInt(64, 1, 2)).isZero();
    assertThat(epoch.isClean()).isTrue();
  }

  @Test
  void whatIsStoredIsReadBackByEveryOtherMethod() {
    region.putLong(61, 0x1122334455667788L);
    assertThat(region.getByte(61)).isEqualTo((byte) 0x88);
    assertThat(region.getShort(62)).isEqualTo((short) 0x6677);
    assertThat(region.getInt(64)).isEqualTo(0x22334455);
    region.putDouble(3, Math.PI);
    assertThat(region.getDouble(3)).isEqualTo(Math.PI);
    assertThat(region.getLong(3)).isEqualTo(Double.doubleToRawLongBits(Math.PI));
    region.putFloat(127, -0.0f);
    assertThat(region.getInt(127)).isEqualTo(0x80000000);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(100);
      segment.fill((byte) 7);
      region.put(200, segment);
      segment.fill((byte) 0);
      region.get(190, segment);
      assertThat(segment.get(ValueLayout.JAVA_BYTE, 9)).isEqualTo((byte) 0x55);
      assertThat(segment.get(ValueLayout.JAVA_BYTE, 10)).isEqualTo((byte) 7);
    }
  }

  @Test
  void copiesAsIfThroughATemporaryCopyWhereRangesOverlap() {
    byte[] before = content();
    for (int i = 0; i < 200; i++) {
      region.putByte(i, (byte) i);
    }
    region.copy(0, 50, 100);
    region.copy(60, 10, 100);
    byte[] model = before;
    for (int i = 0; i < 200; i++) {
      model[i] = (byte) i;
    }
    System.arraycopy(model, 0, model, 50, 100);
    System.arraycopy(model, 60, model, 10, 100);
    assertThat(content()).isEqualTo(model);
  }

  @Test
  void aDeclaredRangeCostsOneFenceAndItsStoresNone() {
    byte[] content = content();
    CrashMedia media = (CrashMedia) stage.media;
    long before = media.fences();
    region.prepareWrite(0, LENGTH);
    assertThat(media.fences() - before).isEqualTo(1);
    for (int i = 0; i + 8 <= LENGTH; i++) {
      region.putLong(i, i);
    }
    assertThat(media.fences() - before).isEqualTo(1);
    epoch.abort();
    assertThat(content()).isEqualTo(content);
  }
}
