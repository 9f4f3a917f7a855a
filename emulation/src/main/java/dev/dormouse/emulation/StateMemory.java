package dev.dormouse.emulation;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.PoolReader;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * The content that is being explored: words over a {@link PoolReader}, some of which are not decided yet, with a log by
 * which everything that was done since a mark is taken back. So a state costs what it changes, whatever the pool's size.
 * Every page that was ever touched stays in memory. Not thread-safe.
 */
final class StateMemory {
  /** Says what an undecided word is when somebody wants to know. */
  interface Decider {
    long decide(long index);
  }

  private static final int PAGE_SHIFT = 9;
  private static final int PAGE_WORDS = 1 << PAGE_SHIFT;
  private static final int PAGE_BYTES = PAGE_WORDS * Long.BYTES;
  private static final int LEAF_SHIFT = 9;

  /** A log entry's index carries in its lowest two bits what is to be taken back. */
  private static final int WORD = 0;

  private static final int BECAME_DECIDED = 1;
  private static final int BECAME_UNDECIDED = 2;
  private static final int NARROWED = 3;

  private static final class Page {
    final long[] words = new long[PAGE_WORDS];
    /** One bit for each word. */
    final long[] undecided = new long[PAGE_WORDS / Long.SIZE];
  }

  private final PoolReader below;
  private final long sizeBytes;
  private final Page[][] pages;
  private final byte[] transfer = new byte[PAGE_BYTES];
  private long lastNumber = -1;
  private Page last;
  private long[] log = new long[256];
  private long[] olds = new long[256];
  private Object[] narrowed = new Object[16];
  private int logged;
  private int narrowings;

