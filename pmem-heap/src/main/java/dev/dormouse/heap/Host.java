package dev.dormouse.heap;

/** The machine that a pool is opened on, and this run of it. */
public record Host(BootIdentity boot, MachineIdentity machine) {
  // A JVM ends with its run of the machine at the latest, so that one look is enough. UNKNOWN until one has told it.
  private static volatile BootIdentity thisBoot = BootIdentity.UNKNOWN;

  /** What this runs on. */
  public static Host ofThisMachine() {
    BootIdentity known = thisBoot;
    if (known.equals(BootIdentity.UNKNOWN)) {
      known = BootIdentity.ofThisMachine();
      thisBoot = known;
    }
    return of(known);
  }

  /** This machine, in a run that is named by the caller. */
  public static Host of(BootIdentity boot) {
    return new Host(boot, MachineIdentity.ofThisMachine());
  }
}
