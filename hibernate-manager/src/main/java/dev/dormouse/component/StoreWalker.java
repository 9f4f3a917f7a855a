package dev.dormouse.component;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Claims;
import dev.dormouse.recovery.Finding;
import dev.dormouse.recovery.Quarantine;
import dev.dormouse.recovery.Verifier;
import java.util.Arrays;

/** Walks every record of a store for verify: symbols, directory, components and all they refer to. */
final class StoreWalker implements Verifier.Walker {
  @Override
  public Quarantine quarantine(Pool pool) {
    return new ComponentQuarantine(pool.media(), pool.heap());
  }

  @Override
  public void walk(Pool pool, Claims claims) {
    Media media = pool.media();
    WordTable symbols = open(pool, claims, Finding.Kind.SYMBOL, pool.header().roots().root1(), "the symbol table", Owner.SYMBOLS);
    int symbolCount = symbols == null ? Integer.MAX_VALUE : walkSymbols(media, symbols, claims);
    WordTable named = open(pool, claims, Finding.Kind.DATASPACE, pool.header().roots().root2(), "the table of dataspaces", Owner.SYMBOLS);
    DataspaceWalk dataspaces = new DataspaceWalk(media, pool.heap(), claims);
    if (named != null) {
      dataspaces.walk(named, symbolCount);
    }
    WordTable root = open(pool, claims, Finding.Kind.DIRECTORY, pool.header().roots().root0(), "the directory", Owner.DIRECTORY);
    if (root != null) {
      Directory directory = new Directory(media, root);
      // In the order in which they lie: a directory's order would read each page of the pool again and again.
      for (long offset : walkDirectory(pool, directory, claims).inOrder()) {
        new ComponentWalk(media, pool.heap(), directory, dataspaces, claims, offset, symbolCount).walk();
      }
      dataspaces.finish();
    }
  }

  /** A table, whose extent is claimed; null, with a finding, where its head is not what was written. */
  private static WordTable open(Pool pool, Claims claims, Finding.Kind kind, long offset, String what, long owner) {
    claims.about(kind, what, offset);
    try {
      WordTable table = WordTable.open(pool.media(), offset, what);
      claims.claim(offset, tableBytes(table), owner, what);
      return table;
    } catch (Damaged damaged) {
      claims.damage(damaged.getMessage());
      claims.incomplete();
      return null;
    }
  }

  private static Records walkDirectory(Pool pool, Directory directory, Claims claims) {
    Records records = new Records();
    directory.walk(
        new Directory.Visitor() {
          @Override
          public void record(long offset) {
            if (pool.heap().isRecordSlot(offset)) {
              records.add(offset);
            } else {
              claims.damage("the directory leads to " + offset + ", where no component's record can be");
            }
          }

          @Override
          public void node(long offset) {
            claims.claim(offset, Directory.NODE_BYTES, Owner.DIRECTORY, "a node of the directory");
          }

          @Override
          public void damage(Damaged damaged) {
            claims.damage(damaged.getMessage());
          }
        });
    return records;
  }

  /** The offsets of all records, 8 bytes each. */
  private static final class Records {
    private long[] offsets = new long[64];
    private int count;

    void add(long offset) {
      if (count == offsets.length) {
        offsets = Arrays.copyOf(offsets, 2 * count);
      }
      offsets[count++] = offset;
    }

    long[] inOrder() {
      long[] sorted = Arrays.copyOf(offsets, count);
      Arrays.sort(sorted);
      return sorted;
    }
  }

  private static long tableBytes(WordTable table) {
    return table.placeOf(table.wordCount()) - table.offset();
  }

  private static int walkSymbols(Media media, WordTable symbols, Claims claims) {
    int number = 1;
    while (number < symbols.wordCount() && media.getLong(symbols.placeOf(number)) != 0) {
      claims.about(Finding.Kind.SYMBOL, "symbol " + number, symbols.placeOf(number));
      try {
        Symbols.read(media, symbols, number);
        long offset = WordTable.target(media.getLong(symbols.placeOf(number)));
        claims.claim(
            offset, SymbolLayout.BYTES + Symbols.lengthAt(media, offset), Owner.SYMBOLS, "symbol " + number);
      } catch (Damaged damaged) {
        claims.damage(damaged.getMessage());
      }
      number++;
    }
    for (int rest = number; rest < symbols.wordCount(); rest++) {
      if (media.getLong(symbols.placeOf(rest)) != 0) {
        claims.about(Finding.Kind.SYMBOL, "symbol " + number, symbols.placeOf(number));
        claims.damage("symbol " + rest + " is there and symbol " + number + " is not");
        return number;
      }
    }
    return number;
  }
}
