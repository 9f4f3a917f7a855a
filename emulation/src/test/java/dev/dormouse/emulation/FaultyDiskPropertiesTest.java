package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.DiskFault.Unsynced;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Compares the disk with two whole arrays, of what is read and of what is on the disk, over random calls and faults. */
class FaultyDiskPropertiesTest {
  private static final int SIZE = 2000;

  @Property(tries = 200)
  void doesWhatTwoArraysDo(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    Unsynced[] fates = Unsynced.values();
    DiskFault[] next = new DiskFault[1];
    MediaDisk below = new MediaDisk("pool", CrashMedia.zeroed(SIZE), 0, SIZE);
    FaultyDisk disk = new FaultyDisk(below, DiskFaults.of(call -> Optional.ofNullable(next[0])));
    byte[] seen = new byte[SIZE];
    byte[] synced = new byte[SIZE];
    boolean[] dirty = new boolean[4];
    for (int step = 0; step < 40; step++) {
      int fails = random.nextInt(3);
      int position = random.nextInt(SIZE);
      int length = random.nextInt(Math.min(1100, SIZE - position + 1));
      int value = random.nextInt(100);
      int seedOfFates = random.nextInt(1000);
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          int written = fails == 0 ? random.nextInt(length + 1) : length;
          next[0] = fails == 0 ? DiskFault.noSpace().after(written) : null;
          attempt(() -> FaultyDiskTest.write(disk, position, length, value), fails == 0);
          Arrays.fill(seen, position, position + written, (byte) value);
          for (int sector = position / 512; written > 0 && sector <= (position + written - 1) / 512; sector++) {
            dirty[sector] = true;
          }
        }
        case 2 -> {
          DiskFault.Leaves leaves = sector -> fates[(int) ((sector + seedOfFates) % fates.length)];
          next[0] = fails == 0 ? DiskFault.io().leaving(leaves) : null;
          attempt(disk::sync, fails == 0);
          for (int sector = 0; sector < dirty.length; sector++) {
            if (dirty[sector]) {
              clean(sector, fails == 0 ? leaves.of(sector) : Unsynced.WRITTEN, seen, synced);
            }
            dirty[sector] = false;
          }
        }
        case 3 -> {
          int written = fails == 0 ? random.nextInt(length + 1) : length;
          DiskFault.Leaves leaves = sector -> fails == 0 ? fates[(int) ((sector + seedOfFates) % fates.length)] : Unsynced.WRITTEN;
          next[0] = fails == 0 ? DiskFault.io().after(written).leaving(leaves) : null;
          ByteBuffer source = ByteBuffer.allocate(length);
          Arrays.fill(source.array(), (byte) value);
          attempt(() -> disk.writeThrough(position, source), fails == 0);
          Arrays.fill(seen, position, position + written, (byte) value);
          for (int sector = position / 512; written > 0 && sector <= (position + written - 1) / 512; sector++) {
            clean(sector, leaves.of(sector), seen, synced);
            dirty[sector] = false;
          }
        }
        default -> {
          // The cache drops only what is clean.
          disk.dropCache();
          for (int i = 0; i < SIZE; i++) {
            seen[i] = dirty[i / 512] ? seen[i] : synced[i];
          }
        }
      }
      next[0] = null;
      assertThat(FaultyDiskTest.read(disk, 0, SIZE)).isEqualTo(seen);
    }
    disk.sync();
    disk.dropCache();
    for (int i = 0; i < SIZE; i++) {
      seen[i] = dirty[i / 512] ? seen[i] : synced[i];
    }
    assertThat(FaultyDiskTest.read(below, 0, SIZE)).isEqualTo(seen);
  }

  /** The sector is synced, or fails to be. */
  private static void clean(int sector, Unsynced fate, byte[] seen, byte[] synced) {
    int from = sector * 512;
    int count = Math.min(512, SIZE - from);
    if (fate == Unsynced.WRITTEN) {
      System.arraycopy(seen, from, synced, from, count);
    } else if (fate == Unsynced.DROPPED) {
      System.arraycopy(synced, from, seen, from, count);
    }
  }

  private interface Attempt {
    void run() throws IOException;
  }

  private static void attempt(Attempt attempt, boolean fails) throws IOException {
    if (fails) {
      assertThatThrownBy(attempt::run).isInstanceOf(IOException.class);
    } else {
      attempt.run();
    }
  }
}