  StateMemory(PoolReader below) {
    this.below = below;
    this.sizeBytes = below.sizeBytes();
    long count = (sizeBytes + PAGE_BYTES - 1) / PAGE_BYTES;
    this.pages = new Page[Math.toIntExact((count + (1 << LEAF_SHIFT) - 1) >>> LEAF_SHIFT)][];
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** The word as it is, or what {@code decider} makes of it. */
  long word(long index, Decider decider) {
    Page page = page(index >>> PAGE_SHIFT);
    int at = (int) index & (PAGE_WORDS - 1);
    return (page.undecided[at >>> 6] >>> at & 1) == 0 ? page.words[at] : decider.decide(index);
  }

  /** The same for several words, little-endian into {@code destination}. */
  void words(long index, int count, byte[] destination, int at, Decider decider) {
    int done = 0;
    while (done < count) {
      Page page = page((index + done) >>> PAGE_SHIFT);
      int first = (int) (index + done) & (PAGE_WORDS - 1);
      int end = Math.min(PAGE_WORDS, first + count - done);
      for (int word = first; word < end; word++) {
        boolean open = (page.undecided[word >>> 6] >>> word & 1) != 0;
        Bytes.putLong(
            destination,
            at + (done + word - first) * Long.BYTES,
            open ? decider.decide(index + done + word - first) : page.words[word]);
      }
      done += end - first;
    }
  }

  /** The word that lies there, decided or not. */
  long wordBelow(long index) {
    return page(index >>> PAGE_SHIFT).words[(int) index & (PAGE_WORDS - 1)];
  }

  boolean isUndecided(long index) {
    int at = (int) index & (PAGE_WORDS - 1);
    return (page(index >>> PAGE_SHIFT).undecided[at >>> 6] >>> at & 1) != 0;
  }

  /** Replaces a word; it is decided from now on. */
  void set(long index, long value) {
    Page page = page(index >>> PAGE_SHIFT);
    int at = (int) index & (PAGE_WORDS - 1);
    if (page.words[at] != value) {
      note(index << 2 | WORD, page.words[at]);
      page.words[at] = value;
    }
    if ((page.undecided[at >>> 6] >>> at & 1) != 0) {
      note(index << 2 | BECAME_DECIDED, 0);
      page.undecided[at >>> 6] &= ~(1L << at);
    }
  }

  void makeUndecided(long index) {
    if (!isUndecided(index)) {
      note(index << 2 | BECAME_UNDECIDED, 0);
      page(index >>> PAGE_SHIFT).undecided[(int) (index & (PAGE_WORDS - 1)) >>> 6] |= 1L << index;
    }
  }

  /** Remembers that the entry of {@code set} at {@code at} will be replaced. */
  void willNarrow(long[][] set, int at) {
    if (narrowings + 2 > narrowed.length) {
      narrowed = Arrays.copyOf(narrowed, narrowed.length * 2);
    }
    note((long) at << 2 | NARROWED, 0);
    narrowed[narrowings++] = set;
    narrowed[narrowings++] = set[at];
  }

  /** To be given to {@link #takeBackTo}. */
  int mark() {
    return logged;
  }

  void takeBackTo(int mark) {
    while (logged > mark) {
      logged--;
      long index = log[logged] >>> 2;
      int at = (int) index & (PAGE_WORDS - 1);
      switch ((int) log[logged] & 3) {
        case WORD -> page(index >>> PAGE_SHIFT).words[at] = olds[logged];
        case BECAME_DECIDED -> page(index >>> PAGE_SHIFT).undecided[at >>> 6] |= 1L << at;
        case BECAME_UNDECIDED -> page(index >>> PAGE_SHIFT).undecided[at >>> 6] &= ~(1L << at);
        default -> {
          long[] old = (long[]) narrowed[--narrowings];
          ((long[][]) narrowed[--narrowings])[(int) index] = old;
        }
      }
    }
  }

  /** Keeps everything that was done, for good. */
  void forgetLog() {
    logged = 0;
    narrowings = 0;
  }

  /** What lies there now, as changes of {@code origin}, from which this memory came. */
  CrashImage image(CrashImage origin) {
    TreeMap<Long, Page> touched = new TreeMap<>();
    for (int leaf = 0; leaf < pages.length; leaf++) {
      for (int i = 0; pages[leaf] != null && i < pages[leaf].length; i++) {
        if (pages[leaf][i] != null) {
          touched.put((long) leaf << LEAF_SHIFT | i, pages[leaf][i]);
        }
      }
    }
    CrashImage.Builder changes = origin.changes();
    long[] old = new long[CrashImage.LINE_WORDS];
    touched.forEach(
        (number, page) -> {
          int lines = (int) ((Math.min(PAGE_BYTES, sizeBytes - number * PAGE_BYTES) + 63) >>> CrashImage.LINE_SHIFT);
          for (int line = 0; line < lines; line++) {
            long lineNumber = number * (PAGE_WORDS / CrashImage.LINE_WORDS) + line;
            origin.readLine(lineNumber, old);
            int at = line * CrashImage.LINE_WORDS;
            if (!Arrays.equals(old, 0, old.length, page.words, at, at + old.length)) {
              changes.add(lineNumber, old, page.words, at);
            }
          }
        });
    return changes.image();
  }

  private void note(long entry, long old) {
    if (logged == log.length) {
      log = Arrays.copyOf(log, logged * 2);
      olds = Arrays.copyOf(olds, logged * 2);
    }
    log[logged] = entry;
    olds[logged++] = old;
  }

  private Page page(long number) {
    return number == lastNumber ? last : otherPage(number);
  }

  private Page otherPage(long number) {
    Page[] leaf = pages[(int) (number >>> LEAF_SHIFT)];
    if (leaf == null) {
      leaf = new Page[1 << LEAF_SHIFT];
      pages[(int) (number >>> LEAF_SHIFT)] = leaf;
    }
    int index = (int) number & ((1 << LEAF_SHIFT) - 1);
    if (leaf[index] == null) {
      leaf[index] = load(number);
    }
    last = leaf[index];
    lastNumber = number;
    return last;
  }

  private Page load(long number) {
    Page page = new Page();
    long offset = number * PAGE_BYTES;
    int length = (int) Math.min(PAGE_BYTES, sizeBytes - offset);
    Arrays.fill(transfer, length, PAGE_BYTES, (byte) 0);
    below.read(offset, transfer, 0, length);
    for (int i = 0; i < PAGE_WORDS; i++) {
      page.words[i] = Bytes.getLong(transfer, i * Long.BYTES);
    }
    return page;
  }
}
