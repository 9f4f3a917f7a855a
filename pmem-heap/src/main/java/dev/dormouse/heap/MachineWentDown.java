package dev.dormouse.heap;

/** The machine went down while the pool was open, on a medium that does not survive it; the caller's options did not allow to go on. */
public final class MachineWentDown extends PoolException {
  private static final long serialVersionUID = 1L;

  public MachineWentDown(String pool, String message) {
    super(pool, message);
  }
}
