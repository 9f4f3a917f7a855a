package dev.dormouse.region;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;
import static dev.dormouse.heap.Layouts.u8;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** One attached region in a component's record or table, under that record's CRC. */
public final class RegionLayout {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u32("nameSymbol"),
          u8("rights"),
          u8("kind"),
          u16("map"),
          u64("address"),
          u64("extentOffset"),
          u64("lengthBytes"));

  public static final int NAME_SYMBOL = offset(LAYOUT, "nameSymbol");
  public static final int RIGHTS = offset(LAYOUT, "rights");
  public static final int KIND = offset(LAYOUT, "kind");
  public static final int MAP = offset(LAYOUT, "map");
  public static final int ADDRESS = offset(LAYOUT, "address");
  public static final int EXTENT_OFFSET = offset(LAYOUT, "extentOffset");
  public static final int LENGTH_BYTES = offset(LAYOUT, "lengthBytes");

  /** The length of an entry in bytes. */
  public static final int BYTES = Layouts.size(LAYOUT);

  private RegionLayout() {}
}
