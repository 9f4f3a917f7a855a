/**
 * The crash-test kit for JUnit 5: a test method says what to crash and what must be true afterwards, and
 * {@link dev.dormouse.emulation.junit.CrashTest @CrashTest} crashes it in every way that a
 * {@linkplain dev.dormouse.emulation.PersistencyModel model} allows. {@code docs/crash-testing.md} is its guide; what a
 * crash may lose, tear and reorder is in the description of the package {@link dev.dormouse.emulation}.
 */
package dev.dormouse.emulation.junit;
