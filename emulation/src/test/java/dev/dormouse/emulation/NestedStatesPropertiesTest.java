package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

/**
 * Compares the explorer with {@link NaiveStates}, through crashes inside recoveries too: random scenarios of up to three
 * threads, with random recoveries that do something else in each life, as one does that finds a half-done recovery.
 */
class NestedStatesPropertiesTest {
  /** Words at the edges of words, lines and the sector; the pool ends inside a word. */
  private static final long[] WORDS = {0, 8, 56, 64, 504, 512, 520};

  private static final int LONGEST = 24;
  private static final int SIZE = 523 + LONGEST;

  /** Where recoveries count their lives: in the line of other words or in one of its own. */
  private static final long[] COUNTERS = {32, 128};

  private static final String[] PROPERTIES = {"crash.seed", "crash.point", "crash.choices"};

  /** What one of the threads does to the medium; where that is nothing, it marks. */
  private record Step(int thread, Act act) {}

  /** What is stored depends on what is read. */
  private interface Act {
    void on(Media media);
  }

  /** A scenario, a recovery and a check, all made from a seed. */
  private static final class Program {
    private final Random random;
    private final CrashOptions options;
    private final List<Step> scenario = new ArrayList<>();
    private final List<List<Act>> lives = new ArrayList<>();
    private final int wordCount;
    private final long counter;
    private final int manner;
    private final long[] looksAt;

    Program(PersistencyModel model, long seed) {
      random = new Random(seed);
      CrashOptions all = CrashOptions.of(model).withImages(1 << 20, 1 << 20).withRecoveryDepth(random.nextInt(3));
      options = random.nextBoolean() ? all : all.withBulkAscending();
      wordCount = 2 + random.nextInt(WORDS.length - 1);
      counter = COUNTERS[random.nextInt(COUNTERS.length)];
      manner = random.nextInt(3);
      looksAt = new long[] {word(), word(), word()};
      scenario.add(new Step(0, media -> media.putLong(0, 5)));
      scenario.add(new Step(0, Media::fence));
      int threads = 1 + random.nextInt(3);
      for (int count = 3 + random.nextInt(9 - options.recoveryDepth() * 2); count > 0; count--) {
        scenario.add(new Step(random.nextInt(threads), random.nextInt(6) == 0 ? null : act()));
      }
      boolean persists = random.nextBoolean();
      for (int count = 2 + random.nextInt(2); count > 0; count--) {
        List<Act> life = new ArrayList<>();
        for (int acts = random.nextInt(4); acts > 0; acts--) {
          life.add(act());
        }
        lives.add(life);
        life.add(random.nextInt(life.size() + 1), countTo(lives.size(), persists));
      }
    }

    private Act countTo(int number, boolean persists) {
      return media -> {
        media.putLong(counter, number);
        if (persists) {
          media.persist(counter, Long.BYTES);
          media.sync();
        }
      };
    }

    private long word() {
      return WORDS[random.nextInt(wordCount)];
    }

    private Act act() {
      long to = word();
      long from = word();
      byte value = (byte) (1 + random.nextInt(3));
      int length = 1 + random.nextInt(LONGEST);
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, 0, (length + 1) / 2, value);
      return switch (random.nextInt(17)) {
        case 0, 1 -> media -> media.putLong(to, value);
        case 2 -> media -> media.putLongRelease(to, value);
        case 3 -> media -> media.putLong(to, media.getLong(from) + value);
        case 4 -> media -> media.putShort(to + 7, (short) (value * 0x101));
        case 5 -> media -> media.putByte(to + 3, value);
        case 6, 7 -> media -> media.persist(to, length);
        case 8 -> media -> media.flush(to, length);
        case 9 -> Media::fence;
        case 10 -> media -> media.fill(to, media.getLong(from) % 2 == 0 ? 1 : length, value);
        case 11 -> media -> media.write(to + value, bytes, 0, length);
        case 12 -> media -> media.copy(from, to, length);
        case 13 -> media -> media.putLong(media.getLong(from) == value ? to : from, 0);
        case 14 -> media -> media.lend(to, length, segment -> segment.fill(value));
        case 15 -> media -> media.settle(to, value == 3 ? SIZE - to : length);
        default -> Media::sync;
      };
    }

    /** The threads take turns; {@code others} are all but the first. */
    void run(CrashMedia media, List<ExecutorService> others) throws Exception {
      for (int i = 0; i < scenario.size(); i++) {
        int number = i;
        Step step = scenario.get(i);
        Runnable turn = step.act == null ? () -> media.mark(number) : () -> step.act.on(media);
        if (step.thread == 0) {
          turn.run();
        } else {
          Future<?> done = others.get(step.thread - 1).submit(turn);
          done.get();
        }
      }
    }

