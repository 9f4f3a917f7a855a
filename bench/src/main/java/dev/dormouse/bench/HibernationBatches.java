package dev.dormouse.bench;

import dev.dormouse.bench.JournalReport.Spread;
import dev.dormouse.bench.JournalReport.Verdict;
import dev.dormouse.component.Component;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.JournalOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * Many components that are awake, each of which stores a line, commits, and goes to sleep, and one sync for all of them. The first
 * time that a page is stored to, the kernel copies it; so a first batch and later ones of the same components are told apart.
 */
final class HibernationBatches {
  private static final Path STAT = Path.of("/proc/self/stat");
  // Behind the name, which may hold anything, and its closing bracket.
  private static final int MINOR_FAULTS = 8;
  private static final int WARM_BATCHES = 40;
  private static final double MOST_NANOS = 2_000;

  private final ByteBuffer store = ByteBuffer.allocate(1);
  private final int size;
  private final JournaledPool pool;

  private HibernationBatches(int size, JournaledPool pool) {
    this.size = size;
    this.pool = pool;
  }

  static void measure(JournalScale scale, JournalReport report) {
    int size = scale.hibernated();
    // Nobody but the one sync of a batch asks the disk.
    JournalOptions options = JournalOptions.STANDARD.withDelay(Duration.ofHours(1));
    try (JournaledPool pool =
        new JournaledPool(
            FileMedium.JOURNALED,
            options,
            2 * size,
            DurableTurns.RECORD_BYTES,
            ChangePrograms.StoresALineOrReads.class,
            all -> all.awake(4 * size))) {
      new HibernationBatches(size, pool).measure(scale.rounds(), report);
    }
  }

  private void measure(int rounds, JournalReport report) {
    String group = String.format(Locale.ROOT, "hibernation of %,d components that each have 64 dirty bytes", size);
    for (int i = 0; i < WARM_BATCHES; i++) {
      batch(0);
      pool.store().sync();
    }
    long faultsBefore = minorFaults();
    double first = batch(size);
    double firstFaults = (double) (minorFaults() - faultsBefore) / size;
    pool.store().sync();
    Histogram each = TurnLoad.histogram();
    Histogram syncs = TurnLoad.histogram();
    faultsBefore = minorFaults();
    int batches = 10 * rounds;
    for (int i = 0; i < batches; i++) {
      each.recordValue((long) batch(size));
      long start = System.nanoTime();
      pool.store().sync();
      syncs.recordValue(System.nanoTime() - start);
    }
    double laterFaults = (double) (minorFaults() - faultsBefore) / size / batches;
    Spread later = Spread.of(each);
    report.time(group, "each of a batch, beside its sync", later, null, Verdict.atMost(later.p50(), MOST_NANOS, Units.nanos(MOST_NANOS)));
    report.time(group, "the sync of a batch", Spread.of(syncs), null);
    report.count(group, "each of the first batch, whose pages were not stored to before, beside each of later ones", "ns", first, later.p50());
    report.count(group, "the same, beside a page of a private mapping that is stored to for the first time", "ns", first, firstTouch(size));
    report.count(group, "page faults of each of the first batch, beside later ones", "", firstFaults, laterFaults);
  }

  /** Wakes them, and takes the time of what comes then; nanoseconds for each. */
  private double batch(int firstIndex) {
    for (int i = 0; i < size; i++) {
      pool.component(firstIndex + i).invokeOrdered(Sleepers.NO_REQUEST);
    }
    long start = System.nanoTime();
    for (int i = 0; i < size; i++) {
      Component component = pool.component(firstIndex + i);
      component.invokeOrdered(store.rewind());
      component.hibernate();
    }
    return (double) (System.nanoTime() - start) / size;
  }

  /** What the kernel takes for the first store to a page of a private mapping of a file that is in the page cache; nanoseconds. */
  private static double firstTouch(int pages) {
    try (Scratch scratch = new Scratch();
        Arena arena = Arena.ofConfined()) {
      Path file = scratch.file("first.touch");
      Files.write(file, new byte[pages * Geometry.PAGE_BYTES]);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        MemorySegment memory = channel.map(FileChannel.MapMode.PRIVATE, 0, channel.size(), arena);
        long start = System.nanoTime();
        for (long at = 0; at < memory.byteSize(); at += Geometry.PAGE_BYTES) {
          memory.set(ValueLayout.JAVA_LONG, at, at);
        }
        return (double) (System.nanoTime() - start) / pages;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How often the kernel had to give this process a page; 0 where it does not say. */
  private static long minorFaults() {
    try {
      String stat = Files.readString(STAT);
      return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1)[MINOR_FAULTS - 1]);
    } catch (IOException e) {
      return 0;
    }
  }
}
