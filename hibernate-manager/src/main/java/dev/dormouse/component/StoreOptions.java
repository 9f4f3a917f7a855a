package dev.dormouse.component;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.Prefault;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.MachineIdentity;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;

/** How to open a store. Immutable; every method answers changed options. */
public final class StoreOptions {
  /** How many components are awake at most, unless said otherwise. */
  public static final int DEFAULT_AWAKE = 1024;

  private static final Duration LEAST_TURN_LIMIT = Duration.ofMillis(1);
  // So that twice the limit is a number of nanoseconds.
  private static final Duration MOST_TURN_LIMIT = Duration.ofDays(36_500);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Whether a pool is made. */
  enum Creation {
    NEVER,
    IF_MISSING,
    ALWAYS
  }

  private final Prefault prefault;
  private final Creation creation;
  private final Geometry geometry;
  private final FileMedium medium;
  private final JournalOptions journal;
  private final int awake;
  private final boolean acceptMachineCrash;
  private final boolean refuseOldCopies;
  private final Host host;
  private final ClassLoader loader;
  private final Map<String, Path> fileRoots;
  private final LongUnaryOperator salts;
  // 0 where turns may take as long as they want.
  private final long turnLimitNanos;

  private StoreOptions(
      Prefault prefault,
      Creation creation,
      Geometry geometry,
      FileMedium medium,
      JournalOptions journal,
      int awake,
      boolean acceptMachineCrash,
      boolean refuseOldCopies,
      Host host,
      ClassLoader loader,
      Map<String, Path> fileRoots,
      LongUnaryOperator salts,
      long turnLimitNanos) {
    this.prefault = prefault;
    this.creation = creation;
    this.geometry = geometry;
    this.medium = medium;
    this.journal = journal;
    this.awake = awake;
    this.acceptMachineCrash = acceptMachineCrash;
    this.refuseOldCopies = refuseOldCopies;
    this.host = host;
    this.loader = loader;
    this.fileRoots = fileRoots;
    this.salts = salts;
    this.turnLimitNanos = turnLimitNanos;
  }

  /** Open a pool that exists. */
  public static StoreOptions existing() {
    return new StoreOptions(
        Prefault.OFF,
        Creation.NEVER,
        null,
        FileMedium.MAPPED,
        JournalOptions.STANDARD,
        DEFAULT_AWAKE,
        false,
        false,
        Host.ofThisMachine(),
        StoreOptions.class.getClassLoader(),
        Map.of(),
        opening -> RANDOM.nextLong(),
        0);
  }

  /**
   * Make a pool of that size; refuse if there is a file already.
   *
   * @param sizeBytes at least {@link Geometry#LEAST_POOL_BYTES}; rounded up to whole pages of 4,096 bytes
   */
  public static StoreOptions create(long sizeBytes) {
    return existing().withCreation(Creation.ALWAYS, geometryOf(sizeBytes));
  }

  /** Open the pool, or make one of that size if there is none. */
  public static StoreOptions openOrCreate(long sizeBytes) {
    return existing().withCreation(Creation.IF_MISSING, geometryOf(sizeBytes));
  }

  private static Geometry geometryOf(long sizeBytes) {
    return Geometry.forNewPool(wholePages(sizeBytes));
  }

  private static long wholePages(long bytes) {
    return (bytes + Geometry.PAGE_BYTES - 1) / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES;
  }

  private StoreOptions withCreation(Creation newCreation, Geometry newGeometry) {
    return new StoreOptions(prefault, newCreation, newGeometry, medium, journal, awake, acceptMachineCrash, refuseOldCopies, host, loader, fileRoots, salts, turnLimitNanos);
  }

  /** Lay a new pool out like this, in place of the layout for its size. */
  public StoreOptions geometry(Geometry newGeometry) {
    return withCreation(creation, newGeometry);
  }

