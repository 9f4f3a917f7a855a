/**
 * Mutants of the whole engine, and the suites that kill them. The table that comes of it is docs/mutants.md.
 */
package dev.dormouse.component.mutants;
