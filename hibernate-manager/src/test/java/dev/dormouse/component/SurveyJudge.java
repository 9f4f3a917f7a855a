package dev.dormouse.component;

import dev.dormouse.component.SurveySpan.Expected;
import dev.dormouse.component.SurveySpan.Kind;
import dev.dormouse.component.SurveyTruth.State;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.PoolException;
import dev.dormouse.recovery.VerifyReport;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Opens a damaged pool, looks at all of it, verifies it, and compares that with what the map says of the bytes that were
 * damaged. For any number of threads.
 */
final class SurveyJudge {
  /** What was done to the bytes. */
  enum Damage {
    /** One bit is another. */
    FLIPPED,
    /** All of a record is zero. */
    ZEROED,
    /** Two lines have changed places. */
    SWAPPED
  }

  /** What came of a case, for the sums. */
  enum Outcome {
    REFUSED,
    QUARANTINED,
    HARMLESS,
    /** Nobody could tell, as the documents say. */
    KNOWN_LIMIT
  }

  /** How the map calls the newest outcome of a component that has room for more. */
  static final String NEWEST_OF_FEW = "the newest outcome";

  private final SurveyTruth truth;
  private final BitSet written;
  private final SurveyMedium medium;

  /**
   * @param written the bytes that recovery writes: damage to them may be gone
   */
  SurveyJudge(SurveyTruth truth, BitSet written, SurveyMedium medium) {
    this.truth = truth;
    this.written = written;
    this.medium = medium;
  }

  /** What the map says of a case. */
  private final class Expectation {
    final Set<String> must = new TreeSet<>();
    final Set<String> may = new TreeSet<>();
    final Set<String> payload = new TreeSet<>();
    boolean refused;
    boolean mayBeRefused;
    boolean reported;
    boolean noted;
    boolean limit;
    boolean freed;

    Expectation(Damage damage, List<SurveySpan> hit, BitSet changed) {
      for (SurveySpan span : hit) {
        BitSet here = changed.get(span.offset(), span.end());
        if (here.isEmpty()) {
          continue;
        }
        BitSet healed = written.get(span.offset(), span.end());
        BitSet lasting = (BitSet) here.clone();
        lasting.andNot(healed);
        Expected expected = span.kind().expected;
        boolean payloadOnly = expected == Expected.PAYLOAD || expected == Expected.CHECKED_PAYLOAD;
        (payloadOnly ? payload : may).addAll(span.may());
        mayBeRefused |= expected == Expected.REFUSED;
        boolean alone = damage != Damage.SWAPPED && !lasting.isEmpty();
        if (alone) {
          must.addAll(span.must());
          refused |= expected == Expected.REFUSED;
          noted |= expected == Expected.NOTED;
          reported |= expected == Expected.CONTAINED || expected == Expected.CHECKED_PAYLOAD;
        }
        // A slot whose owner is nobody can be given out.
        freed |= damage != Damage.FLIPPED && span.kind() == Kind.SLAB_OWNER;
        limit |= isLimit(span, damage);
      }
      if (limit) {
        must.clear();
        reported = false;
      }
    }

    /** What cannot be told from something that is as it should be: docs/damage.md. */
    private static boolean isLimit(SurveySpan span, Damage damage) {
      return span.kind() == Kind.LAST_FENCE
          || (span.kind() == Kind.OUTCOME && span.what().startsWith(NEWEST_OF_FEW) && damage != Damage.FLIPPED);
    }
  }

  /**
   * Judges one case.
   *
   * @param pool the damaged bytes
   * @param changed which of them are not as they were
   * @return what came of it
   * @throws AssertionError if that is not as it should be
   */
  Outcome judge(byte[] pool, Damage damage, List<SurveySpan> hit, BitSet changed) {
    Expectation expectation = new Expectation(damage, hit, changed);
    try (SurveyMedium.Copy copy = medium.copy(pool)) {
      Verified verified = verify(copy);
      ProcessStore store;
      try {
        store = copy.open();
      } catch (PoolException refused) {
        require(expectation.mayBeRefused, "opening refused it: " + refused.getMessage());
        require(verified.damaged, "opening refused it, and verify found nothing: " + refused.getMessage());
        return Outcome.REFUSED;
      }
      Set<String> working;
      Outcome outcome;
      try {
        require(!expectation.refused, "it was opened");
        Map<String, State> states = truth.compare(store);
        outcome = judge(store, states, expectation, verified);
        working = working(states);
        working.forEach(name -> require(SurveyTruth.works(store, name), name + " lost what a turn committed"));
      } catch (Throwable e) {
        store.engine().pool().abandon();
        throw e;
      }
      if (copy.outlivesItsStore()) {
        boolean leftAlone = SurveyTruth.isLeftAlone(store, working);
        store.close();
        try (ProcessStore again = copy.open()) {
          leftAlone &= working.stream().allMatch(name -> SurveyTruth.works(again, name));
        } catch (DormouseException lost) {
          leftAlone = false;
        }
        require(leftAlone || expectation.freed, "somebody who was as before is not, after another was made and the pool opened again");
        return leftAlone ? outcome : Outcome.KNOWN_LIMIT;
      } else {
        store.engine().pool().abandon();
      }
      return outcome;
    }
  }

  private Set<String> working(Map<String, State> states) {
    Set<String> working = new TreeSet<>(truth.components());
    working.removeIf(name -> states.get(name) != State.AS_BEFORE);
    return working;
  }

  private Outcome judge(ProcessStore store, Map<String, State> states, Expectation expectation, Verified verified) {
    boolean anyHit = false;
    boolean tolerated = false;
    for (Map.Entry<String, State> one : states.entrySet()) {
      String name = one.getKey();
      if (one.getValue() == State.HIT) {
        anyHit = true;
        require(expectation.may.contains(name), name + " is hit");
      } else if (one.getValue() == State.DIFFERENT) {
        tolerated |= expectation.limit && expectation.may.contains(name);
        require(expectation.payload.contains(name) || tolerated, name + " is another, without a word");
      }
      require(!expectation.must.contains(name) || one.getValue() == State.HIT, name + " is not hit");
    }
    require(truth.isEnumerated(store, states), "not everybody is seen who is as before");
    require(!anyHit || verified.damaged, "verify says " + verified.verdict + ", and somebody is hit");
    require(!expectation.reported || verified.damaged, "verify says " + verified.verdict);
    require(!expectation.noted || verified.damaged || verified.noted, "verify says nothing");
    if (tolerated) {
      return Outcome.KNOWN_LIMIT;
    }
    return anyHit ? Outcome.QUARANTINED : Outcome.HARMLESS;
  }

  private record Verified(boolean damaged, boolean noted, String verdict) {}

  private static Verified verify(SurveyMedium.Copy pool) {
    try {
      VerifyReport report = pool.verify();
      return new Verified(report.verdict() == VerifyReport.Verdict.DAMAGED, !report.notes().isEmpty(), report.verdict().toString());
    } catch (PoolException refused) {
      return new Verified(true, false, refused.getMessage());
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
