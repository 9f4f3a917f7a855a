package dev.dormouse.emulation.slow;

import java.util.List;

/**
 * What a kind of memory costs. Rates are of the device, for all threads together; latencies are those of one thread on a device that has
 * nothing else to do.
 *
 * <p><b>The numbers and where they are from.</b> "YANG" is Yang, Kim, Hoseinzadeh, Izraelevitz and Swanson, <i>An Empirical
 * Guide to the Behavior and Use of Scalable Persistent Memory</i> (FAST 2020), by the data behind its figures that the authors
 * publish in the repository NVSL/OptaneStudy, folder {@code graphs}: Xeon Platinum 8260, six DIMMs interleaved. "Ours" is a number
 * that is derived or chosen here.
 *
 * <pre>
 *                         DRAM                     Optane-class             CXL-class                NVMe-backed
 * random read             101.5 ns  YANG 2         305 ns    YANG 2         250 ns    (1)            85 us     (4)
 * next block in sequence  8.7 ns    YANG 4 (2)     22.2 ns   YANG 4 (2)     21.4 ns   ours (2)       1.28 us   (4)
 * read bandwidth          105.6     YANG 4         37.6      YANG 4         32        (3)            3.2 GB/s  (4)
 * one line to a fence     57.3 ns   YANG 2         62.3 ns   YANG 2         205.8 ns  ours (5)       0         (6)
 * each further line       26.3 ns   ours (7)       26.3 ns   YANG 12 (7)    26.3 ns   ours (7)       0         (6)
 * write bandwidth         35.6      YANG 4 (8)     12.5      YANG 4         32        (3)            1.05 GB/s (4)
 * unit of a write-back    64 B                     256 B     YANG           64 B                     4 KiB
 * sync                    0                        0                        0                        78 us     (9)
 * cache                   2 MiB     (10)           2 MiB     (10)           2 MiB     (10)           16 MiB    ours (11)
 * </pre>
 *
 * <ol>
 *   <li>Chosen inside what was measured on real devices: Liu et al., <i>Dissecting CXL Memory Performance at Scale</i>
 *       (arXiv 2409.14317), abstract: 140 to 410 ns over four devices and several processors; Wang et al., <i>Exploring and
 *       Evaluating Real-world CXL</i> (arXiv 2405.14209): two to five times local DRAM, by a summary of it. The tables of these
 *       papers, and of Sun et al., <i>Demystifying CXL Memory</i> (MICRO 2023), were not at hand.
 *   <li>64 bytes at the rate of one reading thread: 7.38 GB/s on DRAM, 2.88 GB/s on Optane (YANG 4). For CXL the rate of DRAM
 *       in the inverse proportion of the latencies, as if the same number of misses were under way; for Optane that rule
 *       would give 2.46 GB/s.
 *   <li>One link of eight lanes at 32 GT/s (CXL 1.1 and 2.0): 32 GB/s in each direction, before any overhead.
 *   <li>Intel SSD DC P4500, 2 TB, by Lenovo's product guide: random read 85 us, sequential read 3.2 GB/s and write 1.05 GB/s. A page
 *       in sequence is 4 KiB at that rate.
 *   <li>DRAM's, and once what CXL's random read takes longer than DRAM's. No measurement was at hand.
 *   <li>The page cache needs no flush and no fence.
 *   <li>YANG 12: storing, writing back and fencing 4 KiB took 1,774 ns and 64 bytes 116 ns on Optane, so 26.3 ns for each of 63
 *       further lines. (There the first line takes 116 ns, in YANG 2 it takes 62.3; the smaller is used.) Taken over for the
 *       others, because one thread writes back at the same rate on DRAM and on one Optane DIMM (YANG 4: 1.44 GB/s both).
 *   <li>The greatest rate of 24 threads that store and write back. With non-temporal stores 76.8 GB/s. Optane's 12.5 is the
 *       greatest rate of either kind of store. The unit of 256 bytes is from a summary of the paper.
 *   <li>Measured by this project: {@code fdatasync} of 4 KiB on ext4 on a virtual machine's disk, quiet. The pages that are
 *       dirty come on top, at the write bandwidth.
 *   <li>A core's share of the caches of YANG's processor: 1 MiB, and a 24th of 33 MiB.
 *   <li>A page cache that is small beside the state; with a larger one only the sync would be left.
 * </ol>
 *
 * @param name what it is, for labels
 * @param read what misses cost
 * @param write what write-backs cost
 * @param cache what is held near the processor
 */
