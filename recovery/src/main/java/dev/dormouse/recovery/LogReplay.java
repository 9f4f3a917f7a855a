package dev.dormouse.recovery;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;

/**
 * Does what single log records say: restores old bytes, carries out intents. The running store, which knows what it logged,
 * and recovery, which reads it, both come here, so that a redo after a crash is the same as the first time. For one thread at
 * a time.
 */
final class LogReplay {
  private final Media media;
  private final Heap heap;
  private final byte[] record = new byte[RecordLayout.BYTES];

  LogReplay(Media media, Heap heap) {
    this.media = media;
    this.heap = heap;
  }

  /** Copies the payload of the record at {@code position} back, if it is an undo record, and hands nothing over. */
  void restoreInMemory(long position) {
    load(position);
    if (kind() == RecordKind.UNDO) {
      media.copy(position + RecordLayout.BYTES, a(), b());
    }
  }

  /** Copies the payload of the record at {@code position} back and flushes it; 1 if it is an undo record, or else 0. */
  int restore(long position) {
    load(position);
    if (kind() != RecordKind.UNDO) {
      return 0;
    }
    media.copy(position + RecordLayout.BYTES, a(), b());
    media.flush(a(), b());
    return 1;
  }

  /** (d) Carries out the record at {@code position}, if it is an intent. Idempotent; flushed, not fenced. */
  void carryOut(long position) {
    load(position);
    carryOut(kind(), a(), b(), c(), d());
  }

  /** (d) Carries out an intent whose record says this. Idempotent; flushed, not fenced. */
  void carryOut(int kind, long a, long b, long c, long d) {
    switch (kind) {
      case RecordKind.ALLOC -> heap.publish(a, b, d, c);
      case RecordKind.FREE -> release(new Extent(a, b), c);
      case RecordKind.WORD -> {
        media.putAndFlush(a, b);
      }
      default -> {}
    }
  }

  private void release(Extent extent, long owner) {
    try {
      heap.release(extent, owner);
    } catch (Damaged damaged) {
      // Where the page table does not tell what lies there, it is given to nobody, and verify names it. It stops nobody else.
      return;
    }
  }

  /** As {@link #settle(int, long, long, long)}, for the record at {@code position}. */
  void settle(long position) {
    load(position);
    settle(kind(), a(), b(), d());
  }

  /**
   * After the lane is done: makes the extent available that an intent released, or tells the heap that the one it published
   * stays owned.
   */
  void settle(int kind, long a, long b, long d) {
    if (kind == RecordKind.FREE) {
      heap.reclaim(new Extent(a, b));
    } else if (kind == RecordKind.ALLOC) {
      heap.published(a, b, d);
    }
  }

  /** Whether the record at {@code position} is no undo record, or its target lies in an extent of the owner that it names (R9). */
  boolean isPlausibleUndo(long position) {
    load(position);
    return kind() != RecordKind.UNDO || ownsAll(a(), b(), c());
  }

  /** Whether the record at {@code position} is no intent, or one that could have been meant. */
  boolean isPlausibleIntent(long position) {
    load(position);
    return switch (kind()) {
      case RecordKind.ALLOC -> heap.isPlausible(a(), b(), d());
      case RecordKind.FREE -> isPlausibleWord(a()) && b() > 0 && heap.isInArena(a() + b() - 1);
      case RecordKind.WORD -> isPlausibleWord(a());
      default -> true;
    };
  }

  /** Whether an intent may name the word at {@code offset}. */
  boolean isPlausibleWord(long offset) {
    return (offset & (Long.BYTES - 1)) == 0 && heap.isInArena(offset);
  }

  private boolean ownsAll(long offset, long length, long owner) {
    if (!heap.isInArena(offset)) {
      return false;
    }
    try {
      Extent extent = heap.extentOf(offset);
      return extent != null && extent.contains(offset, length) && heap.ownerOf(offset) == owner;
    } catch (Damaged damaged) {
      // A page whose owner is not known is nobody's to restore; its component is quarantined, the pool goes on.
      return false;
    }
  }

  private void load(long position) {
    media.read(position, record, 0, RecordLayout.BYTES);
  }

  private int kind() {
    return Bytes.getShort(record, RecordLayout.KIND);
  }

  private long a() {
    return Bytes.getLong(record, RecordLayout.A);
  }

  private long b() {
    return Bytes.getLong(record, RecordLayout.B);
  }

  private long c() {
    return Bytes.getLong(record, RecordLayout.C);
  }

  private long d() {
    return Bytes.getLong(record, RecordLayout.D);
  }
}
