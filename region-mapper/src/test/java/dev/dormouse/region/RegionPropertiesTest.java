package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Bytes;
import dev.dormouse.recovery.Epoch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
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
    stage.map(epoch).attach("state", length, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
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
      CRC32C crc = new CRC32C();
      crc.update(model);
      assertThat(region.crc32c(0, length)).isEqualTo((int) crc.getValue());
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
    switch (random.nextInt(12)) {
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
      case 6 -> region.prepareWrite(offset, random.nextInt(room + 1));
      case 7 -> {
        Class<?> type = Numbers.TYPES.get(1 + random.nextInt(Numbers.TYPES.size() - 1));
        ByteOrder order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        if (room >= Numbers.bytes(type)) {
          Object number = Numbers.box(type, value >>> 1);
          put(region, offset, number, order);
          Numbers.put(ByteBuffer.wrap(model).order(order), offset, number);
        }
      }
      case 8 -> {
        int aligned = offset & -8;
        if (model.length - aligned >= 8) {
          ByteOrder order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
          ByteBuffer buffer = ByteBuffer.wrap(model).order(order);
          assertThat(region.atomics(order).getAndAddLong(aligned, value)).isEqualTo(buffer.getLong(aligned));
          buffer.putLong(aligned, buffer.getLong(aligned) + value);
          int expected = random.nextBoolean() ? buffer.getInt(aligned) : 1;
          boolean equal = expected == buffer.getInt(aligned);
          assertThat(region.atomics(order).compareAndSetInt(aligned, expected, (int) value)).isEqualTo(equal);
          buffer.putInt(aligned, equal ? (int) value : buffer.getInt(aligned));
        }
      }
      case 9 -> {
        String text = Long.toString(value, 36) + "\u00f6".repeat(random.nextInt(300));
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        if (room >= encoded.length + 4) {
          assertThat(region.text().putStringUtf8(offset, text)).isEqualTo(encoded.length + 4);
          Bytes.putInt(model, offset, encoded.length);
          System.arraycopy(encoded, 0, model, offset + 4, encoded.length);
        }
      }
      case 10 -> {
        ByteBuffer buffer = ByteBuffer.allocateDirect(random.nextInt(Math.min(room, 300) + 1));
        for (int i = 0; i < buffer.capacity(); i++) {
          buffer.put(i, (byte) (value + i));
        }
        buffer.get(0, model, offset, buffer.capacity());
        region.put(offset, buffer);
      }
      default -> {
        int length = random.nextInt(room + 1);
        int at = random.nextInt(length + 1);
        region.lendForWrite(offset, length, lent -> lent.asSlice(at).fill((byte) value).byteSize());
        Arrays.fill(model, offset + at, offset + length, (byte) value);
      }
    }
  }

  private static void put(Region region, int offset, Object value, ByteOrder order) {
    switch (value) {
      case Short number -> region.putShort(offset, number, order);
      case Character number -> region.putChar(offset, number, order);
      case Integer number -> region.putInt(offset, number, order);
      case Long number -> region.putLong(offset, number, order);
      case Float number -> region.putFloat(offset, number, order);
      case Double number -> region.putDouble(offset, number, order);
      default -> throw new IllegalArgumentException(value.toString());
    }
  }
}
