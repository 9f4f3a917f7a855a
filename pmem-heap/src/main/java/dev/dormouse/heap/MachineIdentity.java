package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Names a machine, or rather the system that is installed on it, without saying which: a hash of its machine id with a text of
 * our own. Clones of a system, and containers of one image, may have the same one; a container may have none.
 */
public record MachineIdentity(long high, long low) {
  /** Where the system does not tell. Two unknown machines are neither the same nor different. */
  public static final MachineIdentity UNKNOWN = new MachineIdentity(0, 0);

  private static final Path MACHINE_ID = Path.of("/etc/machine-id");
  private static final String PURPOSE = "dormouse machine";
  private static final int ID_DIGITS = 32;

  // A system keeps its id; where it has none yet, it may be given one. UNKNOWN until one was read.
  private static volatile MachineIdentity thisMachine = UNKNOWN;

  /**
   * The identity of the machine that this runs on; {@link #UNKNOWN} where there is no {@code /etc/machine-id}, or nothing in it. What
   * was read once holds for the process.
   */
  public static MachineIdentity ofThisMachine() {
    MachineIdentity known = thisMachine;
    if (known.equals(UNKNOWN)) {
      known = read();
      thisMachine = known;
    }
    return known;
  }

  private static MachineIdentity read() {
    try {
      return ofId(Files.readString(MACHINE_ID).strip());
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** The identity that goes with a machine id of 32 hexadecimal digits; {@link #UNKNOWN} for any other text. */
  static MachineIdentity ofId(String id) {
    if (id.length() != ID_DIGITS || !id.chars().allMatch(HexFormat::isHexDigit)) {
      return UNKNOWN;
    }
    byte[] digest = Digests.of(PURPOSE, id);
    return new MachineIdentity(Digests.word(digest, 0), Digests.word(digest, 1));
  }

  /** Whether both are known and different. */
  public boolean differsFrom(MachineIdentity other) {
    return !equals(UNKNOWN) && !other.equals(UNKNOWN) && !equals(other);
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return equals(UNKNOWN) ? "unknown" : hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
