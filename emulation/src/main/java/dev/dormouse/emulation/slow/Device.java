package dev.dormouse.emulation.slow;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bandwidth of a device in one direction, as the moment from which it is free again. Threads queue up by moving that
 * moment on. Times are in picoseconds.
 */
final class Device {
  private final double picosPerByte;
  private final AtomicLong freeAt = new AtomicLong();

  Device(double bytesPerNano) {
    this.picosPerByte = Bill.PICOS_PER_NANO / bytesPerNano;
  }

  /** Takes the device for so many bytes, from {@code now} or from when it is free; answers when they are through. */
  long take(long now, long bytes) {
    long service = (long) (bytes * picosPerByte);
    while (true) {
      long free = freeAt.get();
      long end = Math.max(free, now) + service;
      if (freeAt.compareAndSet(free, end)) {
        return end;
      }
    }
  }
}
