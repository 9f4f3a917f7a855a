package dev.dormouse.heap.llpl;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.nio.mapmode.ExtendedMapMode;

/**
 * What can be proven of the memory below a mapping that PMDK made. PMDK does not say how it mapped a file, and its environment
 * can make it take anything for persistent memory, so the kernel is asked. What cannot be proven is not so.
 */
public final class MemoryEvidence {
  private static final Path MAPPINGS = Path.of("/proc/self/smaps");
  private static final Path DEVICES = Path.of("/sys/dev/char");
  private static final long PROBE_BYTES = 4096;
  /** What Linux calls the places that the power supply empties into the memory, of which either will do. */
  private static final Set<String> PERSISTENCE_DOMAINS = Set.of("cpu_cache", "memory_controller");

  private MemoryEvidence() {}

  /** Whether PMDK takes a path for a device and not for a file, as LLPL decides it. */
  public static boolean isDevice(Path path) {
    return path.toString().startsWith("/dev/dax");
  }

  /** Whether what lies at {@code address}, mapped from {@code path}, is persistent memory that PMDK writes back to. */
  public static boolean isPersistent(Path path, long address) {
    try {
      if (!flushesAreDone(System.getenv())) {
        return false;
      }
      return isDevice(path)
          ? isPersistentDevice(path)
          : canBeSynchronous(path) && isSynchronous(Files.readAllLines(MAPPINGS), address);
    } catch (IOException e) {
      return false;
    }
  }

  /** With {@code PMEM_NO_FLUSH=1} PMDK's flush does nothing, whatever lies below. */
  static boolean flushesAreDone(Map<String, String> environment) {
    return !"1".equals(environment.get("PMEM_NO_FLUSH"));
  }

  /** Whether the file system has synchronous mappings: cheaper to ask than to look through all mappings. */
  private static boolean canBeSynchronous(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      channel.map(ExtendedMapMode.READ_WRITE_SYNC, 0, PROBE_BYTES, arena);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Whether the mapping at that address is synchronous: the kernel marks it {@code sf}.
   *
   * @param mappings the lines of {@code /proc/self/smaps}
   */
  static boolean isSynchronous(List<String> mappings, long address) {
    boolean inside = false;
    for (String line : mappings) {
      String first = line.substring(0, Math.max(0, line.indexOf(' ')));
      int dash = first.indexOf('-');
      if (dash > 0) {
        inside =
            Long.compareUnsigned(address, Long.parseUnsignedLong(first.substring(0, dash), 16)) >= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(first.substring(dash + 1), 16)) < 0;
      } else if (inside && first.equals("VmFlags:")) {
        return List.of(line.split(" ")).contains("sf");
      }
    }
    return false;
  }

  /** Whether the kernel says of a device's memory that it is persistent; memory of other kinds has devices of that name too. */
  private static boolean isPersistentDevice(Path device) throws IOException {
    long number = (long) Files.getAttribute(device, "unix:rdev");
    // As the C library packs them: 12 bits of the major behind 8 of the minor, the rest of both above.
    long major = (number >>> 8 & 0xfff) | (number >>> 32 & ~0xfffL);
    long minor = (number & 0xff) | (number >>> 12 & 0xffff_ff00L);
    return isInPersistentRegion(DEVICES.resolve(major + ":" + minor));
  }

  /** Whether one of the folders above an entry of sysfs is a region with a domain of persistence. */
  static boolean isInPersistentRegion(Path entry) throws IOException {
    for (Path folder = entry.toRealPath(); folder != null; folder = folder.getParent()) {
      Path domain = folder.resolve("persistence_domain");
      if (Files.isRegularFile(domain)) {
        return PERSISTENCE_DOMAINS.contains(Files.readString(domain).strip());
      }
    }
    return false;
  }
}
