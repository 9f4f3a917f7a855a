package dev.dormouse.component;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolImage;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.RestorePoint;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.recovery.VerifyReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.function.LongConsumer;

/** Copies a pool while it is used, and restores one from its archive. Steps and reasons: {@code docs/snapshots.md}. */
final class Snapshots {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private Snapshots() {}

  static SnapshotReport take(Engine engine, Path target, LongConsumer told) {
    long start = System.nanoTime();
    LongConsumer progress = withoutCalls(engine, told);
    Media media = engine.media();
    try (PoolImage image = PoolImage.begin(target)) {
      long heldUp = 0;
      long bytes;
      if (media instanceof JournaledMedia journaled) {
        bytes = image.copy(journaled, progress);
      } else {
        long before = System.nanoTime();
        bytes = copyWhileNoneRuns(engine, image, progress);
        heldUp = System.nanoTime() - before;
      }
      UUID uuid = finish(image);
      requireSound(image, target);
      image.publish();
      return new SnapshotReport(uuid, bytes, Duration.ofNanos(heldUp), Duration.ofNanos(System.nanoTime() - start));
    }
  }

  static RestoreReport restore(Path archive, RestorePoint point, Path target, LongConsumer progress) {
    long start = System.nanoTime();
    try (PoolImage image = PoolImage.begin(target)) {
      PoolImage.Restored restored = image.restore(archive, point, progress);
      UUID uuid = finish(image);
      requireSound(image, target);
      image.publish();
      return new RestoreReport(uuid, restored.point(), restored.base(), restored.livesBehind(), restored.bytes(), Duration.ofNanos(System.nanoTime() - start));
    }
  }

  static RestorePoint base(Engine engine, LongConsumer progress) {
    return journaled(engine).archiveBase(withoutCalls(engine, progress), Snapshots::requireWhole);
  }

  /** Turns may stand still until it returns, and the store's own lock is held. */
  private static LongConsumer withoutCalls(Engine engine, LongConsumer progress) {
    return bytes -> engine.withoutCalls(() -> progress.accept(bytes));
  }

  static RestorePoint mark(Engine engine, String name) {
    Names.encode("restore point", name);
    return journaled(engine).mark(name);
  }

  private static JournaledMedia journaled(Engine engine) {
    if (engine.media() instanceof JournaledMedia journaled) {
      return journaled;
    }
    throw new MediaUnavailable(
        engine.media().describe(), "has no archive: nothing on it says what was changed since; make a snapshot, or open it on FileMedium.JOURNALED with JournalOptions.withArchive");
  }

  /** A base is a pool whose process was killed: it may have lanes to finish, and no damage. */
  private static void requireWhole(PoolReader base) {
    VerifyReport report = StoreVerifier.verify(base, Place.unknown(BootIdentity.UNKNOWN));
    if (report.verdict() == VerifyReport.Verdict.DAMAGED) {
      throw new Damaged(base.describe(), "the base does not prove sound: " + report.findings().getFirst() + "; it does not count, run verify on the pool itself when it is closed");
    }
  }

  private static long copyWhileNoneRuns(Engine engine, PoolImage image, LongConsumer progress) {
    long[] bytes = new long[1];
    boolean copied =
        engine.whileNoneRuns(
            PATIENCE.toNanos(),
            () -> {
              bytes[0] = engine.pool().header().geometry().sizeBytes();
              image.copy(engine.media(), bytes[0], progress);
            });
    if (!copied) {
      throw TurnOverdue.inTheWay(engine.media().describe() + ": a copy is made while no turn runs, and some ran", PATIENCE.toNanos());
    }
    return bytes[0];
  }

  /** (f) */
  private static UUID finish(PoolImage image) {
    Pool copy = image.open(BootIdentity.UNKNOWN);
    boolean finished = false;
    try {
      Recovery.run(copy, new ComponentQuarantine(copy.media(), copy.heap()));
      UUID uuid = image.becomeAnother(copy);
      finished = true;
      return uuid;
    } finally {
      if (!finished) {
        copy.abandon();
      }
    }
  }

  /** (g) */
  private static void requireSound(PoolImage image, Path target) {
    try (PoolReader reader = image.reader()) {
      VerifyReport report = StoreVerifier.verify(reader, Place.unknown(BootIdentity.UNKNOWN));
      if (report.verdict() != VerifyReport.Verdict.CLEAN) {
        throw new Damaged(
            target.toString(),
            "the copy does not prove sound: " + report.findings().getFirst() + "; it was deleted, run verify on the pool itself when it is closed");
      }
    }
  }
}
