package dev.dormouse.component;

import java.time.Duration;
import java.util.UUID;

/**
 * What {@link ProcessStore#snapshot} has made.
 *
 * @param uuid the identity of the copy
 * @param bytes how long it is
 * @param heldUp for how long no turn could run; zero on a journaled file
 * @param took how long it took altogether, verifying included
 */
public record SnapshotReport(UUID uuid, long bytes, Duration heldUp, Duration took) {}
