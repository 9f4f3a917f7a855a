package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;
import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.SMALL;
import static dev.dormouse.component.mutants.EpochStage.px86;

import dev.dormouse.component.mutants.EpochStage.Work;
import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.NotAPool;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.recovery.Lanes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Making, opening, beginning and closing pools, on media and in files. */
public final class PoolSuites {
  private static final int HEADER_BYTES = 2 * Geometry.PAGE_BYTES;

  private PoolSuites() {}

  /** Whoever can read the header can believe what it names: the page table, the lanes. */
  public static final class Making implements KillSuite {
    @Override
    public Verdict run() {
      return EpochStage.verdict(
          CrashExplorer.explore(
              CrashMedia.zeros(SMALL.sizeBytes()),
              media -> {
                EpochStage.create(media, SMALL);
                media.mark("made");
              },
              media -> {},
              (media, marks) -> {
                Pool pool;
                try {
                  pool = Pool.open(media, BOOT);
                } catch (NotAPool | Damaged unfinished) {
                  if (marks.isEmpty()) {
                    return;
                  }
                  throw unfinished;
                }
                EpochStage.recover(media);
                Contents.of(pool).requireTheRestIsFree(pool);
                if (pool.header().geometry().laneCount() != SMALL.laneCount()) {
                  throw new AssertionError("the lanes are not those of the pool that was made");
                }
              },
              px86().withImages(500, 1).stoppingAtFirstViolation()));
    }
  }

  private record Seen(long openCount, long salt) {}

  /** R11, R5: a count that was seen is durable, and does not come again; the salt that was used is the one that is found. */
  public static final class Beginnings implements KillSuite {
    @Override
    public Verdict run() {
      CrashMedia first = new CrashMedia(CrashMedia.zeros(SMALL.sizeBytes()));
      EpochStage.create(first, SMALL);
      return EpochStage.verdict(
          CrashExplorer.explore(
              first.processKilled(),
              media -> {
                for (int life = 0; life < 3; life++) {
                  Pool pool = Pool.open(media, BOOT);
                  pool.begin();
                  media.mark(new Seen(pool.header().openCount(), pool.header().salt()));
                  // The new life stores something.
                  media.putLong(SMALL.arenaOffset(), life);
                  media.persist(SMALL.arenaOffset(), 8);
                }
              },
              media -> {},
              (media, marks) -> {
                Pool pool = Pool.open(media, BOOT);
                Seen found = new Seen(pool.header().openCount(), pool.header().salt());
                if (!marks.isEmpty()) {
                  Seen last = (Seen) marks.getLast();
                  boolean isNext = found.openCount == last.openCount + 1 && found.salt != last.salt;
                  if (!found.equals(last) && !isNext) {
                    throw new AssertionError("R5, R11: found " + found + " after " + last + " was seen");
                  }
                }
                pool.begin();
                for (Object mark : marks) {
                  if (((Seen) mark).openCount == pool.header().openCount()) {
                    throw new AssertionError("R11: count " + pool.header().openCount() + " comes again");
                  }
                }
              },
              px86().withImages(500, 1).stoppingAtFirstViolation()));
    }
  }

  /** One copy of the header is damaged, whichever: no older count and no older salt comes back. */
  public static final class HeaderCopies implements KillSuite {
    @Override
    public Verdict run() {
      for (int copy = 0; copy < 2; copy++) {
        CrashMedia media = new CrashMedia(CrashMedia.zeros(SMALL.sizeBytes()));
        Pool pool = EpochStage.create(media, SMALL);
        pool.begin();
        Seen wanted = new Seen(pool.header().openCount(), pool.header().salt());
        long at = (long) copy * Geometry.PAGE_BYTES + 64;
        media.putLong(at, ~media.getLong(at));
        Pool found = Pool.open(media, BOOT);
        if (!new Seen(found.header().openCount(), found.header().salt()).equals(wanted)) {
          return Verdict.killed("without copy " + copy + " of the header an older life comes back", copy + 1);
        }
      }
      return Verdict.survived(2);
    }
  }

  /** What is settled and synced when, at an opening and a closing. */
  public static final class OrderOfSettling implements KillSuite {
    @Override
    public Verdict run() {
      List<String> events = new ArrayList<>();
      CrashMedia below = new CrashMedia(CrashMedia.zeros(SMALL.sizeBytes()));
      EpochStage.create(below, SMALL);
      HookedMedia media =
          new HookedMedia(below) {
            @Override
            public void write(long offset, byte[] source, int index, int length) {
              super.write(offset, source, index, length);
              events.add(offset < HEADER_BYTES ? "header" : "store");
            }

            @Override
            public void sync() {
              super.sync();
              events.add("sync");
            }

            @Override
            public void settle(long offset, long length) {
              events.add(length == sizeBytes() ? "settle all" : "settle the header");
            }
          };
      Pool pool = Pool.open(media, BOOT);
      pool.begin();
      media.write(SMALL.arenaOffset(), new byte[8], 0, 8);
      pool.close();
      List<String> wanted =
          List.of("header", "sync", "header", "sync", "settle the header", "store", "settle all", "header", "sync", "settle the header");
      return events.equals(wanted) ? Verdict.survived(1) : Verdict.killed("an opening and a closing did " + events, 1);
    }
  }

