package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;

import dev.dormouse.component.mutants.Replacements;
import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.PoolReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Crashes a small store in one step after the other. It may be a mutant: what its requests have to answer is therefore said by
 * each step, and only what a crash may leave is taken from a run without one.
 */
final class StoreStage implements AutoCloseable {
  static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);
  static final BootIdentity BOOT = new BootIdentity(7, 7);

  private final Path folder;

  StoreStage() throws IOException {
    folder = Files.createTempDirectory("mutant");
    Files.writeString(book(), "Down, down, down. Would the fall never come to an end?");
  }

  private Path book() {
    return folder.resolve("book.txt");
  }

  @Override
  public void close() throws IOException {
    Files.delete(book());
    Files.delete(folder);
  }

  /** Something that a caller asks of the store; where it is repeatable, it may be asked again. */
  record Step(Consumer<ProcessStore> action, boolean repeatable) {}

  static Step once(Consumer<ProcessStore> action) {
    return new Step(action, false);
  }

  static Step turn(String component, String script, String reply) {
    return once(store -> requireEqual(ask(store.component(component), script), reply));
  }

  static Step request(String component, long id, String script, String reply) {
    return new Step(store -> requireEqual(ask(store.component(component), id, script), reply), true);
  }

  static Step failing(String component, String script) {
    return once(
        store -> {
          try {
            ask(store.component(component), script);
          } catch (TurnFailed expected) {
            return;
          }
          throw new AssertionError("a turn that throws did not fail");
        });
  }

  static void requireEqual(Object found, Object wanted) {
    if (!found.equals(wanted)) {
      throw new AssertionError("found " + found + ", expected " + wanted);
    }
  }

  static void cart(ComponentSpec spec) {
    spec.program(ScriptProgram.class).region("state", 256).region("more", 300);
  }

  private StoreOptions with(StoreOptions options) {
    return options.bootIdentity(BOOT).awake(3).fileRoot("books", folder).classLoader(ScriptProgram.class.getClassLoader());
  }

  StoreOptions fresh() {
    return with(StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL));
  }

  ProcessStore open(Media media) {
    return ProcessStore.open(media, with(StoreOptions.existing()));
  }

  /** A closed store in which something was done. */
  PoolReader prepared(Consumer<ProcessStore> setup) {
    CrashMedia media = new CrashMedia(CrashMedia.zeros(SMALL.sizeBytes()));
    Replacements.use(media);
    try (ProcessStore store = ProcessStore.open(media, fresh())) {
      setup.accept(store);
    }
    return media.processKilled();
  }

  static CrashOptions px86() {
    return CrashOptions.of(PersistencyModel.PX86).withBulkAscending().withImages(48, 3).withRecoveryDepth(0).stoppingAtFirstViolation();
  }

  Verdict explore(Consumer<ProcessStore> setup, Step... given) {
    return explore(px86(), setup, store -> {}, given);
  }

  /** I1, I2, I3; what else must hold in every state is said by {@code always}. */
  Verdict explore(CrashOptions options, Consumer<ProcessStore> setup, Consumer<ProcessStore> always, Step... given) {
    List<Step> steps = List.of(given);
    PoolReader initial = prepared(setup);
    List<Map<String, String>> states = new ArrayList<>();
    try (ProcessStore store = useAndOpen(new CrashMedia(initial))) {
      states.add(Snapshot.of(store));
      for (Step step : steps) {
        step.action.accept(store);
        states.add(Snapshot.of(store));
      }
    }
    return verdict(
        CrashExplorer.explore(
            initial,
            media -> {
              // Not closed: a killed store.
              ProcessStore store = useAndOpen(media);
              for (int i = 0; i < steps.size(); i++) {
                steps.get(i).action.accept(store);
                media.mark(i + 1);
              }
            },
            media -> open(media).close(),
            (media, marks) -> check(media, marks.size(), steps, states, always),
            options));
  }

  private ProcessStore useAndOpen(CrashMedia media) {
    Replacements.use(media);
    return open(media);
  }

  private void check(Media media, int acknowledged, List<Step> steps, List<Map<String, String>> states, Consumer<ProcessStore> always) {
    requireSound(media);
    ProcessStore store = open(media);
    Map<String, String> found = Snapshot.of(store);
    int next = Math.min(acknowledged + 1, steps.size());
    if (!found.equals(states.get(next))) {
      requireEqual(found, states.get(acknowledged));
    }
    always.accept(store);
    if (next > 0 && steps.get(next - 1).repeatable) {
      steps.get(next - 1).action.accept(store);
      requireEqual(Snapshot.of(store), states.get(next));
      requireSound(media);
    }
  }

  static void requireSound(Media media) {
    List<String> findings = StoreVerifier.verify(new MediaReader(media), BOOT).findings();
    requireEqual(findings, List.of());
  }

  static Verdict verdict(CrashReport report) {
    long states = report.distinctStates() + report.recoveryStates();
    return report.violations().isEmpty() ? Verdict.survived(states) : Verdict.killed(report.violations().getFirst().message(), Math.max(1, states));
  }

  /** So that lambdas may open a stage. */
  static Verdict with(StageTask task) {
    try (StoreStage stage = new StoreStage()) {
      return task.run(stage);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FunctionalInterface
  interface StageTask {
    Verdict run(StoreStage stage) throws IOException;
  }
}
