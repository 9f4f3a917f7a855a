package dev.dormouse.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import dev.dormouse.component.OpeningReport;
import dev.dormouse.component.StoreStatistics;
import java.nio.file.Path;

/**
 * A line that the worker writes for the demonstration that started it. The worker may be killed in the middle of a line, so
 * a line counts only if it is whole.
 *
 * @param kind what is said; the fields that do not belong to it are null or 0
 * @param position how much of the input has been gone through, in bytes
 * @param tokens how many tokens were handed out since the beginning
 * @param statistics what the store did since it was opened
 * @param hibernations latencies since the last line, as {@link Latencies} encodes them
 * @param resumes the same of resumes
 * @param opening what was found when the pool was opened
 * @param slot what became of the reader's file
 * @param rebuilt what was written
 * @param exitCode why it failed
 * @param sentence the same in words
 */
record WorkerMessage(
    Kind kind,
    long position,
    long tokens,
    StoreStatistics statistics,
    String hibernations,
    String resumes,
    OpeningReport opening,
    String slot,
    Rebuild.Result rebuilt,
    int exitCode,
    String sentence) {
  // A path belongs to a file system of its process; what the other one gets is its text.
  private static final Gson GSON =
      new GsonBuilder()
          .registerTypeHierarchyAdapter(Path.class, (JsonSerializer<Path>) (path, _, _) -> new JsonPrimitive(path.toString()))
          .registerTypeHierarchyAdapter(Path.class, (JsonDeserializer<Path>) (text, _, _) -> Path.of(text.getAsString()))
          .create();
  private static final WorkerMessage EMPTY = new WorkerMessage(null, 0, 0, null, null, null, null, null, null, 0, null);

  /** What is said. */
  enum Kind {
    OPENED,
    PROGRESS,
    FINISHED,
    REBUILT,
    FAILED
  }

  static WorkerMessage opened(OpeningReport opening) {
    return EMPTY.with(Kind.OPENED, opening, null, null, 0, null);
  }

  static WorkerMessage progress(
      Kind kind, long position, long tokens, StoreStatistics statistics, String hibernations, String resumes) {
    return new WorkerMessage(kind, position, tokens, statistics, hibernations, resumes, null, null, null, 0, null);
  }

  static WorkerMessage rebuilt(Rebuild.Result rebuilt, String slot) {
    return EMPTY.with(Kind.REBUILT, null, slot, rebuilt, 0, null);
  }

  static WorkerMessage failed(int exitCode, String sentence) {
    return EMPTY.with(Kind.FAILED, null, null, null, exitCode, sentence);
  }

  private WorkerMessage with(
      Kind newKind, OpeningReport newOpening, String newSlot, Rebuild.Result newRebuilt, int code, String newSentence) {
    return new WorkerMessage(
        newKind, position, tokens, statistics, hibernations, resumes, newOpening, newSlot, newRebuilt, code, newSentence);
  }

  String toLine() {
    return GSON.toJson(this);
  }

  /** The message in a line; null if the line is not whole. */
  static WorkerMessage fromLine(String line) {
    try {
      return GSON.fromJson(line, WorkerMessage.class);
    } catch (JsonParseException e) {
      return null;
    }
  }
}
