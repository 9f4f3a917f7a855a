package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.LitmusProgram.Expected;
import dev.dormouse.emulation.LitmusSchedules.Action;
import dev.dormouse.heap.Media;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the litmus tests of {@code src/test/resources/litmus}: each model allows and forbids what it must. What it does with
 * the outcomes that a test leaves open is pinned by a second computation.
 */
class LitmusTest {
  private static final Set<String> MODELS = Set.of("PX86", "EADR", "PAGE_CACHE", "SECTORS");
  private static final int LEAST_TESTS = 20;

  /** A litmus test under one model. */
  record Case(LitmusProgram program, PersistencyModel model) {
    @Override
    public String toString() {
      return program.name() + " under " + model;
    }
  }

  static List<LitmusProgram> programs() {
    try (Stream<Path> files = Files.list(Path.of(Objects.requireNonNull(LitmusTest.class.getResource("/litmus")).toURI()))) {
      return files.filter(file -> file.toString().endsWith(".litmus")).sorted().map(LitmusProgram::read).toList();
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("litmus tests: cannot be listed: " + e, e);
    }
  }

  static List<Case> cases() {
    return programs().stream()
        .flatMap(program -> Arrays.stream(PersistencyModel.values()).map(model -> new Case(program, model)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void leavesWhatIsAllowedAndNothingThatIsForbidden(Case one) {
    Set<String> seen = outcomes(one.program, one.model);
    Expected expected = one.program.expected().get(one.model.name());
    assertThat(seen).as("outcomes of %s, from %s", one, one.program.source()).containsAll(expected.allowed());
    assertThat(expected.forbidden()).as("forbidden outcomes of %s, from %s", one, one.program.source())
        .noneMatch(seen::contains);
    assertThat(seen).as("outcomes of %s, beside those of the declarative model", one)
        .isEqualTo(DeclarativeModel.valueOf(one.model.name()).outcomes(one.program));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void everyFileSaysWhereItComesFromAndWhatEachModelMustDo(LitmusProgram program) {
    assertThat(program.source()).isNotBlank();
    assertThat(program.threads()).isNotEmpty().allSatisfy(thread -> assertThat(thread).isNotEmpty());
    assertThat(program.expected().keySet()).isEqualTo(MODELS);
    program.expected().forEach((model, expected) -> {
      assertThat(expected.allowed()).as(model).isNotEmpty();
      List<String> named = new ArrayList<>(expected.allowed());
      named.addAll(expected.forbidden());
      named.addAll(expected.open());
      assertThat(named).as("outcomes that %s names, each once", model)
          .containsExactlyInAnyOrderElementsOf(program.combinations());
    });
  }

  /**
   * A suite in which no model forbade anything, or two were alike, would pin nothing. Words that were stored in order can be
   * left in order under every model, so none forbids what eADR allows.
   */
  @Test
  void thereAreEnoughOfThemAndTheyTellTheModelsApart() {
    List<LitmusProgram> programs = programs();
    assertThat(programs).hasSizeGreaterThanOrEqualTo(LEAST_TESTS);
    for (String model : MODELS) {
      assertThat(programs).as("tests in which %s forbids something", model)
          .anySatisfy(program -> assertThat(program.expected().get(model).forbidden()).isNotEmpty());
      for (String other : MODELS) {
        if (!model.equals(other) && !other.equals("EADR")) {
          assertThat(programs).as("tests in which %s forbids what %s allows", model, other)
              .anySatisfy(program -> assertThat(program.expected().get(other).allowed())
                  .anyMatch(program.expected().get(model).forbidden()::contains));
        }
      }
    }
  }

  /** What crashes leave of the program's variables, over all its schedules. */
  private static Set<String> outcomes(LitmusProgram program, PersistencyModel model) {
    Set<String> seen = new TreeSet<>();
    try (Players players = new Players(program)) {
      for (List<Action> schedule : LitmusSchedules.of(program)) {
        CrashReport report =
            CrashExplorer.explore(
                CrashMedia.zeros(program.sizeBytes()),
                media -> players.play(schedule, media),
                media -> {},
                (media, marks) -> seen.add(outcome(program, media)),
                CrashOptions.of(model).withRecoveryDepth(0));
        report.requireClean();
        assertThat(report.exhaustive()).isTrue();
      }
    }
    return seen;
  }

  private static String outcome(LitmusProgram program, Media media) {
    StringBuilder outcome = new StringBuilder();
    program.offsets().values().forEach(offset -> outcome.append(media.getLong(offset)));
    return outcome.toString();
  }

  /** A Java thread for each thread of a program, because a medium tells write-backs and fences of threads apart. */
  private static final class Players implements AutoCloseable {
    private final LitmusProgram program;
    private final List<ExecutorService> threads = new ArrayList<>();
    /** CLFLUSH needs no fence and is none: it is played as a write-back and a fence of somebody else. */
    private final ExecutorService flusher = Executors.newSingleThreadExecutor();

    Players(LitmusProgram program) {
      this.program = program;
      program.threads().forEach(thread -> threads.add(Executors.newSingleThreadExecutor()));
    }

    /** Plays the actions one after the other, each in its thread. */
    void play(List<Action> schedule, Media media) throws Exception {
      for (Action action : schedule) {
        ExecutorService player =
            action.verb() == LitmusProgram.Verb.CLFLUSH ? flusher : threads.get(action.thread());
        player.submit(() -> act(action, media)).get();
      }
      // The explorer wants a fence in every scenario. This one is by a thread that has nothing to order.
      media.fence();
    }

    private void act(Action action, Media media) {
      long offset = program.offsets().getOrDefault(action.variable(), 0L);
      switch (action.verb()) {
        case STORE -> media.putLong(offset, action.value());
        case RELEASE -> media.putLongRelease(offset, action.value());
        case CLWB -> media.flush(offset, Long.BYTES);
        case CLFLUSH -> media.persist(offset, Long.BYTES);
        case SFENCE -> media.fence();
        case SYNC -> media.sync();
        case SETTLE -> media.settle(offset, action.value());
        case LOAD, RMW, MFENCE -> throw new AssertionError(action + " never reaches a medium");
      }
    }

    @Override
    public void close() {
      threads.forEach(ExecutorService::close);
      flusher.close();
    }
  }
}
