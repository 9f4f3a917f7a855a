package dev.dormouse.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.RestoreReport;
import dev.dormouse.heap.PoolArchive;
import dev.dormouse.heap.RestorePoint;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code restore}: makes a pool of a point of its archive. */
@Command(
    name = "restore",
    description =
        "Makes a pool as it was at a point, out of its archive, in a new file: verified, and with an identity of its own. Without --pool,"
            + " tells which points there are. The archive is not changed; a store may be open that writes to it.")
final class RestoreCommand implements Callable<Integer> {
  @Option(names = "--archive", paramLabel = "FOLDER", required = true, description = "The archive: see JournalOptions.withArchive.")
  private Path archive;

  @Option(names = "--pool", paramLabel = "POOL", description = "The pool to be made, of which nothing is there yet.")
  private Path pool;

  @ArgGroup private Until until;

  @Mixin private OutputOptions output;
  @Spec private CommandSpec spec;

  /** Up to where; everything, if it is not said. */
  private static final class Until {
    @Option(names = "--point", paramLabel = "POINT", description = "Up to this point: as it is listed, such as 3@41216, or the name of a mark, the last of that name.")
    private String point;

    @Option(names = "--before", paramLabel = "TIME", description = "Up to the last point before this time, such as 2026-11-23T14:03:00Z.")
    private String time;
  }

  @Override
  public Integer call() {
    if (pool == null && until != null) {
      throw new ParameterException(spec.commandLine(), "--point and --before say what to restore; --pool expected");
    }
    if (pool == null) {
      list();
      return ExitCode.CLEAN;
    }
    RestorePoint point = point();
    AtomicLong read = new AtomicLong();
    RestoreReport report;
    try (Progress _ = Progress.of(() -> String.format("restoring %s: %,d bytes of its archive read", pool, read.get()))) {
      report = ProcessStore.restore(archive, point, pool, read::set);
    }
    if (output.json()) {
      JsonObject json = new JsonObject();
      json.addProperty("archive", archive.toString());
      json.addProperty("pool", pool.toString());
      json.add("uuid", Json.of(report.uuid()));
      json.add("point", toJson(report.point()));
      json.add("base", toJson(report.base()));
      json.addProperty("livesBehind", report.livesBehind());
      json.addProperty("sizeBytes", report.bytes());
      json.addProperty("nanos", report.took().toNanos());
      json.addProperty("exitCode", ExitCode.CLEAN);
      Json.print(output.out(), json);
    } else {
      output
          .out()
          .printf(
              Locale.ROOT, "%s: restored to %s, from the base at %s; %,d bytes, verified; its uuid is %s%n",
              pool, sentence(report.point()), report.base().text(), report.bytes(), report.uuid());
      if (point == null && report.livesBehind() > 0) {
        output.out().printf(Locale.ROOT, "  the archive has %,d later openings of the pool, to which no base leads%n", report.livesBehind());
      }
    }
    return ExitCode.CLEAN;
  }

  /** Null for the last one. */
  private RestorePoint point() {
    if (until == null) {
      return null;
    }
    PoolArchive points = PoolArchive.in(archive);
    if (until.time != null) {
      Instant time = time();
      return points.at(time).orElseThrow(() -> new VerbFailed(ExitCode.STOPPED, archive + ": has no point before " + time + "; without --pool, restore lists them"));
    }
    return points.points().stream()
        .filter(one -> one.text().equals(until.point))
        .findFirst()
        .or(() -> points.named(until.point))
        .orElseThrow(() -> new VerbFailed(ExitCode.STOPPED, archive + ": has no point " + until.point + "; without --pool, restore lists them"));
  }

  private Instant time() {
    try {
      return Instant.parse(until.time);
    } catch (DateTimeParseException e) {
      throw new ParameterException(spec.commandLine(), until.time + ": a time such as 2026-11-23T14:03:00Z expected", e);
    }
  }

  private void list() {
    List<RestorePoint> points = PoolArchive.in(archive).points();
    if (output.json()) {
      JsonArray list = new JsonArray();
      points.forEach(point -> list.add(toJson(point)));
      JsonObject json = new JsonObject();
      json.addProperty("archive", archive.toString());
      json.add("points", list);
      json.addProperty("exitCode", ExitCode.CLEAN);
      Json.print(output.out(), json);
    } else {
      points.forEach(point -> output.out().println(sentence(point)));
      output.out().printf(Locale.ROOT, "%,d points in %s%n", points.size(), archive);
    }
  }

  private static String sentence(RestorePoint point) {
    return point.text() + " of " + point.time() + (point.name().isEmpty() ? "" : ", " + point.name());
  }

  private static JsonObject toJson(RestorePoint point) {
    JsonObject json = new JsonObject();
    json.addProperty("point", point.text());
    json.addProperty("time", point.time().toString());
    json.addProperty("name", point.name());
    return json;
  }
}
