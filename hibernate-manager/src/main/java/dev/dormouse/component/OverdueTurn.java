package dev.dormouse.component;

/**
 * A turn that runs longer than the store's limit, or a batch whose caller lets more than that pass between two turns.
 *
 * @param component whose turn it is
 * @param nanos for how long it has run
 * @param thread the name of the thread that runs it; its number where it has none
 */
public record OverdueTurn(ComponentId component, long nanos, String thread) {}
