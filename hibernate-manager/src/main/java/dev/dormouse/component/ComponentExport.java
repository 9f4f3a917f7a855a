package dev.dormouse.component;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes what quarantined components hold into files, for a person to look at: each extent, and a description of what is known. */
final class ComponentExport {
  private static final int TRANSFER_BYTES = 64 << 10;

  private final Media media;
  private final Heap heap;
  private final PoolReader before;
  private final Path folder;

  /**
   * @param repaired the pool as it is, or will be, after its repair
   * @param before as it was: what a record said that was emptied
   */
  ComponentExport(Media repaired, PoolReader before, RepairOptions options) {
    this(repaired, before, options.boot(), options.exportFolder());
  }

  private ComponentExport(Media repaired, PoolReader before, BootIdentity boot, Path folder) {
    this.media = repaired;
    this.heap = Pool.open(repaired, boot).heap();
    this.before = before;
    this.folder = folder;
  }

  /**
   * Exports all components that are quarantined, each into a folder that is named for its birth.
   *
   * @throws MediaUnavailable if a file cannot be written, or such a folder is there already, with something in it
   */
  List<Path> exportAll() {
    // By the records themselves: a report names only as many as somebody can read.
    TreeMap<Long, Long> records = new TreeMap<>();
    walk(
        (extent, owner, record) -> {
          if (record && isQuarantined(extent.offset(), owner)) {
            records.put(owner, extent.offset());
          }
        });
    TreeMap<Long, TreeMap<Long, Extent>> held = new TreeMap<>();
    walk(
        (extent, owner, record) -> {
          if (records.containsKey(owner)) {
            held.computeIfAbsent(owner, _ -> new TreeMap<>()).put(extent.offset(), extent);
          }
        });
    records.keySet().forEach(this::requireNew);
    List<Path> folders = new ArrayList<>();
    records.forEach((birth, record) -> folders.add(export(birth, record, held.get(birth))));
    return folders;
  }

  /** Sees what somebody owns. */
  private interface Owned {
    void extent(Extent extent, long owner, boolean record);
  }

  private void walk(Owned owned) {
    heap.walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            owned.extent(extent, owner, record);
          }

          @Override
          public void damage(String message) {
            // The report tells of it.
          }
        });
  }

  private boolean isQuarantined(long offset, long owner) {
    byte[] record = new byte[ComponentLayout.BYTES];
    media.read(offset, record, 0, record.length);
    Awake seat = new Awake(0);
    seat.take(record);
    return seat.birth == owner && seat.isQuarantined() && ComponentLayout.isSound(record, new Checksum());
  }

  /** Before anything is written: what was exported earlier is not mixed with what is exported now. */
  private void requireNew(long birth) {
    Path into = folderOf(birth);
    if (!Files.exists(into)) {
      return;
    }
    try (Stream<Path> files = Files.list(into)) {
      if (files.findAny().isPresent()) {
        throw new MediaUnavailable(into.toString(), "is there already, with something in it, and nothing of it is replaced; choose another folder");
      }
    } catch (IOException e) {
      throw unavailable(into, e);
    }
  }

  private Path folderOf(long birth) {
    return folder.resolve(Long.toHexString(birth));
  }

  private static MediaUnavailable unavailable(Path into, IOException e) {
    return new MediaUnavailable(
        into.toString(), "cannot be exported to: the system said " + e.getClass().getSimpleName() + " " + e.getMessage() + "; choose another folder", e);
  }

  private Path export(long birth, long record, Map<Long, Extent> held) {
    Path into = folderOf(birth);
    try {
      Files.createDirectories(into);
      List<String> files = new ArrayList<>();
      byte[] was = new byte[ComponentLayout.BYTES];
      before.read(record, was, 0, was.length);
      Files.write(into.resolve("record-as-found.bin"), was, StandardOpenOption.CREATE_NEW);
      int regions = exportRegions(into, record, held, files);
      for (Extent extent : held.values()) {
        String name = "extent-" + extent.offset() + ".bin";
        copy(extent, extent.lengthBytes(), into.resolve(name));
        files.add(entry(name, "extent", "", extent.offset(), extent.lengthBytes()));
      }
      String name = new ComponentNames(media).textOf(record);
      String json =
          "{\n  \"name\": " + quoted(name) + ",\n  \"id\": " + quoted(new ComponentId(record, birth).toString()) + ",\n  \"recordOffset\": " + record
              + ",\n  \"birth\": " + quoted(Long.toHexString(birth)) + ",\n  \"regions\": " + regions + ",\n  \"files\": [\n" + String.join(",\n", files) + "\n  ]\n}\n";
      Files.writeString(into.resolve("component.json"), json, StandardOpenOption.CREATE_NEW);
      return into;
    } catch (IOException e) {
      throw unavailable(into, e);
    }
  }

  /** The regions that its entries still tell of, under their own lengths; answers how many. */
  private int exportRegions(Path into, long record, Map<Long, Extent> held, List<String> files) throws IOException {
    Awake seat = new Awake(0);
    seat.recordOffset = record;
    byte[] bytes = new byte[ComponentLayout.BYTES];
    media.read(record, bytes, 0, bytes.length);
    seat.take(bytes);
    int count = 0;
    for (int i = 0; i < seat.regionCount; i++) {
      RegionEntry entry = entry(seat, i);
      if (entry != null && entry.kind() == RegionKind.OWN && held.containsKey(entry.extentOffset())
          && entry.lengthBytes() > 0 && entry.lengthBytes() <= held.get(entry.extentOffset()).lengthBytes()) {
        String name = "region-" + i + ".bin";
        copy(held.remove(entry.extentOffset()), entry.lengthBytes(), into.resolve(name));
        files.add(entry(name, "region", nameOf(entry.nameSymbol()), entry.extentOffset(), entry.lengthBytes()));
        count++;
      }
    }
    return count;
  }

  private RegionEntry entry(Awake seat, int index) {
    try {
      return new RecordEditor(media, heap, seat, null).get(index);
    } catch (DormouseException e) {
      return null;
    }
  }

  private String nameOf(int symbol) {
    try {
      WordTable symbols = WordTable.open(media, Pool.open(media, BootIdentity.UNKNOWN).header().roots().root1(), "the symbol table");
      return symbol <= 0 || symbol >= symbols.wordCount() ? "" : Symbols.read(media, symbols, symbol);
    } catch (DormouseException e) {
      return "";
    }
  }

  private void copy(Extent extent, long length, Path file) throws IOException {
    byte[] transfer = new byte[TRANSFER_BYTES];
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
      for (long done = 0; done < length; done += transfer.length) {
        int part = (int) Math.min(transfer.length, length - done);
        media.read(extent.offset() + done, transfer, 0, part);
        out.write(transfer, 0, part);
      }
    }
  }

  private static String entry(String file, String kind, String name, long offset, long length) {
    return "    {\"file\": " + quoted(file) + ", \"kind\": " + quoted(kind) + ", \"name\": " + quoted(name) + ", \"offset\": " + offset
        + ", \"lengthBytes\": " + length + "}";
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
