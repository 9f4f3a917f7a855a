package dev.dormouse.component.mutants;

import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Journal;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;

/** What mutants of the journaled medium call in place of the right thing. A copy of this class belongs to each mutant. */
public final class JournalReplacements {
  private static long waitingAt = -1;
  private static byte[] waiting = new byte[0];

  private JournalReplacements() {}

  /** A write that does not wait for the disk. */
  public static void writeOnly(DiskFile file, long position, ByteBuffer source) throws IOException {
    file.write(position, source);
  }

  /** The header of a journal whose cut was moved is written without waiting for the disk. */
  public static void writeOnlyTheCut(DiskFile file, long position, ByteBuffer source) throws IOException {
    if (source.getLong(source.position() + 64) == 0) {
      file.writeThrough(position, source);
    } else {
      file.write(position, source);
    }
  }

  /** What is claimed is taken for durable. */
  public static long tail(Journal journal) {
    return journal.tail();
  }

  /** A write that is made when the next one is due. */
  public static void writeNextTime(DiskFile file, long position, ByteBuffer source) throws IOException {
    if (waitingAt >= 0) {
      file.writeThrough(waitingAt, ByteBuffer.wrap(waiting));
    }
    waitingAt = position;
    waiting = new byte[source.remaining()];
    source.get(waiting);
  }

  /** Newest words from the oldest entry on. */
  public static void carryOutFromTheOtherEnd(Object words, Object scan, int entry) throws ReflectiveOperationException {
    Method count = scan.getClass().getDeclaredMethod("count");
    count.setAccessible(true);
    Method carryOut = words.getClass().getDeclaredMethod("carryOut", scan.getClass(), int.class);
    carryOut.setAccessible(true);
    carryOut.invoke(words, scan, (int) count.invoke(scan) - 1 - entry);
  }
}
