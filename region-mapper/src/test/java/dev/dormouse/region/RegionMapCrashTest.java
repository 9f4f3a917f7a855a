package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.recovery.Epoch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Crashes attach, detach and resize at every persist point: the table, the regions' bytes and who owns what are those of one
 * commit (I1, I2), and every extent of the component is in its table (I3).
 */
class RegionMapCrashTest {
  private final CrashMedia first = CrashMedia.zeroed(256 << 10);
  private final RegionStage stage = RegionStage.create(first);

  /** What the component has: its entries and the bytes of each. */
  private static String look(RegionStage stage) {
    StringBuilder seen = new StringBuilder();
    RegionTable table = stage.table(null);
    for (int i = 0; i < table.count(); i++) {
      RegionEntry entry = table.get(i);
      byte[] bytes = new byte[(int) entry.lengthBytes()];
      if (entry.kind() == RegionKind.OWN) {
        stage.media.read(entry.extentOffset(), bytes, 0, bytes.length);
      }
      seen.append(RegionStage.NAMES.text(entry.nameSymbol())).append(' ').append(entry.rights()).append(' ').append(entry.map()).append(' ')
          .append(entry.address()).append(' ').append(bytes.length).append(' ').append(Arrays.hashCode(bytes)).append('\n');
    }
    return seen.toString();
  }

  private static void requireEveryExtentIsInTheTable(RegionStage stage) {
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
    Set<Long> listed = new HashSet<>(Set.of(stage.table.offset()));
    RegionTable table = stage.table(null);
    for (int i = 0; i < table.count(); i++) {
      if (table.get(i).kind() == RegionKind.OWN) {
        listed.add(table.get(i).extentOffset());
      }
    }
    assertThat(owned).isEqualTo(listed);
  }

  private CrashReport explore(PersistencyModel model, List<Consumer<Epoch>> turns, RegionStage[] running) {
    List<String> states = new ArrayList<>();
    Extent table = stage.table;
    return CrashExplorer.explore(
        first.processKilled(),
        media -> {
          running[0] = RegionStage.open(media, table);
          states.clear();
          states.add(look(running[0]));
          for (Consumer<Epoch> turn : turns) {
            Epoch epoch = running[0].lanes.lease();
            turn.accept(epoch);
            epoch.commit();
            running[0].lanes.giveBack(epoch);
            states.add(look(running[0]));
            media.mark(states.size() - 1);
          }
        },
        media -> RegionStage.open(media, table),
        (media, marks) -> {
          RegionStage recovered = RegionStage.open(media, table);
          int last = marks.isEmpty() ? 0 : (int) marks.getLast();
          assertThat(look(recovered)).isIn(states.get(last), states.get(Math.min(last + 1, states.size() - 1)));
          requireEveryExtentIsInTheTable(recovered);
        },
        CrashOptions.of(model).withImages(150, 6));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void attachWriteResizeAndDetachHappenWholeOrNotAtAll(PersistencyModel model) {
    RegionStage[] running = new RegionStage[1];
    CrashReport report =
        explore(
            model,
            List.of(
                epoch -> {
                  RegionMap map = running[0].map(epoch);
                  map.attach("a", 100, 0, RegionRights.READ_WRITE);
                  map.attach("b", 5000, 8192, RegionRights.READ_WRITE);
                  running[0].view(epoch, running[0].table(epoch).get(0)).fill(10, 80, (byte) 1);
                },
                epoch -> {
                  running[0].view(epoch, running[0].table(epoch).get(0)).fill(0, 8, (byte) 2);
                  running[0].map(epoch).resize("a", 300);
                  running[0].view(epoch, running[0].table(epoch).get(0)).fill(290, 10, (byte) 3);
                },
                epoch -> {
                  running[0].map(epoch).resize("a", 50);
                  running[0].map(epoch).protect("a", RegionRights.READ);
                },
                epoch -> running[0].map(epoch).detach("b")),
            running);
    report.requireClean();
    assertThat(report.distinctStates()).isGreaterThan(200);
  }

  /** I4: what was given up in an extent and is gained again is zero in every state, and what an undone turn gained is as it was. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void whatIsGainedAgainInTheSameExtentIsZeroInEveryState(PersistencyModel model) {
    RegionStage[] running = new RegionStage[1];
    CrashReport report =
        explore(
            model,
            List.of(
                epoch -> {
                  RegionMap map = running[0].map(epoch);
                  map.attach("a", 1000, 0, RegionRights.READ_WRITE);
                  map.region("a").fill(0, 1000, (byte) 1);
                },
                epoch -> running[0].map(epoch).resize("a", 700),
                epoch -> running[0].map(epoch).resize("a", 1000),
                epoch -> running[0].map(epoch).region("a").fill(600, 400, (byte) 2),
                epoch -> {
                  RegionMap map = running[0].map(epoch);
                  map.resize("a", 600);
                  map.resize("a", 900);
                  map.region("a").fill(890, 10, (byte) 3);
                },
                // To another extent, and back to one of the old size.
                epoch -> running[0].map(epoch).resize("a", 300),
                epoch -> running[0].map(epoch).resize("a", 1000)),
            running);
    report.requireClean();
    assertThat(report.distinctStates()).isGreaterThan(200);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void managedDataspacesComeAndGoWithAllThatIsInThem(PersistencyModel model) {
    RegionStage[] running = new RegionStage[1];
    CrashReport report =
        explore(
            model,
            List.of(
                epoch -> {
                  RegionMap outer = running[0].map(epoch).attachManaged("outer", 1 << 20, 0, RegionRights.READ_WRITE);
                  outer.attachManaged("inner", 1 << 16, 4096, RegionRights.READ_WRITE).attach("a", 100);
                  outer.attach("b", 300, 1 << 18, RegionRights.READ_WRITE);
                  outer.region("b").fill(10, 80, (byte) 1);
                },
                epoch -> {
                  RegionMap inner = running[0].map(epoch).managed("outer").managed("inner");
                  inner.attach("c", 64);
                  inner.region("c").fill(0, 64, (byte) 2);
                  running[0].map(epoch).protect("outer", RegionRights.READ);
                },
                epoch -> running[0].map(epoch).resize("outer", 1 << 19),
                epoch -> running[0].map(epoch).managed("outer").detach("inner"),
                epoch -> {
                  running[0].map(epoch).detach("outer");
                  running[0].map(epoch).attachManaged("outer", 100, 0, RegionRights.READ_WRITE).attach("a", 100);
                }),
            running);
    report.requireClean();
    assertThat(report.distinctStates()).isGreaterThan(200);
  }
}
