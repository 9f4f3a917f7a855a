package dev.dormouse.cli.torture;

import dev.dormouse.heap.PoolLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A run: pools on several media, whose processes are killed, each pool by a thread of its own. All that it must know to go
 * on after an interruption lies in its working folder.
 *
 * <p>Threads: {@link #run} by one; {@link #kills} by any.
 */
public final class Torture {
  private final Path folder;
  private final TortureSettings settings;
  private final boolean resumed;
  private final boolean hasty;
  private final Map<TortureMedium, String> skipped = new EnumMap<>(TortureMedium.class);
  private final List<TortureReport.Violation> violations = new ArrayList<>();
  private volatile List<TorturedPool> pools = List.of();
  private volatile boolean stopping;

  private Torture(Path folder, TortureSettings settings, boolean resumed, boolean hasty) {
    this.folder = folder;
    this.settings = settings;
    this.resumed = resumed;
    this.hasty = hasty;
  }

  /** What the run in a folder was begun with, if there is one. */
  public static Optional<TortureSettings> begunIn(Path folder) throws IOException {
    return RunFile.read(folder).map(RunFile::settings);
  }

  /**
   * A run in a folder, or the rest of it.
   *
   * @param settings as the run was begun with, if it was; another number of kills makes it longer or shorter
   */
  public static Torture in(Path folder, TortureSettings settings) throws IOException {
    return in(folder, settings, false);
  }

  /**
   * The same with a load that is wrong, which a run must find out.
   *
   * @param hasty whether it acknowledges some turns before they are committed
   */
  static Torture in(Path folder, TortureSettings settings, boolean hasty) throws IOException {
    return new Torture(folder, settings, begunIn(folder).isPresent(), hasty);
  }

  /** How many kills there were so far, with those of the interrupted parts. */
  public long kills() {
    return pools.stream().mapToLong(pool -> pool.tally().kills()).sum();
  }

  /**
   * Kills until there were enough kills or something was found, and deletes what it made, unless it is to be kept or
   * something was found.
   *
   * @throws TortureStopped if it cannot go on for a reason that is none of the store's
   * @throws dev.dormouse.heap.InUse if another run is at work in the folder
   */
  public TortureReport run(boolean keep) throws IOException, InterruptedException {
    long start = System.nanoTime();
    try (PoolLock _ = PoolLock.take(folder.resolve("torture"))) {
      Letters.write(folder);
      openPools();
      runAll();
      List<TortureReport.OfPool> reports = new ArrayList<>();
      for (int i = 0; i < pools.size(); i++) {
        reports.add(report(pools.get(i), settings.killsOf(i, pools.size())));
      }
      boolean kept = keep || !violations.isEmpty();
      if (!kept) {
        deleteAll();
      }
      return new TortureReport(
          settings, resumed, kept ? folder : null, reports, skipped, violations, System.nanoTime() - start);
    }
  }

  private void openPools() throws IOException {
    Map<TortureMedium, String> places =
        new EnumMap<>(RunFile.read(folder).map(RunFile::places).orElseGet(() -> new EnumMap<>(TortureMedium.class)));
    for (TortureMedium medium : settings.media()) {
      if (!places.containsKey(medium)) {
        String reason = medium.whyNot(folder, settings.poolBytes());
        if (reason.isEmpty()) {
          places.put(medium, medium.newPlace(folder).toString());
        } else {
          skipped.put(medium, reason);
        }
      }
    }
    if (places.isEmpty()) {
      throw new TortureStopped("none of the media can be used: " + skipped);
    }
    // Before the first pool is made: what an interrupted run leaves must be found by the next.
    new RunFile(settings, places).write(folder);
    List<TorturedPool> all = new ArrayList<>();
    places.forEach((medium, place) -> all.add(new TorturedPool(folder, medium, Path.of(place), settings, hasty)));
    pools = List.copyOf(all);
  }

  private void runAll() throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(pools.size())) {
      List<Future<Void>> runs = new ArrayList<>();
      for (int i = 0; i < pools.size(); i++) {
        TorturedPool pool = pools.get(i);
        int kills = settings.killsOf(i, pools.size());
        runs.add(
            threads.submit(
                () -> {
                  run(pool, kills);
                  return null;
                }));
      }
      try {
        for (Future<Void> run : runs) {
          run.get();
        }
      } catch (ExecutionException e) {
        rethrow(e.getCause());
      } finally {
        stopping = true;
      }
    }
  }

  private static void rethrow(Throwable cause) throws IOException, InterruptedException {
    switch (cause) {
      case IOException e -> throw e;
      case InterruptedException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(cause);
    }
  }

  private void run(TorturedPool pool, int kills) throws IOException, InterruptedException {
    try {
      pool.begin();
      while (pool.tally().kills() < kills && !stopping) {
        pool.live();
      }
      if (!stopping) {
        pool.finish();
      }
    } catch (Violated e) {
      synchronized (violations) {
        violations.add(
            new TortureReport.Violation(
                pool.medium(), pool.pool(), pool.tally().kills() + 1, e.damaged(), e.findings()));
      }
      stopping = true;
    } catch (IOException | RuntimeException e) {
      stopping = true;
      throw e;
    }
  }

  private static TortureReport.OfPool report(TorturedPool pool, int killsPlanned) {
    Tally tally = pool.tally();
    return new TortureReport.OfPool(
        pool.medium(),
        pool.pool(),
        pool.durabilityClass(),
        killsPlanned,
        tally.kills(),
        tally.get(Tally.Count.KILLS_WHILE_WORKING),
        tally.get(Tally.Count.KILLS_WHILE_OPENING),
        tally.get(Tally.Count.KILLS_WHILE_CLOSING),
        tally.get(Tally.Count.RECOVERIES_CUT_SHORT),
        tally.get(Tally.Count.KILLS_WITH_LANES_TO_FINISH),
        tally.get(Tally.Count.LANES_TO_ROLL_BACK),
        tally.get(Tally.Count.LANES_TO_REDO),
        tally.get(Tally.Count.ACKNOWLEDGED),
        tally.get(Tally.Count.UNDER_WAY_DONE),
        tally.get(Tally.Count.UNDER_WAY_UNDONE));
  }

  private void deleteAll() throws IOException {
    for (TorturedPool pool : pools) {
      pool.delete();
    }
    Files.deleteIfExists(folder.resolve(Letters.NAME));
    RunFile.delete(folder);
  }
}