public record LatencyProfile(String name, Read read, Write write, Cache cache) {
  /** DRAM behind the same model: a control, to tell what the model itself adds. */
  public static final LatencyProfile DRAM =
      new LatencyProfile(
          "DRAM", new Read(101.5, 64 / 7.38, 105.6), new Write(57.3, 26.3, 35.6, 64, 0, true), Cache.ofOneCore());

  /** Optane DC persistent memory, six modules interleaved, on the processor's own socket. */
  public static final LatencyProfile OPTANE =
      new LatencyProfile(
          "Optane-class", new Read(305, 64 / 2.88, 37.6), new Write(62.3, 26.3, 12.5, 256, 0, true), Cache.ofOneCore());

  /** DRAM behind a CXL link, its durability taken for granted. */
  public static final LatencyProfile CXL =
      new LatencyProfile(
          "CXL-class",
          new Read(250, 64 / (7.38 * 101.5 / 250), 32),
          new Write(57.3 + 250 - 101.5, 26.3, 32, 64, 0, true),
          Cache.ofOneCore());

  /** A mapped file on an NVMe drive behind a page cache that holds a part of it. Flushes and fences are nothing; a sync is. */
  public static final LatencyProfile NVME =
      new LatencyProfile(
          "NVMe-backed", new Read(85_000, 4096 / 3.2, 3.2), new Write(0, 0, 1.05, 4096, 78_000, false), new Cache(4096, 1 << 12));

  /**
   * Misses.
   *
   * @param missNanos a random block, from asking to having it
   * @param streamNanos a block right behind the last one that was missed
   * @param bytesPerNano of the device; the same number in GB/s
   */
  public record Read(double missNanos, double streamNanos, double bytesPerNano) {
    public Read {
      requireTime(missNanos);
      requireTime(streamNanos);
      requireRate(bytesPerNano);
    }
  }

  /**
   * Write-backs.
   *
   * @param firstNanos from handing over one line to the end of the fence that waits for it
   * @param nextNanos how much later each further line of the same thread is there
   * @param bytesPerNano of the device; the same number in GB/s
   * @param unitBytes what the device writes at once, a power of two; a line alone costs as many bytes
   * @param syncNanos a sync, without the blocks that it writes
   * @param flushes whether a flush hands over anything. Where it does not, dirty blocks wait for a sync, or for being evicted
   */
  public record Write(
      double firstNanos, double nextNanos, double bytesPerNano, int unitBytes, double syncNanos, boolean flushes) {
    public Write {
      requireTime(firstNanos);
      requireTime(nextNanos);
      requireTime(syncNanos);
      requireRate(bytesPerNano);
      requirePowerOfTwo(unitBytes, "bytes in a unit of writing");
    }
  }

  /**
   * What is near.
   *
   * @param blockBytes what a miss brings, a power of two of at least a line
   * @param blocks how many it holds, a power of two of at least {@value CacheModel#WAYS}
   */
  public record Cache(int blockBytes, int blocks) {
    public Cache {
      requirePowerOfTwo(blockBytes, "bytes in a block");
      requirePowerOfTwo(blocks, "blocks in a cache");
      if (blockBytes < CacheModel.LEAST_BLOCK_BYTES || blocks < CacheModel.WAYS) {
        throw new IllegalArgumentException(
            "latency profile: a cache of " + blocks + " blocks of " + blockBytes + " bytes, at least " + CacheModel.WAYS + " of "
                + CacheModel.LEAST_BLOCK_BYTES + " expected");
      }
    }

    static Cache ofOneCore() {
      return new Cache(64, 1 << 15);
    }
  }

  /** All of them, the fastest first. */
  public static List<LatencyProfile> all() {
    return List.of(DRAM, CXL, OPTANE, NVME);
  }

  /**
   * The profile of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static LatencyProfile named(String name) {
    return all().stream()
        .filter(profile -> profile.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "latency profile: " + name + " is none; there are " + all().stream().map(LatencyProfile::name).toList()));
  }

  /** What must stand beside every figure that was measured with it: {@code emulated: Optane-class}. */
  public String label() {
    return "emulated: " + name;
  }

  private static void requireTime(double nanos) {
    if (!(nanos >= 0 && nanos <= 1e9)) {
      throw new IllegalArgumentException("latency profile: a time of " + nanos + " ns, 0 to a second expected");
    }
  }

  private static void requireRate(double bytesPerNano) {
    if (!(bytesPerNano > 0)) {
      throw new IllegalArgumentException("latency profile: a rate of " + bytesPerNano + " GB/s, more than 0 expected");
    }
  }

  private static void requirePowerOfTwo(int number, String what) {
    if (number < 1 || Integer.bitCount(number) != 1) {
      throw new IllegalArgumentException("latency profile: " + number + " " + what + ", a power of two expected");
    }
  }
}
