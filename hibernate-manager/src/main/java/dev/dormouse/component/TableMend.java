package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Check;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Mends the heads of the three tables, the symbols, and the dataspaces of the store with their counts. */
final class TableMend {
  private final Pool pool;
  private final Mending mending;
  private final Media media;
  private final Heap heap;
  private final Set<Integer> lostSymbols = new HashSet<>();
  private final List<DataspaceHead> dataspaces = new ArrayList<>();
  private final Set<Long> births = new HashSet<>();

  TableMend(Pool pool, Mending mending) {
    this.pool = pool;
    this.mending = mending;
    this.media = pool.media();
    this.heap = pool.heap();
  }

  /**
   * A table, whose head is mended where it was damaged, and claimed.
   *
   * @param wasDamaged told whether it was, so that nothing is known of its keys
   */
  WordTable open(long offset, String what, long owner, Runnable wasDamaged) {
    WordTable table;
    try {
      table = WordTable.open(media, offset, what);
    } catch (Damaged damaged) {
      if (!mending.mendBit(offset, DirectoryLayout.BYTES, DirectoryLayout.BYTES, DirectoryLayout.CRC32C, head -> head.length, what)) {
        mendHead(offset, what);
        wasDamaged.run();
      }
      table = WordTable.open(media, offset, what);
    }
    mending.claim(offset, DirectoryLayout.BYTES + (long) table.wordCount() * Long.BYTES, owner);
    return table;
  }

  /** How many words there are follows from the extent; the keys may be any, where the words are written anew. */
  private void mendHead(long offset, String what) {
    Extent extent = mending.extentOf(offset);
    for (long words = 64; extent != null && words <= 1 << 23; words *= 2) {
      if (heap.extentBytes(DirectoryLayout.BYTES + words * Long.BYTES) == extent.lengthBytes()) {
        byte[] head = new byte[DirectoryLayout.BYTES];
        Bytes.putLong(head, DirectoryLayout.WORD_COUNT, words);
        Bytes.putLong(head, DirectoryLayout.KEY0, media.getLong(offset + DirectoryLayout.KEY0));
        Bytes.putLong(head, DirectoryLayout.KEY1, media.getLong(offset + DirectoryLayout.KEY1));
        mending.write(offset, Mending.sealed(head, DirectoryLayout.CRC32C));
        mending.changed(offset, "the head of " + what + ": written anew");
        return;
      }
    }
  }

  /**
   * Mends the symbols as far as they can be; answers how many words are in use.
   *
   * @param named the table of dataspaces, which shows how many symbols there must be at least
   * @param leastLast the greatest symbol that a component names
   */
  int mendSymbols(WordTable table, WordTable named, int leastLast) {
    int lastOfWords = Math.max(mendWords(table, "symbol"), mendWords(named, "dataspace"));
    int last = Math.max(leastLast, lastOfWords);
    for (int number = 1; number <= last; number++) {
      long place = table.placeOf(number);
      long word = media.getLong(place);
      long offset = WordTable.target(word);
      if (isLeaf(word, place) && (isSymbol(table, number) || (mendText(offset, number) && isSymbol(table, number)))) {
        mending.claim(offset, SymbolLayout.BYTES + Symbols.lengthAt(media, offset), Owner.SYMBOLS);
      } else {
        lostSymbols.add(number);
      }
    }
    int count = connectLostSymbols(table, last) + 1;
    clear(table, count, "symbol ");
    return count;
  }

  /** Words that nobody can have written: there is no symbol of their number. */
  private void clear(WordTable table, int from, String what) {
    for (int number = from; number < table.wordCount(); number++) {
      long place = table.placeOf(number);
      if (media.getLong(place) != 0) {
        media.putLong(place, 0);
        mending.changed(place, "the word of " + what + number + ", which was never made: cleared");
      }
    }
  }

  /** Mends each word by its one flipped bit; answers which is the last that was written, because it is sound. */
  private int mendWords(WordTable table, String what) {
    int last = 0;
    for (int number = 1; number < table.wordCount(); number++) {
      long place = table.placeOf(number);
      long word = media.getLong(place);
      if (word != 0 && !isLeaf(word, place)) {
        mendWord(place, what + " " + number);
      }
      last = isLeaf(media.getLong(place), place) ? number : last;
    }
    return last;
  }

  private boolean isLeaf(long word, long place) {
    return WordTable.isSound(word, place, media.sizeBytes()) && WordTable.kind(word) == WordTable.LEAF;
  }

