package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.FaultPlan;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Crashes a small store at every persist point of every operation, and inside the recoveries from those crashes (I6). After
 * each: every component is exactly at its last acknowledged turn or at the one whose commit was under way (I1, I2), verify
 * proves every byte (I3), and the last request, sent once more, is not applied twice (decision 10).
 */
final class StoreCrashTest {
  private static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);

  private static final int IMAGES = Integer.getInteger("dormouse.images", 120) * 4 / 5;
  private static final int RECOVERY_IMAGES = Integer.getInteger("dormouse.recoveryImages", 6) / 2;

  @TempDir Path folder;

  /** Something that a caller asks of the store; where it has a request id, it may be asked again. */
  private record Step(Consumer<ProcessStore> action, boolean repeatable) {}

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(folder.resolve("book.txt"), "Down, down, down. Would the fall never come to an end?");
  }

  private StoreOptions existing() {
    return StoreOptions.existing().bootIdentity(BOOT).salts(opening -> opening).awake(3).fileRoot("books", folder);
  }

  private StoreOptions fresh(Geometry geometry) {
    return StoreOptions.create(geometry.sizeBytes()).geometry(geometry).bootIdentity(BOOT).salts(opening -> opening).awake(3).fileRoot("books", folder);
  }

  private static Step once(Consumer<ProcessStore> action) {
    return new Step(action, false);
  }

  private static Step turn(String component, String script) {
    return once(store -> ask(store.component(component), script));
  }

  private static Step request(String component, long id, String script, String reply) {
    return new Step(store -> assertThat(ask(store.component(component), id, script)).isEqualTo(reply), true);
  }

  private static Step failing(String component, String script) {
    return once(
        store -> assertThatThrownBy(() -> ask(store.component(component), script)).isInstanceOf(TurnFailed.class));
  }

  private static void cart(ComponentSpec spec) {
    spec.program(ScriptProgram.class).region("state", 256).region("more", 300);
  }

  private CrashImage prepared(CrashStage stage, Geometry geometry, Consumer<ProcessStore> setup) {
    CrashMedia media = CrashMedia.zeroed(stage.mediaBytes(geometry.sizeBytes()));
    try (ProcessStore store = ProcessStore.open(media, fresh(geometry))) {
      setup.accept(store);
    }
    return media.processKilled();
  }

  /** What the store must look like after each step, and before the first. */
  private List<Map<String, String>> expected(PoolReader initial, List<Step> steps) {
    List<Map<String, String>> states = new ArrayList<>();
    try (ProcessStore store = ProcessStore.open(new CrashMedia(initial), existing())) {
      states.add(Snapshot.of(store));
      for (Step step : steps) {
        step.action.accept(store);
        states.add(Snapshot.of(store));
      }
    }
    return states;
  }

  private CrashReport explore(CrashStage stage, CrashOptions options, Consumer<ProcessStore> setup, Step... given) {
    return explore(stage, options, SMALL, setup, given);
  }

  private CrashReport explore(CrashStage stage, CrashOptions options, Geometry geometry, Consumer<ProcessStore> setup, Step... given) {
    List<Step> steps = List.of(given);
    CrashImage initial = prepared(stage, geometry, setup);
    List<Map<String, String>> states = expected(initial, steps);
    return CrashExplorer.explore(
        initial,
        media -> {
          try (ProcessStore store = ProcessStore.open(stage.on(media, geometry.sizeBytes()), existing())) {
            for (int i = 0; i < steps.size(); i++) {
              steps.get(i).action.accept(store);
              media.mark(i + 1);
            }
          }
        },
        media -> ProcessStore.open(stage.on(media, geometry.sizeBytes()), existing()).close(),
        (media, marks) -> {
          Media shown = stage.on(media, geometry.sizeBytes());
          try {
            isAtTheLastStepOrTheNext(shown, marks.size(), steps, states);
          } finally {
            if (stage.isJournaled()) {
              // Its memory is its own. What is crashed is closed by whoever crashed it.
              shown.close();
            }
          }
        },
        options);
  }

  private void isAtTheLastStepOrTheNext(Media media, int acknowledged, List<Step> steps, List<Map<String, String>> states) {
    verifiesClean(media);
    // Not closed, because that would close the medium; nobody sees what is stored here.
    ProcessStore store = ProcessStore.open(media, existing());
    Map<String, String> found = Snapshot.of(store);
    int next = Math.min(acknowledged + 1, steps.size());
    if (!found.equals(states.get(next))) {
      assertThat(found).as("I1: after %s acknowledged steps", acknowledged).isEqualTo(states.get(acknowledged));
    }
    if (next > 0 && steps.get(next - 1).repeatable) {
      steps.get(next - 1).action.accept(store);
      assertThat(Snapshot.of(store)).as("after request %s was sent again", next).isEqualTo(states.get(next));
      verifiesClean(media);
    }
  }

  private static void verifiesClean(Media media) {
    VerifyReport report = StoreVerifier.verify(new MediaReader(media), BOOT);
    assertThat(report.findings()).as("I3").isEmpty();
  }

  private static void assertExplored(CrashStage stage, CrashReport report, int leastPoints, long leastStates, long leastRecoveryStates) {
    if (stage.isJournaled()) {
      // Its points are its syncs, or each of its stores: other numbers.
      assertExplored(report, Math.min(9, leastPoints), Math.min(16, leastStates), stage == CrashStage.JOURNALED_POWER_LOST ? Math.min(200, leastRecoveryStates) : 0);
    } else {
      assertExplored(report, leastPoints, leastStates, leastRecoveryStates);
    }
  }

  private static void assertExplored(CrashReport report, int leastPoints, long leastStates, long leastRecoveryStates) {
    report.requireClean();
    assertThat(report.points()).as("points").isGreaterThanOrEqualTo(leastPoints);
    assertThat(report.distinctStates()).as("states").isGreaterThanOrEqualTo(leastStates);
    assertThat(report.recoveryStates()).as("states inside recoveries").isGreaterThanOrEqualTo(leastRecoveryStates);
  }

  private static CrashOptions options(CrashStage stage) {
    CrashOptions options = CrashOptions.of(stage.model());
    // Of a killed process every store is a point, and in each recovery again.
    return stage == CrashStage.JOURNALED_KILLED ? options.withImages(IMAGES, 1).withRecoveryDepth(0) : options.withImages(IMAGES, RECOVERY_IMAGES);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void aComponentIsThereWholeOrNotAtAll(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> store.create("neighbour", StoreCrashTest::cart),
            once(store -> store.create("cart", StoreCrashTest::cart)),
            request("cart", 1, "add state 0 5", "5"));
    assertExplored(stage, report, 9, 60, 600);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void theFirstComponentOfAPoolBringsItsSymbols(CrashStage stage) {
    assertExplored(stage, explore(stage, options(stage), store -> {}, once(store -> store.create("cart", StoreCrashTest::cart))), 12, 78, 900);
  }

  @ParameterizedTest
  @EnumSource
  void aTurnThatWritesTwoRegionsAndHasARequestIdIsAllOrNothing(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> {
              store.create("cart", StoreCrashTest::cart);
              store.create("other", StoreCrashTest::cart);
            },
            request("cart", 1, "add state 0 5; add state 192 9; add more 64 7", "5 9 7"),
            request("other", 1, "add more 0 1", "1"),
            request("cart", 2, "add state 0 5; fill more 3; add more 64 1", "10 " + (0x0303030303030303L + 1)));
    assertExplored(stage, report, 8, 60, 480);
  }

  @Test
  void aTurnSurvivesTwoCrashesInsideItsRecoveries() {
    CrashReport report =
        explore(
            CrashStage.PX86,
            CrashOptions.of(PX86).withImages(24, 3).withRecoveryDepth(2),
            store -> store.create("cart", StoreCrashTest::cart),
            request("cart", 1, "add state 0 5; add more 64 7; attach extra 100", "5 7"));
    assertExplored(report, 6, 60, 1800);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void regionsAreAttachedResizedAndDetachedWithTheTurn(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> {
              Component cart = store.create("cart", StoreCrashTest::cart);
              ask(cart, "fill state 1; fill more 2; attach doomed 500; fill doomed 9");
            },
            turn("cart", "attach extra 200; put extra 8 3"),
            turn("cart", "put state 0 4; resize state 700; put state 690 1; detach doomed"),
            turn("cart", "resize state 64; attach doomed 64; detach extra"));
    assertExplored(stage, report, 14, 180, 1200);
  }

  /** I4: what is gained again in the same extent is zero, and what an undone turn gained is as it was. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void whatARegionGainsAgainIsZeroInEveryState(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> {
              store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 512));
              ask(store.component("cart"), "fill state 7");
            },
            turn("cart", "resize state 300"),
            failing("cart", "resize state 512; put state 400 1; throw oops"),
            request("cart", 1, "resize state 512; get state 304; put state 304 9", "0"),
            request("cart", 2, "resize state 256; resize state 400; get state 304; get state 0", "0 " + 0x0707070707070707L));
    assertExplored(stage, report, 8, 90, 540);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void managedDataspacesComeAndGoWithTheTurn(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> {
              store.create("cart", StoreCrashTest::cart);
              ask(store.component("cart"), "map gone 100000; map gone/deep 5000; attach gone/deep/x 64; attach gone/y 200; fill gone/y 3");
            },
            turn("cart", "map library 100000; attach library/code 200; put library/code 8 5"),
            failing("cart", "detach gone; attach library/more 64; resize library 200000; throw oops"),
            turn("cart", "detach gone; protect library READ; resize library 50000"),
            turn("cart", "detach library; map library 64"));
    assertExplored(stage, report, 10, 120, 900);
  }

  /** Dataspaces are made and destroyed, attached and detached; their counts are those of the regions that show them, in every state. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void dataspacesAreMadeAttachedDetachedAndDestroyedWholeOrNotAtAll(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> store.create("cart", StoreCrashTest::cart),
            once(store -> store.createDataspace("rom", 700, view -> view.fill(0, 700, (byte) 9))),
            turn("cart", "show text rom; add state 0 1; map m 100000; show m/text rom"),
            failing("cart", "detach text; show again rom; throw oops"),
            once(store -> store.create("other", spec -> spec.program(ScriptProgram.class).share("text", "rom", 4096, 100, 64))),
            turn("cart", "detach m; detach text"),
            once(store -> store.component("other").destroy()),
            once(store -> store.destroyDataspace("rom")));
    assertExplored(stage, report, 25, 240, 1500);
  }

  @Test
  void countsOfDataspacesSurviveTwoCrashesInsideRecoveries() {
    CrashReport report =
        explore(
            CrashStage.PX86,
            CrashOptions.of(PX86).withImages(24, 3).withRecoveryDepth(2),
            store -> {
              store.create("cart", StoreCrashTest::cart);
              store.createDataspace("rom", 100, view -> view.fill(0, 100, (byte) 9));
              store.createDataspace("ram", 100, view -> view.fill(0, 100, (byte) 8));
              ask(store.component("cart"), "show a rom");
            },
            turn("cart", "show b ram; detach a; show c ram; add state 0 5"));
    assertExplored(report, 6, 60, 1200);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void aFilePositionMovesWithItsTurn(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> store.create("reader", spec -> spec.program(ScriptProgram.class).region("state", 64).file("books", "book.txt")),
            request("reader", 1, "read 0 6; add state 0 1", "Down,  1"),
            failing("reader", "read 0 6; add state 0 1; throw oops"),
            request("reader", 2, "read 0 5; add state 0 1", "down, 2"));
    assertExplored(stage, report, 8, 60, 480);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void aTurnThatThrowsNeverHappened(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> {
              store.create("cart", StoreCrashTest::cart);
              ask(store.component("cart"), "fill state 5");
            },
            failing("cart", "add state 0 5; fill more 1; attach extra 4096; resize state 1000; detach more; throw oops"),
            request("cart", 1, "add state 0 1", Long.toString(0x0505050505050505L + 1)),
            failing("cart", "fill state 7; throw oops"));
    assertExplored(stage, report, 8, 90, 540);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void aComponentIsDestroyedWholeOrNotAtAll(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> {
              store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 256).file("books", "book.txt"));
              store.create("neighbour", StoreCrashTest::cart);
              ask(store.component("cart"), "attach extra 5000; fill state 1; fill extra 2");
              ask(store.component("neighbour"), "fill state 3");
            },
            once(store -> store.component("cart").destroy()),
            // I4: what takes its place reads as zeros.
            once(store -> store.create("cart", StoreCrashTest::cart)),
            request("cart", 1, "get state 0; get state 248; get more 0", "0 0 0"),
            once(store -> store.component("neighbour").destroy()));
    assertExplored(stage, report, 14, 180, 1200);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void aRevocationStays(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage),
            store ->
                store.create(
                    "reader",
                    spec ->
                        spec.program(ScriptProgram.class).file("books", "book.txt").file("books", "book.txt").file("books", "book.txt")),
            once(store -> store.component("reader").revoke(0)),
            once(store -> store.component("reader").revoke(2)),
            failing("reader", "read 2 1"));
    assertExplored(stage, report, 5, 36, 210);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void aNameThatSplitsNodesOfTheDirectoryLosesNobody(CrashStage stage) {
    List<String> names = new ArrayList<>();
    CrashReport report =
        explore(
            stage,
            options(stage),
            store -> {
              // Two levels below the root: the same word of the root, and the same word of the node below it.
              names.addAll(namesThatMeetTwoLevelsDown(store, 3));
              store.create(names.get(0), StoreCrashTest::cart);
            },
            once(store -> store.create(names.get(1), spec -> spec.program(ScriptProgram.class))),
            once(store -> store.create(names.get(2), spec -> spec.program(ScriptProgram.class))),
            once(store -> store.component(names.get(1)).destroy()));
    assertExplored(stage, report, 9, 84, 720);
  }

  private static List<String> namesThatMeetTwoLevelsDown(ProcessStore store, int count) {
    Pool pool = store.engine().pool();
    WordTable root = WordTable.open(pool.media(), pool.header().roots().root0(), "the directory");
    int sameBits = 8 * root.wordCount() - 1;
    List<String> names = new ArrayList<>();
    for (int i = 0; names.size() < count; i++) {
      if ((root.hash(Names.encode("name", "n" + i)) & sameBits) == 0) {
        names.add("n" + i);
      }
    }
    return names;
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void openingAndClosingChangeNothing(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            options(stage).withRecoveryDepth(2),
            store -> ask(store.create("cart", StoreCrashTest::cart), 1, "add state 0 5"),
            request("cart", 1, "add state 0 5", "5"));
    assertExplored(stage, report, 4, 7, 240);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JOURNALED_KILLED")
  void aTurnThatOverflowsItsLaneIsAllOrNothing(CrashStage stage) {
    CrashReport report =
        explore(
            stage,
            // A log that goes on in an extent zeroes it first: very many points, and recoveries that are all alike.
            CrashOptions.of(stage.model()).withImages(16, 2).withRecoveryDepth(stage == CrashStage.PX86 ? 1 : 0),
            Geometry.of(640 << 10, 4, 4096, 2),
            store -> {
              store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 6000));
              ask(store.component("cart"), "fill state 1");
            },
            request("cart", 1, "put state 5000 7; fill state 2; say done", "done"),
            failing("cart", "fill state 3; throw oops"));
    assertExplored(stage, report, 10, 100, stage == CrashStage.PX86 ? 300 : 0);
  }

  /** I1 would be an empty promise if the explorer could not see it broken: without the log's stores it must. */
  @Test
  void anUndoLogThatNeverReachesTheMediaIsFound() {
    FaultPlan noLog =
        new FaultPlan() {
          @Override
          public boolean keepStoreOnMedia(long offset, long lengthBytes) {
            long inLanes = offset - SMALL.laneTableOffset();
            boolean inALog = inLanes >= 0 && inLanes < SMALL.laneCount() * SMALL.laneBytes() && inLanes % SMALL.laneBytes() >= 64;
            return !inALog;
          }
        };
    CrashReport report =
        explore(
            CrashStage.PX86,
            CrashOptions.of(PX86).withImages(48, 3).withFaults(noLog).stoppingAtFirstViolation(),
            store -> store.create("cart", StoreCrashTest::cart),
            request("cart", 1, "add state 0 5; add more 64 7", "5 7"));
    assertThat(report.violations()).isNotEmpty();
  }
}
