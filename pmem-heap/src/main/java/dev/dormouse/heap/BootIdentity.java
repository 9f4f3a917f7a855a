package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Names one run of the machine from power-on to power-off. A pool on a medium that does not survive the machine records
 * it, and so can tell at the next open that the machine went down while the pool was open.
 */
public record BootIdentity(long high, long low) {
  /** Where the system does not tell. Two unknown boots are never taken for the same one. */
  public static final BootIdentity UNKNOWN = new BootIdentity(0, 0);

  private static final Path LINUX_BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** The identity of the running machine; {@link #UNKNOWN} where there is no {@code /proc/sys/kernel/random/boot_id}. */
  public static BootIdentity ofThisMachine() {
    try {
      UUID id = UUID.fromString(Files.readString(LINUX_BOOT_ID).strip());
      return new BootIdentity(id.getMostSignificantBits(), id.getLeastSignificantBits());
    } catch (IOException | IllegalArgumentException e) {
      return UNKNOWN;
    }
  }

  /** Whether both are known and the same. */
  public boolean isSameBootAs(BootIdentity other) {
    return !equals(UNKNOWN) && equals(other);
  }

  @Override
  public String toString() {
    return equals(UNKNOWN) ? "unknown" : new UUID(high, low).toString();
  }
}
