package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static dev.dormouse.component.StoreStage.requireEqual;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.NoSuchPoint;
import dev.dormouse.heap.PoolArchive;
import dev.dormouse.heap.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Archives that mutants may have written, or restore. */
public final class ArchiveSuites {
  private ArchiveSuites() {}

  private static StoreOptions options() {
    return ArchiveStage.existing().classLoader(ScriptProgram.class.getClassLoader());
  }

  private static ProcessStore open(Media media) {
    return ArchiveStage.open(media, ArchiveStage.archive(media), options());
  }

  private static ProcessStore openWithout(Media media) {
    return ArchiveStage.open(media, null, options().salts(opening -> opening + ArchiveStage.OTHER_SALTS));
  }

  private static CrashMedia made() {
    CrashMedia media = CrashMedia.zeroed(ArchiveStage.mediaBytes());
    ArchiveStage.make(media);
    return again(media);
  }

  private static CrashMedia again(CrashMedia media) {
    return new CrashMedia(media.processKilled());
  }

  private static void add(ProcessStore store) {
    ask(store.component("cart"), "add state 0 1");
  }

  private static boolean hasGap(ProcessStore store) {
    return store.opening().notes().stream().anyMatch(note -> note.contains("no base yet"));
  }

  private static String counted(Map<String, String> state) {
    return state.get("cart");
  }

  private static void restores(CrashMedia media, RestorePoint point, Map<String, String> wanted) throws IOException {
    Path folder = Files.createTempDirectory("archive");
    try {
      Path files = ArchiveStage.copied(ArchiveStage.archive(media), folder);
      requireEqual(counted(ArchiveStage.restored(files, point)), counted(wanted));
    } finally {
      ArchiveStage.delete(folder);
    }
  }

  /** How often a pool was opened by now that is restored to that point. */
  private static long openings(CrashMedia media, RestorePoint point) throws IOException {
    Path folder = Files.createTempDirectory("archive");
    try {
      Path files = ArchiveStage.copied(ArchiveStage.archive(media), folder);
      Path target = files.resolve("target");
      ProcessStore.restore(files, point, target, bytes -> {});
      try (ProcessStore store = ProcessStore.inspect(target)) {
        return store.opening().openCount();
      }
    } finally {
      ArchiveStage.delete(folder);
    }
  }

