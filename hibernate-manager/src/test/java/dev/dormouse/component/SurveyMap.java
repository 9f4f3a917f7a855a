package dev.dormouse.component;

import dev.dormouse.component.SurveySpan.Kind;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Geometry;
import dev.dormouse.region.RegionLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which byte of a pool belongs to whom: read off the layouts, from a pool that is whole. It uses no reader of the code under
 * test, and does not look at checksums.
 */
final class SurveyMap {
  private static final Set<String> NOBODY = Set.of();
  private static final long TARGET_MASK = (1L << 46) - 1;
  private static final int PAGE_BYTES = Geometry.PAGE_BYTES;
  private static final Geometry AT = SurveyPools.GEOMETRY;

  private final byte[] pool;
  private final List<SurveySpan> spans = new ArrayList<>();
  private final Map<Integer, Set<String>> symbolUsers = new TreeMap<>();
  // Dataspaces by their offset, as they are called in what is expected.
  private final Map<Long, String> dataspaces = new TreeMap<>();
  private final Map<Long, Set<String>> showers = new TreeMap<>();
  private final Map<Long, String> names = new TreeMap<>();
  private final Map<String, Set<Integer>> recordedRequests = new TreeMap<>();
  private final Map<Integer, String> symbols = new TreeMap<>();

  private SurveyMap(byte[] pool) {
    this.pool = pool;
  }

  /** The spans of a pool that needs no recovery, without its lanes. */
  static SurveyMap of(byte[] pool) {
    SurveyMap map = new SurveyMap(pool);
    map.headers();
    long header = Bytes.getLong(pool, 16) > Bytes.getLong(pool, PAGE_BYTES + 16) ? 0 : PAGE_BYTES;
    long[] roots = new long[3];
    for (int i = 0; i < roots.length; i++) {
      roots[i] = map.word(header + 128 + 8L * i);
    }
    // Symbols first: those who use them are added while the components are seen.
    int symbolWords = (int) map.word(roots[1]);
    for (int number = 1; number < symbolWords; number++) {
      map.symbolUsers.put(number, new TreeSet<>());
      map.symbolText(roots[1], number);
    }
    map.dataspaces(roots[2]);
    map.directory(roots[0]);
    map.symbols(roots[1], symbolWords);
    map.dataspaceSpans(roots[2]);
    map.heads(roots);
    map.pages();
    return map;
  }

  List<SurveySpan> spans() {
    return spans;
  }

  /** The low halves of the ids of the requests whose outcomes a component remembers. */
  Set<Integer> recordedRequests(String component) {
    return recordedRequests.getOrDefault(component, Set.of());
  }

  Set<String> components() {
    return new TreeSet<>(names.values());
  }

  /** Who has that birth, as it is called in what is expected; nobody for the directory, the symbols and those who are gone. */
  Set<String> ownerNamed(long birth) {
    String name = names.get(birth);
    return name == null ? NOBODY : Set.of(name);
  }

  private void add(long offset, long length, Kind kind, String what, Set<String> must, Set<String> may) {
    spans.add(SurveySpan.of(offset, length, kind, what, must, may));
  }

  private long word(long offset) {
    return Bytes.getLong(pool, (int) offset);
  }

  private int number(long offset) {
    return Bytes.getInt(pool, (int) offset);
  }

  private int half(long offset) {
    return Bytes.getShort(pool, (int) offset) & 0xffff;
  }

  private String text(long offset, int length) {
    return new String(pool, (int) offset, length, StandardCharsets.UTF_8);
  }

  private static long target(long word) {
    return (word & TARGET_MASK) << 6;
  }

  private void headers() {
    for (int copy = 0; copy < 2; copy++) {
      add((long) copy * PAGE_BYTES, 256, Kind.HEADER, "header copy " + copy, NOBODY, NOBODY);
    }
  }

