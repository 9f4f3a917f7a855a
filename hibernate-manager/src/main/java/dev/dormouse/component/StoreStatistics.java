package dev.dormouse.component;

/**
 * What a store did since it was opened.
 *
 * @param turns turns that ran, committed or not
 * @param resumes components that were woken
 * @param hibernations components that were put to sleep
 * @param repeats requests that got a recorded outcome
 * @param overdue turns, and times between two turns of a batch, that were found to be longer than the limit, where there is one
 */
public record StoreStatistics(long turns, long resumes, long hibernations, long repeats, long overdue) {}
