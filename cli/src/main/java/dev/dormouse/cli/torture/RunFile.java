package dev.dormouse.cli.torture;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/**
 * The file in a working folder that says which run it is of.
 *
 * @param places where the pools lie, which are not all in the working folder
 */
record RunFile(TortureSettings settings, Map<TortureMedium, String> places) {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  private static Path in(Path folder) {
    return folder.resolve("torture.json");
  }

  static Optional<RunFile> read(Path folder) throws IOException {
    Path path = in(folder);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      RunFile run = GSON.fromJson(Files.readString(path), RunFile.class);
      if (run != null && run.settings != null && run.places != null) {
        return Optional.of(run);
      }
    } catch (JsonParseException _) {
      // Said below.
    }
    throw new TortureStopped(path + ": it does not say what a run is; delete it with all that lies there, or name another folder");
  }

  void write(Path folder) throws IOException {
    Path unfinished = folder.resolve("torture.json.new");
    Files.writeString(unfinished, GSON.toJson(this));
    Files.move(unfinished, in(folder), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static void delete(Path folder) throws IOException {
    Files.deleteIfExists(in(folder));
  }
}
