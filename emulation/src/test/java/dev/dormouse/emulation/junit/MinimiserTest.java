package dev.dormouse.emulation.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MinimiserTest {
  private static Minimiser<Integer, String> minimise(int size, int mostTries, Predicate<List<Integer>> breaks) {
    AtomicInteger left = new AtomicInteger(mostTries);
    List<Integer> all = IntStream.range(0, size).boxed().toList();
    return new Minimiser<Integer, String>(
            rest -> breaks.test(rest) ? Optional.of("found in " + rest) : Optional.empty(), () -> left.getAndDecrement() > 0, all, "found in all")
        .run();
  }

  @Property(tries = 200)
  void leavesExactlyWhatIsNeededWhereEachElementIsNeededOrNot(@ForAll @IntRange(max = 40) int size, @ForAll Set<@IntRange(max = 40) Integer> drawn) {
    List<Integer> needed = drawn.stream().filter(element -> element < size).sorted().toList();
    Minimiser<Integer, String> minimiser = minimise(size, 100_000, rest -> rest.containsAll(needed));
    assertThat(minimiser.elements()).isEqualTo(needed);
    assertThat(minimiser.isMinimal()).isTrue();
    assertThat(minimiser.found()).isEqualTo(needed.size() == size ? "found in all" : "found in " + needed);
  }

  /** Of what is found in lists of an even length, one can never be left out, but two can. */
  @Test
  void leavesAListOfWhichNoSingleElementCanBeLeftOut() {
    Minimiser<Integer, String> minimiser = minimise(11, 1000, rest -> rest.size() % 3 == 2 && rest.contains(7));
    assertThat(minimiser.isMinimal()).isTrue();
    assertThat(minimiser.elements()).contains(7);
    assertThat(minimiser.elements().size() % 3).isEqualTo(2);
  }

  @Test
  void asksNoMoreOftenThanItMay() {
    List<List<Integer>> asked = new ArrayList<>();
    Minimiser<Integer, String> minimiser =
        minimise(
            30,
            7,
            rest -> {
              asked.add(rest);
              return rest.containsAll(List.of(2, 13, 29));
            });
    assertThat(asked).hasSize(7);
    assertThat(minimiser.isMinimal()).isFalse();
    assertThat(minimiser.elements()).contains(2, 13, 29);
  }

  @Test
  void asksAboutNothingAtAllWhereNothingIsLeft() {
    assertThat(minimise(5, 100, _ -> true).elements()).isEmpty();
  }
}
