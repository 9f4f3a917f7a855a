package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.recovery.Epoch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a view refuses, and that what it stores is undone by an abort. I7: a view outlives neither its turn nor its region. */
class RegionTest {
  private static final int LENGTH = 1000;

  /** One way to touch so many bytes at an offset. */
  private interface Access {
    void at(Region region, long offset);
  }

  private static final Map<String, Integer> LENGTHS = new LinkedHashMap<>();
  private static final Map<String, Access> READS = new LinkedHashMap<>();
  private static final Map<String, Access> WRITES = new LinkedHashMap<>();

  static {
    read("getByte", 1, Region::getByte);
    read("getShort", 2, Region::getShort);
    read("getInt", 4, Region::getInt);
    read("getLong", 8, Region::getLong);
    read("getFloat", 4, Region::getFloat);
    read("getDouble", 8, Region::getDouble);
    read("get array", 20, (region, offset) -> region.get(offset, new byte[30], 5, 20));
    read("get segment", 20, (region, offset) -> region.get(offset, MemorySegment.ofArray(new byte[20])));
    write("putByte", 1, (region, offset) -> region.putByte(offset, (byte) 1));
    write("putShort", 2, (region, offset) -> region.putShort(offset, (short) 0x0101));
    write("putInt", 4, (region, offset) -> region.putInt(offset, 0x01010101));
    write("putLong", 8, (region, offset) -> region.putLong(offset, 0x0101010101010101L));
    write("putFloat", 4, (region, offset) -> region.putFloat(offset, 1.5f));
    write("putDouble", 8, (region, offset) -> region.putDouble(offset, 1.5));
    write("put array", 20, (region, offset) -> region.put(offset, ones(30), 5, 20));
    write("put segment", 20, (region, offset) -> region.put(offset, MemorySegment.ofArray(ones(20))));
    write("copy to", 20, (region, offset) -> region.copy(100, offset, 20));
    write("fill", 20, (region, offset) -> region.fill(offset, 20, (byte) 1));
    write("prepareWrite", 20, (region, offset) -> region.prepareWrite(offset, 20));
  }

  private static void read(String name, int length, Access access) {
    LENGTHS.put(name, length);
    READS.put(name, access);
  }

  private static void write(String name, int length, Access access) {
    LENGTHS.put(name, length);
    WRITES.put(name, access);
  }

