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
    map.attach(symbol, "r" + symbol, lengthBytes, address, RegionRights.READ_WRITE);
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
    map.detach(1, "r1");
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
      assertRefused(Reason.OVERLAP, () -> map.attach(2, "r2", range[1], range[0], RegionRights.READ));
    }
    attach(2, 100, 900);
    attach(3, 100, 1100);
    assertThat(map.indexAt(899)).isEqualTo(-1);
    assertThat(map.indexAt(900)).isEqualTo(1);
    assertThat(map.indexAt(999)).isEqualTo(1);
    assertThat(map.indexAt(1000)).isEqualTo(0);
    assertThat(map.indexAt(1199)).isEqualTo(2);
    assertThat(map.indexAt(1200)).isEqualTo(-1);
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
      assertRefused(Reason.INVALID_RANGE, () -> map.resize(1, "r1", length));
    }
    for (long address : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, LIMIT, 1}) {
      assertThat(map.indexAt(address)).as("address %d", address).isEqualTo(-1);
    }
    assertThat(map.indexAt(LIMIT - 1)).isEqualTo(1);
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
            RegionEntry entry = new RegionEntry(1, RegionRights.READ, a, 0, aLength);
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
    assertThat(map.indexAt(entry(3).address())).isEqualTo(3);
  }

  @Test
  void aNameIsAttachedOnceAtATime() {
    attach(1, 10, 0);
    assertRefused(Reason.OVERLAP, () -> attach(1, 10, 8192));
    map.detach(1, "r1");
    attach(1, 10, 8192);
    assertRefused(Reason.NOT_ATTACHED, () -> map.detach(2, "r2"));
    assertRefused(Reason.NOT_ATTACHED, () -> map.resize(2, "r2", 5));
    assertRefused(Reason.NOT_ATTACHED, () -> map.protect(2, "r2", RegionRights.READ));
  }

  @Test
  void theQuotaBoundsAllRegionsTogether() {
    map = stage.map(epoch, 1000);
    attach(1, 600, 0);
    assertRefused(Reason.QUOTA_EXCEEDED, () -> attach(2, 401, 8192));
    attach(2, 400, 8192);
    assertRefused(Reason.QUOTA_EXCEEDED, () -> map.resize(2, "r2", 401));
    assertRefused(Reason.QUOTA_EXCEEDED, () -> map.resize(2, "r2", LIMIT / 2));
    map.resize(1, "r1", 500);
    map.resize(2, "r2", 500);
    // A quota that was lowered does not keep anybody from shrinking.
    map = stage.map(epoch, 100);
    map.resize(2, "r2", 300);
  }

  @Test
  void aResizeKeepsTheContentAndZeroesWhatIsGained() {
    attach(1, 300, 0);
    stage.view(epoch, entry(0)).fill(0, 300, (byte) 5);
    commit();
    for (int length : new int[] {100, 900, 5000, 64, 20_000}) {
      int kept = Math.min(length, (int) entry(0).lengthBytes());
      byte[] before = content(kept);
      map.resize(1, "r1", length);
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

  @Test
  void protectChangesTheNextView() {
    attach(1, 10, 0);
    map.protect(1, "r1", RegionRights.READ);
    Region region = stage.view(epoch, entry(0));
    assertRefused(Reason.READ_ONLY, () -> region.putByte(0, (byte) 1));
  }

  @Test
  void anAbortTakesBackAttachDetachResizeAndProtect() {
    attach(1, 300, 0);
    attach(2, 300, 8192);
    commit();
    RegionEntry first = entry(0);
    RegionEntry second = entry(1);
    map.resize(1, "r1", 900);
    map.detach(2, "r2");
    attach(3, 10_000, RegionMap.ANY_ADDRESS);
    map.protect(1, "r1", RegionRights.READ);
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
    assertThatThrownBy(() -> map.resize(1, "r1", 250 << 10)).isInstanceOf(PoolFull.class);
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
            case 0 -> map.detach(1, "r1");
            case 1 -> map.resize(1, "r1", 200);
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
    RegionEntry entry = new RegionEntry(-5, RegionRights.READ, LIMIT - 1, 123, 1);
    entry.write(bytes, 0);
    assertThat(RegionEntry.read(bytes, 0)).isEqualTo(entry);
    bytes[RegionLayout.RIGHTS] = 3;
    assertThat(RegionEntry.read(bytes, 0)).isNull();
  }
}