  private void heads(long[] roots) {
    String[] what = {"the directory", "the symbol table", "the table of dataspaces"};
    for (int i = 0; i < roots.length; i++) {
      add(roots[i], DirectoryLayout.BYTES, Kind.TABLE_HEAD, "the head of " + what[i], NOBODY, NOBODY);
    }
  }

  private void symbolText(long table, int number) {
    long word = word(table + DirectoryLayout.BYTES + 8L * number);
    if (word != 0) {
      long at = target(word);
      symbols.put(number, text(at + SymbolLayout.BYTES, half(at + SymbolLayout.TEXT_BYTES)));
    }
  }

  private void symbols(long table, int words) {
    for (int number = 0; number < words; number++) {
      long place = table + DirectoryLayout.BYTES + 8L * number;
      Set<String> users = symbolUsers.getOrDefault(number, NOBODY);
      boolean used = symbols.containsKey(number);
      // Nobody reads word 0.
      add(place, 8, number == 0 ? Kind.UNUSED : Kind.SYMBOL_WORD, "the word of symbol " + number, used ? users : NOBODY, NOBODY);
      if (used) {
        long at = target(word(place));
        add(at, SymbolLayout.BYTES + half(at + SymbolLayout.TEXT_BYTES), Kind.SYMBOL, "symbol " + number, users, NOBODY);
      }
    }
  }

  private void dataspaces(long table) {
    for (int symbol = 1; symbol < word(table); symbol++) {
      long word = word(table + DirectoryLayout.BYTES + 8L * symbol);
      if (word != 0) {
        String name = "dataspace " + symbols.get(symbol);
        dataspaces.put(target(word), name);
        names.put(word(target(word)), name);
        showers.put(target(word), new TreeSet<>());
        symbolUsers.get(symbol).add(name);
      }
    }
  }

  private void dataspaceSpans(long table) {
    for (int symbol = 0; symbol < word(table); symbol++) {
      long place = table + DirectoryLayout.BYTES + 8L * symbol;
      long word = word(place);
      long at = target(word);
      Set<String> itself = word == 0 ? NOBODY : Set.of(dataspaces.get(at));
      // Who shows it knows it by its place, but tells of it by the name that the symbol has.
      add(place, 8, Kind.DATASPACE_WORD, "word " + symbol + " of the dataspaces", itself, NOBODY);
      if (word != 0) {
        symbolUsers.get(symbol).addAll(showers.get(at));
        String name = dataspaces.get(at);
        add(at, DataspaceLayout.ATTACHMENTS, Kind.DATASPACE_HEAD, "the head of " + name, both(itself, showers.get(at)), NOBODY);
        add(at + DataspaceLayout.ATTACHMENTS, 8, Kind.DATASPACE_COUNT, "the count of " + name, itself, showers.get(at));
        add(at + DataspaceLayout.BYTES, word(at + DataspaceLayout.LENGTH_BYTES), Kind.DATASPACE_CONTENT, "the content of " + name, NOBODY, showers.get(at));
      }
    }
  }

  static Set<String> both(Set<String> some, Set<String> others) {
    Set<String> all = new TreeSet<>(some);
    all.addAll(others);
    return all;
  }

  private void directory(long root) {
    for (int i = 0; i < word(root); i++) {
      directoryWord(root + DirectoryLayout.BYTES + 8L * i, "word " + i + " of the directory");
    }
  }

  /** Who is found below a word. */
  private Set<String> directoryWord(long place, String what) {
    long word = word(place);
    Set<String> below = new TreeSet<>();
    if (word >>> 46 << 62 >>> 62 == WordTable.NODE) {
      for (int i = 0; i < 8; i++) {
        below.addAll(directoryWord(target(word) + 8L * i, "word " + i + " of a node below " + what));
      }
    } else if (word != 0) {
      below.add(component(target(word)));
    }
    add(place, 8, Kind.DIRECTORY_WORD, what, below, NOBODY);
    return below;
  }

