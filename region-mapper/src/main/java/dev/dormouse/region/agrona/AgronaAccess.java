package dev.dormouse.region.agrona;

import org.agrona.DirectBuffer;

/** Whether this JVM lets Agrona's own buffers work. Those of this package work without. */
public final class AgronaAccess {
  private static final String PACKAGE = "jdk.internal.misc";
  private static final String FLAG = "--add-exports java.base/" + PACKAGE + "=ALL-UNNAMED";

  private AgronaAccess() {}

  /** Whether the JVM was started with the flag that Agrona's {@link org.agrona.concurrent.UnsafeBuffer} needs. */
  public static boolean isGranted() {
    return Object.class.getModule().isExported(PACKAGE, DirectBuffer.class.getModule());
  }

  /**
   * For the beginning of a program that uses buffers of Agrona's own.
   *
   * @param user who needs them, for the message
   * @throws AgronaUnavailable if the JVM was started without the flag
   */
  public static void require(String user) {
    if (!isGranted()) {
      throw new AgronaUnavailable(
          FLAG,
          user + " needs buffers of Agrona's own, and this JVM was started without " + FLAG
              + ": the first of them would throw IllegalAccessError; add the flag to the command line, or use RegionBuffer alone");
    }
  }
}
