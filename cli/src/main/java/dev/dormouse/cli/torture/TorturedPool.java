package dev.dormouse.cli.torture;

import dev.dormouse.cli.child.ChildJvm;
import dev.dormouse.cli.torture.KillInstant.Phase;
import dev.dormouse.cli.torture.PoolModel.Openness;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.Anchor;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.PoolLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One pool of a run: children work on it and are killed, one after the other, and after each kill it is checked. */
final class TorturedPool {
  private static final long UNKNOWN = -1;
  private static final long FIRST_GUESS_NANOS = TimeUnit.MILLISECONDS.toNanos(80);

  private final Path folder;
  private final TortureMedium medium;
  private final Path pool;
  private final TortureSettings settings;
  private final boolean hasty;
  private final PoolCheck check;
  private final Path modelPath;
  private final Path childPath;
  private final RecoveryAim aim = new RecoveryAim();
  private volatile PoolModel model;
  private long openingNanos = FIRST_GUESS_NANOS;
  private long closingNanos = FIRST_GUESS_NANOS;

  TorturedPool(Path folder, TortureMedium medium, Path place, TortureSettings settings, boolean hasty) {
    this.folder = folder;
    this.medium = medium;
    this.pool = place.resolve(medium + ".pool");
    this.settings = settings;
    this.hasty = hasty;
    this.check = new PoolCheck(pool);
    this.modelPath = folder.resolve(pool.getFileName() + ".model");
    this.childPath = folder.resolve(pool.getFileName() + ".child");
  }

  TortureMedium medium() {
    return medium;
  }

  Path pool() {
    return pool;
  }

  /** As the store states it; null before it was opened. */
  DurabilityClass durabilityClass() {
    return check.durabilityClass();
  }

  /** How far it has come; none before the first start. */
  Tally tally() {
    PoolModel now = model;
    return now == null ? new Tally() : now.tally;
  }

  /**
   * Goes on where the run was interrupted: what the last child left is checked first. Without a pool, makes one.
   *
   * @throws Violated if the last child left what it must not
   */
  void begin() throws IOException, InterruptedException, Violated {
    boolean known = Files.exists(modelPath);
    if (known && Files.exists(pool)) {
      model = PoolModel.load(modelPath);
      deleteLedgersUpTo(model.lives);
      check.waitForFormerChild(formerChild());
      // Whether the interrupted run had begun another life, and how far that came, nobody wrote down.
      accept(check.afterLife(model, readLedgers(model.lives + 1), Openness.EITHER, true), model.lives + 1);
      return;
    }
    Tally former = known ? PoolModel.load(modelPath).tally : new Tally();
    long lives = known ? PoolModel.load(modelPath).lives : 0;
    if (known && medium != TortureMedium.RAM) {
      throw new TortureStopped("pool " + pool + " is gone, and " + folder + " knows of it; begin anew in another folder");
    }
    // What lies in memory is gone when the machine was restarted, as its class says.
    deleteLedgersUpTo(Long.MAX_VALUE);
    make();
    PoolModel born = PoolModel.born(settings.seed(), settings.components());
    born.tally = former;
    born.lives = lives;
    born.save(modelPath);
    model = born;
  }

