package dev.dormouse.component;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds the store's dataspaces: word <i>n</i> of the table leads to the one whose name is symbol <i>n</i>. Opening reads
 * nothing of it.
 *
 * <p>A dataspace's word, its count of attachments and its pins are guarded by one lock, which an epoch that changes them
 * holds until its lane is done (R1, R3).
 */
final class DataspaceTable {
  private static final int LOCKS = 64;

  private final Media media;
  private final Heap heap;
  private final WordTable table;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];
  // How many running epochs have found a dataspace and may be reading it, by its offset; nobody destroys it meanwhile.
  private final ConcurrentHashMap<Long, Integer> pins = new ConcurrentHashMap<>();

  DataspaceTable(Media media, Heap heap, WordTable table) {
    this.media = media;
    this.heap = heap;
    this.table = table;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** Which of the locks guards the dataspace of a name. Where several are taken, the least goes first. */
  static int lockIndexOf(int symbol) {
    return symbol % LOCKS;
  }

  ReentrantLock lock(int lockIndex) {
    return locks[lockIndex];
  }

  int wordCount() {
    return table.wordCount();
  }

  long placeOf(int symbol) {
    return table.placeOf(symbol);
  }

  /**
   * The dataspace whose name has that symbol; null if there is none.
   *
   * @throws Damaged if its word or its head is not what was written
   */
  DataspaceHead find(int symbol) {
    if (symbol <= 0 || symbol >= table.wordCount()) {
      return null;
    }
    long place = table.placeOf(symbol);
    long word = media.getLongAcquire(place);
    if (word == 0) {
      return null;
    }
    if (!WordTable.isSound(word, place, media.sizeBytes()) || WordTable.kind(word) != WordTable.LEAF) {
      throw new Damaged(
          media.describe(), String.format("word %d of the table of dataspaces is 0x%016x, which nobody wrote; run verify", symbol, word));
    }
    DataspaceHead head = DataspaceHead.read(media, heap, WordTable.target(word));
    if (head.nameSymbol() != symbol) {
      throw new Damaged(
          media.describe(),
          "word " + symbol + " of the table of dataspaces leads to the one that is named by symbol " + head.nameSymbol() + "; run verify");
    }
    return head;
  }

  /**
   * The dataspace that has the byte at {@code offset}, which somebody has attached.
   *
   * @throws Damaged if it is not what was written
   */
  DataspaceHead around(long offset) {
    Extent extent = heap.extentOf(offset);
    return DataspaceHead.read(media, heap, extent == null ? 0 : extent.offset());
  }

  void pin(DataspaceHead head) {
    pins.merge(head.offset(), 1, Integer::sum);
  }

  void unpin(DataspaceHead head) {
    pins.compute(head.offset(), (offset, count) -> count == null || count == 1 ? null : count - 1);
  }

  boolean isPinned(DataspaceHead head) {
    return pins.containsKey(head.offset());
  }
}