  /**
   * Let a new pool grow while it is in use, in steps of an eighth of its size, or of what is wanted if that is more; a full disk
   * is a {@link dev.dormouse.heap.PoolFull}, and the pool stays as it was. Of no consequence for a pool that exists: what it
   * may become was decided when it was made.
   *
   * @param maxBytes at least the size it is made with, rounded up to whole pages; each MiB takes 4 KiB of the pool from the start
   */
  public StoreOptions growTo(long maxBytes) {
    if (geometry == null) {
      return this;
    }
    long most = wholePages(maxBytes);
    if (geometry.equals(Geometry.forNewPool(geometry.sizeBytes()))) {
      // Nobody has chosen otherwise: slabs are those of what it may become.
      return geometry(Geometry.forNewPool(geometry.sizeBytes(), most));
    }
    return geometry(Geometry.of(geometry.sizeBytes(), most, geometry.laneCount(), geometry.laneBytes(), geometry.slabPages()));
  }

  /**
   * Reach the pool's file like this; {@link FileMedium#MAPPED} unless said otherwise. Where it cannot be, opening throws
   * {@link dev.dormouse.heap.MediaUnavailable}. Of no consequence for a store that is opened over a medium.
   */
  public StoreOptions medium(FileMedium newMedium) {
    return new StoreOptions(prefault, creation, geometry, newMedium, journal, awake, acceptMachineCrash, refuseOldCopies, host, loader, fileRoots, salts, turnLimitNanos);
  }

  /** What the journal may use, on a medium that has one; {@link JournalOptions#STANDARD} unless said otherwise. */
  public StoreOptions journal(JournalOptions newJournal) {
    return new StoreOptions(prefault, creation, geometry, medium, newJournal, awake, acceptMachineCrash, refuseOldCopies, host, loader, fileRoots, salts, turnLimitNanos);
  }

  /**
   * Whether the first access to each page of the pool, which costs a fault, happens when it is opened. {@link Prefault#OFF} unless
   * said otherwise: opening costs the same for any size then. Reaches as far as the pool does when it is opened.
   */
  public StoreOptions prefault(Prefault when) {
    return new StoreOptions(when, creation, geometry, medium, journal, awake, acceptMachineCrash, refuseOldCopies, host, loader, fileRoots, salts, turnLimitNanos);
  }

  /**
   * At most that many components are awake at a time; others are put to sleep for one that is called. At least 1. No more
   * turns than that run at once.
   */
  public StoreOptions awake(int most) {
    if (most < 1) {
      throw new IllegalArgumentException(most + " components awake: at least 1 expected");
    }
    return new StoreOptions(prefault, creation, geometry, medium, journal, most, acceptMachineCrash, refuseOldCopies, host, loader, fileRoots, salts, turnLimitNanos);
  }

  /**
   * Whether to go on after the machine went down while the pool was open, on a medium that does not survive that. The whole
   * pool is verified first; the bytes that components keep in their regions cannot be.
   */
  public StoreOptions acceptMachineCrash(boolean accept) {
    return new StoreOptions(prefault, creation, geometry, medium, journal, awake, accept, refuseOldCopies, host, loader, fileRoots, salts, turnLimitNanos);
  }

  /**
   * Whether to refuse a pool of which the anchor beside it says that it is an older state of itself: one that was put back from
   * a backup, for example. Not refused unless said so: restoring a backup is what the messages about damage advise, the opening
   * report says it, and no birth and no incarnation comes again. For a store whose state reaches outside of it.
   */
  public StoreOptions refuseOldCopies(boolean refuse) {
    return new StoreOptions(prefault, creation, geometry, medium, journal, awake, acceptMachineCrash, refuse, host, loader, fileRoots, salts, turnLimitNanos);
  }

  /** What names this machine; for tests. */
  public StoreOptions machineIdentity(MachineIdentity identity) {
    Host other = new Host(host.boot(), identity);
    return new StoreOptions(prefault, creation, geometry, medium, journal, awake, acceptMachineCrash, refuseOldCopies, other, loader, fileRoots, salts, turnLimitNanos);
  }

