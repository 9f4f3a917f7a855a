package dev.dormouse.cli;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.PoolRepair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;

/** The media that a verb can reach a pool's file by. */
enum MediaKind {
  /** An ordinary file, mapped. */
  MAPPED("a mapped file", FileMedium.MAPPED),
  /** An ordinary file, mapped, and written back as one on persistent memory is. */
  EMULATED_DAX("an emulated DAX file", FileMedium.EMULATED_DAX),
  /** An ordinary file with a journal beside it, which survives the loss of power. */
  JOURNALED("a journaled file", FileMedium.JOURNALED),
  /** A file on persistent memory. */
  DAX("a DAX file", FileMedium.DAX),
  /** A file of PMDK's. */
  LLPL("an LLPL heap", FileMedium.LLPL);

  private final String description;
  private final FileMedium medium;

  MediaKind(String description, FileMedium medium) {
    this.description = description;
    this.medium = medium;
  }

  FileMedium medium() {
    return medium;
  }

  /**
   * The one that keeps what a pool that is there was promised: nobody who opens it by another verb should find that it promises
   * less from then on.
   *
   * @throws dev.dormouse.heap.PoolException if it cannot be read, or is none
   */
  static MediaKind thatKeeps(Path pool) {
    return thatKeeps(pool, reader -> PoolHeader.read(reader).header());
  }

  /** The same for a repair: also of a pool whose repair was cut short. */
  static MediaKind thatKeepsInRepair(Path pool) {
    return thatKeeps(pool, PoolRepair::headerForRepair);
  }

  private static MediaKind thatKeeps(Path pool, Function<PoolReader, PoolHeader> header) {
    FileMedium medium = FileMedium.of(pool);
    if (medium == FileMedium.LLPL) {
      return LLPL;
    }
    try (PoolReader reader = medium.reader(pool)) {
      PoolHeader found = header.apply(reader);
      if (found.journal() != 0) {
        return JOURNALED;
      }
      if (found.durabilityClass() != DurabilityClass.POWER_LOSS) {
        return MAPPED;
      }
      // A pool that was closed does not say by which; its journal is kept beside it.
      return Files.exists(JournaledMedia.journalOf(pool)) ? JOURNALED : DAX;
    }
  }

  String describe() {
    return description;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
