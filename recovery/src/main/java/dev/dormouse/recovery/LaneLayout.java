package dev.dormouse.recovery;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** A lane's header line. Its log follows on the next line. */
public final class LaneLayout {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(u64("sequenceWord"), u64("doneWord"), bytes("reserved", 48));

  static final int SEQUENCE_WORD = offset(LAYOUT, "sequenceWord");
  static final int DONE_WORD = offset(LAYOUT, "doneWord");
  static final int BYTES = Layouts.size(LAYOUT);

  private LaneLayout() {}
}
