package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;

import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Anchor;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.Provenance;
import dev.dormouse.heap.Provenance.AnchorState;
import dev.dormouse.heap.Provenance.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Copies of pools, and the anchor beside them. */
public final class ProvenanceSuites {
  private ProvenanceSuites() {}

  private static Verdict inAFolder(Claim claim) throws IOException {
    String[] wrong = new String[1];
    PoolSuites.inAFolder(
        folder -> {
          Path path = folder.resolve("a.pool");
          PoolSuites.createFile(path).close();
          wrong[0] = claim.wrong(path);
        });
    return wrong[0] == null ? Verdict.survived(1) : Verdict.killed(wrong[0], 1);
  }

  /** Answers what is wrong; null if nothing is. */
  @FunctionalInterface
  private interface Claim {
    String wrong(Path pool) throws IOException;
  }

  private static void live(Path path) {
    try (Pool pool = Pool.open(path, BOOT)) {
      pool.begin();
    }
  }

  private static Provenance look(Path path) {
    try (Pool pool = Pool.open(path, BOOT)) {
      return pool.provenance();
    }
  }

  /** Opening, step 2: a pool that was copied while it was open is told from one whose process was killed. */
  public static final class CopiedWhileOpen implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      return inAFolder(
          path -> {
            Path copy = path.resolveSibling("copy.pool");
            Pool pool = Pool.open(path, BOOT);
            pool.begin();
            Files.copy(path, copy);
            pool.abandon();
            if (look(path).copiedWhileOpen()) {
              return "a pool whose process was killed was taken for a copy";
            }
            return look(copy).copiedWhileOpen() ? null : "a copy of an open pool was taken for the pool";
          });
    }
  }

  /** Opening, steps 2 and 4, and closing, step 4: an older state is known, and its openings do not come again. */
  public static final class OldCopies implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      return inAFolder(
          path -> {
            live(path);
            byte[] old = Files.readAllBytes(path);
            live(path);
            Files.write(path, old);
            if (!look(path).is(Kind.OLD_COPY)) {
              return "an old copy was taken for the newest";
            }
            try (Pool pool = Pool.open(path, BOOT)) {
              pool.begin();
              old = Files.readAllBytes(path);
              if (pool.header().openCount() != 3) {
                return "an old copy counts its opening as number " + pool.header().openCount();
              }
            }
            Files.write(path, old);
            return look(path).is(Kind.OLD_COPY) ? null : "what was copied before the pool was closed was taken for the newest";
          });
    }
  }

  /** Opening, step 7: the anchor has seen what the pool has. */
  public static final class AnchorKeepsUp implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      return inAFolder(
          path -> {
            live(path);
            Pool pool = Pool.open(path, BOOT);
            pool.begin();
            pool.abandon();
            AnchorState state = look(path).anchor();
            return state == AnchorState.IN_STEP ? null : "the anchor of a pool that was begun is " + state;
          });
    }
  }

  /** Opening, step 7: what was written last is not written over. */
  public static final class AnchorCopies implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      return inAFolder(
          path -> {
            live(path);
            byte[] before = Files.readAllBytes(Anchor.pathFor(path));
            Pool pool = Pool.open(path, BOOT);
            pool.begin();
            byte[] begun = Files.readAllBytes(Anchor.pathFor(path));
            pool.close();
            byte[] closed = Files.readAllBytes(Anchor.pathFor(path));
            int half = closed.length / 2;
            boolean sameCopy = Arrays.mismatch(before, begun) / half == Arrays.mismatch(begun, closed) / half;
            return sameCopy ? "the newer copy of an anchor was written over" : null;
          });
    }
  }

  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** The anchor is never ahead of its pool, wherever the process stops between opening and closing. */
  public static final class AnchorFollows implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      String[] wrong = new String[1];
      int[] stops = new int[1];
      PoolSuites.inAFolder(
          folder -> {
            Path path = folder.resolve("a.pool");
            PoolSuites.createFile(path).close();
            live(path);
            while (wrong[0] == null && stopsAt(path, stops[0])) {
              wrong[0] = look(path).is(Kind.OLD_COPY) ? "a pool that was stopped at " + stops[0] + " was taken for an old copy of itself" : null;
              stops[0]++;
            }
          });
      return wrong[0] == null ? Verdict.survived(stops[0]) : Verdict.killed(wrong[0], stops[0] + 1);
    }

    /** Whether the opening and the closing took so many calls of the medium. */
    private static boolean stopsAt(Path path, int calls) throws IOException {
      int[] left = {calls};
      HookedMedia media =
          new HookedMedia(MappedMedia.open(path, Files.size(path))) {
            @Override
            protected void before() {
              if (left[0]-- == 0) {
                throw new Stopped();
              }
            }
          };
      Pool pool = Pool.open(media, Place.of(path, Host.of(BOOT)));
      try {
        pool.begin();
        pool.close();
        return false;
      } catch (Stopped stopped) {
        pool.abandon();
        return true;
      }
    }
  }
}
