package dev.dormouse.emulation.mutation;

/**
 * A small, deterministic test that looks at code that may be a mutant: a crash exploration that stops at its first violation, a
 * schedule of two threads, a damaged record. A public class with a public constructor without parameters, loaded anew for
 * every mutant together with the code that it looks at; nothing static outlives a run.
 */
@FunctionalInterface
public interface KillSuite {
  /**
   * Looks once. What it throws counts as a kill, too.
   *
   * @return {@link Verdict#killed} at the first thing that is wrong, {@link Verdict#survived} if there is none
   */
  Verdict run() throws Exception;
}
