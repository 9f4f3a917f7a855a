package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.RegionException.Reason;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An address space: no two regions share an address or a name, and what is not held is free. */
class RegionMapTest {
  private static final long LIMIT = RegionMap.ADDRESS_LIMIT;

  private RegionStage stage;
  private Epoch epoch;
  private RegionMap map;

  @BeforeEach
  void open() {
    stage = RegionStage.create();
    next();
  }

  private void next() {
    epoch = stage.lanes.lease();
    map = stage.map(epoch);
  }

  private void commit() {
    epoch.commit();
    stage.lanes.giveBack(epoch);
    next();
  }

  private void attach(int symbol, long lengthBytes, long address) {
    map.attach("r" + symbol, lengthBytes, address, RegionRights.READ_WRITE);
  }

  private String nameAt(long address) {
    return map.at(address).name();
  }

  private void assertHole(long address) {
    assertRefused(Reason.NOT_ATTACHED, () -> map.at(address));
    assertRefused(Reason.NOT_ATTACHED, () -> map.regionAt(address));
    assertRefused(Reason.NOT_ATTACHED, () -> map.detachAt(address));
    assertRefused(Reason.NOT_ATTACHED, () -> map.resizeAt(address, 1));
    assertRefused(Reason.NOT_ATTACHED, () -> map.protectAt(address, RegionRights.READ));
  }

  private RegionEntry entry(int index) {
    return stage.table(epoch).get(index);
  }

  private long ownedExtents() {
    long[] count = new long[1];
    stage.pool.heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            count[0]++;
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    return count[0];
  }

  private static void assertRefused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void readsAsZerosAfterItsFormerOwnerLetItGo() {
    attach(1, 500, 0);
    stage.view(epoch, entry(0)).fill(0, 500, (byte) 0x7E);
    attach(2, 500, 4096);
    commit();
    long former = entry(0).extentOffset();
    map.detach("r1");
    commit();
    attach(3, 450, 0);
    assertThat(entry(1).extentOffset()).isEqualTo(former);
    byte[] bytes = new byte[450];
    stage.view(epoch, entry(1)).get(0, bytes, 0, 450);
    assertThat(bytes).containsOnly(0);
  }

  @Test
  void noTwoRegionsShareAnAddress() {
    unlimited();
    attach(1, 100, 1000);
    for (long[] range : new long[][] {{1000, 100}, {900, 101}, {1099, 1}, {1050, 10}, {0, 5000}, {999, 2}, {0, LIMIT}, {1, LIMIT - 1}}) {
      assertRefused(Reason.OVERLAP, () -> map.attach("r2", range[1], range[0], RegionRights.READ));
    }
    attach(2, 100, 900);
    attach(3, 100, 1100);
    assertHole(899);
    assertThat(nameAt(900)).isEqualTo("r2");
    assertThat(nameAt(999)).isEqualTo("r2");
    assertThat(nameAt(1000)).isEqualTo("r1");
    assertThat(nameAt(1199)).isEqualTo("r3");
    assertHole(1200);
  }

  /** The quota is checked before the address: a whole address space needs one that is as large. */
  private void unlimited() {
    map = stage.map(epoch, Long.MAX_VALUE);
  }

