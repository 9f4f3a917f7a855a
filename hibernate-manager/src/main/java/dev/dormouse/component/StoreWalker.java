package dev.dormouse.component;

import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Claims;
import dev.dormouse.recovery.Quarantine;
import dev.dormouse.recovery.Verifier;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionMap;
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
    WordTable root = WordTable.open(media, pool.header().roots().root0(), "the directory");
    WordTable symbols = WordTable.open(media, pool.header().roots().root1(), "the symbol table");
    claims.claim(root.offset(), tableBytes(root), Owner.DIRECTORY, "the directory's root");
    claims.claim(symbols.offset(), tableBytes(symbols), Owner.SYMBOLS, "the symbol table");
    int symbolCount = walkSymbols(media, symbols, claims);
    Directory directory = new Directory(media, root);
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
    // In the order in which they lie: a directory's order would read each page of the pool again and again.
    for (long offset : records.inOrder()) {
      try {
        new ComponentWalk(media, directory, claims, offset, symbolCount).walk();
      } catch (Damaged damaged) {
        claims.damage(damaged.getMessage());
      }
    }
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
      try {
        Symbols.read(media, symbols, number);
        long offset = WordTable.target(media.getLong(symbols.placeOf(number)));
        claims.claim(
            offset, SymbolLayout.BYTES + media.getInt(offset + SymbolLayout.TEXT_BYTES), Owner.SYMBOLS, "symbol " + number);
      } catch (Damaged damaged) {
        claims.damage(damaged.getMessage());
      }
      number++;
    }
    for (int rest = number; rest < symbols.wordCount(); rest++) {
      if (media.getLong(symbols.placeOf(rest)) != 0) {
        claims.damage("symbol " + rest + " is there and symbol " + number + " is not");
        return number;
      }
    }
    return number;
  }

  /** The walk of one component. */
  private static final class ComponentWalk {
    private final Media media;
    private final Directory directory;
    private final Claims claims;
    private final Awake seat = new Awake(0);
    private final byte[] record = new byte[ComponentLayout.BYTES];
    private final int symbolCount;
    private String name = "without a name";

    ComponentWalk(Media media, Directory directory, Claims claims, long offset, int symbolCount) {
      this.media = media;
      this.directory = directory;
      this.claims = claims;
      this.symbolCount = symbolCount;
      seat.recordOffset = offset;
      media.read(offset, record, 0, record.length);
      seat.take(record);
    }

    void walk() {
      if (!claims.claim(seat.recordOffset, ComponentLayout.BYTES, seat.birth, "a component's record")) {
        return;
      }
      claims.component();
      byte[] nameBytes = new ComponentNames(media).read(seat.recordOffset);
      if (nameBytes != null) {
        name = Names.decode(nameBytes, 0, nameBytes.length);
      }
      if (!ComponentLayout.isSound(record, new Checksum())) {
        damage("its record at " + seat.recordOffset + " fails its crc32c; it is quarantined, the others are not hit");
        return;
      }
      if (seat.isQuarantined()) {
        damage("it is quarantined, because recovery could not undo its last epoch");
      }
      if (seat.programSymbol <= 0 || seat.programSymbol >= symbolCount) {
        damage("its program is symbol " + seat.programSymbol + ", which does not exist");
      }
      walkAnnex(nameBytes);
      walkTable();
    }

    private void walkAnnex(byte[] nameBytes) {
      long annex = seat.annexOffset;
      if (nameBytes == null || directory.find(nameBytes) != seat.recordOffset) {
        damage("the directory does not find it by its name");
        return;
      }
      int count = media.getShort(annex + AnnexLayout.OUTCOME_COUNT) & 0xffff;
      int replyBytes = media.getShort(annex + AnnexLayout.REPLY_BYTES) & 0xffff;
      int first = Outcomes.firstOutcome(nameBytes.length);
      long length = first + (long) count * Outcomes.outcomeBytes(replyBytes);
      if (!claims.claim(annex, length, seat.birth, "the annex of component " + name)) {
        return;
      }
      if (ComponentNames.readAnnex(media, annex, seat.birth) == null) {
        damage("its annex fails its crc32c");
        return;
      }
      for (int i = 0; i < count; i++) {
        if (!Outcomes.isSound(media, annex + first + (long) i * Outcomes.outcomeBytes(replyBytes), replyBytes)) {
          damage("outcome " + i + " that it remembers fails its crc32c");
        }
      }
    }

    private void walkTable() {
      RecordEditor editor = new RecordEditor(media, seat, null);
      if (seat.tableOffset != 0) {
        byte[] table = RecordEditor.readTable(media, seat.tableOffset, seat.birth);
        claims.claim(seat.tableOffset, table.length, seat.birth, "the table of component " + name);
      }
      for (int i = 0; i < seat.regionCount; i++) {
        RegionEntry region = editor.get(i);
        checkRange(editor, i, region);
        claims.claim(region.extentOffset(), region.lengthBytes(), seat.birth, "region " + i + " of component " + name);
        if (region.nameSymbol() <= 0 || region.nameSymbol() >= symbolCount) {
          damage("region " + i + " is named by symbol " + region.nameSymbol() + ", which does not exist");
        }
      }
      for (int i = 0; i < seat.slotCount; i++) {
        Slot slot = editor.slot(i);
        if (slot.kind() == Slot.FILE) {
          FileRecipe recipe = FileRecipe.read(media, slot.object(), seat.birth);
          claims.claim(slot.object(), recipe.encode().length, seat.birth, "the recipe of slot " + i + " of component " + name);
        }
      }
    }

    private void checkRange(RecordEditor editor, int index, RegionEntry region) {
      boolean possible =
          region.lengthBytes() > 0
              && region.address() >= 0
              && region.address() <= RegionMap.ADDRESS_LIMIT - region.lengthBytes();
      if (!possible) {
        damage("region " + index + " at [" + region.address() + ", +" + region.lengthBytes() + ") cannot be");
      }
      for (int i = 0; i < index && possible; i++) {
        if (editor.get(i).overlaps(region.address(), region.lengthBytes())) {
          damage("regions " + i + " and " + index + " share addresses");
        }
      }
    }

    private void damage(String what) {
      claims.damage("component " + name + ": " + what);
    }
  }
}