  /** What names this run of the machine; for tests. */
  public StoreOptions bootIdentity(BootIdentity identity) {
    return new StoreOptions(prefault, creation, geometry, medium, journal, awake, acceptMachineCrash, refuseOldCopies, new Host(identity, host.machine()), loader, fileRoots, salts, turnLimitNanos);
  }

  /**
   * How the salt of the pool's log records is made out of the number of the opening; at random unless said otherwise. For
   * tests, in which the same pool should be opened in the same way each time. No two openings of a pool may have the same.
   */
  public StoreOptions salts(LongUnaryOperator saltOfOpening) {
    return new StoreOptions(prefault, creation, geometry, medium, journal, awake, acceptMachineCrash, refuseOldCopies, host, loader, fileRoots, saltOfOpening, turnLimitNanos);
  }

  /**
   * How long a turn may run. One that runs longer is reported by {@link ProcessStore#overdueTurns}, its thread is interrupted, and
   * whatever it does next with its regions or its {@link Turn} throws; when it ends, in whatever way, it is undone, and its
   * caller gets {@link TurnOverdue}. A program that does nothing of that, and does not heed the interrupt, cannot be stopped:
   * it keeps its lane and its component, and whoever waits for either gets {@link TurnOverdue}, too, when it has run for
   * twice the limit. So does {@link ProcessStore#close}. In a {@link Component#batch} each turn has the limit for itself, and
   * so has each time between two of them.
   *
   * <p>No limit unless one is given here. With one, a turn costs a look at the clock more, and a thread of the store's own
   * looks after them until it is closed; an access to a region costs nothing more.
   *
   * @param limit from 1 ms on; a turn is found to be overdue an eighth of it later at most, or a second
   */
  public StoreOptions turnLimit(Duration limit) {
    if (limit.compareTo(LEAST_TURN_LIMIT) < 0) {
      throw new IllegalArgumentException("a turn limit of " + limit + ": at least " + LEAST_TURN_LIMIT + " expected");
    }
    long nanos = limit.compareTo(MOST_TURN_LIMIT) < 0 ? limit.toNanos() : MOST_TURN_LIMIT.toNanos();
    return new StoreOptions(prefault, creation, geometry, medium, journal, awake, acceptMachineCrash, refuseOldCopies, host, loader, fileRoots, salts, nanos);
  }

  /** Where the components' programs are loaded from. */
  public StoreOptions classLoader(ClassLoader newLoader) {
    return new StoreOptions(prefault, creation, geometry, medium, journal, awake, acceptMachineCrash, refuseOldCopies, host, newLoader, fileRoots, salts, turnLimitNanos);
  }

  /** Lets components that hold a capability for it read files below {@code folder}. The pool knows only the root's name. */
  public StoreOptions fileRoot(String name, Path folder) {
    Names.encode("file root", name);
    Map<String, Path> roots = new TreeMap<>(fileRoots);
    roots.put(name, folder);
    return new StoreOptions(prefault, creation, geometry, medium, journal, awake, acceptMachineCrash, refuseOldCopies, host, loader, Map.copyOf(roots), salts, turnLimitNanos);
  }

  Creation creation() {
    return creation;
  }

  Geometry geometry() {
    return geometry;
  }

  LongUnaryOperator salts() {
    return salts;
  }

  /** 0 where there is none. */
  long turnLimitNanos() {
    return turnLimitNanos;
  }

  Prefault prefault() {
    return prefault;
  }

  FileMedium medium() {
    return medium;
  }

  JournalOptions journal() {
    return journal;
  }

  int awake() {
    return awake;
  }

  boolean acceptsMachineCrash() {
    return acceptMachineCrash;
  }

  boolean refusesOldCopies() {
    return refuseOldCopies;
  }

  BootIdentity boot() {
    return host.boot();
  }

  Host host() {
    return host;
  }

  ClassLoader loader() {
    return loader;
  }

  Map<String, Path> fileRoots() {
    return fileRoots;
  }
}
