package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.Media;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every medium does, whatever it lies on. */
abstract class MediaContractTest {
  /** Two pages and a part of one that ends inside a word, so that every boundary is there. */
  static final int SIZE = 2 * 4096 + 100;

  private static final long[] BAD_OFFSETS = {-1, Long.MIN_VALUE, SIZE, SIZE + 1L, Long.MAX_VALUE - 3, Long.MAX_VALUE};

  private Media media;

  /** A medium of {@link #SIZE} zeros. */
  abstract Media zeroed();

  @BeforeEach
  void open() {
    media = zeroed();
  }

  @AfterEach
  void close() {
    media.close();
  }

  @Test
  void saysHowLargeItIsAndWhatItIs() {
    assertThat(media.sizeBytes()).isEqualTo(SIZE);
    assertThat(media.describe()).isNotBlank();
    assertThat(media.durabilityClass()).isNotNull();
  }

  @Test
  void readsAsZerosAtFirst() {
    assertThat(content()).containsOnly(0);
  }

  @Test
  void readsBackNumbersOfEverySizeAtEveryAlignment() {
    for (long offset : new long[] {0, 1, 7, 8, 61, 4089, 4092, 4093, 4095, 4096, SIZE - 8}) {
      media.putLong(offset, 0x8877665544332211L);
      assertThat(media.getLong(offset)).isEqualTo(0x8877665544332211L);
      media.putInt(offset, 0xFFEEDDCC);
      assertThat(media.getInt(offset)).isEqualTo(0xFFEEDDCC);
      media.putShort(offset, (short) 0xBBAA);
      assertThat(media.getShort(offset)).isEqualTo((short) 0xBBAA);
      media.putByte(offset, (byte) 0x99);
      assertThat(media.getByte(offset)).isEqualTo((byte) 0x99);
      assertThat(media.getLong(offset)).isEqualTo(0x88776655FFEEBB99L);
    }
  }

  @Test
  void keepsNumbersLittleEndian() {
    media.putLong(3, 0x0807060504030201L);
    media.putInt(11, 0x0C0B0A09);
    media.putShort(15, (short) 0x0E0D);
    byte[] bytes = new byte[15];
    media.read(2, bytes, 0, 15);
    assertThat(bytes).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
  }

  @Test
  void touchesNothingBesideWhatIsWritten() {
    media.fill(0, SIZE, (byte) 0x55);
    media.putInt(4094, 0);
    byte[] expected = filled(0x55);
    expected[4094] = 0;
    expected[4095] = 0;
    expected[4096] = 0;
    expected[4097] = 0;
    assertThat(content()).isEqualTo(expected);
  }

  @Test
  void readsAWordAcquireThatWasWrittenRelease() {
    media.putLongRelease(4096, -2);
    assertThat(media.getLongAcquire(4096)).isEqualTo(-2);
  }

  @Test
  void copiesPartsOfArraysInAndOut() {
    byte[] source = {9, 1, 2, 3, 9};
    media.write(4095, source, 1, 3);
    byte[] destination = {7, 7, 7, 7, 7};
    media.read(4095, destination, 2, 3);
    assertThat(destination).containsExactly(7, 7, 1, 2, 3);
  }

