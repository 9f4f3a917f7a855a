package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionKind;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that catch what stopped a change of several steps halfway, and end their turn as if nothing had been: no half of
 * it is committed (I2), and no extent is lost or owned twice (I3).
 */
@Timeout(120)
final class HalfDoneChangeTest {
  // No room for a log to go on in: a lane's 63 lines are all there is.
  private static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);

  @TempDir Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(folder.resolve("book.txt"), "Down, down, down.");
  }

  /** Does what the test put in. */
  public static final class InnerProgram implements Program {
    static volatile Consumer<Turn> inside = turn -> {};

    @Override
    public void turn(Turn turn) {
      inside.accept(turn);
    }
  }

  private StoreOptions existing() {
    return StoreOptions.existing().bootIdentity(BOOT).awake(3).fileRoot("books", folder);
  }

  /** A component whose table of regions is full: one region lies in its record, four in the table. */
  private CrashImage prepared() {
    CrashMedia media = CrashMedia.zeroed(SMALL.sizeBytes());
    try (ProcessStore store =
        ProcessStore.open(
            media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3).fileRoot("books", folder))) {
      store.create(
          "cart",
          spec -> {
            spec.program(InnerProgram.class).region("r0", 5000);
            for (int i = 1; i < 5; i++) {
              spec.region("r" + i, 100);
            }
            spec.file("books", "book.txt");
          });
      store.createDataspace("book", 100, view -> view.fill(0, 100, (byte) 5));
      InnerProgram.inside =
          turn -> {
            turn.regions().detach("r4");
            turn.regions().detach("r3");
            turn.attach("r3", 100);
            RegionMap map = turn.regions().attachManaged("map", 10_000, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
            map.attachManaged("r1", 5000, 0, RegionRights.READ_WRITE).attachShared("r4", "book");
          };
      store.component("cart").invoke(ByteBuffer.allocate(0));
      // Its symbol is there.
      store.create("other", spec -> spec.program(ScriptProgram.class).region("new", 64));
    }
    return media.processKilled();
  }

  private static Map<String, String> look(ProcessStore store) {
    Component cart = store.component("cart");
    ComponentInfo info = cart.info();
    StringBuilder text = new StringBuilder(info.regions() + " " + info.slots());
    InnerProgram.inside =
        turn -> {
          for (ComponentInfo.RegionInfo region : info.regions()) {
            if (region.kind() == RegionKind.MANAGED) {
              continue;
            }
            byte[] bytes = new byte[(int) region.lengthBytes()];
            turn.region(region.name()).get(0, bytes, 0, bytes.length);
            text.append(' ').append(region.name()).append(Arrays.hashCode(bytes));
          }
        };
    cart.invoke(ByteBuffer.allocate(0));
    return Map.of("cart", text.toString(), "attachments", Long.toString(store.dataspace("book").attachments()));
  }

  /** A turn that fills the log up, changes something, and takes no notice if that finds no room. Whether it did. */
  private static boolean turn(ProcessStore store, int lines, boolean together, Consumer<Turn> change) {
    boolean[] full = new boolean[1];
    InnerProgram.inside =
        turn -> {
          if (together) {
            // Two lines in one record: one line of log less, so that every number of lines is once what is left.
            turn.region("r0").prepareWrite(0, 128);
          }
          for (int line = 0; line < lines; line++) {
            turn.region("r0").putLong(line * 64L, 1);
          }
          try {
            change.accept(turn);
          } catch (PoolFull e) {
            full[0] = true;
          }
        };
    try {
      store.component("cart").invoke(ByteBuffer.allocate(0));
    } catch (PoolFull e) {
      full[0] = true;
    } catch (TurnFailed e) {
      assertThat(e).hasCauseInstanceOf(PoolFull.class);
      full[0] = true;
    }
    return full[0];
  }

  /** Everything that may be found: nothing of the turn, the lines alone, or all of it. */
  private Set<Map<String, String>> whole(CrashImage initial, int lines, Consumer<Turn> change) {
    Set<Map<String, String>> states = new HashSet<>();
    for (Consumer<Turn> what : List.<Consumer<Turn>>of(turn -> {}, change)) {
      // More room for the log, in an epoch for each line: the state is the same.
      try (ProcessStore store = ProcessStore.open(new CrashMedia(initial), existing())) {
        states.add(look(store));
        for (int line = 0; line < lines; line++) {
          long at = line * 64L;
          InnerProgram.inside = turn -> turn.region("r0").putLong(at, 1);
          store.component("cart").invoke(ByteBuffer.allocate(0));
        }
        InnerProgram.inside = what;
        store.component("cart").invoke(ByteBuffer.allocate(0));
        states.add(look(store));
      }
    }
    return states;
  }

  private void neverHalf(Consumer<Turn> change) {
    CrashImage initial = prepared();
    int full = 0;
    for (int step = 4; step < 62; step++) {
      int lines = step / 2;
      CrashMedia media = new CrashMedia(initial);
      Set<Map<String, String>> states = whole(initial, lines, change);
      try (ProcessStore store = ProcessStore.open(media, existing())) {
        full += turn(store, lines, step % 2 == 1, change) ? 1 : 0;
        Map<String, String> found = look(store);
        assertThat(found).as("I2: step %s", step).isIn(states);
        store.hibernateAll();
        assertThat(look(store)).as("I2: step %s, as the pool has it", step).isEqualTo(found);
      }
      assertThat(StoreVerifier.verify(media.processKilled(), BOOT).findings()).as("I3: step %s", step).isEmpty();
    }
    assertThat(full).as("turns that met a full log").isPositive();
  }

  @Test
  void i2AnAttachThatGrowsTheTableIsWholeOrNotAtAll() {
    neverHalf(turn -> turn.attach("new", 200));
  }

  @Test
  void i2ADetachIsWholeOrNotAtAll() {
    neverHalf(turn -> turn.detach("r2"));
  }

  @Test
  void i2ADetachOfTheRegionInTheRecordIsWholeOrNotAtAll() {
    neverHalf(turn -> turn.detach("r0"));
  }

  @Test
  void i2AResizeIsWholeOrNotAtAll() {
    neverHalf(turn -> turn.resize("r3", 700));
  }

  @Test
  void i2AResizeThatZeroesWhatItGainsIsWholeOrNotAtAll() {
    // 5,000 bytes have two pages.
    neverHalf(
        turn -> {
          turn.resize("r0", 4500);
          turn.resize("r0", 8000);
        });
  }

  @Test
  void i2ADataspaceThatIsAttachedAndFilledIsWholeOrNotAtAll() {
    neverHalf(
        turn -> {
          RegionMap map = turn.regions().attachManaged("new", 1 << 20, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
          map.attachShared("r1", "book");
          map.attach("r0", 100);
          turn.regions().detach("r1");
        });
  }

  @Test
  void i2ADataspaceIsDetachedWithAllThatIsInItOrNotAtAll() {
    neverHalf(turn -> turn.regions().detach("map"));
  }

  @Test
  void i2APositionInAFileIsMovedWholeOrNotAtAll() {
    neverHalf(turn -> turn.file(0).position(5));
  }

  @Test
  void i3TheRegionBeyondTheLastIsRefusedAndNoExtentIsLost() {
    long poolBytes = 8 << 20;
    CrashMedia media = CrashMedia.zeroed(poolBytes);
    try (ProcessStore store = ProcessStore.open(media, StoreOptions.create(poolBytes).bootIdentity(BOOT))) {
      Component full =
          store.create(
              "full",
              spec -> {
                spec.program(InnerProgram.class);
                for (int i = 0; i < 255; i++) {
                  spec.region("r" + i, 64);
                }
              });
      InnerProgram.inside =
          turn -> {
            assertThatThrownBy(() -> turn.attach("one-more", 64))
                .isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.TOO_MANY_REGIONS))
                .hasMessageContaining("at most 255");
            // Refused before anything changed, so that the turn goes on.
            turn.region("r0").putLong(0, 1);
          };
      full.invoke(ByteBuffer.allocate(0));
      assertThat(full.info().regions()).hasSize(255);
      InnerProgram.inside = turn -> turn.region("r254").putLong(0, 1);
      full.invoke(ByteBuffer.allocate(0));
      store.create("other", spec -> spec.program(ScriptProgram.class).region("state", 64));
      assertThat(ask(store.component("other"), "sum state")).isEqualTo("64#0");
    }
    assertThat(StoreVerifier.verify(media.processKilled(), BOOT).findings()).as("I3").isEmpty();
  }
}