  private String component(long record) {
    long annex = word(record + ComponentLayout.ANNEX_OFFSET);
    String name = text(annex + AnnexLayout.BYTES, half(annex + AnnexLayout.NAME_BYTES));
    Set<String> itself = Set.of(name);
    names.put(word(record), name);
    uses(number(record + ComponentLayout.PROGRAM_SYMBOL), name);
    add(record, ComponentLayout.BYTES, Kind.RECORD, "the record of " + name, itself, NOBODY);
    annex(annex, name, itself);
    long table = word(record + ComponentLayout.TABLE_OFFSET);
    int capacity = table == 0 ? 0 : half(table + TableLayout.REGION_CAPACITY);
    if (table != 0) {
      long bytes = TableLayout.BYTES + (long) capacity * RegionLayout.BYTES + (long) half(table + TableLayout.SLOT_CAPACITY) * SlotLayout.BYTES;
      add(table, bytes, Kind.TABLE, "the table of " + name, itself, NOBODY);
    }
    for (int i = 0; i < (pool[(int) record + ComponentLayout.REGION_COUNT] & 0xff); i++) {
      region(i == 0 ? record + ComponentLayout.REGION0 : table + TableLayout.BYTES + (i - 1L) * RegionLayout.BYTES, name, itself);
    }
    for (int i = 0; i < (pool[(int) record + ComponentLayout.SLOT_COUNT] & 0xff); i++) {
      long slot =
          i < 2
              ? record + ComponentLayout.SLOT0 + (long) i * SlotLayout.BYTES
              : table + TableLayout.BYTES + (long) capacity * RegionLayout.BYTES + (i - 2L) * SlotLayout.BYTES;
      long recipe = word(slot + SlotLayout.OBJECT);
      uses(number(recipe + FileRecipeLayout.ROOT_SYMBOL), name);
      add(recipe, FileRecipeLayout.BYTES + half(recipe + FileRecipeLayout.PATH_BYTES), Kind.RECIPE, "recipe " + i + " of " + name, itself, NOBODY);
    }
    return name;
  }

