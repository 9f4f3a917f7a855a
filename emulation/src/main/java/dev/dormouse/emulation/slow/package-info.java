/**
 * A medium that takes the time that slower memory would take.
 *
 * <p>{@link dev.dormouse.emulation.slow.SlowMedia} lies over another medium and makes its callers wait as a
 * {@link dev.dormouse.emulation.slow.LatencyProfile} says. Every figure that was measured on it is to be labelled as
 * {@link dev.dormouse.emulation.slow.LatencyProfile#label()} says it: <em>emulated</em>.
 *
 * <p><b>What is modelled.</b>
 *
 * <ul>
 *   <li><b>A cache</b> of the profile's size, four ways, first in first out. What it holds costs nothing. It is shared by all
 *       threads, because a medium is one memory.
 *   <li><b>Reads.</b> A block (a line of 64 bytes; a page of 4 KiB where the profile is a file's) that is not in the cache
 *       costs the latency of the device; if it lies right behind the block that this thread missed last, it costs what one
 *       thread takes for a block when it reads in sequence: a prefetcher that is right from the second block on.
 *   <li><b>Stores.</b> A block that is not in the cache is fetched at the rate of a sequential read; the store buffer hides
 *       the latency. A store to a block that is in the cache costs nothing.
 *   <li><b>Write-backs.</b> A flush hands over the lines of its range that were stored to since they were last handed over.
 *       They drain while the thread goes on: one after the other at the thread's rate, and no faster than the device takes
 *       bytes from all threads, in units of its own size. A line stays in the cache, clean. A dirty block that has to make
 *       room is written back on the device's time and not on the thread's.
 *   <li><b>A fence</b> waits until what its thread handed over has drained; with nothing handed over it costs nothing.
 *   <li><b>A sync</b> on a file's medium writes what is dirty and waits for the device; on memory it costs nothing.
 *   <li><b>Bandwidth</b> of the device, for reads and for write-backs apart, shared by all threads: what comes too early
 *       waits for its turn.
 * </ul>
 *
 * <p><b>What is not.</b> Misses that overlap (memory-level parallelism): random reads come one after the other, so code whose
 * misses are independent looks slower than it would be. Write-combining and non-temporal stores. A device's own caches and
 * read-modify-writes, beyond the unit in which it takes write-backs. Reads and writes that disturb each other. A second
 * socket. TLBs, page faults and what the operating system does. Wear, and tails: each price is the same every time. Lines that
 * the instruction which writes back drops from a real cache.
 *
 * <p><b>Accuracy.</b> Waiting is spinning on {@link java.lang.System#nanoTime}. What a read takes on the machine at hand
 * counts towards its price where the price is waited for at once. What is owed is carried along until it is more than four looks
 * at the clock take, and what was waited too long is taken off the next, up to 200 ns of it. So averages are right to a few nanoseconds an
 * access, where the price is greater than what the model's own work takes (two looks at the clock for a miss; a few nanoseconds
 * for a hit, which are in every figure); a single access is right to about four looks at the clock. A look takes 20 to 30 ns on common machines and is
 * measured when the first medium is made. What the scheduler takes away is not made up for.
 */
package dev.dormouse.emulation.slow;
