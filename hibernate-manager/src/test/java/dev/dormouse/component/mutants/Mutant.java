package dev.dormouse.component.mutants;

import dev.dormouse.emulation.mutation.Edit;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Mutation;
import java.util.List;

/**
 * A mutation and what has to become of it.
 *
 * @param suites which have to be tried, in this order, until one kills it
 * @param harmless why it survives all of them; null where it must not
 */
record Mutant(Mutation mutation, List<Class<? extends KillSuite>> suites, String harmless) {
  private static final String ROOT = "dev.dormouse.";

  /** A mistake that a suite finds. */
  static Mutant killed(String breaks, String name, String className, Edit edit, Class<? extends KillSuite> suite) {
    return new Mutant(Mutation.of(name, breaks, ROOT + className, edit), List.of(suite), null);
  }

  /** A mistake that is made of several edits. */
  static Mutant killed(String breaks, String name, String className, List<Edit> edits, Class<? extends KillSuite> suite) {
    return new Mutant(new Mutation(name, breaks, ROOT + className, edits), List.of(suite), null);
  }

  /** A change that does no harm, with the reason. */
  static Mutant harmless(
      String breaks, String name, String className, Edit edit, String why, List<Class<? extends KillSuite>> suites) {
    return new Mutant(Mutation.of(name, breaks, ROOT + className, edit), suites, why);
  }
}
