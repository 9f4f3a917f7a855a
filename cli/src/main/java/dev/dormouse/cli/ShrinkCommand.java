package dev.dormouse.cli;

import com.google.gson.JsonObject;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.Geometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code shrink}: makes a pool that nobody has open shorter. */
@Command(
    name = "shrink",
    description =
        "Makes a pool that nobody has open shorter, and gives the disk its space back. What components hold behind the new end is"
            + " moved before it; where not all of it fits, the pool stays as long as it is. Cut short, it may be repeated.")
final class ShrinkCommand implements Callable<Integer> {
  @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool.")
  private Path pool;

  @Option(
      names = "--to",
      paramLabel = "SIZE",
      required = true,
      converter = SizeConverter.class,
      description = "How long it is to be, such as 67108864 or 64M; rounded up to whole pages of 4,096 bytes.")
  private long sizeBytes;

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
    long wanted = (sizeBytes + Geometry.PAGE_BYTES - 1) / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES;
    try (Progress _ = Progress.of(() -> "shrinking " + pool)) {
      MediaKind kind = media == null ? MediaKind.thatKeeps(pool) : media;
      ProcessStore.shrink(pool, StoreOptions.existing().medium(kind.medium()), wanted);
    } catch (IllegalArgumentException e) {
      throw new VerbFailed(ExitCode.STOPPED, e.getMessage());
    }
    if (output.json()) {
      JsonObject json = new JsonObject();
      json.addProperty("pool", pool.toString());
      json.addProperty("sizeBytes", Files.size(pool));
      json.addProperty("exitCode", ExitCode.CLEAN);
      Json.print(output.out(), json);
    } else {
      output.out().printf(Locale.ROOT, "pool %s: %,d bytes%n", pool, Files.size(pool));
    }
    return ExitCode.CLEAN;
  }
}
