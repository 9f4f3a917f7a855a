/**
 * Mutants: is a crash test any good? A {@link dev.dormouse.emulation.mutation.Mutation} takes one step out of the code under
 * test (a flush, a fence, a check), or puts two in the wrong order, by editing the class's bytes while a
 * {@link dev.dormouse.emulation.mutation.MutantLoader} loads it. The sources have no hooks for it. A
 * {@link dev.dormouse.emulation.mutation.KillSuite} that finds nothing wrong with the code as it is has to find something wrong
 * with each mutant; {@link dev.dormouse.emulation.mutation.MutantRunner} tells which ones it did.
 *
 * <p>An edit that matches nothing, or more than it should, is an error, so that a change of the code cannot turn a mutant into
 * the original unnoticed; so is a mutant whose changed code a suite never ran.
 *
 * <p>The idea is that of DeMillo, Lipton and Sayward, <i>Hints on Test Data Selection</i> (IEEE Computer, 1978); here the
 * operators are those of a protocol over persistent memory.
 */
package dev.dormouse.emulation.mutation;