  private static byte[] ones(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 1);
    return bytes;
  }

  private static Map<String, Access> all() {
    Map<String, Access> all = new LinkedHashMap<>(READS);
    all.putAll(WRITES);
    return all;
  }

  private RegionStage stage;
  private Epoch epoch;
  private RegionEntry entry;
  private Region region;

  @BeforeEach
  void attachAndFill() {
    stage = RegionStage.create();
    Epoch first = stage.lanes.lease();
    RegionMap map = stage.map(first);
    map.attach(1, "state", LENGTH, 0, RegionRights.READ_WRITE);
    map.attach(2, "behind", LENGTH, 8192, RegionRights.READ_WRITE);
    entry = stage.table(first).get(0);
    stage.view(first, entry).fill(0, LENGTH, (byte) 0x55);
    first.commit();
    stage.lanes.giveBack(first);
    epoch = stage.lanes.lease();
    region = stage.view(epoch, entry);
  }

  private byte[] content() {
    byte[] bytes = new byte[LENGTH];
    stage.media.read(entry.extentOffset(), bytes, 0, LENGTH);
    return bytes;
  }

  private byte[] wholePool() {
    byte[] bytes = new byte[(int) stage.media.sizeBytes()];
    stage.media.read(0, bytes, 0, bytes.length);
    return bytes;
  }

  @Test
  void noAccessLeavesTheRegionNotEvenByOverflow() {
    byte[] before = wholePool();
    all()
        .forEach(
            (name, access) -> {
              long length = LENGTHS.get(name);
              access.at(region, LENGTH - length);
              for (long offset :
                  new long[] {
                    LENGTH - length + 1, LENGTH, LENGTH + 1, -1, -length, -entry.extentOffset(),
                    Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - length + 1
                  }) {
                assertThatThrownBy(() -> access.at(region, offset)).as("%s at %d", name, offset)
                    .isInstanceOf(IndexOutOfBoundsException.class);
              }
            });
    epoch.abort();
    byte[] after = wholePool();
    // The lanes and what the region holds aside, nothing was stored.
    int arena = (int) stage.pool.header().geometry().arenaOffset();
    assertThat(Arrays.copyOfRange(after, arena, after.length)).isEqualTo(Arrays.copyOfRange(before, arena, before.length));
  }

  @Test
  void negativeAndHugeLengthsAreRefused() {
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, LENGTH + 1}) {
      assertThatThrownBy(() -> region.fill(0, length, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> region.fill(1, length, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> region.copy(0, 0, length)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> region.prepareWrite(0, length)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> region.copy(LENGTH - 9, 0, 10)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.get(0, new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.get(0, new byte[4], 2, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.put(0, new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> region.put(0, new byte[4], 2, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    region.fill(LENGTH, 0, (byte) 1);
    assertThat(epoch.isClean()).isTrue();
  }

  @Test
  void aRegionForReadingOnlyIsNotStoredTo() {
    Region readOnly = new Region(stage.media, epoch, RegionStage.HOLDER, entry.extentOffset(), LENGTH, RegionRights.READ);
    assertThat(readOnly.isWritable()).isFalse();
    WRITES.forEach(
        (name, access) ->
            assertThatThrownBy(() -> access.at(readOnly, 0)).as(name)
                .isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.READ_ONLY)));
    READS.forEach((name, access) -> access.at(readOnly, 0));
    assertThat(content()).containsOnly(0x55);
    assertThat(epoch.isClean()).isTrue();
  }

  @Test
  void aViewIsOverWhenItWasClosed() {
    region.close();
    all().forEach((name, access) -> assertStale(name, () -> access.at(region, 0)));
    assertThat(content()).containsOnly(0x55);
  }

  @Test
  void aViewBelongsToItsThread() throws InterruptedException {
    List<Throwable> wrong = new ArrayList<>();
    for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
      Thread other =
          builder.start(
              () -> {
                try {
                  all().forEach((name, access) -> assertStale(name, () -> access.at(region, 0)));
                } catch (AssertionError e) {
                  wrong.add(e);
                }
              });
      other.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(content()).containsOnly(0x55);
    region.putByte(0, (byte) 1);
  }

  private static void assertStale(String name, Runnable access) {
    assertThatThrownBy(access::run).as(name)
        .isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.STALE_VIEW));
  }

  /** Every write, at every place around a line's and a page's border, alone and after one that prepared a neighbour. */
  @Test
  void everyWriteIsUndoneByAnAbortWhereverItLies() {
    for (boolean neighbourFirst : new boolean[] {false, true}) {
      WRITES.forEach(
          (name, access) -> {
            for (long offset = 40; offset <= 136; offset++) {
              if (neighbourFirst) {
                region.putByte(offset & -64, (byte) 9);
              }
              access.at(region, offset);
              if (!name.equals("prepareWrite") && !name.equals("copy to")) {
                assertThat(content()).as("%s at %d", name, offset).isNotEqualTo(filled());
              }
              epoch.abort();
              stage.lanes.giveBack(epoch);
              assertThat(content()).as("%s at %d", name, offset).isEqualTo(filled());
              epoch = stage.lanes.lease();
              region = stage.view(epoch, entry);
            }
          });
    }
  }

  private static byte[] filled() {
    byte[] bytes = new byte[LENGTH];
    Arrays.fill(bytes, (byte) 0x55);
    return bytes;
  }

  @Test
  void whatIsStoredIsReadBackByEveryOtherMethod() {
    region.putLong(61, 0x1122334455667788L);
    assertThat(region.getByte(61)).isEqualTo((byte) 0x88);
    assertThat(region.getShort(62)).isEqualTo((short) 0x6677);
    assertThat(region.getInt(64)).isEqualTo(0x22334455);
    region.putDouble(3, Math.PI);
    assertThat(region.getDouble(3)).isEqualTo(Math.PI);
    assertThat(region.getLong(3)).isEqualTo(Double.doubleToRawLongBits(Math.PI));
    region.putFloat(127, -0.0f);
    assertThat(region.getInt(127)).isEqualTo(0x80000000);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(100);
      segment.fill((byte) 7);
      region.put(200, segment);
      segment.fill((byte) 0);
      region.get(190, segment);
      assertThat(segment.get(ValueLayout.JAVA_BYTE, 9)).isEqualTo((byte) 0x55);
      assertThat(segment.get(ValueLayout.JAVA_BYTE, 10)).isEqualTo((byte) 7);
    }
  }

  @Test
  void copiesAsIfThroughATemporaryCopyWhereRangesOverlap() {
    for (int i = 0; i < 200; i++) {
      region.putByte(i, (byte) i);
    }
    region.copy(0, 50, 100);
    region.copy(60, 10, 100);
    byte[] model = filled();
    for (int i = 0; i < 200; i++) {
      model[i] = (byte) i;
    }
    System.arraycopy(model, 0, model, 50, 100);
    System.arraycopy(model, 60, model, 10, 100);
    assertThat(content()).isEqualTo(model);
  }

  @Test
  void aDeclaredRangeCostsOneFenceAndItsStoresNone() {
    CrashMedia media = (CrashMedia) stage.media;
    long before = media.fences();
    region.prepareWrite(0, LENGTH);
    assertThat(media.fences() - before).isEqualTo(1);
    for (int i = 0; i + 8 <= LENGTH; i++) {
      region.putLong(i, i);
    }
    assertThat(media.fences() - before).isEqualTo(1);
    epoch.abort();
    assertThat(content()).containsOnly(0x55);
  }
}
