package dev.dormouse.component;

/**
 * One awake life of a component: how often the store was opened, and a counter since. It never repeats, whatever is rolled
 * back or restored; no clock is in it.
 */
public record Incarnation(long openCount, long counter) {}
