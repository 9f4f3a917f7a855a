package dev.dormouse.component;

import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.region.RegionKind;

/**
 * Says what a fault of the medium means. Where memory cannot be read or written, the JVM makes an {@link InternalError} of the
 * system's signal, which names no address; so the lines that the operation was about are tried one by one. Nothing is paid
 * for it before there is a fault.
 */
final class MediaFaults {
  private static final String SIGN = "unsafe memory access";
  private static final String IN_DOUBT =
      "an epoch could not be ended, and whether it was committed is told by the next open, which finishes or undoes it: open the store again,"
          + " and repeat a request that has an id";
  private static final long MOST_TRIED_BYTES = 1L << 30;

  private MediaFaults() {}

  /**
   * What to throw in place of {@code error}: a typed one if it tells of a fault of the medium, and otherwise itself.
   *
   * @param inDoubt whether an epoch could not be ended: one that is stuck may be past its commit point
   */
  static RuntimeException typed(Media media, String what, boolean inDoubt, InternalError error) {
    requireFault(error);
    return unavailable(media, what + " lies where it cannot be read or written: the system reported a fault", inDoubt, error);
  }

  private static void requireFault(InternalError error) {
    if (error.getMessage() == null || !error.getMessage().contains(SIGN)) {
      throw error;
    }
  }

  private static MediaUnavailable unavailable(Media media, String what, boolean inDoubt, Throwable cause) {
    String then = inDoubt ? IN_DOUBT : "what was under way is undone or was not done, run verify";
    return new MediaUnavailable(media.describe(), what + "; " + then, cause);
  }

  /** The same for what was done with one component: the message names the lines, where they are its own. */
  static RuntimeException typed(Media media, Heap heap, long recordOffset, boolean inDoubt, InternalError error) {
    requireFault(error);
    long line = firstUnreadable(media, recordOffset, ComponentLayout.BYTES);
    if (line >= 0 && !inDoubt) {
      return new Quarantined(
          media.describe() + ": the record of the component at " + recordOffset + " cannot be read in " + range(line)
              + "; it does not run, the others go on; run verify");
    }
    line = line < 0 ? firstUnreadableOf(media, heap, recordOffset) : line;
    String who = "component at " + recordOffset + ": ";
    if (line >= 0) {
      return typed(media, who + range(line) + " of what it holds", inDoubt, error);
    }
    // The JVM's error names no address, and is the same for whatever else the process has mapped.
    return unavailable(
        media,
        who + "the system reported that memory cannot be read or written, and no line that the component holds was found unreadable; it is in"
            + " something that it shares with others, or, if the program maps files of its own, in one of those",
        inDoubt,
        error);
  }

  /** The same for a medium that refused by itself while an epoch was being ended. */
  static MediaUnavailable inDoubt(Media media, MediaUnavailable refusal) {
    return unavailable(media, "the medium refused while an epoch was being ended (" + refusal.getMessage() + ")", true, refusal);
  }

  private static String range(long line) {
    return "[" + line + ", +" + Media.LINE_BYTES + ")";
  }

  /** The first line that cannot be read of what a component holds; -1 if there is none, or its record does not tell. */
  private static long firstUnreadableOf(Media media, Heap heap, long recordOffset) {
    try {
      Awake seat = new Awake(0);
      byte[] record = new byte[ComponentLayout.BYTES];
      media.read(recordOffset, record, 0, record.length);
      seat.recordOffset = recordOffset;
      seat.take(record);
      long line = firstUnreadableAt(media, heap, seat.annexOffset);
      line = line < 0 && seat.tableOffset != 0 ? firstUnreadableAt(media, heap, seat.tableOffset) : line;
      RecordEditor editor = line < 0 ? new RecordEditor(media, heap, seat, null) : null;
      for (int i = 0; line < 0 && i < seat.slotCount; i++) {
        line = editor.slot(i).kind() == Slot.FILE ? firstUnreadableAt(media, heap, editor.slot(i).object()) : line;
      }
      for (int i = 0; line < 0 && i < editor.count(); i++) {
        line = editor.get(i).kind() == RegionKind.MANAGED ? line : firstUnreadableAt(media, heap, editor.get(i).extentOffset());
      }
      return line;
    } catch (DormouseException | IndexOutOfBoundsException | InternalError unknown) {
      // What it holds cannot be told by now; the fault is reported all the same.
      return -1;
    }
  }

  private static long firstUnreadableAt(Media media, Heap heap, long offset) {
    Extent extent = heap.extentOf(offset);
    return extent == null ? -1 : firstUnreadable(media, extent.offset(), Math.min(extent.lengthBytes(), MOST_TRIED_BYTES));
  }

  private static long firstUnreadable(Media media, long offset, long length) {
    for (long line = offset & -Media.LINE_BYTES; line < offset + length; line += Media.LINE_BYTES) {
      try {
        media.getLong(line);
      } catch (InternalError unreadable) {
        return line;
      }
    }
    return -1;
  }
}
