package dev.dormouse.region.agrona;

import dev.dormouse.heap.DormouseException;

/** Agrona's own buffers cannot work in this JVM, because it was started without a flag. Nothing was done. */
public final class AgronaUnavailable extends DormouseException {
  private static final long serialVersionUID = 1L;

  private final String flag;

  AgronaUnavailable(String flag, String message) {
    super(message);
    this.flag = flag;
  }

  /** What the JVM has to be started with. */
  public String flag() {
    return flag;
  }
}