  @Test
  void noTwoRegionsShareAnAddressAtTheEnds() {
    unlimited();
    attach(1, 1, 0);
    attach(2, 1, LIMIT - 1);
    assertRefused(Reason.OVERLAP, () -> attach(3, LIMIT, 0));
    assertRefused(Reason.OVERLAP, () -> attach(3, LIMIT - 1, 1));
    for (long address : new long[] {LIMIT, LIMIT + 1, Long.MAX_VALUE, Long.MIN_VALUE, -2}) {
      assertRefused(Reason.INVALID_RANGE, () -> attach(3, 1, address));
    }
    assertRefused(Reason.INVALID_RANGE, () -> attach(3, LIMIT - 1, 2));
    for (long length : new long[] {0, -1, Long.MIN_VALUE, LIMIT + 1, Long.MAX_VALUE}) {
      assertRefused(Reason.INVALID_RANGE, () -> attach(3, length, 4096));
      assertRefused(Reason.INVALID_RANGE, () -> map.resize("r1", length));
    }
    for (long address : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, LIMIT, 1}) {
      assertHole(address);
    }
    assertThat(nameAt(LIMIT - 1)).isEqualTo("r2");
    assertThat(stage.table(epoch).count()).isEqualTo(2);
  }

  @Test
  void overlapIsTheSameFromEitherSideAndAtTheExtremesOfALong() {
    long[] starts = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -2, -1, 0, 1, 100, LIMIT, Long.MAX_VALUE - 1, Long.MAX_VALUE};
    long[] lengths = {1, 2, 100, LIMIT, Long.MAX_VALUE};
    for (long a : starts) {
      for (long b : starts) {
        for (long aLength : lengths) {
          for (long bLength : lengths) {
            boolean expected =
                BigInteger.valueOf(a).add(BigInteger.valueOf(aLength)).compareTo(BigInteger.valueOf(b)) > 0
                    && BigInteger.valueOf(b).add(BigInteger.valueOf(bLength)).compareTo(BigInteger.valueOf(a)) > 0;
            RegionEntry entry = new RegionEntry(1, RegionRights.READ, RegionKind.OWN, 0, a, 0, aLength);
            assertThat(entry.overlaps(b, bLength)).as("[%d, +%d) and [%d, +%d)", a, aLength, b, bLength).isEqualTo(expected);
          }
        }
      }
    }
  }

  @Test
  void anyAddressIsFoundAsLongAsThereIsRoom() {
    attach(1, 5000, RegionMap.ANY_ADDRESS);
    attach(2, 1, RegionMap.ANY_ADDRESS);
    assertThat(entry(0).address()).isZero();
    assertThat(entry(1).address()).isGreaterThanOrEqualTo(5000 + 4096);
    attach(3, 4096, LIMIT - 4096);
    attach(4, 4096, RegionMap.ANY_ADDRESS);
    assertThat(nameAt(entry(3).address())).isEqualTo("r4");
  }

  @Test
  void aNameIsAttachedOnceAtATime() {
    attach(1, 10, 0);
    assertRefused(Reason.OVERLAP, () -> attach(1, 10, 8192));
    map.detach("r1");
    attach(1, 10, 8192);
    assertRefused(Reason.NOT_ATTACHED, () -> map.detach("r2"));
    assertRefused(Reason.NOT_ATTACHED, () -> map.resize("r2", 5));
    assertRefused(Reason.NOT_ATTACHED, () -> map.protect("r2", RegionRights.READ));
  }

  /** Extents of this pool have 64, 128, ... 512 bytes, then 576, 640, and so on; what is slack is held as well. */
  @Test
  void theQuotaBoundsTheExtentsOfAllRegionsTogether() {
    map = stage.map(epoch, 1000);
    attach(1, 600, 0);
    assertRefused(Reason.QUOTA_EXCEEDED, () -> attach(2, 361, 8192));
    assertRefused(Reason.QUOTA_EXCEEDED, () -> attach(2, 330, 8192));
    attach(2, 320, 8192);
    assertRefused(Reason.QUOTA_EXCEEDED, () -> map.resize("r2", 321));
    assertRefused(Reason.QUOTA_EXCEEDED, () -> map.resize("r2", LIMIT / 2));
    map.resize("r1", 640);
    map.resize("r1", 200);
    map.resize("r2", 500);
    // A quota that was lowered does not keep anybody from shrinking.
    map = stage.map(epoch, 100);
    map.resize("r2", 300);
    map.resize("r2", 100);
    assertRefused(Reason.QUOTA_EXCEEDED, () -> map.resize("r2", 400));
    // A dataspace without bytes holds nothing.
    map.attachManaged("r3", 1 << 20, RegionMap.ANY_ADDRESS, RegionRights.READ);
    assertThat(stage.table(epoch).heldBytes()).isEqualTo(256 + 128);
  }

  @Test
  void aResizeKeepsTheContentAndZeroesWhatIsGained() {
    attach(1, 300, 0);
    stage.view(epoch, entry(0)).fill(0, 300, (byte) 5);
    commit();
    for (int length : new int[] {100, 900, 5000, 64, 20_000}) {
      int kept = Math.min(length, (int) entry(0).lengthBytes());
      byte[] before = content(kept);
      map.resize("r1", length);
      assertThat(entry(0).lengthBytes()).isEqualTo(length);
      assertThat(content(kept)).isEqualTo(before);
      byte[] gained = Arrays.copyOfRange(content(length), kept, length);
      assertThat(gained).containsOnly(gained.length == 0 ? new byte[0] : new byte[] {0});
      stage.view(epoch, entry(0)).fill(0, length, (byte) length);
      if (length != 900) {
        commit();
      }
    }
    // The table and one region.
    assertThat(ownedExtents()).isEqualTo(2);
  }

  private byte[] content(int length) {
    byte[] bytes = new byte[length];
    stage.view(epoch, entry(0)).get(0, bytes, 0, length);
    return bytes;
  }

  /** I4: what was given up inside of an extent and is gained again shows nothing of what was there. */
  @Test
  void whatIsGainedAgainInTheSameExtentReadsAsZeros() {
    attach(1, 1000, 0);
    stage.view(epoch, entry(0)).fill(0, 1000, (byte) 7);
    commit();
    long extent = entry(0).extentOffset();
    map.resize("r1", 600);
    map.resize("r1", 700);
    commit();
    map.resize("r1", 650);
    stage.view(epoch, entry(0)).fill(600, 50, (byte) 8);
    map.resize("r1", 1024);
    assertThat(entry(0).extentOffset()).isEqualTo(extent);
    byte[] bytes = content(1024);
    assertThat(Arrays.copyOf(bytes, 600)).containsOnly(7);
    assertThat(Arrays.copyOfRange(bytes, 600, 650)).containsOnly(8);
    assertThat(Arrays.copyOfRange(bytes, 650, 1024)).containsOnly(0);
    epoch.abort();
    stage.lanes.giveBack(epoch);
    next();
    byte[] undone = content(700);
    assertThat(Arrays.copyOf(undone, 600)).containsOnly(7);
    assertThat(Arrays.copyOfRange(undone, 600, 700)).containsOnly(0);
  }

  @Test
  void aRegionStaysInItsExtentAsLongAsItUsesHalfOfIt() {
    attach(1, 1000, 0);
    long extent = entry(0).extentOffset();
    for (int length : new int[] {1024, 512, 900}) {
      map.resize("r1", length);
      assertThat(entry(0).extentOffset()).as("%d bytes", length).isEqualTo(extent);
    }
    map.resize("r1", 511);
    assertThat(entry(0).extentOffset()).isNotEqualTo(extent);
    assertThat(epoch.extentOf(entry(0).extentOffset()).lengthBytes()).isEqualTo(512);
    // There is no extent of less than a line, and between 1,024 bytes and a page there is none either.
    for (int[] lengths : new int[][] {{64, 1}, {4096, 1025}}) {
      map.resize("r1", lengths[0]);
      extent = entry(0).extentOffset();
      map.resize("r1", lengths[1]);
      assertThat(entry(0).extentOffset()).isEqualTo(extent);
    }
    commit();
    assertThat(ownedExtents()).isEqualTo(2);
  }

  @Test
  void aRegionThatShrinksInAFullPoolStaysWhereItIs() {
    attach(1, 100_000, 0);
    commit();
    long extent = entry(0).extentOffset();
    for (int i = 2; i < 60; i++) {
      try {
        epoch.allocate(i % 2 == 0 ? 4096 : 64, RegionStage.BIRTH);
      } catch (PoolFull full) {
        break;
      }
    }
    assertThatThrownBy(() -> epoch.allocate(4096, RegionStage.BIRTH)).isInstanceOf(PoolFull.class);
    map.resize("r1", 4000);
    assertThat(entry(0)).extracting(RegionEntry::extentOffset, RegionEntry::lengthBytes).containsExactly(extent, 4000L);
  }

  @Test
  void everythingIsDoneByAddressToo() {
    attach(1, 100, 1000);
    attach(2, 100, 2000);
    map.resizeAt(1050, 300);
    map.protectAt(1299, RegionRights.READ);
    map.detachAt(2099);
    assertThat(map.list()).containsExactly(new RegionInfo("r1", RegionKind.OWN, 1000, 300, RegionRights.READ));
    assertThat(map.find("r1")).hasValue(map.at(1299));
    assertThat(map.find("r2")).isEmpty();
    assertThat(map.find("never heard of")).isEmpty();
  }

  @Test
  void aHoleIsToldByWhatLiesBesideIt() {
    assertThatThrownBy(() -> map.at(5)).hasMessage("no region covers address 5: nothing lies before it, nothing behind it");
    attach(1, 100, 1000);
    attach(2, 100, 2000);
    attach(3, 100, 3000);
    assertThatThrownBy(() -> map.regionAt(2500)).hasMessage("no region covers address 2500: r2 ends at 2100, r3 begins at 3000");
    assertThatThrownBy(() -> map.at(1)).hasMessage("no region covers address 1: nothing lies before it, r1 begins at 1000");
    assertThatThrownBy(() -> map.at(3100)).hasMessage("no region covers address 3100: r3 ends at 3100, nothing behind it");
  }

  @Test
  void thereIsALastRegionAndNothingIsChangedByOneMore() {
    for (int i = 1; i <= RegionStage.MOST_ENTRIES; i++) {
      attach(i, 10, RegionMap.ANY_ADDRESS);
    }
    assertRefused(Reason.TOO_MANY_REGIONS, () -> attach(99, 10, RegionMap.ANY_ADDRESS));
    assertRefused(Reason.TOO_MANY_REGIONS, () -> map.attachManaged("r99", 10, RegionMap.ANY_ADDRESS, RegionRights.READ));
    assertRefused(Reason.TOO_MANY_REGIONS, () -> map.attachShared("r99", "book", RegionMap.ANY_ADDRESS, 0, 10));
    commit();
    assertThat(ownedExtents()).isEqualTo(1 + RegionStage.MOST_ENTRIES);
  }

  @Test
  void aViewKnowsItsAddressUntilItIsOver() {
    attach(1, 100, 5000);
    Region view = map.region("r1");
    assertThat(map.regionAt(5099)).isSameAs(view);
    assertThat(map.addressOf(view)).isEqualTo(5000);
    attach(2, 100, 0);
    view.putLong(0, 1);
    map.resize("r2", 200);
    assertRefused(Reason.STALE_VIEW, () -> view.getLong(0));
    assertRefused(Reason.STALE_VIEW, () -> map.addressOf(view));
    assertThat(map.region("r1").getLong(0)).isEqualTo(1);
  }

  /** R13: what is kept beyond the turn reaches nothing. */
  @Test
  void aMapEndsWithItsTurnAndBelongsToItsThread() throws InterruptedException {
    attach(1, 100, 0);
    AddressSpace space = stage.space(epoch, RegionStage.QUOTA);
    RegionMap kept = space.root();
    Region view = kept.region("r1");
    Thread other = new Thread(() -> assertRefused(Reason.STALE_VIEW, kept::list));
    Throwable[] failed = new Throwable[1];
    other.setUncaughtExceptionHandler((thread, thrown) -> failed[0] = thrown);
    other.start();
    other.join();
    assertThat(failed[0]).isNull();
    space.close();
    assertRefused(Reason.STALE_VIEW, () -> view.getByte(0));
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            kept::list, () -> kept.attach("r2", 1), () -> kept.detach("r1"), () -> kept.at(0), () -> kept.find("r1"), () -> kept.region("r1"),
            () -> kept.attachShared("r2", "book"), () -> kept.addressOf(view), () -> space.region(0))) {
      assertRefused(Reason.STALE_VIEW, use);
    }
  }

  @Test
  void protectChangesTheNextView() {
    attach(1, 10, 0);
    map.protect("r1", RegionRights.READ);
    Region region = stage.view(epoch, entry(0));
    assertRefused(Reason.READ_ONLY, () -> region.putByte(0, (byte) 1));
  }

  /** The line is in the log already, so nothing has to be saved; the right is asked for all the same. */
  @Test
  void protectAlsoHoldsForLinesThatTheTurnStoredToBefore() {
    attach(1, 200, 0);
    commit();
    stage.view(epoch, entry(0)).putLong(64, 1);
    map.protect("r1", RegionRights.READ);
    Region region = stage.view(epoch, entry(0));
    assertRefused(Reason.READ_ONLY, () -> region.putLong(64, 2));
    assertRefused(Reason.READ_ONLY, () -> region.atomics().putLongRelease(64, 2));
    assertThat(region.getLong(64)).isEqualTo(1);
  }

  @Test
  void anAbortTakesBackAttachDetachResizeAndProtect() {
    attach(1, 300, 0);
    attach(2, 300, 8192);
    commit();
    RegionEntry first = entry(0);
    RegionEntry second = entry(1);
    map.resize("r1", 900);
    map.detach("r2");
    attach(3, 10_000, RegionMap.ANY_ADDRESS);
    map.protect("r1", RegionRights.READ);
    epoch.abort();
    stage.lanes.giveBack(epoch);
    next();
    assertThat(stage.table(epoch).count()).isEqualTo(2);
    assertThat(entry(0)).isEqualTo(first);
    assertThat(entry(1)).isEqualTo(second);
    assertThat(ownedExtents()).isEqualTo(3);
  }

  @Test
  void aPoolThatIsFullRefusesAndLeavesAllAsItWas() {
    attach(1, 64, 0);
    assertThatThrownBy(() -> attach(2, 250 << 10, 8192)).isInstanceOf(PoolFull.class);
    assertThatThrownBy(() -> map.resize("r1", 250 << 10)).isInstanceOf(PoolFull.class);
    assertThat(stage.table(epoch).count()).isEqualTo(1);
    commit();
    assertThat(ownedExtents()).isEqualTo(2);
  }

  /** I2, I3: a program that goes on after a change which found no room for its log cannot commit half of it. */
  @Test
  void aChangeThatStoppedHalfwayCannotBeCommitted() {
    int stoppedHalfway = 0;
    for (int records = 50; records < 62; records++) {
      for (int change = 0; change < 3; change++) {
        open();
        attach(1, 100, 0);
        commit();
        for (int i = 0; i < records; i++) {
          epoch.allocate(64, RegionStage.BIRTH + 1);
        }
        int kind = change;
        try {
          switch (kind) {
            case 0 -> map.detach("r1");
            case 1 -> map.resize("r1", 200);
            default -> attach(2, 333, 8192);
          }
        } catch (PoolFull full) {
          try {
            epoch.commit();
          } catch (PoolFull refused) {
            stoppedHalfway += full == refused ? 1 : 0;
            stage.lanes.giveBack(epoch);
          }
        }
        // Whatever became of it, every entry has its extent.
        for (int i = 0; i < stage.table(epoch).count(); i++) {
          long offset = entry(i).extentOffset();
          assertThat(stage.pool.heap().ownerOf(offset)).as("%d records, change %d", records, kind).isIn(RegionStage.BIRTH, pendingOwner(offset));
        }
      }
    }
    assertThat(stoppedHalfway).isGreaterThan(2);
  }

  /** Of an extent that the running epoch allocated, nobody's yet. */
  private long pendingOwner(long offset) {
    return stage.pool.heap().extentOf(offset) == null && epoch.extentOf(offset) != null ? 0 : RegionStage.BIRTH;
  }

  @Test
  void entriesAreStoredAndReadBackAndNonsenseIsNone() {
    byte[] bytes = new byte[RegionLayout.BYTES];
    for (RegionKind kind : RegionKind.values()) {
      RegionEntry entry = new RegionEntry(-5, RegionRights.READ, kind, 0xfffe, LIMIT - 1, 123, 1);
      entry.write(bytes, 0);
      assertThat(RegionEntry.read(bytes, 0)).isEqualTo(entry);
    }
    bytes[RegionLayout.KIND] = 3;
    assertThat(RegionEntry.read(bytes, 0)).isNull();
    bytes[RegionLayout.KIND] = 0;
    bytes[RegionLayout.RIGHTS] = 3;
    assertThat(RegionEntry.read(bytes, 0)).isNull();
  }
}
