package dev.dormouse.daxvm;

import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.PoolException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Goes through the record of a machine's disk, cuts the power at points of it, and checks what each cut leaves: the file system by
 * its own checker, the store by {@link StoreCheck}. Everything follows from the record and the seed.
 */
public final class Replay {
  private static final int VIOLATIONS_SHOWN = 5;

  private static final int DRAWN_OF_EACH_POINT = 2;

  /** In turn. */
  private static final LossyDisk.Leftover[] DRAWN = {
    LossyDisk.Leftover.SECTORS, LossyDisk.Leftover.SOME, LossyDisk.Leftover.PREFIX, LossyDisk.Leftover.ALL
  };

  private final Path log;
  private final Path firstImage;
  private final FileMedium medium;
  private final long seed;
  private final ImageFiles files;
  private final PrintStream out;
  private final BitSet chosen = new BitSet();

  private int points;
  private int candidates;
  private int cuts;
  private int lastPoint = -1;
  private int images;
  private int beforeTheStore;
  private int violations;
  private int tornViolations;
  private long operations;
  private int samples;

  private Replay(String[] arguments, PrintStream out) {
    log = Path.of(arguments[0]);
    firstImage = Path.of(arguments[1]);
    medium = FileMedium.valueOf(arguments[2]);
    seed = Long.parseLong(arguments[4]);
    files = new ImageFiles(Path.of(arguments[5]));
    this.out = out;
  }

  /**
   * {@code LOG IMAGE MEDIUM IMAGES SEED FOLDER SAMPLES}: checks so many images, all there are for 0, and keeps some of them in the
   * folder, as {@code sample-N.img} and, with what was acknowledged before the cut, {@code sample-N.txt}.
   */
  @SuppressWarnings("SystemOut") // A program with a report.
  public static void main(String[] arguments) throws IOException {
    Replay replay = new Replay(arguments, System.out);
    replay.run(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[6]));
  }

  private void run(int wanted, int sampled) throws IOException {
    pass(_ -> {});
    int found = candidates;
    RandomGenerator random = new SplittableRandom(seed);
    int checked = wanted == 0 ? found : Math.min(wanted, found);
    for (int left = checked; left > 0; ) {
      int one = random.nextInt(found);
      if (!chosen.get(one)) {
        chosen.set(one);
        left--;
      }
    }
    out.println("@points " + points + " " + found);
    int each = sampled == 0 ? Integer.MAX_VALUE : Math.max(1, checked / sampled);
    pass(
        cut -> {
          if (chosen.get(cut.number())) {
            check(cut, images % each == each - 1);
          }
        });
    out.println("@replayed " + cuts + " " + images + " " + beforeTheStore + " " + violations + " " + tornViolations + " " + operations);
  }

  /** Something that a cut can leave. */
  private record Cut(LossyDisk disk, Marks marks, int number, int point, LossyDisk.Leftover leftover) {}

  @FunctionalInterface
  private interface Checker {
    void check(Cut cut) throws IOException;
  }

  private void pass(Checker checker) throws IOException {
    points = 0;
    candidates = 0;
    BlockLog.read(log, new Pass(new LossyDisk(firstImage), checker));
  }

  /** One way through the record. */
  private final class Pass implements BlockLog.Events {
    private final LossyDisk disk;
    private final Checker checker;
    private final Marks marks = new Marks();
    private boolean begun;
    /** Whether what a cut leaves at least, or what must be in it, is another than at the last point. */
    private boolean another;

    Pass(LossyDisk disk, Checker checker) {
      this.disk = disk;
      this.checker = checker;
    }

    @Override
    public void write(int request, long offset, byte[] bytes) throws IOException {
      disk.write(request, offset, bytes);
      point();
    }

    @Override
    public void flush(int request) {
      disk.flush(request);
    }

    @Override
    public void done(int request) throws IOException {
      if (disk.done(request)) {
        another = true;
        point();
      }
    }

    @Override
    public void mark(int index, long number) throws IOException {
      marks.set(index, number);
      begun = true;
      another = true;
      point();
    }

    private void point() throws IOException {
      if (!begun) {
        return;
      }
      points++;
      if (another) {
        candidate(LossyDisk.Leftover.NONE);
        another = false;
      }
      if (disk.cachedWrites() > 0) {
        for (int i = 0; i < DRAWN_OF_EACH_POINT; i++) {
          candidate(DRAWN[(points * DRAWN_OF_EACH_POINT + i) % DRAWN.length]);
        }
      }
    }

    private void candidate(LossyDisk.Leftover leftover) throws IOException {
      checker.check(new Cut(disk, marks, candidates, points, leftover));
      candidates++;
    }
  }

  private void check(Cut cut, boolean sample) throws IOException {
    images++;
    if (cut.point() != lastPoint) {
      lastPoint = cut.point();
      cuts++;
    }
    cut.disk().leave(cut.leftover(), new SplittableRandom(seed + cut.number()), files.image());
    if (sample && cut.marks().wasEverOpen()) {
      samples++;
      Files.copy(files.image(), files.sample(samples, "img"), StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(files.sample(samples, "txt"), cut.marks().toString());
    }
    try {
      Path pool = files.takeOut();
      StoreCheck check = new StoreCheck(pool, medium, true);
      if (cut.marks().wasEverOpen()) {
        operations += cut.marks().sum();
        check.check(cut.marks());
      } else {
        beforeTheStore++;
        checkUnfinished(check);
      }
    } catch (RuntimeException | Error | ImageFiles.Unsound e) {
      violations++;
      if (cut.leftover() != LossyDisk.Leftover.NONE) {
        tornViolations++;
      }
      if (violations <= VIOLATIONS_SHOWN) {
        Files.copy(files.image(), files.violation(violations), StandardCopyOption.REPLACE_EXISTING);
        out.println(
            "@violation point " + cut.point() + ", " + cut.leftover() + " of " + cut.disk().cachedWrites() + " writes, after " + cut.marks() + ": " + e);
      }
    }
  }

  /** A pool that was still being made may be anything that is refused with a reason; but if it opens, it is whole. */
  private static void checkUnfinished(StoreCheck check) {
    try {
      check.open();
    } catch (PoolException e) {
      // As it must be: it was never there for anybody.
    }
  }
}
