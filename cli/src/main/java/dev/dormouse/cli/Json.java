package dev.dormouse.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.io.PrintStream;
import java.nio.file.Path;

/** How the verbs print JSON: one object, its keys in the order of the documents, null where there is nothing to say. */
final class Json {
  private static final Gson GSON =
      new GsonBuilder()
          .registerTypeHierarchyAdapter(Path.class, (JsonSerializer<Path>) (path, _, _) -> new JsonPrimitive(path.toString()))
          .setPrettyPrinting()
          .serializeNulls()
          .disableHtmlEscaping()
          .create();

  private Json() {}

  static void print(PrintStream out, JsonElement json) {
    out.println(GSON.toJson(json));
  }

  /** A record or a list with its components' names as keys. */
  static JsonElement of(Object value) {
    return GSON.toJsonTree(value);
  }
}
