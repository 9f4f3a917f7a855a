package dev.dormouse.heap;

import java.util.Locale;
import java.util.TreeSet;

/** Goes through a pool once and has its pages made ready, piece by piece, so that it can be stopped. */
final class Prefaulting implements AutoCloseable {
  private static final long PIECE_BYTES = 16L << 20;

  private final Media media;
  private final long lengthBytes;
  private volatile boolean stopped;
  private Thread thread;

  private Prefaulting(Media media, long lengthBytes) {
    this.media = media;
    this.lengthBytes = lengthBytes;
  }

  /** Nothing that could be under way. */
  static Prefaulting none() {
    return new Prefaulting(null, 0);
  }

  /** Begins in a thread of its own. */
  static Prefaulting inBackground(Media media, long lengthBytes) {
    Prefaulting begun = new Prefaulting(media, lengthBytes);
    begun.thread = Thread.ofPlatform().daemon().name("dormouse-prefault").start(begun::goThrough);
    return begun;
  }

  /** Does it, and says how, and how long it took. */
  static String now(Media media, long lengthBytes) {
    long start = System.nanoTime();
    String how = new Prefaulting(media, lengthBytes).goThrough();
    return how.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "%,d bytes were prefaulted in %.1f ms, %s", lengthBytes, (System.nanoTime() - start) / 1e6, how);
  }

  private String goThrough() {
    TreeSet<String> ways = new TreeSet<>();
    for (long at = 0; at < lengthBytes && !stopped; at += PIECE_BYTES) {
      ways.add(media.populate(at, Math.min(PIECE_BYTES, lengthBytes - at)));
    }
    ways.remove("");
    return String.join("; ", ways);
  }

  /** Stops it, and returns when it has stopped. */
  @Override
  public void close() {
    stopped = true;
    if (thread == null) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