  /** Closed, killed and opened again; marks of each life, and what there was then. */
  public static final class Lives implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          _ -> {
            CrashMedia media = made();
            RestorePoint one;
            Map<String, String> atOne;
            try (ProcessStore store = open(media)) {
              store.archiveBase(bytes -> {});
              add(store);
              one = store.mark("one");
              atOne = Snapshot.of(store);
              // Where it is killed now, the mark is good for something.
              restores(again(media), one, atOne);
              add(store);
            }
            media = again(media);
            add(open(media));
            // Killed.
            media = again(media);
            try (ProcessStore store = open(media)) {
              requireEqual(hasGap(store), false);
              RestorePoint two = store.mark("two");
              restores(media, two, Snapshot.of(store));
              requireEqual(openings(media, one) >= store.opening().openCount(), true);
              restores(media, one, atOne);
            }
            try (ProcessStore store = open(again(media))) {
              requireEqual(hasGap(store), false);
            }
            return Verdict.survived(5);
          });
    }
  }

  /** The pool is used without its archive, or an older copy of it comes to the same serial. */
  public static final class Gaps implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          _ -> {
            CrashMedia closed = made();
            try (ProcessStore store = open(closed)) {
              store.archiveBase(bytes -> {});
              add(store);
            }
            for (int with = 0; with < 3; with++) {
              for (int without = 1; without < 4; without++) {
                CrashMedia newer = again(closed);
                CrashMedia older = again(closed);
                use(newer, with, true);
                use(older, without, false);
                requireGap(newer, older);
              }
            }
            return Verdict.survived(9);
          });
    }

    private static void use(CrashMedia media, int times, boolean withArchive) {
      for (int i = 0; i < times; i++) {
        try (ProcessStore store = withArchive ? open(media) : openWithout(media)) {
          add(store);
        }
      }
    }

    /** The archive that goes with {@code newer}, and the pool of {@code older}: nothing of what follows can be restored. */
    private static void requireGap(CrashMedia newer, CrashMedia older) throws IOException {
      long before = last(newer);
      try (ProcessStore store = ArchiveStage.open(older, ArchiveStage.archive(newer), options())) {
        requireEqual(hasGap(store), true);
        add(store);
      }
      requireEqual(last(newer), before);
    }

    /** The last life of which something can be restored. */
    private static long last(CrashMedia media) throws IOException {
      Path folder = Files.createTempDirectory("archive");
      try {
        return PoolArchive.in(ArchiveStage.copied(ArchiveStage.archive(media), folder)).points().getLast().life();
      } finally {
        ArchiveStage.delete(folder);
      }
    }
  }

  /** The machine loses power while a base is made, and a mark behind it. */
  public static final class Power implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          _ -> {
            CrashMedia made = made();
            try (ProcessStore store = open(made)) {
              store.archiveBase(bytes -> {});
              add(store);
            }
            return StoreStage.verdict(
                CrashExplorer.explore(
                    made.processKilled(),
                    media -> {
                      try (ProcessStore store = open(media)) {
                        add(store);
                        store.mark("one");
                        media.mark(1);
                        add(store);
                      }
                    },
                    media -> open(media).close(),
                    (media, marks) -> holds(media),
                    CrashOptions.of(PersistencyModel.SECTORS).withImages(6, 1).stoppingAtFirstViolation()));
          });
    }

    private static void holds(Media media) throws IOException {
      Path folder = Files.createTempDirectory("archive");
      try (ProcessStore store = open(media)) {
        requireEqual(hasGap(store), false);
        store.mark("last");
        Path files = ArchiveStage.copied(ArchiveStage.archive(media), folder);
        requireEqual(counted(ArchiveStage.restored(files, null)), counted(Snapshot.of(store)));
      } finally {
        ArchiveStage.delete(folder);
      }
    }
  }

  /** The power goes right behind each base: what is on the disk then is what the archive says. */
  public static final class Bases implements KillSuite {
    private static final int IMAGES = 10;

    @Override
    public Verdict run() {
      return StoreStage.with(
          _ -> {
            CrashMedia media = made();
            ProcessStore store = open(media);
            add(store);
            RestorePoint base = store.archiveBase(bytes -> {});
            for (int image = 0; image < IMAGES; image++) {
              restores(new CrashMedia(media.powerLost(PersistencyModel.SECTORS, image)), base, Snapshot.of(store));
            }
            return Verdict.survived(IMAGES);
          });
    }
  }

  /** A byte of the archive is not what was written. */
  public static final class Flips implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          _ -> {
            CrashMedia media = made();
            Path folder = Files.createTempDirectory("archive");
            try (ProcessStore store = open(media)) {
              store.archiveBase(bytes -> {});
              add(store);
              RestorePoint one = store.mark("one");
              add(store);
              store.mark("two");
              String wanted = counted(ArchiveStage.restored(ArchiveStage.copied(ArchiveStage.archive(media), folder), one));
              Path files = ArchiveStage.copied(ArchiveStage.archive(media), folder);
              for (String name : new String[] {"000001-000001.redo", "000001-000001.base"}) {
                byte[] whole = Files.readAllBytes(files.resolve(name));
                for (int at = 0; at < 6000; at += 113) {
                  byte[] hit = whole.clone();
                  hit[at] ^= 1;
                  Files.write(files.resolve(name), hit);
                  try {
                    requireEqual(counted(ArchiveStage.restored(files, one)), wanted);
                    requireEqual(name.endsWith("base"), false);
                  } catch (Damaged | NoSuchPoint refused) {
                    requireEqual(refused.getMessage().contains("archive"), true);
                  }
                }
                Files.write(files.resolve(name), whole);
              }
            } finally {
              ArchiveStage.delete(folder);
            }
            return Verdict.survived(100);
          });
    }
  }
}
