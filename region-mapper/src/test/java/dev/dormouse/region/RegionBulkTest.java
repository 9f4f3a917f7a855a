package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.recovery.Epoch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies in and out, within and between regions, comparisons and checksums, beside those of the JDK. */
class RegionBulkTest {
  private static final int LENGTH = 10_000;

  private final Random random = new Random(0x5EED);
  private final byte[] model = new byte[LENGTH];
  private final byte[] otherModel = new byte[LENGTH];
  private Region region;
  private Region other;

  @BeforeEach
  void attach() {
    RegionStage stage = RegionStage.create();
    Epoch epoch = stage.lanes.lease();
    RegionMap map = stage.map(epoch);
    map.attach("one", LENGTH, 0, RegionRights.READ_WRITE);
    map.attach("other", LENGTH, 1 << 20, RegionRights.READ_WRITE);
    region = stage.view(epoch, stage.table(epoch).get(0));
    other = stage.view(epoch, stage.table(epoch).get(1));
    random.nextBytes(model);
    region.put(0, model, 0, LENGTH);
  }

  private void requireModels() {
    assertThat(region.mismatch(0, model, 0, LENGTH)).isEqualTo(-1);
    assertThat(other.mismatch(0, MemorySegment.ofArray(otherModel))).isEqualTo(-1);
  }

  @Test
  void buffersOfAllKindsMoveTheirPositionAndNothingElse() {
    for (int i = 0; i < 300; i++) {
      int capacity = 1 + random.nextInt(600);
      int shift = random.nextInt(5);
      ByteBuffer heap = ByteBuffer.wrap(new byte[capacity + shift], shift, capacity).slice();
      ByteBuffer direct = ByteBuffer.allocateDirect(capacity);
      // A byte order is the buffer's affair, and nothing to bytes.
      direct.order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      for (ByteBuffer buffer : List.of(heap, direct, heap.duplicate().asReadOnlyBuffer(), direct.duplicate().asReadOnlyBuffer())) {
        int position = random.nextInt(capacity + 1);
        int limit = position + random.nextInt(capacity - position + 1);
        int offset = random.nextInt(LENGTH - capacity);
        buffer.clear().position(position).limit(limit);
        if (buffer.isReadOnly()) {
          assertThatThrownBy(() -> region.get(offset, buffer)).isInstanceOf(ReadOnlyBufferException.class);
          assertThat(buffer.position()).isEqualTo(position);
        } else {
          byte[] before = new byte[capacity];
          random.nextBytes(before);
          buffer.clear().put(0, before).position(position).limit(limit);
          region.get(offset, buffer);
          System.arraycopy(model, offset, before, position, limit - position);
          assertThat(buffer.position()).isEqualTo(limit);
          byte[] after = new byte[capacity];
          buffer.clear().get(0, after);
          assertThat(after).isEqualTo(before);
        }
        buffer.clear().position(position).limit(limit);
        buffer.get(position, otherModel, offset, limit - position);
        other.put(offset, buffer);
        assertThat(buffer.position()).isEqualTo(limit);
        assertThat(buffer.limit()).isEqualTo(limit);
        requireModels();
      }
    }
  }

  @Test
  void aBufferThatDoesNotFitKeepsItsPosition() {
    ByteBuffer buffer = ByteBuffer.allocate(20).position(3);
    assertThatThrownBy(() -> region.put(LENGTH - 16, buffer)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.get(LENGTH - 16, buffer)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(buffer.position()).isEqualTo(3);
  }

  @Test
  void bytesAreCopiedBetweenRegions() {
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(LENGTH);
      int to = random.nextInt(LENGTH);
      int length = random.nextInt(LENGTH - Math.max(from, to) + 1);
      if (random.nextBoolean()) {
        region.copy(from, other, to, length);
        System.arraycopy(model, from, otherModel, to, length);
      } else {
        region.copy(from, region, to, length);
        System.arraycopy(model, from, model, to, length);
      }
      requireModels();
    }
    assertThatThrownBy(() -> region.copy(0, other, LENGTH - 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.copy(LENGTH - 5, other, 0, 6)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.copy(0, other, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    requireModels();
  }

  @Test
  void aRegionOfAnotherStoreIsNoDestination() {
    RegionStage stage = RegionStage.create();
    Epoch epoch = stage.lanes.lease();
    stage.map(epoch).attach("foreign", LENGTH, 0, RegionRights.READ_WRITE);
    Region foreign = stage.view(epoch, stage.table(epoch).get(0));
    assertThatThrownBy(() -> region.copy(0, foreign, 0, 8)).isInstanceOf(IllegalArgumentException.class);
    // It can be compared with.
    assertThat(region.mismatch(0, foreign, 0, LENGTH)).isEqualTo(Arrays.mismatch(model, new byte[LENGTH]));
  }

  @Test
  void aDifferenceIsFoundWhereverItLies() {
    try (Arena arena = Arena.ofConfined()) {
      for (int length : new int[] {0, 1, 7, 8, 9, 63, 64, 65, 100}) {
        int offset = random.nextInt(LENGTH - length);
        int otherOffset = random.nextInt(LENGTH - length);
        region.copy(offset, other, otherOffset, length);
        byte[] same = new byte[length + 3];
        region.get(offset, same, 3, length);
        MemorySegment segment = arena.allocate(length + 1).asSlice(1);
        region.get(offset, segment);
        assertThat(region.mismatch(offset, other, otherOffset, length)).isEqualTo(-1);
        assertThat(region.mismatch(offset, same, 3, length)).isEqualTo(-1);
        assertThat(region.mismatch(offset, segment)).isEqualTo(-1);
        // From the last byte to the first, so that the first of several counts.
        for (int at = length - 1; at >= 0; at--) {
          other.putByte(otherOffset + at, (byte) ~other.getByte(otherOffset + at));
          same[3 + at] = (byte) ~same[3 + at];
          segment.asSlice(at, 1).fill(same[3 + at]);
          assertThat(region.mismatch(offset, other, otherOffset, length)).isEqualTo(at);
          assertThat(region.mismatch(offset, same, 3, length)).isEqualTo(at);
          assertThat(region.mismatch(offset, segment)).isEqualTo(at);
        }
      }
    }
  }

  @Test
  void rangesThatCannotBeAreNotCompared() {
    assertThatThrownBy(() -> region.mismatch(0, other, LENGTH - 7, 8)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.mismatch(0, other, -1, 8)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.mismatch(0, new byte[8], 4, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.mismatch(0, new byte[8], 4, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    other.close();
    assertThatThrownBy(() -> region.mismatch(0, other, 0, 8)).isInstanceOf(RegionException.class);
    assertThatThrownBy(() -> region.copy(0, other, 0, 8)).isInstanceOf(RegionException.class);
  }

  @Test
  void theChecksumIsTheJdks() {
    for (int length : new int[] {0, 1, 8, 4095, 4096, 4097, 9999, LENGTH}) {
      int offset = random.nextInt(LENGTH - length + 1);
      CRC32C crc = new CRC32C();
      crc.update(model, offset, length);
      assertThat(region.crc32c(offset, length)).isEqualTo((int) crc.getValue());
    }
  }

  @Test
  void elementsAreStoredIntoADeclaredRange() {
    int count = 100;
    // region declare
    DeclaredRange cells = region.declare(0, 8L * count);
    for (int i = 0; i < count; i++) {
      cells.putLong(8L * i, i);
    }
    // endregion
    assertThat(region.getLong(8L * 99)).isEqualTo(99);
    assertThat(region.mismatch(800, model, 800, LENGTH - 800)).isEqualTo(-1);
  }
}
