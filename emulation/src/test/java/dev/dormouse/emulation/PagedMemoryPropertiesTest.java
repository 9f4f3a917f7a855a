package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.PagedMemory;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PagedMemoryPropertiesTest {
  /** Enough pages that two of them share a slot of the cache of clean pages, over content that is not zero. */
  @Property(tries = 150)
  void behavesLikeAnArrayOfBytes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int tail) {
    Random random = new Random(seed);
    byte[] model = new byte[1025 * PagedMemory.PAGE_BYTES + tail];
    CrashMedia source = CrashMedia.zeroed(model.length);
    for (int i = 0; i < 8; i++) {
      int offset = near(random, model.length, 8);
      Bytes.putLong(model, offset, i * 0x0101010101010101L);
      source.putLong(offset, i * 0x0101010101010101L);
    }
    PagedMemory memory = new PagedMemory(source.processKilled());
    assertThat(memory.sizeBytes()).isEqualTo(model.length);
    for (int step = 0; step < 300; step++) {
      step(random, memory, model);
    }
  }

  private static void step(Random random, PagedMemory memory, byte[] model) {
    int length = random.nextInt(8) == 0 ? random.nextInt(9000) : random.nextInt(20);
    int offset = near(random, model.length, Math.max(length, 8));
    long value = random.nextLong();
    switch (random.nextInt(11)) {
      case 0 -> assertThat(memory.getByte(offset)).isEqualTo(model[offset]);
      case 1 -> assertThat(memory.getShort(offset)).isEqualTo(Bytes.getShort(model, offset));
      case 2 -> assertThat(memory.getInt(offset)).isEqualTo(Bytes.getInt(model, offset));
      case 3 -> assertThat(memory.getLong(offset)).isEqualTo(Bytes.getLong(model, offset));
      case 4 -> {
        memory.putByte(offset, (byte) value);
        model[offset] = (byte) value;
      }
      case 5 -> {
        memory.putShort(offset, (short) value);
        Bytes.putShort(model, offset, (short) value);
      }
      case 6 -> {
        memory.putInt(offset, (int) value);
        Bytes.putInt(model, offset, (int) value);
      }
      case 7 -> {
        memory.putLong(offset, value);
        Bytes.putLong(model, offset, value);
      }
      case 8 -> {
        byte[] bytes = new byte[length + 3];
        random.nextBytes(bytes);
        memory.write(offset, bytes, 2, length);
        System.arraycopy(bytes, 2, model, offset, length);
      }
      case 9 -> {
        memory.fill(offset, length, (byte) value);
        Arrays.fill(model, offset, offset + length, (byte) value);
      }
      default -> {
        byte[] bytes = new byte[length + 3];
        memory.read(offset, bytes, 1, length);
        assertThat(Arrays.copyOfRange(bytes, 1, 1 + length)).isEqualTo(Arrays.copyOfRange(model, offset, offset + length));
      }
    }
  }

  /** Mostly around the boundaries of a few pages, among them two that are 1,024 apart. */
  private static int near(Random random, int size, int room) {
    int[] pages = {0, 1, 2, 1024, 1025};
    int around = pages[random.nextInt(pages.length)] * PagedMemory.PAGE_BYTES + random.nextInt(64) - 32;
    return Math.clamp(around, 0, size - room);
  }
}
