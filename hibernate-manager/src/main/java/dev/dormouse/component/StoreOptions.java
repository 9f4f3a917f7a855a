package dev.dormouse.component;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** How to open a store. Immutable; every method answers changed options. */
public final class StoreOptions {
  /** How many components are awake at most, unless said otherwise. */
  public static final int DEFAULT_AWAKE = 1024;

  /** Whether a pool is made. */
  enum Creation {
    NEVER,
    IF_MISSING,
    ALWAYS
  }

  private final Creation creation;
  private final Geometry geometry;
  private final int awake;
  private final boolean acceptMachineCrash;
  private final BootIdentity boot;
  private final ClassLoader loader;
  private final Map<String, Path> fileRoots;

  private StoreOptions(
      Creation creation,
      Geometry geometry,
      int awake,
      boolean acceptMachineCrash,
      BootIdentity boot,
      ClassLoader loader,
      Map<String, Path> fileRoots) {
    this.creation = creation;
    this.geometry = geometry;
    this.awake = awake;
    this.acceptMachineCrash = acceptMachineCrash;
    this.boot = boot;
    this.loader = loader;
    this.fileRoots = fileRoots;
  }

  /** Open a pool that exists. */
  public static StoreOptions existing() {
    return new StoreOptions(
        Creation.NEVER,
        null,
        DEFAULT_AWAKE,
        false,
        BootIdentity.ofThisMachine(),
        StoreOptions.class.getClassLoader(),
        Map.of());
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
    return Geometry.forNewPool((sizeBytes + Geometry.PAGE_BYTES - 1) / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES);
  }

  private StoreOptions withCreation(Creation newCreation, Geometry newGeometry) {
    return new StoreOptions(newCreation, newGeometry, awake, acceptMachineCrash, boot, loader, fileRoots);
  }

  /** Lay a new pool out like this, in place of the layout for its size. */
  public StoreOptions geometry(Geometry newGeometry) {
    return withCreation(creation, newGeometry);
  }

  /**
   * At most that many components are awake at a time; others are put to sleep for one that is called. At least 1. No more
   * turns than that run at once.
   */
  public StoreOptions awake(int most) {
    if (most < 1) {
      throw new IllegalArgumentException(most + " components awake: at least 1 expected");
    }
    return new StoreOptions(creation, geometry, most, acceptMachineCrash, boot, loader, fileRoots);
  }

  /**
   * Whether to go on after the machine went down while the pool was open, on a medium that does not survive that. The whole
   * pool is verified first; the bytes that components keep in their regions cannot be.
   */
  public StoreOptions acceptMachineCrash(boolean accept) {
    return new StoreOptions(creation, geometry, awake, accept, boot, loader, fileRoots);
  }

  /** What names this run of the machine; for tests. */
  public StoreOptions bootIdentity(BootIdentity identity) {
    return new StoreOptions(creation, geometry, awake, acceptMachineCrash, identity, loader, fileRoots);
  }

  /** Where the components' programs are loaded from. */
  public StoreOptions classLoader(ClassLoader newLoader) {
    return new StoreOptions(creation, geometry, awake, acceptMachineCrash, boot, newLoader, fileRoots);
  }

  /** Lets components that hold a capability for it read files below {@code folder}. The pool knows only the root's name. */
  public StoreOptions fileRoot(String name, Path folder) {
    Names.encode("file root", name);
    Map<String, Path> roots = new TreeMap<>(fileRoots);
    roots.put(name, folder);
    return new StoreOptions(creation, geometry, awake, acceptMachineCrash, boot, loader, Map.copyOf(roots));
  }

  Creation creation() {
    return creation;
  }

  Geometry geometry() {
    return geometry;
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
