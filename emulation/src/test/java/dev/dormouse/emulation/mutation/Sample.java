package dev.dormouse.emulation.mutation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** Code to be mutated; each method leaves a trace of what it did. */
public final class Sample {
  private final List<String> done = new ArrayList<>();
  private long limit = 10;

  /** Two steps that must be in this order, and a third. */
  public String steps() {
    say("first");
    say("second");
    third(3, 4L);
    return String.join(" ", done);
  }

  private void say(String what) {
    done.add(what);
  }

  private void third(int a, long b) {
    done.add("third" + a + b);
  }

  /** 1 or -1. */
  public int check(long value) {
    if (value > limit) {
      return -1;
    }
    return isOdd(value) ? 1 : 2;
  }

  private static boolean isOdd(long value) {
    return (value & 1) != 0;
  }

  /** What became of a step that may fail. */
  public String guarded(boolean fails) {
    try {
      say("try");
      if (fails) {
        throw new IllegalStateException("as asked");
      }
    } catch (IllegalStateException e) {
      say("caught");
    } finally {
      say("finally");
      third(1, 2);
    }
    return String.join(" ", done);
  }

  /** A number from a lambda. */
  public int supplied() {
    IntSupplier five = () -> five();
    IntSupplier other = () -> done.size();
    limit = Math.addExact((long) five.getAsInt(), other.getAsInt());
    return (int) limit;
  }

  private int five() {
    return 5;
  }

  /** Takes the place of {@link #third} in a mutant. */
  public static void otherThird(Object sample, int a, long b) {
    ((Sample) sample).say("other" + a + b);
  }

  /** A suite that expects the first step before the second, and all of them. */
  public static final class OrderSuite implements KillSuite {
    @Override
    public Verdict run() {
      String found = new Sample().steps();
      return found.equals("first second third34") ? Verdict.survived(1) : Verdict.killed(found, 1);
    }
  }

  /** A suite that looks at nothing else than a check. */
  public static final class CheckSuite implements KillSuite {
    @Override
    public Verdict run() {
      int found = new Sample().check(11);
      return found == -1 ? Verdict.survived(1) : Verdict.killed("11 passed as " + found, 1);
    }
  }

  /** A suite that waits for what a mutant does not do. */
  public static final class PatientSuite implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      while (!new Sample().steps().contains("third")) {
        Thread.sleep(1);
      }
      return Verdict.survived(1);
    }
  }

  /** A suite that looks at no state. */
  public static final class IdleSuite implements KillSuite {
    @Override
    public Verdict run() {
      return Verdict.survived(0);
    }
  }
}
