package dev.dormouse.emulation.mutation;

import java.util.List;

/**
 * One mistake in one class.
 *
 * @param name what is wrong, for reports; unique among the mutations of a run
 * @param breaks the rule or step that is broken
 * @param className the class that is changed, as {@link Class#getName} says it
 * @param edits how it is changed, one after the other, at least one; the ordinals of the second are those of the code that the
 *     first left
 */
public record Mutation(String name, String breaks, String className, List<Edit> edits) {
  public Mutation {
    edits = List.copyOf(edits);
    if (edits.isEmpty()) {
      throw new IllegalArgumentException("mutation " + name + ": no edit, at least 1 expected; it would be the original");
    }
  }

  /** A mutation of a class that may be out of reach of the caller. */
  public static Mutation of(String name, String breaks, String className, Edit... edits) {
    return new Mutation(name, breaks, className, List.of(edits));
  }

  /** Says in a line what is changed where. */
  public String describe() {
    StringBuilder text = new StringBuilder(className.substring(className.lastIndexOf('.') + 1));
    for (int i = 0; i < edits.size(); i++) {
      text.append(i == 0 ? "." : ", and ").append(edits.get(i).describe());
    }
    return text.toString();
  }
}
