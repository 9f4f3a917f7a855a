package dev.dormouse.emulation.mutation;

import static dev.dormouse.emulation.mutation.Edit.EVERY;
import static dev.dormouse.emulation.mutation.Edit.in;
import static dev.dormouse.emulation.mutation.Edit.inLambdasOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Every edit does to a small class what it says, and says so where it does not fit. */
class MutationTest {
  private static final MutantRunner RUNNER = new MutantRunner(name -> name.startsWith(Sample.class.getName()), Duration.ofSeconds(20));

  private static Mutation mutation(Edit... edits) {
    return Mutation.of("a mutant", "a rule", Sample.class.getName(), edits);
  }

  /** Calls a method of a mutated sample. */
  private static Object call(String method, Object argument, Edit... edits) throws ReflectiveOperationException {
    MutantLoader loader = new MutantLoader(MutationTest.class.getClassLoader(), name -> name.startsWith(Sample.class.getName()), mutation(edits));
    Class<?> sample = loader.loadClass(Sample.class.getName());
    Object instance = sample.getConstructor().newInstance();
    Object answer =
        argument == null
            ? sample.getMethod(method).invoke(instance)
            : sample.getMethod(method, argument instanceof Long ? long.class : boolean.class).invoke(instance, argument);
    assertThat(loader.wasReached()).as("the changed code ran").isTrue();
    return answer;
  }

  @Test
  void aCallIsDropped() throws ReflectiveOperationException {
    assertThat(call("steps", null, in("steps").dropCall("Sample.say", 0))).isEqualTo("second third34");
    assertThat(call("steps", null, in("steps").dropCall("Sample.say", EVERY))).isEqualTo("third34");
    assertThat(call("steps", null, in("steps").dropCall("Sample.third"))).isEqualTo("first second");
    assertThat(call("check", 11L, in("check").dropCall("Sample.isOdd"), in("check").branchAfterField("limit", 0, Branch.JUMP))).isEqualTo(2);
  }

