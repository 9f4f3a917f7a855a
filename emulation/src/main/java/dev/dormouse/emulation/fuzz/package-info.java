/**
 * What fuzzing a reader of persistent bytes needs: changes of bytes that are likely to matter, as values that can be written
 * down and made again, and a medium that ends a reader which would not end by itself. {@code docs/damage.md} says what is fuzzed
 * with them and what must hold then.
 */
package dev.dormouse.emulation.fuzz;
