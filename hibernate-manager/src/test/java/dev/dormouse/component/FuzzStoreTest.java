package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.fuzz.Corpus;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Every persistent record of a small pool, changed and sealed again with the right checksum, in any mixture: verify, open, every
 * kind of use, close and repair come to an end, with an answer or an error that has a type, and those whose records were not
 * touched are as before (I8). What is fuzzed, and what this does not show: {@code docs/damage.md}.
 */
final class FuzzStoreTest {
  private static final List<FuzzSubject> SUBJECTS = FuzzSubject.both();

  private static Arbitrary<FuzzCase> cases(FuzzSubject subject) {
    return Arbitraries.randomValue(random -> FuzzCase.random(random, subject));
  }

  @Provide
  Arbitrary<FuzzCase> closed() {
    return cases(SUBJECTS.getFirst());
  }

  @Provide
  Arbitrary<FuzzCase> killed() {
    return cases(SUBJECTS.getLast());
  }

  @Property
  void whateverIsInAPoolThatWasClosed(@ForAll("closed") FuzzCase one) {
    FuzzJudge.judge(SUBJECTS.getFirst(), one);
  }

  @Property
  void whateverIsInAPoolWhoseProcessWasKilled(@ForAll("killed") FuzzCase one) {
    FuzzJudge.judge(SUBJECTS.getLast(), one);
  }

  @Example
  void thePoolsThatOnceFoundSomething() {
    for (String line : Corpus.of(FuzzStoreTest.class, "store")) {
      FuzzCase one = FuzzCase.parse(line);
      assertThat(one).as("as it is printed").hasToString(line);
      FuzzJudge.judge(one.pool().equals(SUBJECTS.getFirst().name()) ? SUBJECTS.getFirst() : SUBJECTS.getLast(), one);
    }
  }
}
