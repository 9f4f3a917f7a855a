package dev.dormouse.recovery;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import java.util.ArrayList;
import java.util.List;

/**
 * Proves a pool that nobody has open: recovery runs on an overlay that is thrown away, then the heap and the records of the
 * modules above are walked. Reads through a {@link PoolReader}, never through a mapping, so that no file can end the JVM;
 * never writes.
 */
public final class Verifier {
  private Verifier() {}

  /** How the module that owns the records lets them be walked. */
  public interface Walker {
    /** Claims every extent that a record refers to, and reports what is damaged. */
    void walk(Pool pool, Claims claims);

    /** What marks a component that a damaged log names, on the overlay. */
    Quarantine quarantine(Pool pool);
  }

  /**
   * Verifies a pool.
   *
   * @param boot what tells whether the machine went down since
   * @throws dev.dormouse.heap.NotAPool if it is none
   * @throws dev.dormouse.heap.UnsupportedFormat if a newer build wrote it
   */
  public static VerifyReport verify(PoolReader reader, BootIdentity boot, Walker walker) {
    return verify(reader, Place.unknown(boot), walker);
  }

  /**
   * Verifies a pool that is known to be somewhere.
   *
   * @param place where what the reader reads is
   * @throws dev.dormouse.heap.NotAPool if it is none
   * @throws dev.dormouse.heap.UnsupportedFormat if a newer build wrote it
   */
  public static VerifyReport verify(PoolReader reader, Place place, Walker walker) {
    return verify(reader, place, walker, Claims.MOST_FINDINGS);
  }

  /**
   * As {@link #verify(PoolReader, Place, Walker)}, with all that is found, however much it is: for a repair, which must see each.
   *
   * @throws dev.dormouse.heap.NotAPool if it is none
   * @throws dev.dormouse.heap.UnsupportedFormat if a newer build wrote it
   */
  public static VerifyReport verifyUncut(PoolReader reader, Place place, Walker walker) {
    return verify(reader, place, walker, Integer.MAX_VALUE);
  }

  private static VerifyReport verify(PoolReader reader, Place place, Walker walker, int mostFindings) {
    Pool pool;
    try {
      pool = Pool.open(new OverlayMedia(reader), place);
    } catch (Damaged damaged) {
      Finding finding = new Finding(Finding.Kind.HEADER, "the header", 0, damaged.getMessage(), "restore it from a backup; nothing else of the pool can be read");
      return new VerifyReport(
          VerifyReport.Verdict.DAMAGED, null, null, 0, null, reader.sizeBytes(), 0, 0, 0, VerifyReport.Usage.NONE, 0, null, List.of(), 0, List.of(finding));
    }
    List<String> notes = new ArrayList<>();
    if (!pool.headerDamage().isEmpty()) {
      notes.add(pool.headerDamage());
    }
    Claims claims = new Claims(pool, mostFindings);
    Recovery.Report recovery = null;
    claims.about(Finding.Kind.LANE, "the lanes", pool.header().geometry().laneTableOffset());
    try {
      recovery = Recovery.run(pool, walker.quarantine(pool));
    } catch (Damaged damaged) {
      claims.damage(damaged.getMessage());
      claims.incomplete();
    }
    // What can be reached is walked all the same, so that the report tells what is safe.
    try {
      walker.walk(pool, claims);
    } catch (Damaged damaged) {
      claims.damage(damaged.getMessage());
      claims.incomplete();
    }
    claims.finish();
    return report(pool, claims, recovery, notes);
  }

  private static VerifyReport report(Pool pool, Claims claims, Recovery.Report recovery, List<String> notes) {
    PoolHeader header = pool.header();
    Geometry geometry = header.geometry();
    VerifyReport.Verdict verdict;
    if (!claims.findings().isEmpty()) {
      verdict = VerifyReport.Verdict.DAMAGED;
    } else if (pool.machineWentDown() || pool.provenance().copiedWhileOpen()) {
      verdict = VerifyReport.Verdict.MACHINE_WENT_DOWN;
    } else {
      verdict = header.open() ? VerifyReport.Verdict.NOT_CLOSED : VerifyReport.Verdict.CLEAN;
    }
    return new VerifyReport(
        verdict,
        header.uuid(),
        header.durabilityClass(),
        header.openCount(),
        pool.provenance(),
        geometry.sizeBytes(),
        claims.componentCount(),
        claims.dataspaceCount(),
        claims.ownedBytes(),
        claims.usage(),
        geometry.sizeBytes() - geometry.arenaOffset() - claims.ownedBytes(),
        recovery,
        List.copyOf(notes),
        Math.max(0, claims.componentCount() - claims.hitComponentCount()),
        claims.findings());
  }
}