  @Test
  void aCallAnswersWithAConstant() throws ReflectiveOperationException {
    assertThat(call("check", 2L, in("check").callAnswers("Sample.isOdd", true))).isEqualTo(1);
    assertThat(call("supplied", null, inLambdasOf("supplied").callAnswers("Sample.five", 7))).isEqualTo(7);
    assertThatThrownBy(() -> call("check", 2L, in("check").callAnswers("Sample.isOdd", 7L)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Sample.isOdd");
  }

  @Test
  void aCallIsReplacedByAStaticMethod() throws ReflectiveOperationException {
    assertThat(call("steps", null, in("steps").replaceCall("Sample.third", Sample.class, "otherThird"))).isEqualTo("first second other34");
    assertThatThrownBy(() -> call("steps", null, in("steps").replaceCall("Sample.third", Sample.class, "isOdd")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("public and static");
  }

  @Test
  void aBranchIsTakenAlwaysNeverOrTheOtherWayRound() throws ReflectiveOperationException {
    assertThat(call("check", 11L, in("check").branchAfterField("limit", 0, Branch.JUMP))).isEqualTo(1);
    assertThat(call("check", 1L, in("check").branchAfterField("limit", 0, Branch.FALL_THROUGH))).isEqualTo(-1);
    assertThat(call("check", 1L, in("check").branchAfterField("limit", 0, Branch.NEGATED))).isEqualTo(-1);
    assertThat(call("check", 1L, in("check").branchAfterCall("Sample.isOdd", 0, Branch.NEGATED))).isEqualTo(2);
  }

  @Test
  void aConstantIsAnother() throws ReflectiveOperationException {
    assertThat(call("steps", null, in("steps").constant(4L, 0, 5L))).isEqualTo("first second third35");
    assertThat(call("steps", null, in("steps").constant(3, 0, 300))).isEqualTo("first second third3004");
  }

  @Test
  void aStatementIsMovedOrDropped() throws ReflectiveOperationException {
    assertThat(call("steps", null, in("steps").moveBefore("Sample.third", 0, "Sample.say", 0))).isEqualTo("third34 first second");
    assertThat(call("steps", null, in("steps").moveAfter("Sample.say", 0, "Sample.third", 0))).isEqualTo("second third34 first");
    assertThat(call("steps", null, in("steps").dropStatement("Sample.third", 0))).isEqualTo("first second");
  }

  @Test
  void theBlockOfAFinallyIsThereOnceForEachWayOut() throws ReflectiveOperationException {
    // Normally, after the catch, and with what is thrown on.
    assertThat(call("guarded", false, in("guarded").moveBefore("Sample.third", 0, "Sample.say", 1))).isEqualTo("try third12 finally");
    assertThat(call("guarded", true, in("guarded").dropCall("Sample.third", 1))).isEqualTo("try caught finally");
    assertThat(call("guarded", true, in("guarded").dropCall("Sample.third", EVERY))).isEqualTo("try caught finally");
  }

  @Test
  void anEditThatFitsNothingOrTooMuchSaysSo() {
    assertThatThrownBy(() -> call("steps", null, in("steps").dropCall("Sample.fourth")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a mutant")
        .hasMessageContaining("0 calls of Sample.fourth, exactly 1 expected");
    assertThatThrownBy(() -> call("steps", null, in("steps").dropCall("Sample.say"))).hasMessageContaining("2 calls of Sample.say");
    assertThatThrownBy(() -> call("steps", null, in("steps").dropCall("Sample.say", 2))).hasMessageContaining("number 2");
    assertThatThrownBy(() -> call("steps", null, in("steps").dropCall("Sample.fourth", EVERY))).hasMessageContaining("0 calls");
    assertThatThrownBy(() -> call("steps", null, in("jumps").dropCall("Sample.say"))).hasMessageContaining("0 such methods");
    assertThatThrownBy(() -> call("steps", null, in("steps").constant(99, 0, 1))).hasMessageContaining("0 constants 99");
    assertThatThrownBy(() -> call("steps", null, in("steps").branchAfterCall("Sample.third", 0, Branch.JUMP))).hasMessageContaining("no conditional jump");
    assertThatThrownBy(() -> call("steps", null, in("steps").moveBefore("Sample.third", "Sample.third"))).hasMessageContaining("one statement");
    assertThatThrownBy(() -> Mutation.of("a mutant", "a rule", Sample.class.getName())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MutantLoader(getClass().getClassLoader(), name -> false, mutation(in("steps").dropCall("Sample.third"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theOriginalIsLeftAlone() throws ReflectiveOperationException {
    call("steps", null, in("steps").dropCall("Sample.third"));
    assertThat(new Sample().steps()).isEqualTo("first second third34");
    assertThat(RUNNER.runOriginal(Sample.OrderSuite.class)).isEqualTo(new Verdict(false, "", 1));
  }

  @Test
  void aSuiteKillsAMutantThatItSees() {
    assertThat(RUNNER.run(mutation(in("steps").moveAfter("Sample.say", 0, "Sample.say", 1)), Sample.OrderSuite.class))
        .isEqualTo(Verdict.killed("second first third34", 1));
    assertThat(RUNNER.run(mutation(in("check").branchAfterField("limit", 0, Branch.NEGATED)), Sample.CheckSuite.class).killed()).isTrue();
    // It is another mistake, but not in what the suite looks at.
    assertThat(RUNNER.run(mutation(in("check").constant(-1, 0, -1)), Sample.CheckSuite.class)).isEqualTo(Verdict.survived(1));
  }

  @Test
  void aSuiteThatNeverRanTheChangedCodeSaysNothing() {
    assertThatThrownBy(() -> RUNNER.run(mutation(in("steps").dropCall("Sample.third")), Sample.CheckSuite.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("CheckSuite never ran the changed code");
  }

  @Test
  void anEditThatLeavesNoSoundClassIsNoKill() {
    // The method's end is missing.
    assertThatThrownBy(() -> RUNNER.run(mutation(in("guarded").dropStatement("String.join", 0)), Sample.OrderSuite.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a mutant");
  }

  @Test
  void aMutantThatDoesNotEndIsKilledByThat() {
    MutantRunner impatient = new MutantRunner(name -> name.startsWith(Sample.class.getName()), Duration.ofMillis(200));
    assertThat(impatient.run(mutation(in("steps").dropCall("Sample.third")), Sample.PatientSuite.class).how()).contains("200 ms");
  }

  @Test
  void aSuiteThatLooksAtNothingIsNoSuite() {
    assertThat(RUNNER.runOriginal(Sample.IdleSuite.class).killed()).isTrue();
  }

  @Test
  void aMutationSaysWhatItDoes() {
    Mutation two = mutation(in("steps").dropCall("Sample.say", 1), inLambdasOf("supplied").callAnswers("Sample.five", 6));
    assertThat(two.describe()).isEqualTo("Sample.steps drops Sample.say #1, and supplied's lambda takes 6 for Sample.five");
  }
}
