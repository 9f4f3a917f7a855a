package dev.dormouse.component;

import dev.dormouse.heap.RestorePoint;
import java.time.Duration;
import java.util.UUID;

/**
 * What {@link ProcessStore#restore} has made.
 *
 * @param uuid the identity of the new pool
 * @param point to which it was restored
 * @param base from which
 * @param livesBehind how many openings of the pool the archive has behind that of the point; where the last point was asked for, what was
 *     committed in these cannot be restored, because there is no base from which they go on
 * @param bytes how long the pool is
 * @param took how long it took, verifying included
 */
public record RestoreReport(UUID uuid, RestorePoint point, RestorePoint base, int livesBehind, long bytes, Duration took) {}