  /** Opening, step 3: a medium that promises less says so in the header before anything is recovered on it, and that is settled. */
  public static final class WeakerMedium implements KillSuite {
    @Override
    public Verdict run() {
      CrashMedia below = new CrashMedia(CrashMedia.zeros(SMALL.sizeBytes()));
      Pool life = EpochStage.create(below, SMALL);
      life.begin();
      boolean[] settled = new boolean[1];
      HookedMedia weaker =
          new HookedMedia(below) {
            @Override
            public DurabilityClass durabilityClass() {
              return DurabilityClass.PROCESS_CRASH;
            }

            @Override
            public void settle(long offset, long length) {
              settled[0] = Pool.open(below, BOOT).header().durabilityClass() == DurabilityClass.PROCESS_CRASH;
            }
          };
      Pool.open(weaker, BOOT).beginRecovery();
      PoolHeader found = Pool.open(below, BOOT).header();
      boolean isSaid = settled[0] && found.open() && found.salt() == life.header().salt() && found.openCount() == life.header().openCount();
      return isSaid ? Verdict.survived(1) : Verdict.killed("a header vouches for what is recovered in a cache", 1);
    }
  }

  static void inAFolder(FolderTask task) throws IOException {
    Path folder = Files.createTempDirectory("mutant");
    try {
      task.run(folder);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  @FunctionalInterface
  interface FolderTask {
    void run(Path folder) throws IOException;
  }

  static Pool createFile(Path path) {
    return Pool.create(
        path,
        SMALL,
        BOOT,
        unborn -> {
          if (Files.exists(path)) {
            throw new AssertionError("the file has its name before it is a pool");
          }
          Lanes.format(unborn);
          return PoolHeader.Roots.NONE;
        });
  }

  /** What a former attempt left is replaced; the file has its name only when it is whole. */
  public static final class FileIsMade implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      inAFolder(
          folder -> {
            Path path = folder.resolve("a.pool");
            Files.writeString(folder.resolve("a.pool.creating"), "half a pool");
            createFile(path).close();
            Pool.open(path, BOOT).close();
          });
      return Verdict.survived(1);
    }
  }

  /** R17: a file that is shorter than its header says is not opened, and not made longer. */
  public static final class FileIsShort implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      String[] wrong = new String[1];
      inAFolder(
          folder -> {
            Path path = folder.resolve("a.pool");
            createFile(path).close();
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
              file.truncate(SMALL.sizeBytes() - Geometry.PAGE_BYTES);
            }
            try {
              Pool.open(path, BOOT).abandon();
              wrong[0] = "a file that was truncated was opened";
            } catch (Damaged expected) {
              wrong[0] = null;
            }
            if (Files.size(path) != SMALL.sizeBytes() - Geometry.PAGE_BYTES) {
              wrong[0] = "a file that was truncated is longer than before";
            }
          });
      return wrong[0] == null ? Verdict.survived(1) : Verdict.killed(wrong[0], 1);
    }
  }

  /** R17 at the medium itself. */
  public static final class MappingIsLonger implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      long[] length = new long[1];
      inAFolder(
          folder -> {
            Path path = Files.write(folder.resolve("a.file"), new byte[4096]);
            try {
              MappedMedia.open(path, 8192).close();
            } catch (MediaUnavailable expected) {
              // As it should be.
            }
            length[0] = Files.size(path);
          });
      return length[0] == 4096 ? Verdict.survived(1) : Verdict.killed("mapping a file made it " + length[0] + " bytes long", 1);
    }
  }

  /** Opening, step 1: one opener at a time. */
  public static final class SecondOpener implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      boolean[] refused = new boolean[1];
      inAFolder(
          folder -> {
            Path path = folder.resolve("a.pool");
            createFile(path).close();
            try (Pool _ = Pool.open(path, BOOT)) {
              Pool.open(path, BOOT).close();
            } catch (InUse inUse) {
              refused[0] = true;
            }
          });
      return refused[0] ? Verdict.survived(1) : Verdict.killed("a pool was opened twice", 1);
    }
  }

  /** Opening, step 2: the machine went down while the pool was open on a medium that does not survive that. */
  public static final class MachineIsDown implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      boolean[] known = new boolean[1];
      inAFolder(
          folder -> {
            Path path = folder.resolve("a.pool");
            Pool pool = createFile(path);
            pool.begin();
            pool.abandon();
            try (Pool again = Pool.open(path, new BootIdentity(0xB007, 2))) {
              known[0] = again.machineWentDown();
            }
          });
      return known[0] ? Verdict.survived(1) : Verdict.killed("nobody was told that the machine went down", 1);
    }
  }

  /** A closed pool says so. */
  public static final class Closing implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      boolean[] open = new boolean[1];
      inAFolder(
          folder -> {
            Path path = folder.resolve("a.pool");
            Pool pool = createFile(path);
            pool.begin();
            pool.close();
            try (Pool again = Pool.open(path, BOOT)) {
              open[0] = again.header().open();
            }
          });
      return open[0] ? Verdict.killed("a pool that was closed says that it is open", 1) : Verdict.survived(1);
    }
  }

  /** A pool is closed when every leased lane was given back. */
  public static final class LanesAreClosed implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      EpochStage stage = new EpochStage(SMALL);
      EpochStage.Life life = stage.life(stage.media());
      Work running = life.work();
      running.write(CART, stage.cart, 0, 8, 1);
      Rival closing = Rival.trying(life.lanes::close);
      boolean closed = closing.cameThrough();
      running.epoch.commit();
      life.lanes.giveBack(running.epoch);
      closing.end();
      return closed ? Verdict.killed("the lanes were closed while an epoch was running", 1) : Verdict.survived(1);
    }
  }
}
