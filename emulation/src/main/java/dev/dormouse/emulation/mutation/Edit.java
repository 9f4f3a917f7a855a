package dev.dormouse.emulation.mutation;

import java.lang.classfile.CodeElement;
import java.lang.classfile.constantpool.ConstantPoolBuilder;
import java.util.List;

/**
 * A change to the code of one method. It begins with {@link #in}, which names the method, and goes on with what is done there.
 *
 * <p>Calls are named by the simple name of the class that the compiler wrote down and the method, {@code "Media.fence"}. Where a
 * place is named without an ordinal there must be exactly one such place in the method; ordinals count from 0 in the order of
 * the code, where the blocks of a {@code finally} occur once for each way out. {@link #EVERY} means all of them, at least one.
 *
 * <p>Ordinals and counts are checked when the class is loaded: an edit that no longer fits the code throws {@link
 * IllegalStateException} and says what it found.
 */
public final class Edit {
  /** All places of that kind in the method. */
  public static final int EVERY = -1;

  static final int ONLY = -2;

  /** What is done to the code of a method. */
  @FunctionalInterface
  interface Change {
    /** Changes {@code code} and puts {@code reached} where the change is. */
    void apply(MethodCode code, List<CodeElement> reached, ConstantPoolBuilder pool);
  }

  private final Place place;
  private final String what;
  private final Change change;

  private Edit(Place place, String what, Change change) {
    this.place = place;
    this.what = what;
    this.change = change;
  }

  /** A method, by its name; where several are named alike, with the start of its descriptor: {@code "append(IJJJJ)"}. */
  public static Place in(String method) {
    return new Place(method, false);
  }

  /** A lambda in a method: the only one that the edit fits. */
  public static Place inLambdasOf(String method) {
    return new Place(method, true);
  }

  /** The method in which something is done. */
  public static final class Place {
    private final String method;
    private final boolean lambdas;

    private Place(String method, boolean lambdas) {
      this.method = method;
      this.lambdas = lambdas;
    }

    boolean matches(String name, String descriptor) {
      if (lambdas) {
        return name.startsWith("lambda$" + method + "$");
      }
      return method.contains("(") ? (name + descriptor).startsWith(method) : name.equals(method);
    }

    boolean mayBeSeveral() {
      return lambdas;
    }

    @Override
    public String toString() {
      return lambdas ? method + "'s lambda" : method;
    }

    /** A call does not happen; what it would have answered is zero, false or null. */
    public Edit dropCall(String call, int ordinal) {
      return new Edit(
          this, "drops " + named(call, ordinal), (code, reached, pool) -> code.replaceCalls(call, ordinal, reached, CallEdits.nothing(pool)));
    }

    /** The same for the only such call. */
    public Edit dropCall(String call) {
      return dropCall(call, ONLY);
    }

    /** A call does not happen and answers with {@code constant}, a Boolean, Integer or Long as its type is. */
    public Edit callAnswers(String call, Object constant) {
      return new Edit(
          this, "takes " + constant + " for " + named(call, ONLY),
          (code, reached, pool) -> code.replaceCalls(call, ONLY, reached, CallEdits.constant(pool, constant)));
    }

    /**
     * A static method is called in place of another one: its parameters are the receiver, if there is one, and the arguments.
     * It may take {@code Object} for any reference. Class and method must be public, and the class must be loaded with the code.
     */
    public Edit replaceCall(String call, int ordinal, Class<?> by, String method) {
      String owner = by.getName();
      return new Edit(
          this, "calls " + method + " for " + named(call, ordinal),
          (code, reached, pool) -> code.replaceCalls(call, ordinal, reached, CallEdits.staticMethod(pool, by, owner, method)));
    }

    /** The same for the only such call. */
    public Edit replaceCall(String call, Class<?> by, String method) {
      return replaceCall(call, ONLY, by, method);
    }

    /** Changes the first conditional jump behind a call. */
    public Edit branchAfterCall(String call, int ordinal, Branch branch) {
      return new Edit(
          this, "takes no notice of " + named(call, ordinal),
          (code, reached, pool) -> code.changeBranch(code.call(call, ordinal), branch, reached));
    }

    /** Changes the first conditional jump behind the reading of a field. */
    public Edit branchAfterField(String field, int ordinal, Branch branch) {
      return new Edit(
          this, "takes no notice of " + named(field, ordinal),
          (code, reached, pool) -> code.changeBranch(code.field(field, ordinal), branch, reached));
    }

    /** Puts another constant, an Integer or a Long, in place of the {@code ordinal}-th one that equals {@code from}. */
    public Edit constant(Object from, int ordinal, Object to) {
      return new Edit(
          this, "has " + to + " for " + from, (code, reached, pool) -> code.changeConstant(from, ordinal, CallEdits.load(pool, to), reached));
    }

    /** The statement that makes a call happens before the statement that makes another one. */
    public Edit moveBefore(String call, int ordinal, String other, int otherOrdinal) {
      return new Edit(
          this, "does " + named(call, ordinal) + " before " + named(other, otherOrdinal),
          (code, reached, pool) -> code.move(code.call(call, ordinal), code.call(other, otherOrdinal), false, reached));
    }

    /** The same for the only calls. */
    public Edit moveBefore(String call, String other) {
      return moveBefore(call, ONLY, other, ONLY);
    }

    /** The statement that makes a call happens after the statement that makes another one. */
    public Edit moveAfter(String call, int ordinal, String other, int otherOrdinal) {
      return new Edit(
          this, "does " + named(call, ordinal) + " after " + named(other, otherOrdinal),
          (code, reached, pool) -> code.move(code.call(call, ordinal), code.call(other, otherOrdinal), true, reached));
    }

    /** The same for the only calls. */
    public Edit moveAfter(String call, String other) {
      return moveAfter(call, ONLY, other, ONLY);
    }

    /** The statement that makes a call, the store of its answer included, does not happen. */
    public Edit dropStatement(String call, int ordinal) {
      return new Edit(
          this, "leaves out the statement with " + named(call, ordinal),
          (code, reached, pool) -> code.dropStatement(code.call(call, ordinal), reached));
    }

    private static String named(String what, int ordinal) {
      return ordinal == ONLY ? what : ordinal == EVERY ? "every " + what : what + " #" + ordinal;
    }
  }

  Place place() {
    return place;
  }

  Change change() {
    return change;
  }

  /** Says in a few words what is changed in which method. */
  public String describe() {
    return place + " " + what;
  }
}
