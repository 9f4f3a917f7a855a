package dev.dormouse.heap;

import java.time.Duration;

/**
 * How a {@link JournaledMedia} stood at a moment, and what it did since it was opened: whether turns had to wait, and for what. Asking
 * for it holds up nobody. {@code home <= durable <= ordered}, and {@code usedBytes() <= journalBytes}, whoever commits meanwhile;
 * counts may be off by what happened while they were read.
 *
 * <p>Positions count the journal's bytes from the opening on and never come again.
 *
 * @param ordered position up to where commits are ordered
 * @param durable position up to where they are on the disk; what lies between this and {@code ordered} is not acknowledged as
 *     durable yet, and a crash takes it
 * @param home position up to where they are in the pool's file, and need the journal no more
 * @param journalBytes how long the journal is; more than seven eighths of it used, and turns wait before they begin
 * @param privateBytes how much the pages have that were stored to and not given back. Those of the header, the lanes and the page
 *     table are not counted
 * @param mostPrivateBytes more than that, and turns wait before they begin
 * @param syncs how often the disk was asked to make a part of the journal durable
 * @param rounds how often something was moved from the journal to the pool's file
 * @param waits how often a turn, or what else commits, waited for room before it began: back-pressure. One that waits still is not
 *     counted yet
 * @param waited how long these waits took, all together
 * @param pausesInCommits how often somebody paused in the midst of a commit, because the journal was full: a twentieth of a
 *     millisecond each where a thread of the medium makes room, and otherwise for as long as making some takes
 * @param archiveFailure why nothing more is kept in the archive; empty if it is, or there is none
 */
public record JournalReport(
    long ordered,
    long durable,
    long home,
    long journalBytes,
    long privateBytes,
    long mostPrivateBytes,
    long syncs,
    long rounds,
    long waits,
    Duration waited,
    long pausesInCommits,
    String archiveFailure) {
  /** How much of the journal is used, from 0 to {@link #journalBytes}: what an opening would have to read after a crash now. */
  public long usedBytes() {
    return ordered - home;
  }
}
