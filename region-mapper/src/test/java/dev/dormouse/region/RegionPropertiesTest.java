package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Bytes;
import dev.dormouse.recovery.Epoch;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random writes through the barrier against an array, with commits, aborts and lost processes in between. */
class RegionPropertiesTest {
  @Property(tries = 60, seed = "24301")
  void aRegionIsAnArrayThatCanBeTakenBack(@ForAll long seed) {
    Random random = new Random(seed);
    int length = 1 + random.nextInt(9000);
    RegionStage stage = RegionStage.create(CrashMedia.zeroed(1 << 20));
    Epoch epoch = stage.lanes.lease();
    stage.map(epoch).attach(1, "state", length, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
    epoch.commit();
    stage.lanes.giveBack(epoch);
    byte[] committed = new byte[length];
    for (int turn = 0; turn < 12; turn++) {
      epoch = stage.lanes.lease();
      RegionEntry entry = stage.table(epoch).get(0);
      Region region = stage.view(epoch, entry);
      byte[] model = committed.clone();
      for (int step = random.nextInt(20); step > 0; step--) {
        write(random, region, model);
      }
      byte[] seen = new byte[length];
      region.get(0, seen, 0, length);
      assertThat(seen).isEqualTo(model);
      region.close();
      switch (random.nextInt(3)) {
        case 0 -> {
          epoch.commit();
          committed = model;
          stage.lanes.giveBack(epoch);
        }
        case 1 -> stage.lanes.giveBack(epoch);
        // The process is killed: whoever opens the pool next finds the last commit.
        default -> stage = RegionStage.open(stage.media, stage.table);
      }
      stage.media.read(entry.extentOffset(), seen, 0, length);
      assertThat(seen).isEqualTo(committed);
    }
  }

  private static void write(Random random, Region region, byte[] model) {
    int offset = random.nextInt(model.length);
    int room = model.length - offset;
    long value = random.nextLong();
    switch (random.nextInt(7)) {
      case 0 -> {
        region.putByte(offset, (byte) value);
        model[offset] = (byte) value;
      }
      case 1 -> {
        if (room >= 8) {
          region.putLong(offset, value);
          Bytes.putLong(model, offset, value);
        }
      }
      case 2 -> {
        if (room >= 4) {
          region.putInt(offset, (int) value);
          Bytes.putInt(model, offset, (int) value);
        }
      }
      case 3 -> {
        byte[] bytes = new byte[random.nextInt(Math.min(room, 600) + 1)];
        random.nextBytes(bytes);
        region.put(offset, bytes, 0, bytes.length);
        System.arraycopy(bytes, 0, model, offset, bytes.length);
      }
      case 4 -> {
        int length = random.nextInt(room + 1);
        region.fill(offset, length, (byte) value);
        Arrays.fill(model, offset, offset + length, (byte) value);
      }
      case 5 -> {
        int to = random.nextInt(model.length);
        int length = random.nextInt(Math.min(room, model.length - to) + 1);
        region.copy(offset, to, length);
        System.arraycopy(model, offset, model, to, length);
      }
      default -> region.prepareWrite(offset, random.nextInt(room + 1));
    }
  }
}
