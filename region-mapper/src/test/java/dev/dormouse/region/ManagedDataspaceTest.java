package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.RegionException.Reason;
import java.util.HashSet;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Region maps inside of region maps: addresses of their own, that come, go and are limited together. */
class ManagedDataspaceTest {
  private RegionStage stage;
  private Epoch epoch;
  private RegionMap root;

  @BeforeEach
  void open() {
    stage = RegionStage.create();
    next();
  }

  private void next() {
    epoch = stage.lanes.lease();
    root = stage.map(epoch);
  }

  private void commit() {
    epoch.commit();
    stage.lanes.giveBack(epoch);
    next();
  }

  private Set<Long> owned() {
    Set<Long> owned = new HashSet<>();
    stage.pool.heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            owned.add(extent.offset());
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    return owned;
  }

  private static void assertRefused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void anAddressLeadsThroughAllMapsToTheInnermostRegion() {
    RegionMap library = root.attachManaged("library", 100_000, 1_000_000, RegionRights.READ_WRITE);
    RegionMap shelf = library.attachManaged("shelf", 50_000, 10_000, RegionRights.READ_WRITE);
    shelf.attach("book", 300, 7_000, RegionRights.READ_WRITE);
    shelf.attach("next", 300, 7_300, RegionRights.READ_WRITE);
    library.attach("book", 64, 0, RegionRights.READ_WRITE);
    root.attach("book", 64, 0, RegionRights.READ_WRITE);
    Region book = root.regionAt(1_017_299);
    assertThat(book).isSameAs(shelf.region("book")).isSameAs(library.regionAt(17_000));
    assertThat(root.addressOf(book)).isEqualTo(1_017_000);
    book.putLong(292, 5);
    // The next one begins where it ends; no access reaches it by accident.
    assertThatThrownBy(() -> book.putLong(293, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(root.regionAt(1_017_300)).isSameAs(shelf.region("next"));
    assertThat(root.at(1_017_000)).isEqualTo(new RegionInfo("library", RegionKind.MANAGED, 1_000_000, 100_000, RegionRights.READ_WRITE));
    assertThatThrownBy(() -> root.regionAt(1_016_999)).hasMessage("no region covers address 6999: nothing lies before it, book begins at 7000");
    assertThatThrownBy(() -> root.regionAt(1_000_064)).hasMessage("no region covers address 64: book ends at 64, shelf begins at 10000");
    commit();
    assertThat(root.managed("library").managed("shelf").region("book").getLong(292)).isEqualTo(5);
    assertThat(root.list()).extracting(RegionInfo::name).containsExactly("library", "book");
    assertThat(root.managed("library").list()).extracting(RegionInfo::name).containsExactly("shelf", "book");
  }

  @Test
  void itsAddressesAreItsOwnAndEndWithIt() {
    RegionMap map = root.attachManaged("map", 10_000, 0, RegionRights.READ_WRITE);
    map.attach("a", 100, 9_900, RegionRights.READ_WRITE);
    assertRefused(Reason.INVALID_RANGE, () -> map.attach("b", 100, 9_901, RegionRights.READ_WRITE));
    assertRefused(Reason.INVALID_RANGE, () -> map.attach("b", 10_001));
    assertRefused(Reason.OVERLAP, () -> map.attach("b", 101, 9_800, RegionRights.READ_WRITE));
    assertRefused(Reason.OVERLAP, () -> root.attach("b", 1, 9_999, RegionRights.READ_WRITE));
    assertRefused(Reason.OVERLAP, () -> map.attach("a", 1));
    map.attach("b", 4096);
    assertThat(map.find("b").orElseThrow().address()).isZero();
    assertRefused(Reason.OVERLAP, () -> map.attach("c", 9_000));
  }

  @Test
  void itIsNeverShorterThanWhatIsInIt() {
    RegionMap map = root.attachManaged("map", 10_000, 0, RegionRights.READ_WRITE);
    map.attach("a", 100, 5_000, RegionRights.READ_WRITE);
    root.attach("behind", 10, 20_000, RegionRights.READ_WRITE);
    assertRefused(Reason.INVALID_RANGE, () -> root.resize("map", 5_099));
    assertRefused(Reason.OVERLAP, () -> root.resize("map", 20_001));
    root.resizeAt(9_999, 5_100);
    assertRefused(Reason.INVALID_RANGE, () -> map.attach("b", 1, 5_100, RegionRights.READ));
    root.resize("map", 20_000);
    map.attach("b", 1, 19_999, RegionRights.READ);
    assertThat(owned()).as("a dataspace has no bytes").hasSize(1);
  }

  @Test
  void whatIsInItGoesWithIt() {
    Set<Long> before = owned();
    RegionMap outer = root.attachManaged("outer", 1 << 20, 0, RegionRights.READ_WRITE);
    RegionMap inner = outer.attachManaged("inner", 1 << 16, 4096, RegionRights.READ_WRITE);
    root.attach("stays", 100);
    inner.attach("a", 100);
    outer.attach("b", 5000, 1 << 19, RegionRights.READ_WRITE);
    inner.attach("c", 700);
    Region stays = root.region("stays");
    stays.putLong(0, 9);
    commit();
    assertThat(owned()).hasSize(before.size() + 4);
    RegionMap gone = root.managed("outer").managed("inner");
    Region view = gone.region("c");
    root.detach("outer");
    assertRefused(Reason.STALE_VIEW, () -> view.getByte(0));
    assertRefused(Reason.STALE_VIEW, gone::list);
    assertRefused(Reason.NOT_ATTACHED, () -> root.managed("outer"));
    // The number may come again; the map that was kept does not become the new one's.
    RegionMap again = root.attachManaged("again", 1 << 16, 0, RegionRights.READ_WRITE);
    assertRefused(Reason.STALE_VIEW, gone::list);
    assertThat(again.list()).isEmpty();
    commit();
    assertThat(owned()).hasSize(before.size() + 1);
    assertThat(root.region("stays").getLong(0)).isEqualTo(9);
  }

  @Test
  void anAbortBringsAllOfItBack() {
    RegionMap outer = root.attachManaged("outer", 1 << 20, 0, RegionRights.READ_WRITE);
    outer.attachManaged("inner", 1 << 16, 4096, RegionRights.READ).attach("a", 100);
    outer.managed("inner").attach("b", 5000);
    commit();
    root.detach("outer");
    root.attachManaged("outer", 64, 0, RegionRights.READ_WRITE).attach("x", 64);
    epoch.abort();
    stage.lanes.giveBack(epoch);
    next();
    assertThat(root.managed("outer").managed("inner").list()).extracting(RegionInfo::name).containsExactly("a", "b");
    assertThat(owned()).hasSize(3);
  }

  /** I5: what is around a region bounds what may be done with it. */
  @Test
  void theLeastRightsOnTheWayCount() {
    RegionMap outer = root.attachManaged("outer", 1 << 20, 0, RegionRights.READ);
    RegionMap inner = outer.attachManaged("inner", 1 << 16, 4096, RegionRights.READ_WRITE);
    inner.attach("a", 100);
    Region readOnly = inner.region("a");
    assertThat(readOnly.isWritable()).isFalse();
    assertRefused(Reason.READ_ONLY, () -> readOnly.putByte(0, (byte) 1));
    inner.protect("a", RegionRights.READ_WRITE);
    assertThat(inner.region("a").isWritable()).isFalse();
    root.protect("outer", RegionRights.READ_WRITE);
    inner.region("a").putByte(0, (byte) 1);
    outer.protectAt(5000, RegionRights.READ);
    assertThat(root.regionAt(4096).isWritable()).isFalse();
  }

  @Test
  void aDataspaceIsNoRegionAndARegionNoDataspace() {
    root.attachManaged("map", 100, 0, RegionRights.READ);
    root.attach("region", 100);
    assertRefused(Reason.WRONG_KIND, () -> root.region("map"));
    assertRefused(Reason.WRONG_KIND, () -> root.managed("region"));
    assertRefused(Reason.NOT_ATTACHED, () -> root.managed("nothing"));
  }

  @Test
  void regionsAreNumberedInTheRootMapAlone() {
    AddressSpace space = stage.space(epoch, RegionStage.QUOTA);
    space.root().attach("a", 64);
    RegionMap map = space.root().attachManaged("map", 100_000, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
    map.attach("inside", 64);
    space.root().attach("b", 64);
    assertThat(space.region(0)).isSameAs(space.root().region("a"));
    assertRefused(Reason.WRONG_KIND, () -> space.region(1));
    assertThat(space.region(2)).isSameAs(space.root().region("b"));
    assertRefused(Reason.NOT_ATTACHED, () -> space.region(3));
    space.root().detach("a");
    assertThat(space.region(1)).isSameAs(space.root().region("b"));
  }

  @Test
  void nestedAsDeepAsThereAreEntries() {
    RegionMap map = root;
    for (int depth = 1; depth < RegionStage.MOST_ENTRIES; depth++) {
      map = map.attachManaged("deeper", 1000 - depth, 1, RegionRights.READ_WRITE);
    }
    map.attach("bottom", 8, 1, RegionRights.READ_WRITE);
    map.region("bottom").putLong(0, 7);
    assertThat(root.addressOf(root.regionAt(RegionStage.MOST_ENTRIES))).isEqualTo(RegionStage.MOST_ENTRIES);
    commit();
    assertThat(root.regionAt(RegionStage.MOST_ENTRIES).getLong(0)).isEqualTo(7);
    root.detach("deeper");
    commit();
    assertThat(stage.table(epoch).count()).isZero();
  }

  /** No call makes one; a table that damage or a mistake made so ends no program in a circle. */
  @Test
  void dataspacesInACircleAreDamage() {
    RegionTable table = stage.table(epoch);
    RegionMap outer = root.attachManaged("outer", 1000, 0, RegionRights.READ_WRITE);
    RegionMap inner = outer.attachManaged("inner", 1000, 0, RegionRights.READ_WRITE);
    inner.attach("a", 8, 0, RegionRights.READ_WRITE);
    RegionEntry entry = table.get(0);
    table.set(0, new RegionEntry(entry.nameSymbol(), entry.rights(), entry.kind(), 2, 0, entry.extentOffset(), 1000));
    assertThatThrownBy(() -> inner.region("a")).isInstanceOf(Damaged.class).hasMessageContaining("run verify");
    table.set(2, new RegionEntry(entry.nameSymbol(), entry.rights(), RegionKind.OWN, 77, 0, 0, 1000));
    table.set(0, entry);
    table.set(1, new RegionEntry(entry.nameSymbol(), entry.rights(), RegionKind.MANAGED, 2, 0, 2, 1000));
    assertThatThrownBy(() -> inner.regionAt(0)).isInstanceOf(Damaged.class);
  }
}
