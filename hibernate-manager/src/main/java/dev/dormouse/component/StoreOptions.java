package dev.dormouse.component;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;

/** How to open a store. Immutable; every method answers changed options. */
public final class StoreOptions {
  /** How many components are awake at most, unless said otherwise. */
  public static final int DEFAULT_AWAKE = 1024;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Whether a pool is made. */
  enum Creation {
    NEVER,
    IF_MISSING,
    ALWAYS
  }

  private final Creation creation;
  private final Geometry geometry;
  private final FileMedium medium;
  private final int awake;
  private final boolean acceptMachineCrash;
  private final BootIdentity boot;
  private final ClassLoader loader;
  private final Map<String, Path> fileRoots;
  private final LongUnaryOperator salts;

  private StoreOptions(
      Creation creation,
      Geometry geometry,
      FileMedium medium,
      int awake,
      boolean acceptMachineCrash,
      BootIdentity boot,
      ClassLoader loader,
      Map<String, Path> fileRoots,
      LongUnaryOperator salts) {
    this.creation = creation;
    this.geometry = geometry;
    this.medium = medium;
    this.awake = awake;
    this.acceptMachineCrash = acceptMachineCrash;
    this.boot = boot;
    this.loader = loader;
    this.fileRoots = fileRoots;
    this.salts = salts;
  }

  /** Open a pool that exists. */
  public static StoreOptions existing() {
    return new StoreOptions(
        Creation.NEVER,
        null,
        FileMedium.MAPPED,
        DEFAULT_AWAKE,
        false,
        BootIdentity.ofThisMachine(),
        StoreOptions.class.getClassLoader(),
        Map.of(),
        opening -> RANDOM.nextLong());
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
    return new StoreOptions(newCreation, newGeometry, medium, awake, acceptMachineCrash, boot, loader, fileRoots, salts);
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
    return geometry(
        Geometry.of(
            geometry.sizeBytes(), wholePages(maxBytes), geometry.laneCount(), geometry.laneBytes(), geometry.slabPages()));
  }

  /**
   * Reach the pool's file like this; {@link FileMedium#MAPPED} unless said otherwise. Where it cannot be, opening throws
   * {@link dev.dormouse.heap.MediaUnavailable}. Of no consequence for a store that is opened over a medium.
   */
  public StoreOptions medium(FileMedium newMedium) {
    return new StoreOptions(creation, geometry, newMedium, awake, acceptMachineCrash, boot, loader, fileRoots, salts);
  }

  /**
   * At most that many components are awake at a time; others are put to sleep for one that is called. At least 1. No more
   * turns than that run at once.
   */
  public StoreOptions awake(int most) {
    if (most < 1) {
      throw new IllegalArgumentException(most + " components awake: at least 1 expected");
    }
    return new StoreOptions(creation, geometry, medium, most, acceptMachineCrash, boot, loader, fileRoots, salts);
  }

  /**
   * Whether to go on after the machine went down while the pool was open, on a medium that does not survive that. The whole
   * pool is verified first; the bytes that components keep in their regions cannot be.
   */
  public StoreOptions acceptMachineCrash(boolean accept) {
    return new StoreOptions(creation, geometry, medium, awake, accept, boot, loader, fileRoots, salts);
  }

  /** What names this run of the machine; for tests. */
  public StoreOptions bootIdentity(BootIdentity identity) {
    return new StoreOptions(creation, geometry, medium, awake, acceptMachineCrash, identity, loader, fileRoots, salts);
  }

  /**
   * How the salt of the pool's log records is made out of the number of the opening; at random unless said otherwise. For
   * tests, in which the same pool should be opened in the same way each time. No two openings of a pool may have the same.
   */
  public StoreOptions salts(LongUnaryOperator saltOfOpening) {
    return new StoreOptions(creation, geometry, medium, awake, acceptMachineCrash, boot, loader, fileRoots, saltOfOpening);
  }

  /** Where the components' programs are loaded from. */
  public StoreOptions classLoader(ClassLoader newLoader) {
    return new StoreOptions(creation, geometry, medium, awake, acceptMachineCrash, boot, newLoader, fileRoots, salts);
  }

  /** Lets components that hold a capability for it read files below {@code folder}. The pool knows only the root's name. */
  public StoreOptions fileRoot(String name, Path folder) {
    Names.encode("file root", name);
    Map<String, Path> roots = new TreeMap<>(fileRoots);
    roots.put(name, folder);
    return new StoreOptions(creation, geometry, medium, awake, acceptMachineCrash, boot, loader, Map.copyOf(roots), salts);
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

  FileMedium medium() {
    return medium;
  }

  int awake() {
    return awake;
  }

  boolean acceptsMachineCrash() {
    return acceptMachineCrash;
  }

  BootIdentity boot() {
    return boot;
  }

  ClassLoader loader() {
    return loader;
  }

  Map<String, Path> fileRoots() {
    return fileRoots;
  }
}
