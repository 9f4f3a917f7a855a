package dev.dormouse.heap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an archive has, and what of it follows from what.
 *
 * @param lives in which something is, the oldest first
 */
record ArchiveIndex(ArchiveFolder folder, List<ArchiveLife> lives) {
  /**
   * A base, and where it lies.
   *
   * @param life by its index
   * @param name of its file
   */
  record Base(int life, long position, String name, long bytes, int crc32c, Instant time) {}

  static ArchiveIndex read(ArchiveFolder folder) throws IOException {
    List<ArchiveLife> lives = new ArrayList<>();
    TreeMap<Long, TreeSet<Long>> segments = ArchiveLife.segments(folder);
    for (var life : segments.entrySet()) {
      ArchiveLife found;
      try {
        found = ArchiveLife.read(folder, life.getKey(), life.getValue());
      } catch (Damaged damaged) {
        // Whoever needs it is told; others do without it.
        found = ArchiveLife.unreadable(life.getKey());
      }
      if (found != null && (!found.blocks().isEmpty() || !found.isWhole())) {
        lives.add(found);
      }
    }
    return new ArchiveIndex(folder, lives);
  }

  /** All bases, the oldest first. */
  List<Base> bases() throws IOException {
    List<Base> bases = new ArrayList<>();
    Set<String> names = new HashSet<>(folder.names());
    for (int i = 0; i < lives.size(); i++) {
      for (ArchiveLife.Part part : lives.get(i).bases()) {
        ArchiveSegment.Block block = part.block();
        String name = text(lives.get(i), part);
        if (names.contains(name) && block.position() >= lives.get(i).header().from()) {
          bases.add(new Base(i, block.position(), name, block.a(), block.b(), Instant.ofEpochMilli(block.time())));
        }
      }
    }
    return bases;
  }

  /** The text that a block holds. */
  private String text(ArchiveLife life, ArchiveLife.Part part) throws IOException {
    byte[] payload = life.payload(part, folder);
    return payload == null ? "" : new String(payload, StandardCharsets.UTF_8);
  }

  /** Up to which life, by its index, redo goes on from that one. */
  int lastFrom(int life) {
    int last = life;
    while (last + 1 < lives.size() && goesOn(last + 1)) {
      last++;
    }
    return last;
  }

  private boolean goesOn(int life) {
    ArchiveLife former = lives.get(life - 1);
    ArchiveSegment.Header header = lives.get(life).header();
    return former.isWhole() && header.from() == 0 && header.formerName() == former.header().name() && header.formerEnd() == former.end();
  }

  /** Everything that can be restored: marks, bases, and where a round of migration ended; the oldest first. */
  List<RestorePoint> points() throws IOException {
    List<RestorePoint> points = new ArrayList<>();
    int reached = -1;
    for (Base base : bases()) {
      int last = lastFrom(base.life);
      for (int i = Math.max(base.life, reached); i <= last; i++) {
        if (i > reached) {
          addPoints(lives.get(i), i == base.life ? base.position : 0, points);
        }
      }
      reached = Math.max(reached, last);
    }
    return points;
  }

  private void addPoints(ArchiveLife life, long from, List<RestorePoint> points) throws IOException {
    for (ArchiveLife.Part part : life.blocks()) {
      ArchiveSegment.Block block = part.block();
      boolean isPoint = block.kind() != ArchiveLayout.END && block.end() >= from;
      if (isPoint) {
        String name = block.kind() == ArchiveLayout.MARK ? text(life, part) : "";
        points.add(new RestorePoint(life.number(), block.end(), Instant.ofEpochMilli(block.time()), name));
      }
    }
  }

