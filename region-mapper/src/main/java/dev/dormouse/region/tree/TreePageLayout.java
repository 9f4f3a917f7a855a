package dev.dormouse.region.tree;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u8;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The head of each of a tree's pages. Slots and cells come behind it, as {@link PageShape} says. */
final class TreePageLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(u8("kind"), u8("level"), u16("count"), u32("page"), u32("link"), u32("reserved"));

  static final int KIND = offset(LAYOUT, "kind");
  static final int LEVEL = offset(LAYOUT, "level");
  static final int COUNT = offset(LAYOUT, "count");
  static final int PAGE = offset(LAYOUT, "page");
  static final int LINK = offset(LAYOUT, "link");
  static final int RESERVED = offset(LAYOUT, "reserved");
  static final int BYTES = Layouts.size(LAYOUT);

  private TreePageLayout() {}
}
