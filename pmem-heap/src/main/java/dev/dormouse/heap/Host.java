package dev.dormouse.heap;

/** The machine that a pool is opened on, and this run of it. */
public record Host(BootIdentity boot, MachineIdentity machine) {
  /** What this runs on. */
  public static Host ofThisMachine() {
    return of(BootIdentity.ofThisMachine());
  }

  /** This machine, in a run that is named by the caller. */
  public static Host of(BootIdentity boot) {
    return new Host(boot, MachineIdentity.ofThisMachine());
  }
}
