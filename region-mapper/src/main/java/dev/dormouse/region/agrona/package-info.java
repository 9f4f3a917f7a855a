/**
 * Agrona's buffers, ring buffers, broadcast buffers, counters and SBE codecs over a region: {@link
 * dev.dormouse.region.agrona.RegionBuffer} is an {@link org.agrona.concurrent.AtomicBuffer} that gives no address away. The
 * only package that knows Agrona, which is not brought along: whoever uses it adds {@code org.agrona:agrona}.
 *
 * <p><b>The flag.</b> This package needs none. Agrona's own {@link org.agrona.concurrent.UnsafeBuffer}, expandable buffers,
 * counters and array queues need {@code --add-exports java.base/jdk.internal.misc=ALL-UNNAMED}, and throw {@code
 * IllegalAccessError} without it; {@code docs/agrona.md} says which classes do. {@link
 * dev.dormouse.region.agrona.AgronaAccess#require} turns that into a sentence before the first use.
 */
package dev.dormouse.region.agrona;
