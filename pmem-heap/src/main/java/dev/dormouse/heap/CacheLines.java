package dev.dormouse.heap;

/**
 * Two lines of a processor's cache that nobody uses: fields of a subclass lie behind those of its superclass, so what follows
 * shares no line with whatever object the garbage collector puts before this one. Two, because processors fetch the neighbour
 * of a line with it.
 */
@SuppressWarnings("unused") // They take up room, and that is what they are for.
abstract class CacheLines {
  /** How many words that are. */
  static final int WORDS = 16;

  // The gap behind the object's header, which a subclass's field would fill otherwise.
  private int gap;
  private long p0;
  private long p1;
  private long p2;
  private long p3;
  private long p4;
  private long p5;
  private long p6;
  private long p7;
  private long p8;
  private long p9;
  private long p10;
  private long p11;
  private long p12;
  private long p13;
  private long p14;
  private long p15;
}