    void recover(Media media) {
      lives.get((int) Long.remainderUnsigned(media.getLong(counter), lives.size())).forEach(act -> act.on(media));
    }

    /** Looks at the whole pool, or at a second word only if the first says so, after a store of its own or without. */
    String look(Media media) {
      if (manner == 0) {
        byte[] bytes = new byte[SIZE];
        media.read(0, bytes, 0, SIZE);
        return Arrays.toString(bytes);
      }
      long first = media.getLong(looksAt[0]);
      if (manner == 1) {
        media.putLong(looksAt[1], 77);
      }
      long second = first % 2 == 0 ? -1 : media.getLong(looksAt[1]);
      return first + " " + second + " " + (second == 3 ? 0 : media.getInt(looksAt[2]) + " " + media.getByte(SIZE - 1));
    }

    CrashReport explore(List<ExecutorService> others, CrashExplorer.Invariant check) {
      return CrashExplorer.explore(CrashMedia.zeros(SIZE), media -> run(media, others), this::recover, check, options);
    }

    Optional<Set<String>> exploreNaively(List<ExecutorService> others) throws Exception {
      CrashMedia media = new CrashMedia(CrashMedia.zeros(SIZE), options.model(), FaultPlan.NONE, Sources.NONE);
      run(media, others);
      media.stopRecording();
      return NaiveStates.observations(SIZE, media.recorded(), this::recover, this::look, options);
    }
  }

  @Property(tries = 150)
  @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
  void theCheckSeesExactlyTheStatesOfTheDefinition(@ForAll PersistencyModel model, @ForAll long seed) throws Exception {
    compare(new Program(model, seed), NestedStatesPropertiesTest::compareObservations);
  }

  @Property(tries = 150)
  @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
  void theLineOfEveryViolationFailsAgain(@ForAll PersistencyModel model, @ForAll long seed) throws Exception {
    compare(new Program(model, seed), NestedStatesPropertiesTest::reproduceViolations);
  }

  /** Compares a program's exploration with what there is to be seen. */
  private interface Comparison {
    void compare(Program program, List<ExecutorService> others, Set<String> expected);
  }

  /** Leaves out programs with more states than there is time for; a test that left out most of them would say nothing. */
  private static void compare(Program program, Comparison comparison) throws Exception {
    try (ExecutorService second = Executors.newSingleThreadExecutor();
        ExecutorService third = Executors.newSingleThreadExecutor()) {
      List<ExecutorService> others = List.of(second, third);
      Optional<Set<String>> expected = program.exploreNaively(others);
      expected.ifPresent(observations -> comparison.compare(program, others, observations));
      Statistics.label("compared")
          .collect(expected.isPresent())
          .coverage(coverage -> coverage.check(true).percentage(share -> share >= 50));
    }
  }

  private static void compareObservations(Program program, List<ExecutorService> others, Set<String> expected) {
    Set<String> seen = new TreeSet<>();
    CrashReport report =
        program.explore(others, (media, marks) -> seen.add(NaiveStates.observation(program.look(media), marks)));
    report.requireClean();
    assertThat(report.exhaustive()).isTrue();
    assertThat(seen).as("%s", program.options).isEqualTo(expected);
  }

  private static void reproduceViolations(Program program, List<ExecutorService> others, Set<String> expected) {
    CrashExplorer.Invariant check =
        (media, marks) -> {
          String seen = NaiveStates.observation(program.look(media), marks);
          assertThat(isAllowed(seen)).as(seen).isTrue();
        };
    List<CrashViolation> violations = program.explore(others, check).violations();
    assertThat(violations.isEmpty()).isEqualTo(expected.stream().allMatch(NestedStatesPropertiesTest::isAllowed));
    for (CrashViolation violation : violations) {
      assertThat(violation.message()).doesNotContain("it did not come up again");
      CrashReport again = reproduce(violation.reproduction(), () -> program.explore(others, check));
      assertThat(again.violations()).as(violation.reproduction()).hasSize(1);
      assertThat(again.violations().getFirst().cause()).hasMessage(violation.cause().getMessage());
    }
  }

  /** A promise that no program was made for, so that it is broken here and there. */
  private static boolean isAllowed(String observation) {
    return Math.floorMod(observation.hashCode() >> 3, 3) != 0;
  }

  /** Does what the shell and {@code java} do with the line. */
  private static CrashReport reproduce(String line, Supplier<CrashReport> exploration) {
    try {
      for (String option : line.split(" ", -1)) {
        String[] parts = option.substring(2).split("=", -1);
        System.setProperty(parts[0], parts[1]);
      }
      return exploration.get();
    } finally {
      for (String property : PROPERTIES) {
        System.clearProperty(property);
      }
    }
  }
}