  private void make() throws IOException {
    Files.createDirectories(pool.getParent());
    Files.deleteIfExists(pool);
    StoreOptions options = medium.on(StoreOptions.create(settings.poolBytes())).fileRoot(Letters.ROOT, folder);
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      for (int slot = 0; slot < Load.sharedCount(settings.components()); slot++) {
        long seed = PoolModel.birthSeed(settings.seed(), slot);
        store.create(Load.name(slot), spec -> TortureProgram.fill(spec, seed));
      }
    }
  }

  /**
   * One life, its kill, and the check.
   *
   * @throws Violated if the pool is not what it must be
   */
  void live() throws IOException, InterruptedException, Violated {
    long life = model.lives + 1;
    KillInstant instant = KillInstant.of(medium.seed(settings.seed()), model.tally.kills());
    Phase phase;
    Openness openness;
    try (ChildJvm child = start(life, instant)) {
      ChildTalk talk = new ChildTalk(child);
      runUntil(instant, child, talk);
      child.kill();
      talk.readToTheEnd();
      int exitCode = child.exitCode();
      if (!talk.failure().isEmpty()) {
        throw new Violated(
            false, List.of("the child failed before it was killed: " + talk.failure() + "; see " + errors()));
      }
      if (talk.endedEarly()) {
        throw new TortureStopped(
            "the child ended with exit code " + exitCode + " and said nothing; nobody here killed it; see " + errors());
      }
      phase = talk.phase();
      openness = talk.openness(model.openness);
      openingNanos = talk.openingNanos() > 0 && !instant.aimed() ? talk.openingNanos() : openingNanos;
      closingNanos = talk.closingNanos() > 0 ? talk.closingNanos() : closingNanos;
    }
    long lanesBefore = check.lanesToFinish();
    PoolModel after = check.afterLife(model, readLedgers(life), openness, false);
    after.tally.add(
        switch (phase) {
          case OPENING -> Tally.Count.KILLS_WHILE_OPENING;
          case WORKING -> Tally.Count.KILLS_WHILE_WORKING;
          case CLOSING -> Tally.Count.KILLS_WHILE_CLOSING;
        },
        1);
    long lanes = check.lanesToFinish();
    if (instant.aimed()) {
      aim.note(lanesBefore, phase == Phase.OPENING ? lanes : 0);
    }
    after.tally.add(Tally.Count.RECOVERIES_CUT_SHORT, phase == Phase.OPENING && lanes > 0 && lanes < lanesBefore ? 1 : 0);
    accept(after, life);
  }

  /** From here on the pool is as it was found, and the ledgers that led there are not needed any more. */
  private void accept(PoolModel after, long life) throws IOException {
    after.lives = life;
    after.save(modelPath);
    model = after;
    deleteLedgersUpTo(life);
  }

  private Path errors() {
    return folder.resolve(pool.getFileName() + ".stderr");
  }

  private ChildJvm start(long life, KillInstant instant) throws IOException {
    TortureWorker.Assignment assignment =
        new TortureWorker.Assignment(
            folder,
            medium,
            pool,
            life,
            medium.seed(settings.seed()),
            settings.threads(),
            settings.components(),
            instant.operations(),
            instant.aimed(),
            hasty);
    ChildJvm child =
        ChildJvm.start(
            TortureWorker.class, ProcessBuilder.Redirect.appendTo(errors().toFile()), assignment.toArguments());
    // Before it is told to begin: where this run is killed, the next one finds the child that it left.
    note(child.pid());
    for (Map.Entry<Integer, Operation> request : model.lastRequests.entrySet()) {
      child.send(TortureWorker.again(request.getKey(), request.getValue()));
    }
    child.send(TortureWorker.GO);
    return child;
  }

  private void runUntil(KillInstant instant, ChildJvm child, ChildTalk talk) throws IOException, InterruptedException {
    if (instant.phase() == Phase.OPENING) {
      talk.readUntil(TortureWorker.OPENING);
      TimeUnit.NANOSECONDS.sleep(
          instant.aimed() ? aim.delayNanos(instant.share()) : (long) (instant.share() * openingNanos));
      return;
    }
    talk.readUntil(TortureWorker.WORKING);
    TimeUnit.NANOSECONDS.sleep(instant.delayNanos());
    if (instant.phase() == Phase.CLOSING) {
      child.send(TortureWorker.CLOSE);
      talk.readUntil(TortureWorker.CLOSING);
      TimeUnit.NANOSECONDS.sleep((long) (instant.share() * closingNanos));
    }
  }

  /** Opens the pool as its owner would after all this, checks once more, and closes it. */
  void finish() throws Violated {
    check.openForGood(model, medium.on(StoreOptions.existing()).fileRoot(Letters.ROOT, folder));
  }

  /** The process that an interrupted run left, if it is still there. */
  private Optional<ProcessHandle> formerChild() throws IOException {
    if (!Files.exists(childPath)) {
      return Optional.empty();
    }
    String[] noted = Files.readString(childPath).strip().split(" ", -1);
    // The number may belong to another process by now, which began at another time.
    return ProcessHandle.of(Long.parseLong(noted[0])).filter(process -> beganAt(process) == Long.parseLong(noted[1]));
  }

  /** In one step: whoever is killed meanwhile has not told the child to begin. */
  private void note(long pid) throws IOException {
    long began = ProcessHandle.of(pid).map(TorturedPool::beganAt).orElse(UNKNOWN);
    Path made = childPath.resolveSibling(childPath.getFileName() + ".new");
    Files.writeString(made, pid + " " + began);
    Files.move(made, childPath, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** In milliseconds since 1970. The command line would not do: systems cut long ones short. */
  private static long beganAt(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(UNKNOWN);
  }

  private List<List<Operation>> readLedgers(long life) throws IOException {
    List<List<Operation>> ledgers = new ArrayList<>();
    for (int thread = 0; thread < settings.threads(); thread++) {
      ledgers.add(Ledger.read(Ledger.path(folder, pool.getFileName().toString(), life, thread)));
    }
    return ledgers;
  }

  private void deleteLedgersUpTo(long life) throws IOException {
    String prefix = Ledger.prefix(pool.getFileName().toString());
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList()) {
        if (Ledger.life(file) <= life) {
          Files.delete(file);
        }
      }
    }
  }

  /** Removes all that it made. */
  void delete() throws IOException {
    Files.deleteIfExists(pool);
    Files.deleteIfExists(PoolLock.pathFor(pool));
    Files.deleteIfExists(Anchor.pathFor(pool));
    Files.deleteIfExists(JournaledMedia.journalOf(pool));
    Files.deleteIfExists(modelPath);
    Files.deleteIfExists(childPath);
    Files.deleteIfExists(childPath.resolveSibling(childPath.getFileName() + ".new"));
    Files.deleteIfExists(errors());
    deleteLedgersUpTo(Long.MAX_VALUE);
    if (!pool.getParent().equals(folder)) {
      Files.deleteIfExists(pool.getParent());
    }
  }
}
