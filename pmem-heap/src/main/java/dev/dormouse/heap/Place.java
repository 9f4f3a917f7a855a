package dev.dormouse.heap;

import java.nio.file.Path;

/**
 * Where a pool is: in which file, on which machine, in which run of it.
 *
 * @param path of the file; null where the pool lies in none
 */
public record Place(Path path, FileIdentity file, Host host) {
  /** In a file that is there. What it is is asked now: after it was opened for writing, which may move it in a layered file system. */
  public static Place of(Path path, Host host) {
    return new Place(path, FileIdentity.of(path), host);
  }

  /** On a medium of which nothing is known but the run of the machine that somebody names. */
  public static Place unknown(BootIdentity boot) {
    return new Place(null, FileIdentity.UNKNOWN, new Host(boot, MachineIdentity.UNKNOWN));
  }

  /** What the header of a pool says of where it was last opened. */
  static Place recordedIn(PoolHeader header) {
    return new Place(null, header.file(), new Host(header.boot(), header.machine()));
  }
}
