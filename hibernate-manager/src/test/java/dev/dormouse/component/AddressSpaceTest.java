package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Geometry;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionKind;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A component's address space as its turns see it, from one to the next. */
final class AddressSpaceTest {
  private static final Geometry SMALL = Geometry.of(512 << 10, 4, 8192, 2);

  private Component guest;

  /** Does what the test put in. */
  public static final class InnerProgram implements Program {
    static volatile Consumer<Turn> inside = turn -> {};

    @Override
    public void turn(Turn turn) {
      inside.accept(turn);
    }
  }

  @BeforeEach
  void open() {
    ProcessStore store =
        ProcessStore.open(CrashMedia.zeroed(SMALL.sizeBytes()), StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).awake(3));
    store.createDataspace("libc.text", 5000, view -> view.fill(0, 5000, (byte) 0x55));
    guest = store.create("guest", spec -> spec.program(InnerProgram.class).region("state", 64));
  }

  private void turn(Consumer<Turn> inside) {
    InnerProgram.inside = inside;
    guest.invoke(ByteBuffer.allocate(0));
  }

  @Test
  void aLibraryIsAttachedAsOneAndFoundByAddress() {
    turn(
        turn -> {
          // region library
          RegionMap root = turn.regions();
          root.attach("stack", 8192, 0x10_0000, RegionRights.READ_WRITE);
          RegionMap library = root.attachManaged("library", 1 << 20, 0x20_0000, RegionRights.READ_WRITE);
          library.attachShared("code", "libc.text", 0, 0, 4096);
          library.attach("data", 300, 0x8000, RegionRights.READ_WRITE);
          Region data = root.regionAt(0x20_8010);
          long offset = 0x20_8010 - turn.addressOf(data);
          data.putLong(offset, 42);
          // endregion
          assertThat(offset).isEqualTo(0x10);
        });
    turn(
        turn -> {
          assertThat(turn.regions().managed("library").region("data").getLong(0x10)).isEqualTo(42);
          assertThat(turn.regionAt(0x20_0fff).getByte(0xfff)).isEqualTo((byte) 0x55);
          assertThatThrownBy(() -> turn.regionAt(0x20_1000)).hasMessageContaining("code ends at 4096, data begins at 32768");
        });
    ComponentInfo.RegionInfo library = guest.info().regions().getLast();
    assertThat(library.kind()).isEqualTo(RegionKind.MANAGED);
    assertThat(library.regions()).extracting(ComponentInfo.RegionInfo::name).containsExactly("code", "data");
    assertThat(library.regions()).extracting(ComponentInfo.RegionInfo::dataspace).containsExactly("libc.text", "");
  }

  /** The first region is served without an address space; what was taken before there is one stays good, and is closed with it. */
  @Test
  void aViewTakenBeforeTheAddressSpaceIsTheSameOneAfterwards() {
    turn(
        turn -> {
          Region state = turn.region(0);
          state.putLong(0, 1);
          turn.attach("more", 64);
          assertThat(turn.region(0)).isSameAs(state);
          assertThat(turn.region("state")).isSameAs(state);
          assertThat(turn.regions().region("state")).isSameAs(state);
          assertThat(turn.addressOf(state)).isZero();
          turn.resize("more", 100);
          assertThatThrownBy(() -> state.getLong(0)).isInstanceOf(RegionException.class);
          assertThat(turn.region(0).getLong(0)).isEqualTo(1);
          assertThat(turn.region(1)).isSameAs(turn.region("more"));
        });
  }

  @Test
  void aMapIsOverWithItsTurn() {
    RegionMap[] kept = new RegionMap[2];
    turn(
        turn -> {
          kept[0] = turn.regions();
          kept[1] = turn.regions().attachManaged("inner", 1000, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
        });
    turn(
        turn -> {
          for (RegionMap map : kept) {
            assertThatThrownBy(map::list)
                .isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.STALE_VIEW));
          }
          assertThat(turn.regions().managed("inner").list()).isEmpty();
        });
  }

  /** What lies first in the record may be anything. */
  @Test
  void theFirstEntryMayBeADataspaceOrLieInOne() {
    turn(
        turn -> {
          turn.regions().attachManaged("outer", 1000, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE).attach("state", 8);
          turn.regions().managed("outer").region("state").putLong(0, 5);
          turn.attach("last", 8);
          turn.region("last").putLong(0, 6);
          turn.detach("state");
        });
    turn(
        turn -> {
          assertThatThrownBy(() -> turn.region(0)).isInstanceOf(RegionException.class).hasMessageContaining("managed dataspace");
          assertThatThrownBy(() -> turn.region("state")).isInstanceOf(RegionException.class).hasMessageContaining("no region named state");
          assertThat(turn.region(1).getLong(0)).isEqualTo(6);
          assertThat(turn.regions().managed("outer").region("state").getLong(0)).isEqualTo(5);
          turn.detach("outer");
        });
    turn(turn -> assertThat(turn.region(0).getLong(0)).isEqualTo(6));
    turn(
        turn -> {
          turn.detach("last");
          turn.regions().attachShared("text", "libc.text");
        });
    turn(
        turn -> {
          assertThat(turn.region(0).isWritable()).isFalse();
          assertThat(turn.region("text").getByte(4999)).isEqualTo((byte) 0x55);
        });
  }
}
