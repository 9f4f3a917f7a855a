package dev.dormouse.component;

import static dev.dormouse.emulation.mutation.Edit.in;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.component.SurveySpan.Kind;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.MutantRunner;
import dev.dormouse.emulation.mutation.Mutation;
import dev.dormouse.emulation.mutation.Verdict;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzzing finds it where a reader believes what it should not: checks are taken out of the readers, one at a time. */
class FuzzFindsTest {
  private static final MutantRunner RUNNER = new MutantRunner(name -> name.startsWith("dev.dormouse."), Duration.ofMinutes(2));
  private static final int MOST_CASES = 1000;
  private static final long SEED = 20_260_131;

  /** Inputs that nobody chose, to records of one kind, until one of them finds something. The corpus has no part in it. */
  private static Verdict fuzz(Kind kind) {
    FuzzSubject subject = FuzzSubject.both().getLast();
    Random random = new Random(SEED);
    for (int cases = 1; cases <= MOST_CASES; cases++) {
      FuzzCase one = FuzzCase.random(random, subject, subject.spansOf(kind));
      try {
        FuzzJudge.judge(subject, one);
      } catch (RuntimeException | Error found) {
        return Verdict.killed(one + ": " + found, cases);
      }
    }
    return Verdict.survived(MOST_CASES);
  }

  /** Components' records. */
  public static final class Records implements KillSuite {
    @Override
    public Verdict run() {
      return fuzz(Kind.RECORD);
    }
  }

  /** Entries of the page table. */
  public static final class Pages implements KillSuite {
    @Override
    public Verdict run() {
      return fuzz(Kind.PAGE_STATE);
    }
  }

  /** The log of an epoch that is to be carried out. */
  public static final class Logs implements KillSuite {
    @Override
    public Verdict run() {
      return fuzz(Kind.COMMITTED_LOG);
    }
  }

  static Stream<Arguments> planted() {
    return Stream.of(
        believes("a record is believed where its region lies", "component.Waker", "read", "RegionEntry.liesIn", Records.class),
        believes("the page table is believed of which class a slab is", "heap.PageTable", "isSound(JJ)", "SizeClasses.isSlabClass", Pages.class),
        believes("a log is believed what its intents name", "recovery.LogReplay", "isPlausibleIntent", "Heap.isPlausible", Logs.class));
  }

  private static Arguments believes(String what, String className, String method, String check, Class<? extends KillSuite> suite) {
    return Arguments.of(Mutation.of(what, "I8", "dev.dormouse." + className, in(method).callAnswers(check, true)), suite);
  }

  @ParameterizedTest
  @MethodSource("planted")
  void aCheckThatIsMissing(Mutation mutation, Class<? extends KillSuite> suite) {
    assertThat(RUNNER.run(mutation, suite).killed()).as(mutation.name()).isTrue();
  }

  @Test
  void andNothingWhereNoneIs() {
    assertThat(RUNNER.runOriginal(Logs.class)).isEqualTo(Verdict.survived(MOST_CASES));
  }
}
