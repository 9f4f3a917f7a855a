package dev.dormouse.emulation;

/**
 * A crash after which the promise did not hold.
 *
 * @param message what was left, what failed, the line that reproduces it, and the events around the crash
 * @param reproduction that line: system properties that make an exploration try this crash only
 * @param cause what the recovery or the check threw
 */
public record CrashViolation(String message, String reproduction, Throwable cause) {}
