package dev.dormouse.heap;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;

/**
 * The bytes that a pool lies on, and the verbs by which they become durable.
 *
 * <p>All offsets and lengths are in bytes from the pool's start; numbers are little-endian. A multi-byte access may be
 * unaligned, but only an aligned access of 8 bytes or fewer is atomic, in memory and on the media.
 *
 * <p><b>Verbs.</b> A <em>write</em> (every {@code put}, {@link #write}, {@link #copy} and {@link #fill}) may become
 * durable at any time after it was made, and in any order relative to writes of other 64-byte lines. A {@link #flush}
 * hands the named lines over; a {@link #fence} orders everything that was handed over before it ahead of every later
 * write; {@link #persist} is both. {@link #sync} waits until everything that was fenced so far is durable in the sense of
 * {@link #durabilityClass()}. The engine asks for order all the time and for durability once per commit.
 *
 * <p><b>Threads.</b> All methods but {@link #close} may be called by any thread. A fence orders the flushes of the thread
 * that calls it. Closing while another thread is inside an access is the caller's error; an access after the close
 * throws {@link IllegalStateException}.
 *
 * <p><b>Errors.</b> An access outside {@code [0, sizeBytes())} throws {@link IndexOutOfBoundsException}; nothing is
 * written then.
 */
public interface Media extends AutoCloseable {
  /** The unit in which lines are flushed and may be lost, in bytes. */
  int LINE_BYTES = 64;

  /** How many bytes can be reached. A pool may be shorter, and grow up to it by {@link #provision}. */
  long sizeBytes();

  /** What a completed {@link #sync} promises. */
  DurabilityClass durabilityClass();

  /** Kind and place, for reports and messages: {@code mapped file /srv/tenants.pool}. */
  String describe();

  /**
   * What whoever opens it should know, in sentences: how lines are written back and what that took when it was tried, what is not
   * safe there, what would make it faster. Nothing by default.
   */
  default List<String> notes() {
    return List.of();
  }

  /** Whether {@link #flush} does anything. Where it does not, a caller may leave out collecting what to flush. */
  boolean flushes();

  byte getByte(long offset);

  short getShort(long offset);

  int getInt(long offset);

  long getLong(long offset);

  /** Reads an aligned word (the caller's duty; a medium need not check it); what was written before its {@link #putLongRelease} is seen afterwards. */
  long getLongAcquire(long offset);

  void putByte(long offset, byte value);

  void putShort(long offset, short value);

  void putInt(long offset, int value);

  void putLong(long offset, long value);

  /** Writes an aligned word after everything this thread wrote before, as other threads see it. Orders nothing on the media. */
  void putLongRelease(long offset, long value);

  /** Copies {@code length} bytes at {@code offset} to {@code destination[index..]}. */
  void read(long offset, byte[] destination, int index, int length);

  /** Copies the bytes at {@code offset} into all of {@code destination}. */
  void read(long offset, MemorySegment destination);

  /** Copies {@code length} bytes of {@code source[index..]} to {@code offset}. */
  void write(long offset, byte[] source, int index, int length);

  /** Copies all of {@code source} to {@code offset}. */
  void write(long offset, MemorySegment source);

  /** Copies {@code length} bytes within the pool, as if through a temporary copy where the ranges overlap. */
  void copy(long fromOffset, long toOffset, long length);

  /** Writes {@code value} to {@code length} bytes. */
  void fill(long offset, long length, byte value);

  /**
   * Lends bytes as a segment for the length of one call, for code that works on segments. A store through it is a write of
   * this medium that has happened at the latest when the calling thread fences or syncs, or the call ends; the order of
   * the stores between two such moments is not defined. Only the calling thread may use the segment, and not after the
   * call. By default the segment is a copy whose changes are written when {@code use} has ended, by whatever cause, so
   * that they are not seen before.
   */
  default <R> R lend(long offset, long length, Function<? super MemorySegment, ? extends R> use) {
    MemorySegment lent = MemorySegment.ofArray(new byte[Math.toIntExact(length)]);
    read(offset, lent);
    try {
      return use.apply(lent);
    } finally {
      write(offset, lent);
    }
  }

  /** Hands over every line that has a byte in the range. */
  void flush(long offset, long length);

  /**
   * Writes an aligned word, as {@link #putLongRelease}, and hands it over: one step for words that several components share, and that
   * lie where pages may be given back.
   */
  default void putAndFlush(long offset, long value) {
    putLongRelease(offset, value);
    flush(offset, Long.BYTES);
  }

  /** Writes zeros to a range of whole words, and hands it over, as one step. */
  default void zeroAndFlush(long offset, long length) {
    fill(offset, length, (byte) 0);
    flush(offset, length);
  }

  /** Orders all lines that this thread handed over before all of its later writes. At least a store fence of compiler and CPU. */
  void fence();

  /** {@link #flush} and {@link #fence}. */
  default void persist(long offset, long length) {
    flush(offset, length);
    fence();
  }

  /** Waits until everything fenced so far is durable. */
  void sync();

  /**
   * The journal in which epochs become durable as a whole; null where they do where they are stored. Where there is one, nothing that
   * is stored in the running store may be left without a {@link #pin}, an entry of a group, or a flush.
   */
  default Journal journal() {
    return null;
  }

  /** What composes groups of the {@link #journal}; null where there is none. */
  default JournalWriter journalWriter() {
    return null;
  }

  /**
   * Keeps what is stored to a range, until as many calls of {@link #unpin}, although the medium does not know of it yet: a store without
   * a flush may be lost where nobody keeps it, on a medium that has a {@link #journal}. Nothing elsewhere.
   */
  default void pin(long offset, long length) {}

  /** What was stored to a range was handed over, or is not needed. */
  default void unpin(long offset, long length) {}

  /** Waits, for a while, until the medium has room for another epoch; for whoever holds no lock. Nothing by default. */
  default void admit() {}

  /**
   * Writes a range to what lies beneath, as far as the system allows, even where {@link #durabilityClass()} promises less: a
   * pool that is closed and left alone should be whole after the machine went down, and one that is open should say so. Slow;
   * for opening and closing. Nothing by default.
   *
   * @throws MediaUnavailable if the system reports that it could not
   */
  default void settle(long offset, long length) {}

  /**
   * Makes a range usable that lies behind everything that is used: it reads as zeros, durably, and a store to it cannot fail for
   * want of space. What lies there before may be read, and must not be stored to.
   *
   * @throws PoolFull if there is no space; the range is not usable then, and nothing else has changed
   */
  default void provision(long fromOffset, long toOffset) {
    fill(fromOffset, toOffset - fromOffset, (byte) 0);
    persist(fromOffset, toOffset - fromOffset);
  }

  /**
   * Does what the first access to each page of a range would do, so that later ones cost less. No byte is changed, and others may
   * store to the range meanwhile. Nothing by default.
   *
   * @return how it was done, or why it could not be, for a report; empty if there was nothing to do
   */
  default String populate(long offset, long length) {
    return "";
  }

  /** Gives the mapping back. Syncs nothing. */
  @Override
  void close();
}
