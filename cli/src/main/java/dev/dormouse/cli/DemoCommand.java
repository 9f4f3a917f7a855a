package dev.dormouse.cli;

import dev.dormouse.cli.DemoReport.Begun;
import dev.dormouse.cli.Messages.Token;
import dev.dormouse.component.ProcessStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code demo}: makes a concordance of a file while it is killed again and again, and rebuilds the file from the pool. */
@Command(
    name = "demo",
    description = {
      "Makes a concordance of a file in a pool: every distinct token is a component of its own. The JVM that does it is"
          + " killed by SIGKILL at random moments. In the end the file is rebuilt from the pool alone and compared.",
      "With --pool the pool is kept, and running the demo on it again goes on where it stood."
    })
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT-FILE",
      description = "The file, of any kind. Default: Pride and Prejudice by Jane Austen, or what the pool was begun with.")
  private Path textFile;

  @Option(names = "--pool", paramLabel = "POOL", description = "Where the pool is or is to be. Default: a temporary one.")
  private Path pool;

  @Option(
      names = "--pool-size",
      paramLabel = "BYTES",
      converter = SizeConverter.class,
      description = "Size of a new pool in bytes, or with K, M or G. Default: what the input needs, about twice over.")
  private Long poolBytes;

  @Option(
      names = "--media",
      paramLabel = "MEDIA",
      defaultValue = "MAPPED",
      description =
          "How the pool's file is reached: ${COMPLETION-CANDIDATES}. DAX is for a file system that is mounted with dax, on"
              + " persistent memory; EMULATED_DAX costs about as much anywhere else and is as safe as MAPPED; LLPL for a heap of"
              + " LLPL, with PMDK.")
  private MediaKind media;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "10",
      description = "How often the worker is killed. Default: ${DEFAULT-VALUE}.")
  private int kills;

  @Option(names = "--seed", paramLabel = "SEED", converter = SeedConverter.class, description = "Decides when. Default: random.")
  private Long seed;

  @Option(
      names = "--awake",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many components are awake at a time, at least 2. Default: ${DEFAULT-VALUE}.")
  private int awake;

  @Mixin private OutputOptions output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    Path scratch = Files.createTempDirectory("dormouse-demo-");
    // Who interrupts the demonstration does not want to tidy up after it.
    Thread tidy = Thread.ofPlatform().unstarted(() -> deleteQuietly(scratch));
    Runtime.getRuntime().addShutdownHook(tidy);
    try {
      DemoReport report = Demo.run(settings(scratch));
      if (output.json()) {
        Json.print(output.out(), report.toJson());
      } else {
        report.print(output.out());
      }
      return report.exitCode();
    } finally {
      deleteQuietly(scratch);
      forget(tidy);
    }
  }

  private void check() {
    if (kills < 0) {
      throw new ParameterException(spec.commandLine(), "--kills " + kills + ": 0 or more expected");
    }
    if (pool != null && !Files.isDirectory(pool.toAbsolutePath().getParent())) {
      throw new VerbFailed(ExitCode.STOPPED, "pool " + pool + ": its folder does not exist; make it first, or check the path");
    }
    if (awake < 2) {
      throw new ParameterException(spec.commandLine(), "--awake " + awake + ": at least 2 expected, the reader and a token");
    }
  }

  private Demo.Settings settings(Path scratch) throws IOException {
    Path poolPath = pool == null ? scratch.resolve("concordance.pool") : pool.toAbsolutePath().normalize();
    Optional<Token> standing = Files.exists(poolPath) ? readStanding(poolPath) : Optional.empty();
    Path recorded = standing.filter(token -> token.bytes().length > 0).map(DemoCommand::inputOf).orElse(null);
    Path input = chooseInput(poolPath, recorded);
    return new Demo.Settings(
        input,
        poolPath,
        pool != null,
        media,
        poolBytes == null ? 0 : poolBytes,
        standing.map(DemoCommand::standingOf).orElse(Demo.Standing.NONE),
        scratch,
        kills,
        seed == null ? ThreadLocalRandom.current().nextLong(1L << 32) : seed,
        awake);
  }

  private static Optional<Token> readStanding(Path poolPath) {
    try (ProcessStore store = ProcessStore.inspect(poolPath)) {
      return Concordance.standing(store);
    }
  }

  private static Path inputOf(Token standing) {
    return Path.of(new String(standing.bytes(), StandardCharsets.UTF_8));
  }

  private static Demo.Standing standingOf(Token token) {
    return new Demo.Standing(
        token.isEnd() ? Begun.FINISHED_BEFORE : Begun.GONE_ON, token.start(), token.isEnd());
  }

  private Path chooseInput(Path poolPath, Path recorded) throws IOException {
    if (textFile != null) {
      Path input = textFile.toRealPath();
      if (!Files.isRegularFile(input)) {
        throw new VerbFailed(ExitCode.STOPPED, textFile + ": not a regular file; the concordance needs one that it can read twice");
      }
      if (recorded != null && !recorded.equals(input)) {
        throw new ParameterException(
            spec.commandLine(),
            "pool " + poolPath + " holds the concordance of " + recorded + ", not of " + input
                + "; go on with that, or name another pool");
      }
      return input;
    }
    if (recorded != null) {
      return recorded;
    }
    // Beside a kept pool, because it must be the same file when the concordance is gone on with.
    String name = pool == null ? Book.FILE_NAME : poolPath.getFileName() + "." + Book.FILE_NAME;
    Path book = poolPath.resolveSibling(name);
    Book.writeTo(book);
    return book.toRealPath();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The JVM is going down, and the hook is already at work.
    }
  }

  private static void deleteQuietly(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException _) {
      // It lies in the system's folder for temporary files, which is cleaned anyway.
    }
  }
}