  @Test
  void copiesSegmentsInAndOut() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(5000);
      for (int i = 0; i < 5000; i++) {
        source.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7));
      }
      media.write(3, source);
      MemorySegment destination = arena.allocate(5000);
      media.read(3, destination);
      assertThat(destination.mismatch(source)).isEqualTo(-1);
      assertThat(media.getByte(2)).isZero();
      assertThat(media.getByte(5003)).isZero();
    }
  }

  @Test
  void copiesOverlappingRangesBothWaysAsIfThroughATemporary() {
    for (long[] move : new long[][] {{10, 13, 6000}, {13, 10, 6000}, {0, 4096, 4100}, {4096, 0, 4100}, {5, 5, 70}}) {
      byte[] expected = new byte[SIZE];
      for (int i = 0; i < SIZE; i++) {
        expected[i] = (byte) (i * 31 + i / 256);
      }
      media.write(0, expected, 0, SIZE);
      System.arraycopy(expected, (int) move[0], expected, (int) move[1], (int) move[2]);
      media.copy(move[0], move[1], move[2]);
      assertThat(content()).as("copy %d to %d, %d bytes", move[0], move[1], move[2]).isEqualTo(expected);
    }
  }

  /** Of every length up to some lines, and some longer ones, as kinds of media treat short and long ones differently. */
  @Test
  void fillsRangesOfEveryLengthWithAnyByte() {
    byte[] expected = new byte[SIZE];
    for (int value : new int[] {0x7F, 0, -1, 1, -128}) {
      for (int length = 0; length < 5000; length += length < 300 ? 1 : 487) {
        media.fill(61 + length % 9, length, (byte) value);
        Arrays.fill(expected, 61 + length % 9, 61 + length % 9 + length, (byte) value);
        byte[] found = content();
        if (!Arrays.equals(found, expected)) {
          assertThat(found).as("%d bytes of %d", length, value).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void fillsRangesThatBeginAndEndAnywhere() {
    media.fill(4090, 13, (byte) -1);
    byte[] expected = new byte[SIZE];
    Arrays.fill(expected, 4090, 4103, (byte) -1);
    assertThat(content()).isEqualTo(expected);
  }

  @Test
  void doesNothingForZeroLengthsUpToItsEnd() {
    for (long offset : new long[] {0, 5, SIZE}) {
      media.read(offset, new byte[0], 0, 0);
      media.write(offset, new byte[3], 3, 0);
      media.read(offset, MemorySegment.ofArray(new byte[0]));
      media.write(offset, MemorySegment.ofArray(new byte[0]));
      media.copy(offset, 0, 0);
      media.copy(0, offset, 0);
      media.fill(offset, 0, (byte) 1);
      media.flush(offset, 0);
      media.persist(offset, 0);
    }
    assertThat(content()).containsOnly(0);
  }

  @Test
  void flushesFencesAndSyncsWithoutChangingWhatIsRead() {
    media.putLong(100, 5);
    media.flush(100, 8);
    media.fence();
    media.persist(0, SIZE);
    media.sync();
    assertThat(media.getLong(100)).isEqualTo(5);
  }

  /** Whatever was there, and wherever the range begins and ends. */
  @Test
  void providesForARangeThatReadsAsZerosAndCanBeStoredTo() {
    for (int[] range : new int[][] {{4096, SIZE}, {4096, 8192}, {8192, SIZE}, {5, 4099}, {SIZE, SIZE}, {0, 0}}) {
      media.fill(0, SIZE, (byte) 0x55);
      media.provision(range[0], range[1]);
      byte[] expected = filled(0x55);
      Arrays.fill(expected, range[0], range[1], (byte) 0);
      assertThat(content()).as("[%d, %d)", range[0], range[1]).isEqualTo(expected);
      media.fill(range[0], range[1] - range[0], (byte) 0x55);
      assertThat(content()).isEqualTo(filled(0x55));
      assertThat(media.sizeBytes()).isEqualTo(SIZE);
    }
  }

  @Test
  void refusesEveryAccessOutsideItsBoundsAndWritesNothing() {
    media.fill(0, SIZE, (byte) 0x55);
    accesses().forEach((name, access) -> {
      for (long offset : BAD_OFFSETS) {
        // An atomic word may be refused for its alignment first.
        boolean word = name.startsWith("word");
        if (!word || offset % 8 == 0) {
          assertThatThrownBy(() -> access.apply(offset).call()).as("%s at %d", name, offset)
              .isInstanceOf(IndexOutOfBoundsException.class);
        }
      }
    });
    assertThat(content()).isEqualTo(filled(0x55));
  }

  @Test
  void refusesAccessesThatBeginInsideAndEndOutside() {
    media.fill(0, SIZE, (byte) 0x55);
    List<ThrowingCallable> across = new ArrayList<>();
    across.add(() -> media.getLong(SIZE - 7));
    across.add(() -> media.getInt(SIZE - 3));
    across.add(() -> media.getShort(SIZE - 1));
    across.add(() -> media.putLong(SIZE - 7, 1));
    across.add(() -> media.putInt(SIZE - 3, 1));
    across.add(() -> media.putShort(SIZE - 1, (short) 1));
    across.add(() -> media.read(SIZE - 1, new byte[2], 0, 2));
    across.add(() -> media.write(SIZE - 1, new byte[2], 0, 2));
    across.add(() -> media.read(SIZE - 1, MemorySegment.ofArray(new byte[2])));
    across.add(() -> media.write(SIZE - 1, MemorySegment.ofArray(new byte[2])));
    across.add(() -> media.copy(SIZE - 1, 0, 2));
    across.add(() -> media.copy(0, SIZE - 1, 2));
    across.add(() -> media.copy(0, 8, Long.MAX_VALUE - 3));
    across.add(() -> media.fill(SIZE - 1, 2, (byte) 1));
    across.add(() -> media.fill(8, Long.MAX_VALUE - 3, (byte) 1));
    across.add(() -> media.fill(8, -1, (byte) 1));
    across.add(() -> media.copy(0, 8, -1));
    across.add(() -> media.provision(SIZE - 1, SIZE + 1));
    across.add(() -> media.provision(8, Long.MAX_VALUE));
    across.add(() -> media.provision(8, 7));
    for (int i = 0; i < across.size(); i++) {
      assertThatThrownBy(across.get(i)).as("access %d", i).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(content()).isEqualTo(filled(0x55));
  }

  @Test
  void refusesRangesOutsideTheCallersArrayAndWritesNothing() {
    media.fill(0, SIZE, (byte) 0x55);
    for (int[] range : new int[][] {{-1, 2}, {0, 30}, {19, 2}, {Integer.MAX_VALUE, 2}, {0, -1}, {0, SIZE}}) {
      assertThatThrownBy(() -> media.write(0, new byte[20], range[0], range[1])).as("write %d, %d", range[0], range[1])
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> media.read(0, new byte[20], range[0], range[1])).as("read %d, %d", range[0], range[1])
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(content()).isEqualTo(filled(0x55));
  }

  @Test
  void refusesEveryAccessAfterItsCloseAndMayBeClosedTwice() {
    media.close();
    media.close();
    accesses().forEach((name, access) ->
        assertThatThrownBy(() -> access.apply(8).call()).as(name).isInstanceOf(IllegalStateException.class));
  }

  private Map<String, LongFunction<ThrowingCallable>> accesses() {
    Map<String, LongFunction<ThrowingCallable>> all = new LinkedHashMap<>();
    all.put("getByte", offset -> () -> media.getByte(offset));
    all.put("getShort", offset -> () -> media.getShort(offset));
    all.put("getInt", offset -> () -> media.getInt(offset));
    all.put("getLong", offset -> () -> media.getLong(offset));
    all.put("word get", offset -> () -> media.getLongAcquire(offset));
    all.put("putByte", offset -> () -> media.putByte(offset, (byte) 1));
    all.put("putShort", offset -> () -> media.putShort(offset, (short) 1));
    all.put("putInt", offset -> () -> media.putInt(offset, 1));
    all.put("putLong", offset -> () -> media.putLong(offset, 1));
    all.put("word put", offset -> () -> media.putLongRelease(offset, 1));
    all.put("read array", offset -> () -> media.read(offset, new byte[2], 0, 2));
    all.put("read segment", offset -> () -> media.read(offset, MemorySegment.ofArray(new byte[2])));
    all.put("write array", offset -> () -> media.write(offset, new byte[2], 0, 2));
    all.put("write segment", offset -> () -> media.write(offset, MemorySegment.ofArray(new byte[2])));
    all.put("copy from", offset -> () -> media.copy(offset, 0, 2));
    all.put("copy to", offset -> () -> media.copy(0, offset, 2));
    all.put("fill", offset -> () -> media.fill(offset, 2, (byte) 1));
    all.put("provision", offset -> () -> media.provision(offset, offset + 2));
    return all;
  }

  private byte[] content() {
    byte[] bytes = new byte[SIZE];
    media.read(0, bytes, 0, SIZE);
    return bytes;
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