  /** One bit of a word, where that leads to an extent that a symbol or a dataspace can have. */
  private void mendWord(long place, String what) {
    long word = media.getLong(place);
    if (Long.bitCount(word) == 1) {
      media.putLong(place, 0);
      mending.changed(place, "the word of " + what + ": one bit was flipped, and is put back");
      return;
    }
    for (int bit = 0; bit < Long.SIZE; bit++) {
      long tried = word ^ 1L << bit;
      Extent extent = isLeaf(tried, place) ? mending.extentOf(WordTable.target(tried)) : null;
      if (extent != null && extent.offset() == WordTable.target(tried) && mending.ownerOf(extent.offset()) != Owner.NONE) {
        media.putLong(place, tried);
        mending.changed(place, "the word of " + what + ": one bit was flipped, and is put back");
        return;
      }
    }
  }

  private boolean isSymbol(WordTable table, int number) {
    try {
      Symbols.read(media, table, number);
      return true;
    } catch (Damaged damaged) {
      return false;
    }
  }

  private boolean mendText(long offset, int number) {
    return mending.mendBit(
        offset,
        SymbolLayout.BYTES,
        SymbolLayout.BYTES + Names.MAX_BYTES,
        SymbolLayout.CRC32C,
        record -> {
          int length = Bytes.getShort(record, SymbolLayout.TEXT_BYTES) & 0xffff;
          return length <= 0 || length > Names.MAX_BYTES ? 0 : SymbolLayout.BYTES + length;
        },
        "symbol " + number);
  }

  /**
   * A text says which symbol it is: those to which no word leads are connected again, also beyond the last word that is left.
   *
   * @return the number of the last symbol
   */
  private int connectLostSymbols(WordTable table, int lastOfWords) {
    List<Long> orphans = new ArrayList<>();
    heap.walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            boolean isTable = extent.offset() == pool.header().roots().root1() || extent.offset() == pool.header().roots().root2();
            if (owner == Owner.SYMBOLS && !isTable && !mending.claims().containsKey(extent.offset())) {
              orphans.add(extent.offset());
            }
          }

