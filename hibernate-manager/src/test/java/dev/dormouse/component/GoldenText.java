package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionKind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What there is to say of a pool whose components run {@link GoldenProgram}, in lines: how it is found, and everything that its
 * components and dataspaces hold. Without what is at random or of one machine alone: keys, identities, times, offsets.
 */
final class GoldenText {
  /** Those of the requests that were made of golden pools. */
  static final int MOST_REQUESTS = 20;

  private static final String MEDIUM = "medium ";
  private static final int MOST_HEX_BYTES = 64;

  private GoldenText() {}

  /** Major and minor version, which lie where they do in every version. */
  static String format(Path pool) {
    byte[] header = new byte[12];
    try (PoolReader reader = FileMedium.of(pool).reader(pool)) {
      reader.read(0, header, 0, header.length);
    }
    return Bytes.getShort(header, 8) + "." + Bytes.getShort(header, 10);
  }

  /** How the pool is before anybody opens it; the medium is the one that it is for. */
  static List<String> unopened(Path pool, FileMedium medium, VerifyReport report) {
    return List.of(
        "format " + format(pool),
        MEDIUM + medium,
        "verify says " + report.verdict() + " " + report.findings() + ", class " + report.durabilityClass() + ", opened " + report.openCount() + " times",
        recovery(report.recovery()));
  }

  private static String recovery(Recovery.Report report) {
    return report == null
        ? "recovery is impossible"
        : "recovery redoes " + report.lanesRedone() + " lanes, rolls back " + report.lanesRolledBack() + ", restores " + report.recordsRestored()
            + " records, quarantines " + report.componentsQuarantined();
  }

  /** The medium that is said in the lines above. */
  static FileMedium medium(List<String> lines) {
    String line = lines.stream().filter(each -> each.startsWith(MEDIUM)).findFirst().orElseThrow();
    return FileMedium.valueOf(line.substring(MEDIUM.length()));
  }

  /** How it was opened; where it comes from is for whoever unpacks it to know. */
  static String opening(OpeningReport report) {
    return "opening is " + report.how();
  }

  /** What is in it, whoever looks and however it was opened. */
  static List<String> content(ProcessStore store) {
    List<String> lines = new ArrayList<>();
    Geometry geometry = store.engine().pool().header().geometry();
    lines.add(
        "length " + geometry.sizeBytes() + " of at most " + geometry.maxBytes() + ", " + geometry.laneCount() + " lanes of " + geometry.laneBytes()
            + ", slabs of " + geometry.slabPages() + " pages");
    List<DataspaceInfo> dataspaces = new ArrayList<>(store.dataspaces());
    dataspaces.sort(Comparator.comparing(DataspaceInfo::name));
    for (DataspaceInfo dataspace : dataspaces) {
      lines.add("dataspace " + dataspace.name() + ", attached " + dataspace.attachments() + " times: " + say(bytes(store, dataspace)));
    }
    for (Component component : components(store)) {
      describe(store, component, lines);
    }
    return lines;
  }

  /** All components, by name. */
  static List<Component> components(ProcessStore store) {
    List<Component> components = new ArrayList<>();
    store.forEach(components::add);
    components.sort(Comparator.comparing(Component::name));
    return components;
  }

  private static void describe(ProcessStore store, Component component, List<String> lines) {
    ComponentInfo info = component.info();
    lines.add(
        "component " + info.name() + ", program " + info.program() + " " + store.engine().peek(info.id().recordOffset(), info.id().birth(), awake -> awake.stateVersion)
            + ", quota " + info.quotaBytes() + ", holds " + info.heldBytes() + (info.quarantined() ? ", quarantined" : ""));
    regions(component, "", info.regions(), lines);
    for (ComponentInfo.SlotInfo slot : info.slots()) {
      lines.add(
          "  slot " + slot.slot() + " " + slot.object() + ", badge " + slot.badge() + ", generation " + slot.generation() + ", position "
              + slot.positionBytes() + (slot.revoked() ? ", revoked" : ""));
    }
    lines.add("  remembers " + info.outcomes() + " outcomes");
    for (int i = 1; i <= MOST_REQUESTS; i++) {
      byte[] outcome = outcome(store, component, i);
      if (outcome.length > 0) {
        lines.add("  request " + i + " was answered with " + say(outcome));
      }
    }
  }

  /** What is recorded for a request, without asking the component; empty if nothing is. */
  static byte[] outcome(ProcessStore store, Component component, int request) {
    ComponentId id = component.id();
    return store
        .engine()
        .peek(
            id.recordOffset(),
            id.birth(),
            awake -> {
              ByteBuffer found = new Outcomes(store.engine().media(), awake).find(RequestId.of(request));
              return found == null ? new byte[0] : array(found);
            });
  }

  private static void regions(Component component, String around, List<ComponentInfo.RegionInfo> regions, List<String> lines) {
    for (ComponentInfo.RegionInfo region : regions) {
      String path = around + region.name();
      String where = "  region " + path + " " + region.kind() + " " + region.rights() + " at " + region.address();
      if (region.kind() == RegionKind.MANAGED) {
        lines.add(where + ": " + region.lengthBytes() + " addresses");
        regions(component, path + "/", region.regions(), lines);
      } else {
        String dataspace = region.dataspace().isEmpty() ? "" : " of " + region.dataspace();
        lines.add(where + dataspace + ": " + say(array(component.invoke(GoldenProgram.request(GoldenProgram.SHOW, path)))));
      }
    }
  }

  private static byte[] bytes(ProcessStore store, DataspaceInfo dataspace) {
    Extent content = store.engine().dataspaceTable().find(store.engine().symbols().find(dataspace.name())).content();
    byte[] bytes = new byte[(int) content.lengthBytes()];
    store.engine().media().read(content.offset(), bytes, 0, bytes.length);
    return bytes;
  }

  static byte[] array(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }

  /** All of a few bytes; of more of them how many, their checksum, and the first few. */
  private static String say(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    boolean all = bytes.length <= MOST_HEX_BYTES;
    String hex = HexFormat.of().formatHex(bytes, 0, all ? bytes.length : MOST_HEX_BYTES / 2);
    return String.format("%d bytes, crc32c 0x%08x, %s%s", bytes.length, crc.getValue(), hex, all ? "" : "...");
  }
}
