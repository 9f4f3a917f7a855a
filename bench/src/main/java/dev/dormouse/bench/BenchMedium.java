package dev.dormouse.bench;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.EmulatedDaxMedia;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.FlushWay;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A medium that is measured, as a parameter of JMH: {@code MAPPED}, {@code EMULATED_DAX/PMDK}.
 *
 * @param way how lines are written back where there is a choice; else null
 */
record BenchMedium(FileMedium medium, FlushWay way) {
  private static final long PROBE_BYTES = 16L << 20;

  static BenchMedium parse(String text) {
    String[] parts = text.split("/", 2);
    return new BenchMedium(FileMedium.valueOf(parts[0]), parts.length == 1 ? null : FlushWay.valueOf(parts[1]));
  }

  /** All of them, whether they can be had or not. */
  static List<BenchMedium> all() {
    List<BenchMedium> all = new ArrayList<>();
    for (FileMedium medium : FileMedium.values()) {
      if (medium == FileMedium.EMULATED_DAX) {
        for (FlushWay way : FlushWay.values()) {
          all.add(new BenchMedium(medium, way));
        }
      } else {
        all.add(new BenchMedium(medium, null));
      }
    }
    return all;
  }

  /** Why it cannot be had where benchmarks make their files; empty if it can. */
  String whyNot() {
    if (way != null && EmulatedDaxMedia.whyNot(way).isPresent()) {
      return EmulatedDaxMedia.whyNot(way).get();
    }
    try (Scratch scratch = new Scratch()) {
      createPool(scratch.file("probe.pool"), PROBE_BYTES).close();
      return "";
    } catch (DormouseException e) {
      return e.getMessage();
    }
  }

  /** What is to be known of it where benchmarks make their files. */
  List<String> notes() {
    try (Scratch scratch = new Scratch();
        Pool pool = createPool(scratch.file("probe.pool"), PROBE_BYTES)) {
      return pool.media().notes();
    }
  }

  /** An empty pool, for whoever wants nothing but its medium. */
  Pool createPool(Path path, long sizeBytes) {
    return on(
        () ->
            Pool.create(
                path, medium, Geometry.forNewPool(sizeBytes), Host.ofThisMachine(), unborn -> PoolHeader.Roots.NONE));
  }

  /** A store. */
  ProcessStore open(Path path, StoreOptions options) {
    return on(() -> ProcessStore.open(path, options.medium(medium)));
  }

  /** Whether a pool of it can be made as a mapped file, which waits for no disk. */
  boolean isMadeAsMappedFile() {
    return medium == FileMedium.DAX || medium == FileMedium.EMULATED_DAX;
  }

  private <T> T on(Supplier<T> opening) {
    if (way == null) {
      return opening.get();
    }
    String before = System.getProperty(FlushWay.PROPERTY);
    System.setProperty(FlushWay.PROPERTY, way.toString());
    try {
      return opening.get();
    } finally {
      if (before == null) {
        System.clearProperty(FlushWay.PROPERTY);
      } else {
        System.setProperty(FlushWay.PROPERTY, before);
      }
    }
  }

  String inWords() {
    String words = medium.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return way == null ? words : words + ", " + way;
  }

  @Override
  public String toString() {
    return way == null ? medium.name() : medium.name() + "/" + way.name();
  }
}
