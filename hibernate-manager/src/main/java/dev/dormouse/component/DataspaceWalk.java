package dev.dormouse.component;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.recovery.Claims;
import dev.dormouse.recovery.Finding;
import java.util.Map;
import java.util.TreeMap;

/** The walk of the store's dataspaces for verify: heads, contents, and whether the counts are what components have attached. */
final class DataspaceWalk {
  /** A dataspace whose head is sound, and how many regions were seen that show it. */
  private static final class Seen {
    final DataspaceHead head;
    long shown;

    Seen(DataspaceHead head) {
      this.head = head;
    }
  }

  private final Media media;
  private final Heap heap;
  private final Claims claims;
  private final TreeMap<Long, Seen> seen = new TreeMap<>();
  private long findingsBefore;

  DataspaceWalk(Media media, Heap heap, Claims claims) {
    this.media = media;
    this.heap = heap;
    this.claims = claims;
  }

  void walk(WordTable named, int symbolCount) {
    DataspaceTable table = new DataspaceTable(media, heap, named);
    for (int symbol = 0; symbol < named.wordCount(); symbol++) {
      if (media.getLong(named.placeOf(symbol)) == 0) {
        continue;
      }
      claims.about(Finding.Kind.DATASPACE, "dataspace " + symbol, named.placeOf(symbol));
      if (symbol == 0 || symbol >= symbolCount) {
        claims.damage("word " + symbol + " of the table of dataspaces is named by a symbol that does not exist");
        continue;
      }
      try {
        walk(table.find(symbol));
      } catch (DormouseException | IndexOutOfBoundsException e) {
        claims.damage(e.getMessage());
        keep(named.placeOf(symbol));
      }
    }
    findingsBefore = claims.findingCount();
  }

  /** A dataspace that a word leads to and whose head is damaged is hit, and not lost: the owner word says whose its extent is. */
  private void keep(long place) {
    long word = media.getLong(place);
    long target = WordTable.target(word);
    try {
      Extent extent = WordTable.isSound(word, place, media.sizeBytes()) ? heap.extentOf(target) : null;
      if (extent != null && extent.offset() == target && heap.ownerOf(target) >= Owner.FIRST_BIRTH) {
        claims.keepAll(heap.ownerOf(target));
      }
    } catch (DormouseException e) {
      // The page table does not tell, and that is a finding of its own.
    }
  }

  private void walk(DataspaceHead head) {
    if (!claims.claim(
        head.offset(), DataspaceHead.bytesFor(head.lengthBytes()), head.birth(), Claims.Account.DATASPACES, "dataspace " + head.nameSymbol())) {
      return;
    }
    claims.dataspace();
    seen.put(head.offset(), new Seen(head));
    int crc = DataspaceHead.crcOf(media, DataspaceHead.contentOf(head.offset()), head.lengthBytes());
    if (crc != head.contentCrc32c()) {
      claims.damage(
          String.format(
              "the content of the dataspace at %d has crc32c 0x%08x, stored 0x%08x; whoever has it attached reads what nobody wrote",
              head.offset(), crc, head.contentCrc32c()));
    }
  }

  /** Counts a region that shows {@code length} bytes there; answers what is wrong with it, or null. */
  String isShown(long offset, long length) {
    Map.Entry<Long, Seen> found = seen.floorEntry(offset);
    if (found == null || length <= 0 || !found.getValue().head.content().contains(offset, length)) {
      return "shows [" + offset + ", +" + length + ") of the pool, which is in no dataspace";
    }
    found.getValue().shown++;
    return null;
  }

  /** When all components were walked. One that could not be read may show a dataspace, so that fewer are then no finding. */
  void finish() {
    boolean allRead = claims.findingCount() == findingsBefore;
    for (Seen dataspace : seen.values()) {
      claims.about(Finding.Kind.DATASPACE, "dataspace " + dataspace.head.nameSymbol(), dataspace.head.offset());
      try {
        long count = dataspace.head.attachments(media);
        if (dataspace.shown > count || (dataspace.shown < count && allRead)) {
          claims.damage(
              "the dataspace at " + dataspace.head.offset() + " counts " + count + " attachments, and " + dataspace.shown + " regions show it");
        }
      } catch (Damaged damaged) {
        claims.damage(damaged.getMessage());
      }
    }
  }
}
