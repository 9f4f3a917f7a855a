package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.MappedMedia;

/** Counts the fences of a cycle on a medium that flushes. The count is exact and the same at every run. */
final class FenceCount {
  private static final long POOL_BYTES = 64L << 20;
  private static final int CYCLES = 16;

  private FenceCount() {}

  /** Fences of wake, a turn that writes 64 bytes, commit, sleep; the most that one of a few cycles needed. */
  static int ofDirtyCycle() {
    try (Scratch scratch = new Scratch();
        CountingMedia media = new CountingMedia(MappedMedia.create(scratch.file("counted.pool"), POOL_BYTES));
        ProcessStore store = ProcessStore.open(media, StoreOptions.create(POOL_BYTES))) {
      Component component =
          store.create(
              "counted",
              spec -> spec.program(Programs.WritesOneLine.class).region("state", Population.SMALL_BYTES).outcomes(0, 0));
      component.hibernate();
      int most = 0;
      for (int i = 0; i < CYCLES; i++) {
        int before = media.fences();
        component.invoke(Sleepers.NO_REQUEST);
        component.hibernate();
        most = Math.max(most, media.fences() - before);
      }
      return most;
    }
  }
}
