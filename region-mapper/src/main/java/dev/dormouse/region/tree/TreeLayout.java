package dev.dormouse.region.tree;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** A tree's header, at the start of its region. What changes with an entry lies in one line with all that names pages. */
final class TreeLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("magic"),
          u16("major"),
          u16("minor"),
          u32("pageBytes"),
          u32("mostKeyBytes"),
          u32("mostValueBytes"),
          u32("height"),
          u32("rootPage"),
          u32("nextPage"),
          u32("freePage"),
          u32("freeCount"),
          u32("reserved0"),
          u64("entryCount"),
          u64("reserved1"));

  static final int MAGIC = offset(LAYOUT, "magic");
  static final int MAJOR = offset(LAYOUT, "major");
  static final int MINOR = offset(LAYOUT, "minor");
  static final int PAGE_BYTES = offset(LAYOUT, "pageBytes");
  static final int MOST_KEY_BYTES = offset(LAYOUT, "mostKeyBytes");
  static final int MOST_VALUE_BYTES = offset(LAYOUT, "mostValueBytes");
  static final int HEIGHT = offset(LAYOUT, "height");
  static final int ROOT_PAGE = offset(LAYOUT, "rootPage");
  static final int NEXT_PAGE = offset(LAYOUT, "nextPage");
  static final int FREE_PAGE = offset(LAYOUT, "freePage");
  static final int FREE_COUNT = offset(LAYOUT, "freeCount");
  static final int RESERVED0 = offset(LAYOUT, "reserved0");
  static final int ENTRY_COUNT = offset(LAYOUT, "entryCount");
  static final int RESERVED1 = offset(LAYOUT, "reserved1");
  static final int BYTES = Layouts.size(LAYOUT);

  private TreeLayout() {}
}
