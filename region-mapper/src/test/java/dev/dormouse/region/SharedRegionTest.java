package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.RegionException.Reason;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Windows into a dataspace of the store: nobody writes through them, and who counts them is told of each. */
class SharedRegionTest {
  private RegionStage stage;
  private Epoch epoch;
  private RegionMap map;

  @BeforeEach
  void open() {
    stage = RegionStage.create();
    epoch = stage.lanes.lease();
    stage.book.bytes = epoch.allocate(1000, RegionStage.BIRTH + 1);
    for (int at = 0; at < 1000; at++) {
      stage.media.putByte(stage.book.bytes.offset() + at, (byte) at);
    }
    stage.book.bytes = new Extent(stage.book.bytes.offset(), 1000);
    map = stage.map(epoch, 100);
  }

  private static void assertRefused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void aWindowShowsItsBytesAndHoldsNone() {
    map.attachShared("all", "book");
    map.attachShared("window", "book", 50_000, 300, 100);
    assertThat(map.region("all").lengthBytes()).isEqualTo(1000);
    assertThat(map.regionAt(50_099).getByte(99)).isEqualTo((byte) (300 + 99));
    assertThatThrownBy(() -> map.region("window").getByte(100)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(map.at(50_000)).isEqualTo(new RegionInfo("window", RegionKind.SHARED, 50_000, 100, RegionRights.READ));
    assertThat(stage.book.attachments).isEqualTo(2);
    assertThat(stage.table(epoch).heldBytes()).isZero();
  }

  /** I5 for regions: no way leads to a store. */
  @Test
  void nothingMakesItWritable() {
    map.attachManaged("outer", 10_000, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE).attachShared("all", "book");
    Region view = map.managed("outer").region("all");
    assertThat(view.isWritable()).isFalse();
    for (ThrowingCallable store :
        new ThrowingCallable[] {
          () -> view.putByte(0, (byte) 1), () -> view.putLong(8, 1), () -> view.fill(0, 10, (byte) 0), () -> view.copy(0, 10, 5), () -> view.prepareWrite(0, 1),
          () -> view.put(0, new byte[3], 0, 3)
        }) {
      assertRefused(Reason.READ_ONLY, store);
    }
    assertRefused(Reason.READ_ONLY, () -> map.managed("outer").protect("all", RegionRights.READ_WRITE));
    assertRefused(Reason.READ_ONLY, () -> map.managed("outer").protectAt(5, RegionRights.READ_WRITE));
    assertRefused(Reason.READ_ONLY, () -> map.managed("outer").resize("all", 10));
    map.managed("outer").protect("all", RegionRights.READ);
    map.protect("outer", RegionRights.READ_WRITE);
    assertThat(map.managed("outer").region("all").isWritable()).isFalse();
    // Not even an entry that says so.
    RegionTable table = stage.table(epoch);
    table.set(1, table.get(1).with(RegionRights.READ_WRITE));
    assertThat(stage.map(epoch).managed("outer").region("all").isWritable()).isFalse();
  }

  @Test
  void aWindowLiesInsideOfItsDataspace() {
    for (long[] window : new long[][] {{0, 1001}, {1000, 1}, {999, 2}, {-1, 5}, {Long.MAX_VALUE, 1}, {1, Long.MAX_VALUE}, {0, 0}, {0, -1}}) {
      assertRefused(Reason.INVALID_RANGE, () -> map.attachShared("w", "book", 0, window[0], window[1]));
    }
    assertThat(stage.book.attachments).isZero();
    map.attachShared("w", "book", 0, 999, 1);
    assertRefused(Reason.OVERLAP, () -> map.attachShared("v", "book", 0, 0, 10));
    assertRefused(Reason.OVERLAP, () -> map.attachShared("w", "book", 100, 0, 10));
    assertThat(stage.book.attachments).isEqualTo(1);
    assertThatThrownBy(() -> map.attachShared("x", "film")).isInstanceOf(Damaged.class);
  }

  @Test
  void everyDetachIsCounted() {
    RegionMap outer = map.attachManaged("outer", 100_000, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
    outer.attachShared("a", "book");
    outer.attachManaged("inner", 20_000, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE).attachShared("b", "book");
    map.attachShared("c", "book");
    assertThat(stage.book.attachments).isEqualTo(3);
    map.detach("c");
    assertThat(stage.book.attachments).isEqualTo(2);
    map.detach("outer");
    assertThat(stage.book.attachments).isZero();
    assertThat(epoch.extentOf(stage.book.bytes.offset())).isNotNull();
  }

  @Test
  void aDamagedHeadIsToldBeforeAByteIsRead() {
    map.attachShared("a", "book");
    stage.book.damaged = true;
    assertThatThrownBy(() -> map.region("a")).isInstanceOf(Damaged.class);
  }
}
