package dev.dormouse.cli;

import dev.dormouse.cli.torture.Torture;
import dev.dormouse.cli.torture.TortureMedium;
import dev.dormouse.cli.torture.TortureReport;
import dev.dormouse.cli.torture.TortureSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code torture}: kills children at random instants and checks what they leave. */
@Command(
    name = "torture",
    description = {
      "Kills a child JVM by SIGKILL at random instants, again and again, while it runs turns in several threads, opens its"
          + " pool or closes it. After each kill every byte of the pool is held against a ledger that the child kept outside.",
      "A run that was interrupted goes on where it stood when it is started again with the same --dir."
    })
final class TortureCommand implements Callable<Integer> {
  private static final int DEFAULT_KILLS = 50;
  private static final int DEFAULT_THREADS = 4;
  private static final int DEFAULT_COMPONENTS = 200;

  @Spec private CommandSpec spec;

  @Option(
      names = "--kills",
      paramLabel = "N",
      description = "How many kills, over all media and with those before an interruption. Default: 50.")
  private Integer kills;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      converter = SeedConverter.class,
      description = "Decides the load, and the instants as far as that is possible. Default: random.")
  private Long seed;

  @Option(
      names = "--media",
      paramLabel = "MEDIA",
      split = ",",
      description = "What the pools lie on, one on each: ${COMPLETION-CANDIDATES}. Default: all that this machine has.")
  private List<TortureMedium> media;

  @Option(names = "--threads", paramLabel = "N", description = "Threads of a child. Default: 4.")
  private Integer threads;

  @Option(names = "--components", paramLabel = "N", description = "Components in a pool. Default: 200.")
  private Integer components;

  @Option(
      names = "--dir",
      paramLabel = "FOLDER",
      description = "Where ledgers, state and pools lie; it is made if need be. Default: a temporary one.")
  private Path folder;

  @Option(names = "--keep", description = "Keep the pools and the state at the end, so that more kills can follow.")
  private boolean keep;

  @Mixin private OutputOptions output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkNumbers();
    Path work = folder == null ? Files.createTempDirectory("dormouse-torture-") : Files.createDirectories(folder).toRealPath();
    TortureSettings settings = settings(Torture.begunIn(work));
    Torture torture = Torture.in(work, settings);
    Thread hint = Thread.ofPlatform().unstarted(() -> System.err.println("dormouse: interrupted; " + goOn(work)));
    Runtime.getRuntime().addShutdownHook(hint);
    TortureReport report;
    String seedText = String.format(", --seed 0x%x", settings.seed());
    try (Progress _ = Progress.of(() -> "torture: " + Progress.share(torture.kills(), settings.kills(), "kills") + seedText)) {
      report = torture.run(keep);
    } finally {
      forget(hint);
    }
    if (folder == null && report.folder() == null) {
      Files.deleteIfExists(work.resolve("torture.lock"));
      Files.deleteIfExists(work);
    }
    TorturePrinter printer = new TorturePrinter(report);
    if (output.json()) {
      Json.print(output.out(), printer.toJson());
    } else {
      printer.print(output.out());
    }
    return printer.exitCode();
  }

  static String goOn(Path folder) {
    return "./dormouse torture --dir " + folder + " goes on where it stood";
  }

  private void checkNumbers() {
    check("--kills", kills, 0, Integer.MAX_VALUE);
    check("--threads", threads, 1, TortureSettings.MOST_THREADS);
    check("--components", components, TortureSettings.LEAST_COMPONENTS, 1_000_000);
  }

  private void check(String option, Integer value, int least, int most) {
    if (value != null && (value < least || value > most)) {
      throw usage(option + " " + value + ": " + least + (most == Integer.MAX_VALUE ? " or more" : " to " + most) + " expected");
    }
  }

  private ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  /** As the run was begun, if it was; then nothing but the number of kills may be asked for otherwise. */
  private TortureSettings settings(Optional<TortureSettings> begun) {
    if (begun.isPresent()) {
      TortureSettings former = begun.get();
      refuseOther("--seed", seed, former.seed());
      refuseOther("--threads", threads, former.threads());
      refuseOther("--components", components, former.components());
      refuseOther("--media", media, former.media());
      return former.withKills(kills == null ? former.kills() : kills);
    }
    return new TortureSettings(
        seed == null ? ThreadLocalRandom.current().nextLong(1L << 32) : seed,
        Objects.requireNonNullElse(kills, DEFAULT_KILLS),
        Objects.requireNonNullElse(threads, DEFAULT_THREADS),
        Objects.requireNonNullElse(components, DEFAULT_COMPONENTS),
        media == null ? List.of(TortureMedium.values()) : media.stream().distinct().toList());
  }

  private void refuseOther(String option, Object wanted, Object former) {
    if (wanted != null && !wanted.equals(former)) {
      throw usage(
          "folder " + folder + " holds a run with " + option + " " + text(former) + ", not " + text(wanted)
              + "; go on with that, or name another folder");
    }
  }

  private static String text(Object value) {
    return value instanceof Long number ? String.format("0x%x", number) : value.toString();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The JVM is going down, and the hook is already at work.
    }
  }
}
