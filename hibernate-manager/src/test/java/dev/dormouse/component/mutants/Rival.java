package dev.dormouse.component.mutants;

import java.time.Duration;
import java.util.Arrays;

/** A thread that tries something which has to wait for another one. */
public final class Rival {
  private static final int LOOKS = 20;

  private final Thread thread;
  private Throwable failure;

  private Rival(Runnable steps) {
    thread =
        Thread.ofPlatform()
            .daemon()
            .unstarted(
                () -> {
                  try {
                    steps.run();
                  } catch (Throwable e) {
                    failure = e;
                  }
                });
  }

  /** Starts it. */
  public static Rival trying(Runnable steps) {
    Rival rival = new Rival(steps);
    rival.thread.start();
    return rival;
  }

  /** Waits until it is through, or is parked and stays so: no time limit that a busy machine could exceed decides which. */
  public boolean cameThrough() throws InterruptedException {
    int parked = 0;
    while (parked < LOOKS) {
      if (thread.join(Duration.ofMillis(2))) {
        return true;
      }
      parked = thread.getState() == Thread.State.WAITING ? parked + 1 : 0;
    }
    return false;
  }

  /** The same for a thread that waits without being parked: it stays in a method of that name. */
  public boolean isThroughOrIn(String method) throws InterruptedException {
    int seen = 0;
    while (seen < LOOKS) {
      if (thread.join(Duration.ofMillis(2))) {
        return true;
      }
      seen = Arrays.stream(thread.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals(method)) ? seen + 1 : 0;
    }
    return false;
  }

  /** Waits for its end; what it threw, or null. */
  public Throwable end() throws InterruptedException {
    thread.join();
    return failure;
  }
}
