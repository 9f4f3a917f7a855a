package dev.dormouse.emulation.mutation;

/**
 * What becomes of a conditional jump. A compiler turns {@code if (a) body} into a jump over the body where {@code a} is false,
 * and {@code a || b} into a jump to the body where {@code a} is true: look at the code with {@code javap -c}.
 */
public enum Branch {
  /** The jump is always taken: the body of a plain {@code if} never runs. */
  JUMP,

  /** The jump is never taken: the body of a plain {@code if} always runs. */
  FALL_THROUGH,

  /** It is taken where it was not, and the other way round. */
  NEGATED
}
