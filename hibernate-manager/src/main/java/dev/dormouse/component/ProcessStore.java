package dev.dormouse.component;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalReport;
import dev.dormouse.heap.MachineWentDown;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.OldCopy;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.RestorePoint;
import dev.dormouse.heap.Provenance;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionKind;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * A store of components over one pool. A component's state lies in the pool itself, so hibernating one is committing, and
 * resuming one is reading its record; a store holds any number of sleepers, and as many awake as it was opened for.
 *
 * <p>Threads: all methods may be called by any thread; {@link #close} waits for the turns that run.
 */
public final class ProcessStore implements AutoCloseable {
  private final Engine engine;
  private final Lifecycle lifecycle;
  private final Dataspaces dataspaces;
  private final OpeningReport opening;
  private boolean closed;

  private ProcessStore(Pool pool, StoreOptions options, OpeningReport opening) {
    this.engine = new Engine(pool, options);
    this.lifecycle = new Lifecycle(engine);
    this.dataspaces = new Dataspaces(engine);
    this.opening = opening;
  }

  /** Opens the store over the pool in a file. Errors as for {@link #open(Path, StoreOptions)}. */
  public static ProcessStore open(Path pool) {
    return open(pool, StoreOptions.existing());
  }

  /**
   * Opens the store over the pool in a file, or makes it, as the options say. What was committed is there; what was running
   * when the pool was last left without closing is undone.
   *
   * @throws dev.dormouse.heap.MediaUnavailable if the file is not there, is there already, or cannot be read and written, or
   *     not be reached as the options' medium says
   * @throws dev.dormouse.heap.PoolFull if the disk has no room for a new pool
   * @throws dev.dormouse.heap.NotAPool if the file is something else
   * @throws dev.dormouse.heap.UnsupportedFormat if a newer build wrote it
   * @throws dev.dormouse.heap.InUse if somebody else has it open
   * @throws Damaged if what the pool hangs on is not what was written
   * @throws MachineWentDown if the machine went down while it was open, or it was copied while it was open, and the options do
   *     not accept that
   * @throws OldCopy if it is an older state of a pool that was opened since, and the options refuse that
   */
  public static ProcessStore open(Path pool, StoreOptions options) {
    long start = System.nanoTime();
    boolean create =
        options.creation() == StoreOptions.Creation.ALWAYS
            || (options.creation() == StoreOptions.Creation.IF_MISSING && !Files.exists(pool));
    return create
        ? start(Pool.create(pool, options.medium(), options.geometry(), options.host(), options.journal(), ProcessStore::format), options, true, start)
        : start(
            Pool.open(pool, options.medium(), options.host(), options.journal(), provenance -> refuseOldCopy(pool, options, provenance)),
            options,
            false,
            start);
  }

  /**
   * Opens the store over a medium, which it then owns. With options that create, the medium must hold zeros. Errors as for
   * {@link #open(Path, StoreOptions)}.
   */
  public static ProcessStore open(Media media, StoreOptions options) {
    long start = System.nanoTime();
    return options.creation() == StoreOptions.Creation.NEVER
        ? start(Pool.open(media, options.boot()), options, false, start)
        : start(Pool.create(media, options.geometry(), options.boot(), ProcessStore::format), options, true, start);
  }

  /**
   * Opens the store over a copy in memory of what is changed: everything can be looked at and tried, and nothing reaches the
   * file. The machine having gone down is reported, not refused.
   */
  public static ProcessStore inspect(Path pool) {
    long start = System.nanoTime();
    return start(Pool.openOverlay(pool, Host.ofThisMachine()), StoreOptions.existing().acceptMachineCrash(true), false, start);
  }

  /**
   * Deletes a pool that nobody has open.
   *
   * @throws dev.dormouse.heap.NotAPool if the file is something else; it is left alone
   * @throws dev.dormouse.heap.InUse if somebody has it open
   */
  public static void delete(Path pool) {
    Pool.delete(pool);
  }

  /**
   * Makes a pool that nobody has open shorter, and gives the disk its space back. What components hold behind the new end is
   * moved before it; records, names and dataspaces stay where they are, so a pool can be made as short as the last of these
   * lets it. May be cut short and repeated; the pool is whole at every moment. It can grow again, where it was made so.
   *
   * @param options how to open it
   * @param newSizeBytes a multiple of 4,096
   * @throws dev.dormouse.heap.PoolFull if not all of it fits; the message says why, and what was moved stays moved
   * @throws IllegalArgumentException if no pool can have that length, or it is not shorter
   * @throws dev.dormouse.heap.InUse if somebody has it open
   * @throws dev.dormouse.heap.MediaUnavailable if it lies on a medium that has no shorter pools, or cannot be reached
   */
  public static void shrink(Path pool, StoreOptions options, long newSizeBytes) {
    options.medium().requireResizable(pool);
    try (ProcessStore store = open(pool, options)) {
      Geometry now = store.engine.pool().header().geometry();
      // Refuses a length that no pool can have, before anything is moved for it.
      Geometry shorter = Geometry.of(newSizeBytes, now.maxBytes(), now.laneCount(), now.laneBytes(), now.slabPages());
      if (shorter.sizeBytes() > now.sizeBytes()) {
        throw new IllegalArgumentException(store.describe() + ": cannot be made shorter by making it " + newSizeBytes + " bytes long");
      }
      store.engine.heap().confineBefore(newSizeBytes);
      Relocation relocation = new Relocation(store.engine, newSizeBytes);
      store.forEach(relocation::move);
    }
    Pool.shrink(pool, options.medium(), newSizeBytes, options.host());
  }

  private static PoolHeader.Roots format(Pool unborn) {
    long poolBytes = unborn.header().geometry().sizeBytes();
    Lanes.format(unborn);
    long directory = WordTable.format(unborn, Directory.rootWords(poolBytes), Owner.DIRECTORY);
    long symbols = WordTable.format(unborn, Symbols.wordsFor(poolBytes), Owner.SYMBOLS);
    // It says which symbols name dataspaces, so it has as many words and belongs to the symbols.
    long dataspaces = WordTable.format(unborn, Symbols.wordsFor(poolBytes), Owner.SYMBOLS);
    return new PoolHeader.Roots(directory, symbols, dataspaces, 0);
  }

  private static void refuseOldCopy(Path pool, StoreOptions options, Provenance provenance) {
    if (options.refusesOldCopies() && provenance.is(Provenance.Kind.OLD_COPY)) {
      throw new OldCopy(
          pool.toString(),
          provenance.missingOpenings(),
          provenance.sentence() + "; nothing was changed. Use the newer one, or open this one without refuseOldCopies");
    }
  }

  private static ProcessStore start(Pool pool, StoreOptions options, boolean created, long startNanos) {
    try {
      boolean wentDown = pool.machineWentDown() || pool.provenance().copiedWhileOpen();
      boolean wasOpen = pool.header().open();
      if (wentDown) {
        acceptOrRefuse(pool, options);
      }
      // Before anything is written: a pool whose tables cannot be read is left as it is.
      Engine.requireTables(pool);
      pool.beginRecovery();
      Recovery.Report recovery = Recovery.run(pool, new ComponentQuarantine(pool.media(), pool.heap()));
      pool.begin(options.salts());
      List<String> notes = new ArrayList<>(pool.notes());
      String prefaulted = pool.prefault(options.prefault());
      if (!prefaulted.isEmpty()) {
        notes.add(prefaulted);
      }
      OpeningReport.Opening how = OpeningReport.Opening.CLEAN;
      if (created) {
        how = OpeningReport.Opening.CREATED;
      } else if (wentDown) {
        how = OpeningReport.Opening.MACHINE_WENT_DOWN;
      } else if (wasOpen) {
        how = OpeningReport.Opening.ROLLED_BACK;
      }
      return new ProcessStore(
          pool,
          options,
          new OpeningReport(
              how,
              pool.media().durabilityClass(),
              pool.header().uuid(),
              pool.header().openCount(),
              pool.provenance(),
              recovery,
              pool.headerDamage(),
              List.copyOf(notes),
              System.nanoTime() - startNanos));
    } catch (InternalError fault) {
      pool.abandon();
      throw MediaFaults.typed(pool.media(), "something that opening needs", false, fault);
    } catch (RuntimeException | Error e) {
      pool.abandon();
      throw e;
    }
  }

  private static void acceptOrRefuse(Pool pool, StoreOptions options) {
    String where = pool.media().describe();
    boolean copied = pool.provenance().copiedWhileOpen();
    String what = copied ? pool.provenance().sentence() : "the machine went down while it was open";
    if (!options.acceptsMachineCrash()) {
      throw new MachineWentDown(
          where,
          what
              + (copied ? "" : ", and its class " + pool.header().durabilityClass() + " does not survive that")
              + "; run verify, then open it with acceptMachineCrash(true) or restore it from a backup");
    }
    VerifyReport report;
    try (PoolReader reader = pool.reader()) {
      report = StoreVerifier.verify(reader, options.boot());
    }
    if (report.verdict() == VerifyReport.Verdict.DAMAGED) {
      throw new Damaged(
          where, what + ", and verify found: " + report.findings().getFirst() + "; restore it from a backup");
    }
  }

  /**
   * Makes a component, which sleeps until its first turn.
   *
   * @param name 1 to 1,024 bytes of UTF-8, unlike that of any other
   * @param spec says what it is to be
   * @throws NameTaken if there is a component of that name
   * @throws InvalidName if the name cannot be
   * @throws ProgramUnavailable if no program was given, or it cannot be made
   * @throws CapabilityException if a file it is to have cannot be reached
   * @throws NoSuchDataspace if it is to share one that does not exist
   * @throws dev.dormouse.region.RegionException if its regions overlap, or what it is to hold exceeds its quota
   * @throws dev.dormouse.heap.PoolFull if the pool has no room; nothing of it was made
   */
  public Component create(String name, Consumer<ComponentSpec> spec) {
    ComponentSpec filled = new ComponentSpec();
    spec.accept(filled);
    ComponentId id = guarded("something that making component " + name + " needs", () -> lifecycle.create(name, filled));
    engine.media().sync();
    return new Component(this, id.recordOffset(), id.birth());
  }

  /**
   * The component of that name.
   *
   * @throws NoSuchComponent if there is none
   */
  public Component component(String name) {
    Component found = findOrNull(name);
    if (found == null) {
      throw new NoSuchComponent(describe() + ": there is no component named " + name + "; make it first, or check the name");
    }
    return found;
  }

  /** The component of that identity. Whether there is one shows when it is used. */
  public Component component(ComponentId id) {
    return new Component(this, id.recordOffset(), id.birth());
  }

  /** The component of that name, if there is one. */
  public Optional<Component> find(String name) {
    return Optional.ofNullable(findOrNull(name));
  }

  private Component findOrNull(String name) {
    engine.refuseIfClosed();
    byte[] nameBytes = Names.encode("component name", name);
    try {
      return search(nameBytes);
    } catch (InternalError fault) {
      throw MediaFaults.typed(engine.media(), "what leads to the component named " + name, false, fault);
    } catch (IllegalStateException e) {
      // Nothing keeps the medium open for a reader without a lane: another thread may have closed the store meanwhile.
      engine.refuseIfClosed();
      throw e;
    }
  }

  private Component search(byte[] nameBytes) {
    while (true) {
      long record = engine.directory().find(nameBytes);
      Component found = record == 0 ? null : at(record);
      if (found == null || engine.directory().isNamed(record, nameBytes)) {
        // The record may have got another owner since the directory led to it. A birth that is the same before and after
        // the name was read was this component's all the while.
        VarHandle.acquireFence();
        if (found == null || found.equals(at(record))) {
          return found;
        }
      }
    }
  }

  /**
   * Sees every component, in no order, waking none. Those made or destroyed meanwhile may be seen or not.
   *
   * @throws Damaged when all were seen that can be found, if something of the directory is not what was written
   */
  public void forEach(Consumer<Component> action) {
    engine.refuseIfClosed();
    boolean[] acting = new boolean[1];
    Damaged[] damaged = new Damaged[1];
    try {
      engine
          .directory()
          .walk(
              new Directory.Visitor() {
                @Override
                public void record(long record) {
                  Component found = at(record);
                  if (found != null) {
                    acting[0] = true;
                    action.accept(found);
                    acting[0] = false;
                  }
                }

                @Override
                public void damage(Damaged found) {
                  damaged[0] = damaged[0] == null ? found : damaged[0];
                }
              });
    } catch (IllegalStateException e) {
      if (!acting[0]) {
        engine.refuseIfClosed();
      }
      throw e;
    }
    if (damaged[0] != null) {
      throw damaged[0];
    }
  }

  /** The component whose record lies there; null if it is gone by now. */
  private Component at(long record) {
    long birth = engine.media().getLongAcquire(record + ComponentLayout.BIRTH);
    return birth == 0 ? null : new Component(this, record, birth);
  }

  /**
   * Makes a dataspace of the store: bytes that never change, which any number of components can attach for reading. It is
   * the store's, and counts towards nobody's quota.
   *
   * @param name 1 to 1,024 bytes of UTF-8, unlike that of any other dataspace
   * @param lengthBytes from 1 on
   * @param content writes what it is to hold into a region of zeros, which it may use until it returns; it runs in the
   *     calling thread and cannot call the store. Whatever it throws is thrown on, and nothing was made
   * @throws NameTaken if there is a dataspace of that name
   * @throws InvalidName if the name cannot be
   * @throws TooManySymbols if the pool has no room for another name
   * @throws dev.dormouse.region.RegionException {@code INVALID_RANGE} if the length cannot be
   * @throws dev.dormouse.heap.PoolFull if the pool has no room; nothing of it was made
   */
  public DataspaceInfo createDataspace(String name, long lengthBytes, Consumer<Region> content) {
    DataspaceInfo made = guarded("something that making dataspace " + name + " needs", () -> dataspaces.create(name, lengthBytes, content));
    engine.media().sync();
    return made;
  }

  /**
   * What the pool says of a dataspace.
   *
   * @throws NoSuchDataspace if there is none of that name
   * @throws Damaged if its head is not what was written
   */
  public DataspaceInfo dataspace(String name) {
    return reading(() -> dataspaces.info(name));
  }

  /** All dataspaces. Those made or destroyed meanwhile may be among them or not. Reads the whole table of them. */
  public List<DataspaceInfo> dataspaces() {
    return reading(dataspaces::all);
  }

  private <T> T guarded(String what, Supplier<T> action) {
    try {
      return action.get();
    } catch (InternalError fault) {
      throw MediaFaults.typed(engine.media(), what, engine.isBroken(), fault);
    }
  }

  private <T> T reading(Supplier<T> read) {
    engine.refuseIfClosed();
    try {
      return read.get();
    } catch (InternalError fault) {
      throw MediaFaults.typed(engine.media(), "the table of dataspaces, or one of them,", false, fault);
    } catch (IllegalStateException e) {
      engine.refuseIfClosed();
      throw e;
    }
  }

  /**
   * Destroys a dataspace that nobody has attached.
   *
   * @throws NoSuchDataspace if there is none of that name
   * @throws DataspaceInUse if a component has it attached, or a turn that runs is about to
   * @throws Damaged if its head is not what was written
   */
  public void destroyDataspace(String name) {
    guarded(
        "something that destroying dataspace " + name + " needs",
        () -> {
          dataspaces.destroy(name);
          return null;
        });
    engine.media().sync();
  }

  /**
   * Waits until everything that was committed before this call is durable in the sense of the medium's class. Returns at once where it
   * is.
   *
   * @throws dev.dormouse.heap.MediaUnavailable if the medium could not make it durable
   * @throws OutOfTurn if the calling thread runs a turn
   */
  public void sync() {
    engine.refuseIfClosed();
    engine.refuseInsideATurn();
    engine.media().sync();
  }

  /**
   * Copies the whole pool to a new file while the store is used: {@code docs/snapshots.md}. All that was acknowledged before is in the
   * copy, and of two later commits never the later one alone. The copy is a closed, verified pool with an identity of its own. On a
   * journaled file turns go on; on other media none runs while it is copied.
   *
   * @param target of which nothing is there yet; it appears when it is whole
   * @param progress is told how many bytes were copied, now and then; it must not call the store, which throws {@link OutOfTurn}
   * @throws TurnOverdue on other media, if turns that run do not end within a minute
   * @throws dev.dormouse.heap.PoolFull if the disk has no room for it; it is deleted again
   * @throws dev.dormouse.heap.MediaUnavailable if there is a file of that name, or it cannot be made
   * @throws Damaged if the copy does not prove sound: the pool itself is damaged; the copy is deleted again
   * @throws OutOfTurn if the calling thread runs a turn
   */
  public synchronized SnapshotReport snapshot(Path target, LongConsumer progress) {
    // Under the lock of close: the medium is not taken away.
    engine.refuseIfClosed();
    engine.refuseInsideATurn();
    return Snapshots.take(engine, target, progress);
  }

  /**
   * Copies the whole pool into its archive ({@link dev.dormouse.heap.JournalOptions#withArchive}), while turns go on: a base, from which
   * every later point can be restored. {@code docs/snapshots.md}.
   *
   * @param progress is told how many bytes were copied, now and then; it must not call the store, which throws {@link OutOfTurn}
   * @return the first point that it is good for; all that was acknowledged before the call lies before it
   * @throws dev.dormouse.heap.MediaUnavailable if the store has no archive, or it cannot be written to
   * @throws Damaged if the copy does not prove sound: the pool itself is damaged
   * @throws OutOfTurn if the calling thread runs a turn
   */
  public synchronized RestorePoint archiveBase(LongConsumer progress) {
    // Under the lock of close: the medium is not taken away.
    engine.refuseIfClosed();
    engine.refuseInsideATurn();
    return Snapshots.base(engine, progress);
  }

  /**
   * Names a point in the archive, to which the pool can be restored. All that was acknowledged before the call lies before it. When this
   * returns it is on the disk, which takes as long as moving what was committed since the last time; while a base or a snapshot is made
   * it waits for that.
   *
   * @param name 1 to 1,024 bytes of UTF-8; several points may have the same
   * @throws InvalidName if the name cannot be
   * @throws dev.dormouse.heap.MediaUnavailable if the store has no archive, or it cannot be written to
   * @throws OutOfTurn if the calling thread runs a turn
   */
  public synchronized RestorePoint mark(String name) {
    engine.refuseIfClosed();
    engine.refuseInsideATurn();
    return Snapshots.mark(engine, name);
  }

  /**
   * Makes the pool as it was at a point, out of its archive, in a new file: closed, verified, and with an identity of its own. Whoever
   * uses the pool or the archive meanwhile is not in the way.
   *
   * @param archive the folder
   * @param point one of {@link dev.dormouse.heap.PoolArchive#points}; null for the last one
   * @param target of which nothing is there yet; it appears when it is whole
   * @param progress is told how many bytes of the archive were read, now and then
   * @throws dev.dormouse.heap.NoSuchPoint if the point cannot be restored
   * @throws dev.dormouse.heap.PoolFull if the disk has no room for it; it is deleted again
   * @throws dev.dormouse.heap.MediaUnavailable if there is a file of that name, it cannot be made, or the archive cannot be read
   * @throws Damaged if a part of the archive is not what was written, or the pool does not prove sound; it is deleted again
   */
  public static RestoreReport restore(Path archive, RestorePoint point, Path target, LongConsumer progress) {
    return Snapshots.restore(archive, point, target, progress);
  }

  /** Puts every component to sleep that runs no turn. */
  public void hibernateAll() {
    engine.hibernateIdle();
  }

  /** How many components are awake. */
  public int awakeCount() {
    return engine.table().count();
  }

  /** What happened since the store was opened. Read while turns run, the figures may be off by those. */
  public StoreStatistics statistics() {
    return engine.statistics();
  }

  /**
   * How the journal stands, what it did since the store was opened, and how often and how long turns had to wait for room in it. Empty
   * on a medium that has none. May be asked for at any rate, and by a turn.
   */
  public Optional<JournalReport> journal() {
    engine.refuseIfClosed();
    return Optional.ofNullable(engine.media().journal()).map(Journal::report);
  }

  /**
   * The turns that run beyond the limit that the store was opened with ({@link StoreOptions#turnLimit}), and have not ended yet.
   * Empty where there is no limit. Looks at every seat.
   */
  public List<OverdueTurn> overdueTurns() {
    return engine.overdueTurns();
  }

  /** What was found when the store was opened. */
  public OpeningReport opening() {
    return opening;
  }

  /** Medium and place. */
  public String describe() {
    return engine.media().describe();
  }

  /**
   * Waits for the turns that run, puts everybody to sleep, and closes the pool. Idempotent.
   *
   * @throws TurnOverdue if the store has a limit for turns, and one of them does not end. Nobody can begin another then; this
   *     can be called again. A process that ends without it leaves the turn to be undone at the next open
   * @throws OutOfTurn if the calling thread runs a turn
   */
  @Override
  public synchronized void close() {
    // One at a time, so that a second caller does not take the medium away from the turns that the first one waits for.
    if (!closed) {
      engine.stop();
      closed = true;
    }
    if (engine.isBroken()) {
      try {
        // What was acknowledged as ordered has no other way to become durable.
        engine.media().sync();
      } catch (MediaUnavailable failed) {
        // Whoever waited for it was told.
      }
      // The next open must find a pool that was not closed, and finish what could not be ended.
      engine.pool().abandon();
    } else {
      engine.pool().close();
    }
  }

  Engine engine() {
    return engine;
  }

  Lifecycle lifecycle() {
    return lifecycle;
  }

  /** The name alone: whatever else of the component is damaged. */
  String nameOf(long recordOffset, long birth) {
    return engine.peek(recordOffset, birth, awake -> engine.soundNameOf(recordOffset));
  }

  ComponentInfo infoOf(long recordOffset, long birth) {
    return engine.peek(recordOffset, birth, awake -> info(awake, new ComponentId(recordOffset, birth)));
  }

  private ComponentInfo info(Awake awake, ComponentId id) {
    RecordEditor editor = new RecordEditor(engine.media(), engine.heap(), awake, null);
    List<ComponentInfo.SlotInfo> slots = new ArrayList<>();
    for (int i = 0; i < awake.slotCount; i++) {
      Slot slot = editor.slot(i);
      FileRecipe recipe = FileRecipe.read(engine.media(), slot.object(), id.birth(), i);
      slots.add(
          new ComponentInfo.SlotInfo(
              i,
              "file " + engine.symbols().text(recipe.rootSymbol()) + "/" + recipe.path(),
              slot.badge(),
              slot.generation(),
              slot.isRevoked(),
              recipe.positionBytes()));
    }
    return new ComponentInfo(
        id,
        engine.soundNameOf(id.recordOffset()),
        awake.isQuarantined() && awake.programSymbol == 0 ? "" : engine.symbols().text(awake.programSymbol),
        regions(editor, RegionEntry.ROOT, awake.regionCount),
        slots,
        awake.quotaBytes,
        editor.heldBytes(),
        new Outcomes(engine.media(), awake).count(),
        awake.isQuarantined(),
        awake.loaded);
  }

  /** Those of one map. No map lies deeper than there are entries, unless one lies in itself. */
  private List<ComponentInfo.RegionInfo> regions(RecordEditor editor, int map, int depth) {
    List<ComponentInfo.RegionInfo> regions = new ArrayList<>();
    for (int i = 0; i < editor.count() && depth >= 0; i++) {
      RegionEntry entry = editor.get(i);
      if (entry.map() == map) {
        regions.add(
            new ComponentInfo.RegionInfo(
                engine.symbols().text(entry.nameSymbol()),
                entry.kind(),
                entry.address(),
                entry.lengthBytes(),
                entry.rights(),
                entry.kind() == RegionKind.SHARED
                    ? engine.symbols().text(engine.dataspaceTable().around(entry.extentOffset()).nameSymbol())
                    : "",
                entry.kind() == RegionKind.MANAGED ? regions(editor, (int) entry.extentOffset(), depth - 1) : List.of()));
      }
    }
    return regions;
  }
}
