package dev.dormouse.component;

import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Takes the content when the commit word of an epoch with intents is durable, and none of them is carried out. */
final class StopBehindCommit extends HookedMedia {
  /** Whose commit it is; nobody's as long as this is null. */
  volatile Thread armed;

  private final Geometry geometry;
  private final Supplier<byte[]> content;
  private final AtomicReference<byte[]> taken;
  private boolean committed;

  StopBehindCommit(Media media, Geometry geometry, Supplier<byte[]> content, AtomicReference<byte[]> taken) {
    super(media);
    this.geometry = geometry;
    this.content = content;
    this.taken = taken;
  }

  @Override
  public void putLong(long offset, long value) {
    super.putLong(offset, value);
    long laneEnd = geometry.laneTableOffset() + geometry.laneCount() * geometry.laneBytes();
    boolean isLaneWord = offset >= geometry.laneTableOffset() && offset < laneEnd && (offset - geometry.laneTableOffset()) % geometry.laneBytes() == 0;
    // Names are made in the last lane, and are not what is waited for.
    boolean isLeased = offset < laneEnd - geometry.laneBytes();
    committed |= isLaneWord && isLeased && Thread.currentThread().equals(armed);
  }

  @Override
  public void fence() {
    super.fence();
    if (committed && taken.get() == null) {
      taken.set(content.get());
    }
  }
}