  /**
   * Why a point cannot be restored.
   *
   * @return {@link Damaged} where something that was there is not what was written, or else {@link NoSuchPoint}
   */
  PoolException refused(RestorePoint point) {
    for (int i = 0; i < lives.size(); i++) {
      ArchiveLife life = lives.get(i);
      boolean misses = life.number() == point.life() && life.end() < point.position();
      boolean lost = i + 1 < lives.size() && lives.get(i + 1).header().formerName() == life.header().name() && lives.get(i + 1).header().formerEnd() != life.end();
      if (life.number() <= point.life() && (!life.isWhole() || lost) && (misses || life.number() < point.life())) {
        return damaged(life);
      }
    }
    return new NoSuchPoint(
        folder.describe(), "there is no point " + point.text() + " that can be restored; PoolArchive.points, or ./dormouse restore without --pool, tells which there are");
  }

  private Damaged damaged(ArchiveLife life) {
    return new Damaged(
        folder.describe() + "/" + ArchiveLife.segmentName(life.number(), life.lastSegment()),
        "from byte " + life.lastBytes() + " on this part of an archive is not what was written; what can be restored ends at "
            + new RestorePoint(life.number(), life.end(), Instant.EPOCH, "").text() + ", name that point, or one before");
  }

  /** How many lives follow that of a point, in none of which anything can be restored. */
  int livesBehind(RestorePoint point) {
    return (int) lives.stream().filter(life -> life.number() > point.life()).count();
  }

  /** The names of all bases that a block speaks of; null where some block may be unreadable. */
  Set<String> namesOfBases() throws IOException {
    Set<String> names = new HashSet<>();
    for (ArchiveLife life : lives) {
      if (!life.isWhole()) {
        return null;
      }
      for (ArchiveLife.Part part : life.bases()) {
        names.add(text(life, part));
      }
    }
    return names;
  }

  /**
   * The last point, if nothing is damaged behind it.
   *
   * @throws NoSuchPoint if there is none
   */
  RestorePoint last() throws IOException {
    List<RestorePoint> points = points();
    long from = points.isEmpty() ? 0 : points.getLast().life();
    for (ArchiveLife life : lives) {
      if (life.number() >= from && !life.isWhole()) {
        throw damaged(life);
      }
    }
    if (points.isEmpty()) {
      throw new NoSuchPoint(folder.describe(), "there is nothing in this archive that can be restored: no base was made in it");
    }
    return points.getLast();
  }

  /** The newest base from which a point can be reached; null if there is none. */
  Base baseFor(RestorePoint point) throws IOException {
    Base found = null;
    for (Base base : bases()) {
      if (pointOf(base).compareTo(point) <= 0 && lives.get(lastFrom(base.life)).number() >= point.life()) {
        found = base;
      }
    }
    return found;
  }

  /** The files that are needed for points before a base only, bases first: without them nothing behind is any the worse. */
  List<String> before(RestorePoint base) throws IOException {
    List<String> names = new ArrayList<>();
    for (Base older : bases()) {
      if (pointOf(older).compareTo(base) < 0) {
        names.add(older.name);
      }
    }
    for (ArchiveLife life : lives) {
      // The one that holds the base's own block is kept.
      long keptFrom = life.number() < base.life() ? Long.MAX_VALUE : segmentAt(life, base);
      ArchiveLife.segments(folder).get(life.number()).headSet(keptFrom).forEach(segment -> names.add(ArchiveLife.segmentName(life.number(), segment)));
    }
    return names;
  }

  /** The first segment of a life that is needed from a base on. */
  private static long segmentAt(ArchiveLife life, RestorePoint base) {
    return life.number() > base.life()
        ? 0
        : life.blocks().stream().filter(part -> part.block().end() >= base.position()).mapToLong(ArchiveLife.Part::segment).min().orElse(0);
  }

  private RestorePoint pointOf(Base base) {
    return new RestorePoint(lives.get(base.life).number(), base.position, base.time, "");
  }

  /** How often the pool was opened at least, as far as the archive knows. */
  long openings() {
    return lives.stream().mapToLong(life -> life.header().openings()).max().orElse(0) + 1;
  }
}
