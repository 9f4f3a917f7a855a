package dev.dormouse.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.Provenance;
import java.util.stream.Collectors;

/** How the verbs say where a pool has been. */
final class ProvenanceOutput {
  private ProvenanceOutput() {}

  /** Null where no header could be read. */
  static JsonElement toJson(Provenance provenance) {
    if (provenance == null) {
      return JsonNull.INSTANCE;
    }
    JsonObject json = new JsonObject();
    json.add("kinds", Json.of(provenance.kinds()));
    json.addProperty("missingOpenings", provenance.missingOpenings());
    json.addProperty("copiedWhileOpen", provenance.copiedWhileOpen());
    json.addProperty("anchor", provenance.anchor().name());
    json.add("lastOpened", toJson(provenance.recorded()));
    json.add("here", toJson(provenance.here()));
    json.add("notes", Json.of(provenance.notes()));
    return json;
  }

  private static JsonObject toJson(Place place) {
    JsonObject json = new JsonObject();
    json.addProperty("file", place.file().toString());
    json.addProperty("machine", place.host().machine().toString());
    json.addProperty("boot", place.host().boot().toString());
    return json;
  }

  /** {@code OLD_COPY: it is an OLD COPY: its anchor has seen ...}. */
  static String sentence(Provenance provenance) {
    return provenance.kinds().stream().map(Enum::name).collect(Collectors.joining(", ")) + ": " + provenance.sentence();
  }

  /** The run of the machine, and the machine. */
  static String host(Place place) {
    return "boot " + place.host().boot() + " of machine " + place.host().machine();
  }
}
