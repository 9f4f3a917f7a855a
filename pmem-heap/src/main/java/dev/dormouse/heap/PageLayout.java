package dev.dormouse.heap;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** One page's entry in the page table. What the state word means stands in {@link PageState}. */
final class PageLayout {
  static final StructLayout LAYOUT = MemoryLayout.structLayout(u64("state"), u64("owner"));

  static final int STATE = offset(LAYOUT, "state");
  static final int OWNER = offset(LAYOUT, "owner");
  static final int BYTES = Layouts.size(LAYOUT);

  private PageLayout() {}
}
