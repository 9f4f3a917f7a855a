package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.region.RegionNames;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Texts that many components share: names of programs, regions and file roots. A component's record holds their numbers. A
 * symbol is never removed; making one is an epoch of its own, in the housekeeping lane.
 *
 * <p>Threads: any. Looking up a known text takes no lock.
 */
final class Symbols {
  private static final int LEAST_SYMBOLS = 256;
  private static final int MOST_SYMBOLS = 1 << 14;

  private final Media media;
  private final Lanes lanes;
  private final WordTable table;
  private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();
  private final String[] texts;
  private final ReentrantLock lock = new ReentrantLock();
  private final RegionNames regionNames =
      new RegionNames() {
        @Override
        public int find(String name) {
          return Symbols.this.find(name);
        }

        @Override
        public int intern(String name) {
          // A turn must not take the last names away from those who make components.
          return Symbols.this.intern("region", name, table.wordCount() / 4 * 3);
        }

        @Override
        public String text(int symbol) {
          return Symbols.this.text(symbol);
        }
      };

  // Guarded by the lock: symbols below it were read.
  private int known = 1;
  // Guarded by the lock: whether it was looked for words that are zero and have others behind them.
  private boolean gapsAreKnown;

  Symbols(Media media, Lanes lanes, WordTable table) {
    this.media = media;
    this.lanes = lanes;
    this.table = table;
    this.texts = new String[table.wordCount()];
  }

  /** The names of regions among them. */
  RegionNames ofRegions() {
    return regionNames;
  }

  /** How many words the table of a new pool has. */
  static int wordsFor(long poolBytes) {
    return Math.clamp(Long.highestOneBit(poolBytes / 16384), LEAST_SYMBOLS, MOST_SYMBOLS);
  }

  /** The number of this pool's symbols is below that. */
  int capacity() {
    return table.wordCount();
  }

  /** The number of a text, or 0 if no component ever used it. */
  int find(String text) {
    Integer number = numbers.get(text);
    if (number != null) {
      return number;
    }
    lock.lock();
    try {
      readNew();
      if (!numbers.containsKey(text)) {
        readBehindGaps();
      }
      return numbers.getOrDefault(text, 0);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The number of a text, which is made durable if it is new.
   *
   * @throws TooManySymbols if the table is full
   * @throws dev.dormouse.heap.PoolFull if the pool is
   */
  int intern(String what, String text) {
    return intern(what, text, table.wordCount());
  }

  private int intern(String what, String text, int limit) {
    byte[] bytes = Names.encode(what, text);
    int number = find(text);
    if (number != 0) {
      return number;
    }
    lock.lock();
    try {
      readNew();
      if (numbers.containsKey(text)) {
        return numbers.get(text);
      }
      if (known >= limit) {
        throw new TooManySymbols(
            media.describe() + ": it holds " + (known - 1) + " names of programs, regions and roots, its limit"
                + (limit < table.wordCount() ? " for names that are new in a turn; " : "; ") + what + " "
                + text + " is one too many, use the same names for many components");
      }
      write(known, bytes);
      readNew();
      return numbers.get(text);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A word that damage made zero is not the table's end: what is behind it is read too, and its own number is not given to
   * another text. Once, because no store makes a gap.
   */
  private void readBehindGaps() {
    if (gapsAreKnown) {
      return;
    }
    int last = table.wordCount() - 1;
    while (last >= known && media.getLongAcquire(table.placeOf(last)) == 0) {
      last--;
    }
    while (known <= last) {
      if (media.getLongAcquire(table.placeOf(known)) == 0) {
        known++;
      } else {
        readNew();
      }
    }
    gapsAreKnown = true;
  }

  private void write(int number, byte[] bytes) {
    Epoch epoch = lanes.housekeeping();
    try {
      Extent extent = epoch.allocate(SymbolLayout.BYTES + bytes.length, Owner.SYMBOLS);
      byte[] record = new byte[SymbolLayout.BYTES + bytes.length];
      Bytes.putShort(record, SymbolLayout.TEXT_BYTES, (short) bytes.length);
      Bytes.putShort(record, SymbolLayout.NUMBER, (short) number);
      System.arraycopy(bytes, 0, record, SymbolLayout.BYTES, bytes.length);
      Bytes.putInt(record, SymbolLayout.CRC32C, new Checksum().ofRecord(record, 0, record.length, SymbolLayout.CRC32C));
      epoch.willStore(extent.offset(), record.length);
      media.write(extent.offset(), record, 0, record.length);
      long place = table.placeOf(number);
      epoch.putShared(place, WordTable.word(WordTable.LEAF, extent.offset(), place));
      epoch.commit();
    } finally {
      lanes.endHousekeeping();
    }
  }

  /**
   * The text of a number.
   *
   * @throws Damaged if there is none, or it is not what was written
   */
  String text(int number) {
    lock.lock();
    try {
      readNew();
      if (number >= known) {
        readBehindGaps();
      }
      if (number <= 0 || number >= known) {
        throw new Damaged(media.describe(), "a record names symbol " + number + " of " + (known - 1) + "; run verify");
      }
      if (texts[number] == null) {
        throw new Damaged(media.describe(), "symbol " + number + " is not what was written; run verify");
      }
      return texts[number];
    } finally {
      lock.unlock();
    }
  }

  private void readNew() {
    while (known < table.wordCount() && media.getLongAcquire(table.placeOf(known)) != 0) {
      try {
        texts[known] = read(media, table, known);
        numbers.putIfAbsent(texts[known], known);
      } catch (Damaged damaged) {
        // Hits those that use it, when they do; the symbols behind it are found.
        texts[known] = null;
      }
      known++;
    }
  }

  /** How long the text of the symbol is that lies there; not checked. */
  static int lengthAt(Media media, long offset) {
    return media.getShort(offset + SymbolLayout.TEXT_BYTES) & 0xffff;
  }

  /** Reads a symbol from the media, checking everything. */
  static String read(Media media, WordTable table, int number) {
    long place = table.placeOf(number);
    long word = media.getLong(place);
    long offset = WordTable.target(word);
    if (WordTable.isSound(word, place, media.sizeBytes())) {
      int length = lengthAt(media, offset);
      if (length > 0 && length <= Names.MAX_BYTES && length <= media.sizeBytes() - offset - SymbolLayout.BYTES) {
        byte[] record = new byte[SymbolLayout.BYTES + length];
        media.read(offset, record, 0, record.length);
        // Its number too: a sound text from elsewhere would give its users another name.
        if (Bytes.getShort(record, SymbolLayout.NUMBER) == number
            && Bytes.getInt(record, SymbolLayout.CRC32C)
            == new Checksum().ofRecord(record, 0, record.length, SymbolLayout.CRC32C)) {
          return Names.decode(record, SymbolLayout.BYTES, length);
        }
      }
    }
    throw new Damaged(media.describe(), "symbol " + number + " is not what was written; run verify");
  }
}
