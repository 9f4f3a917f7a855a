package dev.dormouse.cli;

import com.google.gson.JsonObject;
import dev.dormouse.component.OpeningReport;
import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rebuild}: writes the input of a concordance from its pool alone. */
@Command(
    name = "rebuild",
    description =
        "Writes the file whose concordance is in the pool, from the pool alone. Of one that is not finished it writes what"
            + " is certain, and ends with exit code 5.")
final class RebuildCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool.")
  private Path pool;

  @Option(names = "--out", paramLabel = "FILE", description = "Where to write it. Default: standard output.")
  private Path outFile;

  @Option(
      names = "--media",
      paramLabel = "MEDIA",
      description =
          "How the pool's file is reached: ${COMPLETION-CANDIDATES}. Default: LLPL for a file of PMDK's, DAX for a pool that was last"
              + " open on persistent memory, so that it promises no less afterwards; else MAPPED.")
  private MediaKind media;

  @Mixin private OutputOptions output;

  @Override
  public Integer call() throws IOException {
    if (output.json() && outFile == null) {
      throw new ParameterException(spec.commandLine(), "--json needs --out, because both would go to standard output");
    }
    MediaKind kind = media == null ? MediaKind.thatKeeps(pool) : media;
    AtomicLong written = new AtomicLong();
    OpeningReport opening;
    Rebuild.Result result;
    try (Progress _ = Progress.of(() -> String.format("rebuilding: %,d bytes", written.get()));
        ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().medium(kind.medium()))) {
      // Before a file is overwritten.
      Rebuild.requireConcordance(store);
      opening = store.opening();
      try (OutputStream to = open()) {
        result = Rebuild.run(store, to, Rebuild.DEFAULT_WINDOW_BYTES, written::set);
      }
    }
    int exitCode = exitCode(opening.how(), result);
    if (output.json()) {
      JsonObject json = new JsonObject();
      json.addProperty("pool", pool.toString());
      json.addProperty("out", outFile.toString());
      json.addProperty("media", kind.toString());
      json.addProperty("opening", opening.how().name());
      json.add("notes", Json.of(opening.notes()));
      json.addProperty("bytes", result.bytes());
      json.addProperty("tokens", result.tokens());
      json.addProperty("positions", result.positions());
      json.addProperty("finished", result.finished());
      json.addProperty("exitCode", exitCode);
      Json.print(output.out(), json);
    } else {
      say(opening.how(), result);
    }
    return exitCode;
  }

  private OutputStream open() throws IOException {
    return new BufferedOutputStream(outFile == null ? new KeptOpen(output.out()) : Files.newOutputStream(outFile));
  }

  private static int exitCode(Opening how, Rebuild.Result result) {
    if (!result.finished()) {
      return ExitCode.STOPPED;
    }
    return Verdicts.exitCode(how);
  }

  private void say(Opening how, Rebuild.Result result) {
    if (how != Opening.CLEAN) {
      System.err.println("dormouse: pool " + pool + ": it was not closed; what was running was undone");
    }
    if (!result.finished()) {
      System.err.println(
          "dormouse: pool " + pool + ": its concordance is not finished, these are the first " + result.bytes()
              + " bytes; run demo with this --pool to go on");
    } else if (outFile != null) {
      output.out().printf("%s: %,d bytes from %,d positions of %,d tokens%n", outFile, result.bytes(), result.positions(), result.tokens());
    }
  }

  /** Standard output is not ours to close. */
  private static final class KeptOpen extends FilterOutputStream {
    KeptOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