          @Override
          public void damage(String message) {
            // Told elsewhere.
          }
        });
    int last = lastOfWords;
    for (long offset : orphans) {
      int number = media.getShort(offset + SymbolLayout.NUMBER) & 0xffff;
      if (lostSymbols.contains(number) || (number > last && number < table.wordCount())) {
        long place = table.placeOf(number);
        long before = media.getLong(place);
        media.putLong(place, WordTable.word(WordTable.LEAF, offset, place));
        if (isSymbol(table, number)) {
          for (int between = last + 1; between < number; between++) {
            lostSymbols.add(between);
          }
          last = Math.max(last, number);
          lostSymbols.remove(number);
          mending.claim(offset, SymbolLayout.BYTES + Symbols.lengthAt(media, offset), Owner.SYMBOLS);
          mending.changed(place, "symbol " + number + ": connected again to its text, to which nothing led");
        } else {
          media.putLong(place, before);
        }
      }
    }
    return last;
  }

  /** Symbols that are lost for good; whoever uses one must not run. */
  Set<Integer> lostSymbols() {
    return lostSymbols;
  }

  /** Gives each lost symbol a text that says so, in an extent of its own, so that the table is whole again. */
  void replaceLostSymbols(WordTable table, RepairHeap allocator) {
    for (int number : lostSymbols) {
      byte[] text = ("lost-symbol-" + number).getBytes(StandardCharsets.UTF_8);
      byte[] record = new byte[SymbolLayout.BYTES + text.length];
      Bytes.putShort(record, SymbolLayout.TEXT_BYTES, (short) text.length);
      Bytes.putShort(record, SymbolLayout.NUMBER, (short) number);
      System.arraycopy(text, 0, record, SymbolLayout.BYTES, text.length);
      long offset = allocator.allocate(Mending.sealed(record, SymbolLayout.CRC32C), Owner.SYMBOLS);
      long place = table.placeOf(number);
      media.putLong(place, WordTable.word(WordTable.LEAF, offset, place));
      mending.changed(place, "symbol " + number + ": its text is lost, and lost-symbol-" + number + " takes its place: components that use it are quarantined, a dataspace has that name now");
    }
  }

  /** Mends the table of dataspaces and their heads as far as they can be. */
  void mendDataspaces(WordTable named, int symbolCount) {
    for (int symbol = 1; symbol < Math.min(symbolCount, named.wordCount()); symbol++) {
      long place = named.placeOf(symbol);
      if (media.getLong(place) != 0) {
        if (isLeaf(media.getLong(place), place)) {
          take(WordTable.target(media.getLong(place)));
        }
      }
    }
    connectLostDataspaces(named, symbolCount);
    clear(named, symbolCount, "dataspace ");
  }

  private void take(long offset) {
    if (!isHead(offset)) {
      mendDataspaceHead(offset);
    }
    if (isHead(offset)) {
      byte[] head = mending.read(offset, DataspaceLayout.BYTES);
      long length = Bytes.getLong(head, DataspaceLayout.LENGTH_BYTES);
      long birth = Bytes.getLong(head, DataspaceLayout.BIRTH);
      mending.claim(offset, DataspaceHead.bytesFor(length), birth);
      births.add(birth);
      dataspaces.add(
          new DataspaceHead(
              offset, birth, Bytes.getInt(head, DataspaceLayout.NAME_SYMBOL), length, Bytes.getInt(head, DataspaceLayout.CONTENT_CRC32C)));
    } else {
      keep(offset);
    }
  }

  /** A dataspace whose head is lost: its extent stays its own, because the content may be whole. */
  private void keep(long offset) {
    Extent extent = mending.extentOf(offset);
    long owner = mending.ownerOf(offset);
    if (extent != null && extent.offset() == offset && mending.canBeBirth(owner)) {
      mending.claim(offset, extent.lengthBytes(), owner);
      births.add(owner);
    }
  }

  /** The births of the dataspaces that there are, as far as they are known. */
  Set<Long> births() {
    return births;
  }

  private boolean isHead(long offset) {
    if (!mending.isInside(offset, DataspaceLayout.BYTES)) {
      return false;
    }
    byte[] head = mending.read(offset, DataspaceLayout.BYTES);
    return Bytes.getLong(head, DataspaceLayout.BIRTH) >= Owner.FIRST_BIRTH
        && Bytes.getInt(head, DataspaceLayout.CRC32C)
            == new Checksum().ofRecord(head, 0, DataspaceLayout.ATTACHMENTS, DataspaceLayout.CRC32C);
  }

  private void mendDataspaceHead(long offset) {
    mending.mendBit(
        offset, DataspaceLayout.BYTES, DataspaceLayout.BYTES, DataspaceLayout.CRC32C, head -> DataspaceLayout.ATTACHMENTS, "the dataspace at " + offset);
  }

  /** Dataspaces to which no word leads, where the word of their name does not lead elsewhere. */
  private void connectLostDataspaces(WordTable named, int symbolCount) {
    List<Long> orphans = new ArrayList<>();
    heap.walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            if (!record && owner >= Owner.FIRST_BIRTH && !mending.claims().containsKey(extent.offset()) && isHead(extent.offset())
                && media.getLong(extent.offset() + DataspaceLayout.BIRTH) == owner) {
              orphans.add(extent.offset());
            }
          }

          @Override
          public void damage(String message) {
            // Told elsewhere.
          }
        });
    for (long offset : orphans) {
      int symbol = media.getInt(offset + DataspaceLayout.NAME_SYMBOL);
      if (symbol > 0 && symbol < Math.min(symbolCount, named.wordCount()) && !isLeaf(media.getLong(named.placeOf(symbol)), named.placeOf(symbol))
          && isContentSound(offset)) {
        long place = named.placeOf(symbol);
        media.putLong(place, WordTable.word(WordTable.LEAF, offset, place));
        mending.changed(place, "dataspace " + symbol + ": connected again, to the one of its name to which nothing led");
        take(offset);
      }
    }
  }

  /** What a program wrote may look like the head of a dataspace: the content has a sum of its own. */
  private boolean isContentSound(long offset) {
    long length = media.getLong(offset + DataspaceLayout.LENGTH_BYTES);
    Extent extent = mending.extentOf(offset);
    return length > 0
        && extent != null
        && length <= extent.lengthBytes() - DataspaceLayout.BYTES
        && DataspaceHead.crcOf(media, DataspaceHead.contentOf(offset), length) == media.getInt(offset + DataspaceLayout.CONTENT_CRC32C);
  }

  /**
   * Writes the counts of attachments anew that are damaged, or that are not what the regions say.
   *
   * @param shown where the regions begin that components have attached
   * @param allRead whether all components could be read, so that there are no others
   */
  void mendCounts(List<Long> shown, boolean allRead) {
    TreeMap<Long, Long> counts = new TreeMap<>();
    dataspaces.forEach(head -> counts.put(head.offset(), 0L));
    for (long offset : shown) {
      Long head = counts.floorKey(offset);
      if (head != null) {
        counts.merge(head, 1L, Long::sum);
      }
    }
    for (DataspaceHead head : dataspaces) {
      long place = head.attachmentsOffset();
      long word = media.getLong(place);
      long count = counts.get(head.offset());
      boolean sound = Check.isSealed(word, place);
      if (!sound || Check.open(word) < count || (allRead && Check.open(word) > count)) {
        media.putLong(place, Check.seal(count, place));
        mending.changed(place, "the count of dataspace " + head.nameSymbol() + ": " + count + ", as many regions as show it");
      }
    }
  }
}