  private void annex(long annex, String name, Set<String> itself) {
    int nameBytes = half(annex + AnnexLayout.NAME_BYTES);
    add(annex, AnnexLayout.BYTES + nameBytes, Kind.ANNEX, "the annex of " + name, itself, NOBODY);
    long at = lines(annex + AnnexLayout.BYTES + nameBytes);
    int replyBytes = half(annex + AnnexLayout.REPLY_BYTES);
    int count = half(annex + AnnexLayout.OUTCOME_COUNT);
    Set<Integer> recorded = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      boolean empty = word(at + OutcomeLayout.ORDINAL) == 0;
      // The places are filled from the first on, and then in turn.
      boolean newestOfFew = !empty && i + 1 < count && word(at + lines(OutcomeLayout.BYTES + (long) replyBytes) + OutcomeLayout.ORDINAL) == 0;
      if (!empty) {
        recorded.add((int) word(at + OutcomeLayout.REQUEST_LOW));
      }
      int bytes = empty ? 8 : OutcomeLayout.BYTES + number(at + OutcomeLayout.REPLY_BYTES);
      // An empty one is read when a request is new.
      add(at, bytes, Kind.OUTCOME, (newestOfFew ? SurveyJudge.NEWEST_OF_FEW : empty ? "an empty outcome" : "an outcome") + " of " + name, empty ? NOBODY : itself, itself);
      at += lines(OutcomeLayout.BYTES + (long) replyBytes);
    }
    recordedRequests.put(name, recorded);
  }

  private static long lines(long bytes) {
    return (bytes + 63) / 64 * 64;
  }

  private void uses(int symbol, String name) {
    symbolUsers.get(symbol).add(name);
  }

  private void region(long entry, String name, Set<String> itself) {
    uses(number(entry + RegionLayout.NAME_SYMBOL), name);
    long extent = word(entry + RegionLayout.EXTENT_OFFSET);
    int kind = pool[(int) entry + RegionLayout.KIND];
    if (kind == 0) {
      add(extent, word(entry + RegionLayout.LENGTH_BYTES), Kind.STATE, "a region of " + name, NOBODY, itself);
    } else if (kind == 1) {
      showers.get(extent - DataspaceLayout.BYTES).add(name);
    }
  }

  /** The page table, the words of the chunks, and the owner words of slabs. */
  private void pages() {
    long table = AT.pageTableOffset();
    int pages = (int) ((AT.sizeBytes() - AT.arenaOffset()) / PAGE_BYTES);
    List<Set<String>> onPage = new ArrayList<>();
    for (int page = 0; page < pages; page++) {
      onPage.add(new HashSet<>());
    }
    for (int page = 0; page < pages; page++) {
      long state = word(table + 16L * page);
      int covered = (int) (state & 0xffff);
      switch ((int) (state >>> 44) & 0xf) {
        case 2 -> onPage.get(page).addAll(slab(page, (int) (state >>> 36) & 0xff));
        case 3 -> {
          Set<String> owner = peopleOf(word(table + 16L * page + 8));
          for (int i = 0; i < covered; i++) {
            onPage.get(page + i).addAll(owner);
          }
          add(table + 16L * page + 8, 8, Kind.PAGE_OWNER, "the owner of page " + page, NOBODY, owner);
        }
        default -> {}
      }
    }
    for (int page = 0; page < pages; page++) {
      add(table + 16L * page, 8, Kind.PAGE_STATE, "the state of page " + page, NOBODY, onPage.get(page));
    }
    // Behind the page table's room, on a line of its own.
    long room = (AT.maxBytes() - table) / (PAGE_BYTES + 16);
    add(lines(table + 16 * room), 8, Kind.CHUNK_WORD, "the word of the only chunk", NOBODY, NOBODY);
  }

  /** Who is hit where what an owner has is in doubt: whoever shows a dataspace reads it only if its owner is right. */
  private Set<String> peopleOf(long birth) {
    Set<String> owner = ownerNamed(birth);
    for (Map.Entry<Long, String> dataspace : dataspaces.entrySet()) {
      if (owner.contains(dataspace.getValue())) {
        return both(owner, showers.get(dataspace.getKey()));
      }
    }
    return owner;
  }

  private Set<String> slab(int page, int sizeClass) {
    int bytes = sizeClass == 1 ? 128 : 64 * (sizeClass - 1);
    int slots = PAGE_BYTES / (bytes + 8);
    while ((8L * slots + 127) / 128 * 128 + (long) slots * bytes > PAGE_BYTES) {
      slots--;
    }
    Set<String> people = new HashSet<>();
    long at = AT.arenaOffset() + (long) page * PAGE_BYTES;
    for (int slot = 0; slot < slots; slot++) {
      Set<String> owner = peopleOf(word(at + 8L * slot));
      people.addAll(owner);
      add(at + 8L * slot, 8, Kind.SLAB_OWNER, "the owner of slot " + slot + " in page " + page, NOBODY, owner);
    }
    return people;
  }

  /** Fills the gaps: what no record has nobody reads. */
  static List<SurveySpan> complete(List<SurveySpan> some) {
    List<SurveySpan> sorted = new ArrayList<>(some);
    sorted.sort((a, b) -> Integer.compare(a.offset(), b.offset()));
    List<SurveySpan> all = new ArrayList<>();
    int at = 0;
    for (SurveySpan span : sorted) {
      if (span.offset() < at) {
        throw new AssertionError(span + " overlaps " + all.getLast());
      }
      if (span.offset() > at) {
        all.add(SurveySpan.of(at, span.offset() - at, Kind.UNUSED, "nobody's bytes", NOBODY, NOBODY));
      }
      all.add(span);
      at = span.end();
    }
    int size = (int) AT.sizeBytes();
    if (at < size) {
      all.add(SurveySpan.of(at, size - at, Kind.UNUSED, "nobody's bytes", NOBODY, NOBODY));
    }
    return Collections.unmodifiableList(all);
  }
}
