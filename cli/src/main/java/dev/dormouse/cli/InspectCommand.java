package dev.dormouse.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dormouse.component.ComponentInfo;
import dev.dormouse.component.DataspaceInfo;
import dev.dormouse.component.OpeningReport;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code inspect}: what the pool says of itself or of a component. Changes nothing. */
@Command(
    name = "inspect",
    description =
        "Says what the header of a closed pool says, how many components it has, and with --component what one of them is."
            + " Wakes nobody and changes nothing.")
final class InspectCommand implements Callable<Integer> {
  @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool.")
  private Path pool;

  @Option(names = "--component", paramLabel = "NAME", description = "Say what this component is instead, word:Alice for example.")
  private String component;

  @Mixin private OutputOptions output;

  @Override
  public Integer call() {
    PoolHeader header;
    try (PoolReader reader = Pool.look(pool)) {
      header = PoolHeader.read(reader).header();
    }
    AtomicLong components = new AtomicLong();
    try (Progress _ = Progress.of(() -> String.format("counting: %,d components", components.get()));
        ProcessStore store = ProcessStore.inspect(pool)) {
      int exitCode = Verdicts.exitCode(store.opening().how());
      if (component != null) {
        show(store.component(component).info(), exitCode);
      } else {
        store.forEach(_ -> components.incrementAndGet());
        show(header, store.opening(), components.get(), store.dataspaces(), exitCode);
      }
      return exitCode;
    }
  }

  private void show(PoolHeader header, OpeningReport opening, long components, List<DataspaceInfo> dataspaces, int exitCode) {
    JsonObject json = new JsonObject();
    json.addProperty("pool", pool.toString());
    json.addProperty("uuid", header.uuid().toString());
    json.addProperty("format", PoolHeader.MAJOR + "." + PoolHeader.MINOR);
    json.addProperty("sizeBytes", header.geometry().sizeBytes());
    json.addProperty("maxBytes", header.geometry().maxBytes());
    json.addProperty("durabilityClass", header.durabilityClass().name());
    json.addProperty("state", opening.how().name());
    json.addProperty("headerDamage", opening.headerDamage());
    json.addProperty("openCount", header.openCount());
    json.addProperty("bootIdentity", header.boot().toString());
    json.add("provenance", ProvenanceOutput.toJson(opening.provenance()));
    json.addProperty("lanes", header.geometry().laneCount());
    json.addProperty("laneBytes", header.geometry().laneBytes());
    json.addProperty("lanesToRedo", opening.recovery().lanesRedone());
    json.addProperty("lanesToRollBack", opening.recovery().lanesRolledBack());
    json.addProperty("components", components);
    json.add("dataspaces", Json.of(dataspaces));
    json.addProperty("exitCode", exitCode);
    if (output.json()) {
      Json.print(output.out(), json);
      return;
    }
    PrintStream out = output.out();
    out.println("pool " + pool);
    line(out, "uuid", header.uuid());
    line(out, "format", PoolHeader.MAJOR + "." + PoolHeader.MINOR);
    long most = header.geometry().maxBytes();
    String growing = most > header.geometry().sizeBytes() ? ", may grow to " + number(most) : "";
    line(out, "size", number(header.geometry().sizeBytes()) + " bytes" + growing);
    line(out, "durability", header.durabilityClass());
    line(out, "state", sentence(opening));
    if (!opening.headerDamage().isEmpty()) {
      line(out, "header", opening.headerDamage());
    }
    line(out, "opened", header.openCount() + " times, last by " + ProvenanceOutput.host(opening.provenance().recorded()));
    line(out, "here", ProvenanceOutput.host(opening.provenance().here()));
    line(out, "provenance", ProvenanceOutput.sentence(opening.provenance()));
    line(out, "lanes", header.geometry().laneCount() + " of " + number(header.geometry().laneBytes()) + " bytes");
    line(out, "components", number(components));
    for (DataspaceInfo dataspace : dataspaces) {
      line(
          out,
          "dataspace",
          String.format(
              Locale.ROOT, "%s: %,d bytes, crc32c 0x%08x, attached %,d times", dataspace.name(), dataspace.lengthBytes(), dataspace.contentCrc32c(), dataspace.attachments()));
    }
  }

  private static String sentence(OpeningReport opening) {
    return switch (opening.how()) {
      case CREATED, CLEAN -> "clean";
      case ROLLED_BACK ->
          "not closed; the next open undoes " + opening.recovery().lanesRolledBack() + " turns and carries out "
              + opening.recovery().lanesRedone();
      case MACHINE_WENT_DOWN ->
          opening.provenance().copiedWhileOpen() ? "not closed, and copied since" : "the machine went down while it was open";
    };
  }

  private void show(ComponentInfo info, int exitCode) {
    if (output.json()) {
      Json.print(output.out(), toJson(info, exitCode));
      return;
    }
    PrintStream out = output.out();
    out.println("component " + info.name() + (info.quarantined() ? ", QUARANTINED" : ""));
    line(out, "id", info.id());
    line(out, "program", info.program());
    showRegions(out, "", info.regions());
    for (ComponentInfo.SlotInfo slot : info.slots()) {
      line(
          out,
          "slot " + slot.slot(),
          slot.object() + ", read to byte " + number(slot.positionBytes()) + (slot.revoked() ? ", revoked" : ""));
    }
    line(out, "holds", number(info.heldBytes()) + " bytes of the pool");
    line(out, "quota", info.quotaBytes() == Long.MAX_VALUE ? "none" : number(info.quotaBytes()) + " bytes");
    line(out, "outcomes", "remembers " + info.outcomes());
  }

  /** Those of a managed dataspace behind it, with its name before theirs; their addresses count from its start. */
  private static void showRegions(PrintStream out, String path, List<ComponentInfo.RegionInfo> regions) {
    for (ComponentInfo.RegionInfo region : regions) {
      String name = path + region.name();
      String what =
          switch (region.kind()) {
            case OWN -> " bytes";
            case SHARED -> " bytes of dataspace " + region.dataspace();
            case MANAGED -> " addresses for " + region.regions().size() + " regions";
          };
      line(out, "region", name + ": " + number(region.lengthBytes()) + what + " at address " + region.address() + ", " + region.rights());
      showRegions(out, name + "/", region.regions());
    }
  }

  private JsonObject toJson(ComponentInfo info, int exitCode) {
    JsonObject json = new JsonObject();
    json.addProperty("pool", pool.toString());
    json.addProperty("name", info.name());
    json.addProperty("id", info.id().toString());
    json.addProperty("program", info.program());
    json.addProperty("quarantined", info.quarantined());
    json.add("regions", Json.of(info.regions()));
    JsonArray slots = Json.of(info.slots()).getAsJsonArray();
    json.add("slots", slots);
    json.addProperty("heldBytes", info.heldBytes());
    json.addProperty("quotaBytes", info.quotaBytes() == Long.MAX_VALUE ? null : info.quotaBytes());
    json.addProperty("outcomes", info.outcomes());
    json.addProperty("exitCode", exitCode);
    return json;
  }

  private static void line(PrintStream out, String what, Object text) {
    out.printf("  %-11s %s%n", what, text);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
