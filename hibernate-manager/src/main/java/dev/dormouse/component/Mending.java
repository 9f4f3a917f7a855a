package dev.dormouse.component;

import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.HeapRepair;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** What all parts of a repair share: the copy in memory that they work on, what was changed, and what records claim. */
final class Mending {
  private final Media media;
  private final List<RepairReport.Change> changes = new ArrayList<>();
  private final TreeMap<Long, HeapRepair.Claim> claims = new TreeMap<>();
  private final Heap heap;
  private final long openCount;

  /**
   * @param pool to look owners up in; nothing is taken from its heap
   */
  Mending(Pool pool, List<RepairReport.Change> soFar) {
    this.media = pool.media();
    this.heap = pool.heap();
    this.openCount = pool.header().openCount();
    changes.addAll(soFar);
  }

  Media media() {
    return media;
  }

  List<RepairReport.Change> changes() {
    return changes;
  }

  void changed(long place, String sentence) {
    changes.add(new RepairReport.Change(place, sentence));
  }

  /** Who owns the byte there; 0 where nobody does, or nobody knows. */
  long ownerOf(long offset) {
    try {
      return heap.isInArena(offset) ? heap.ownerOf(offset) : 0;
    } catch (PoolException e) {
      return 0;
    }
  }

  /** The extent around a byte; null where there is none, or nobody knows. */
  Extent extentOf(long offset) {
    try {
      return heap.isInArena(offset) ? heap.extentOf(offset) : null;
    } catch (PoolException e) {
      return null;
    }
  }

  /**
   * Whether an owner can be the birth of a component or a dataspace of this pool, and is not just anything: births are counted
   * from 1 in each opening. The copy of the header that is left may be of the opening before the last.
   */
  boolean canBeBirth(long owner) {
    return owner >= Owner.FIRST_BIRTH && owner / Owner.FIRST_BIRTH <= openCount + 1 && owner % Owner.FIRST_BIRTH != 0;
  }

  boolean isRecordSlot(long offset) {
    return heap.isRecordSlot(offset);
  }

  /**
   * A record says that an extent is its owner's. Where two do, the one whom the heap's owner word names keeps it; where it names
   * neither, the one that is older.
   */
  void claim(long offset, long lengthBytes, long owner) {
    HeapRepair.Claim claim = new HeapRepair.Claim(offset, lengthBytes, owner);
    claims.merge(offset, claim, (a, b) -> preferred(a, b));
  }

  private HeapRepair.Claim preferred(HeapRepair.Claim a, HeapRepair.Claim b) {
    long found = ownerOf(a.offset());
    if (a.owner() == found || b.owner() == found) {
      return a.owner() == found ? a : b;
    }
    return a.owner() <= b.owner() ? a : b;
  }

  NavigableMap<Long, HeapRepair.Claim> claims() {
    return claims;
  }

  /** Whether {@code length} bytes at {@code offset} can be a record: inside the pool, and on a line. */
  boolean isInside(long offset, long length) {
    return offset > 0 && offset % Media.LINE_BYTES == 0 && length >= 0 && offset <= media.sizeBytes() - length;
  }

  byte[] read(long offset, int length) {
    byte[] bytes = new byte[length];
    media.read(offset, bytes, 0, length);
    return bytes;
  }

  void write(long offset, byte[] bytes) {
    media.write(offset, bytes, 0, bytes.length);
  }

  /**
   * Puts a flipped bit of a record back.
   *
   * @param most how long it can be
   * @return whether it is sound now
   */
  boolean mendBit(long offset, int least, int most, int crcIndex, ToIntFunction<byte[]> lengthOf, String what) {
    if (!isInside(offset, least)) {
      return false;
    }
    byte[] mended = OneBit.mended(read(offset, (int) Math.min(most, media.sizeBytes() - offset)), crcIndex, lengthOf);
    if (mended == null) {
      return false;
    }
    write(offset, mended);
    changed(offset, what + ": one bit was flipped, and is put back");
    return true;
  }

  /** Puts the CRC into a record. */
  static byte[] sealed(byte[] record, int crcIndex) {
    Bytes.putInt(record, crcIndex, new Checksum().ofRecord(record, 0, record.length, crcIndex));
    return record;
  }
}
