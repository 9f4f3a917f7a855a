package dev.dormouse.bench;

import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.Media;

/** Another medium that says it flushes, and counts its fences. For one thread. */
final class CountingMedia extends HookedMedia {
  private int fences;

  CountingMedia(Media media) {
    super(media);
  }

  int fences() {
    return fences;
  }

  @Override
  public boolean flushes() {
    return true;
  }

  @Override
  public void fence() {
    fences++;
    super.fence();
  }
}
