package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/** Makes home of a point again: a base, and redo. Steps (l) of {@code docs/snapshots.md}. For one thread. */
final class ArchiveRestore {
  private static final int COPIED_BYTES = 1 << 20;

  private final ArchiveIndex index;
  private final RestorePoint point;
  private final ArchiveIndex.Base base;
  private long provided;
  private long read;

  /**
   * (l) 1
   *
   * @throws NoSuchPoint if it cannot be reached from any base
   */
  ArchiveRestore(ArchiveIndex index, RestorePoint point) throws IOException {
    this.index = index;
    this.point = point;
    this.base = index.baseFor(point);
    if (base == null || index.points().stream().noneMatch(known -> known.compareTo(point) == 0)) {
      throw index.refused(point);
    }
  }

  /** The base from which it is restored. */
  RestorePoint from() {
    return new RestorePoint(index.lives().get(base.life()).number(), base.position(), base.time(), "");
  }

  RestorePoint point() {
    return point;
  }

  /**
   * (l) 2, (l) 3
   *
   * @param target an empty file
   * @param progress is told how many bytes were read, now and then
   * @return how long the pool is
   */
  long run(DiskFile target, LongConsumer progress) throws IOException {
    Migration.Home home = new Migration.Home(target);
    try (DiskFile file = index.folder().open(base.name())) {
      copyBase(file, home, progress);
    }
    long most = geometry(target).maxBytes();
    for (int i = base.life(); i < index.lives().size() && index.lives().get(i).number() <= point.life(); i++) {
      replay(index.lives().get(i), i == base.life() ? base.position() : 0, home, most, progress);
    }
    long length = geometry(target).sizeBytes();
    provide(length, home);
    target.sync();
    return length;
  }

  /**
   * (l) 2
   *
   * @throws Damaged if the base is not what was written
   */
  void requireBase() throws IOException {
    try (DiskFile file = index.folder().open(base.name())) {
      requireBase(file);
    }
  }

  private void requireBase(DiskFile file) throws IOException {
    if (file.sizeBytes() < base.bytes() || Archive.crcOf(file, base.bytes()) != base.crc32c()) {
      throw new Damaged(file.describe(), "this base is not what was written; an older one may do, if it is deleted");
    }
  }

  private void copyBase(DiskFile file, Migration.Home home, LongConsumer progress) throws IOException {
    requireBase(file);
    byte[] piece = new byte[COPIED_BYTES];
    while (provided < base.bytes()) {
      int length = (int) Math.min(piece.length, base.bytes() - provided);
      file.read(provided, ByteBuffer.wrap(piece, 0, length));
      home.write(provided, piece, 0, length);
      provided += length;
      read += length;
      progress.accept(read);
    }
  }

  /** What the header says that is in the file by now. */
  private static Geometry geometry(DiskFile pool) {
    return PoolHeader.read(new JournalRecovery.DiskReader(pool, Long.MAX_VALUE)).header().geometry();
  }

  private void replay(ArchiveLife life, long from, Migration.Home home, long most, LongConsumer progress) throws IOException {
    long to = life.number() == point.life() ? point.position() : life.end();
    long done = from;
    for (ArchiveLife.Part part : life.blocks()) {
      ArchiveSegment.Block block = part.block();
      if (block.kind() == ArchiveLayout.REDO && block.end() > from && block.end() <= to) {
        if (block.position() != done) {
          break;
        }
        carryOut(scan(life, part, most), home);
        done = block.end();
        read += block.length();
        progress.accept(read);
      }
    }
    if (done != to) {
      throw new Damaged(
          index.folder().describe(), "redo of life " + life.number() + " from position " + done + " on is missing in this archive; put back what was taken out of it");
    }
  }

  private JournalScan scan(ArchiveLife life, ArchiveLife.Part part, long most) throws IOException {
    ArchiveSegment.Block block = part.block();
    byte[] payload = life.payload(part, index.folder());
    if (payload != null) {
      JournalScan scan = new JournalScan(payload, block.position(), life.header().salt(), most);
      scan.run();
      if (scan.completeEnd() == block.end()) {
        return scan;
      }
    }
    throw new Damaged(
        index.folder().describe(),
        "the block at " + block.place() + " of " + ArchiveLife.segmentName(life.number(), part.segment())
            + " is not what was written; the last point that can be restored is " + new RestorePoint(life.number(), block.position(), point.time(), "").text());
  }

  private void carryOut(JournalScan scan, Migration.Home home) throws IOException {
    for (int entry = 0; entry < scan.count(); entry++) {
      provide(scan.offset(entry) + scan.length(entry), home);
    }
    new NewestWords(home).carryOut(scan);
  }

  /** What the pool has grown by is there, and zeros, before something is written to it. */
  private void provide(long length, Migration.Home home) throws IOException {
    if (length > provided) {
      home.zeros(provided, length - provided);
      provided = length;
    }
  }
}
