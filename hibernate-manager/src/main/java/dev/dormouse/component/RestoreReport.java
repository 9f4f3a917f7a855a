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
 * @param bytes how long the pool is
 * @param took how long it took, verifying included
 */
public record RestoreReport(UUID uuid, RestorePoint point, RestorePoint base, long bytes, Duration took) {}
