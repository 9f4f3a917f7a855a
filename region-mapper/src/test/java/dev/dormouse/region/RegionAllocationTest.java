package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.recovery.Epoch;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** An access through a region of a mapped file allocates nothing, once it is compiled. */
class RegionAllocationTest {
  private static final int CALLS = 20_000;
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final int LENGTH = 4096;

  @TempDir private Path folder;
  private final byte[] bytes = new byte[100];
  private final MemorySegment segment = MemorySegment.ofArray(new byte[100]);
  private final ByteBuffer heap = ByteBuffer.allocate(100);
  private final ByteBuffer direct = ByteBuffer.allocateDirect(100);
  private long sum;
  private Region declaredIn;
  private DeclaredRange declared;

  private interface Access {
    void at(Region region, int offset);
  }

  private final Map<String, Access> accesses = new LinkedHashMap<>();

  RegionAllocationTest() {
    accesses.put("get of every type", (region, at) -> sum += region.getByte(at) + region.getShort(at) + region.getChar(at) + region.getInt(at) + region.getLong(at) + (long) (region.getFloat(at) + region.getDouble(at)));
    accesses.put("get in an order", (region, at) -> sum += region.getShort(at, ByteOrder.BIG_ENDIAN) + region.getLong(at, ByteOrder.BIG_ENDIAN));
    accesses.put("put of every type", this::putAll);
    accesses.put("put in an order", (region, at) -> region.putLong(at, sum, ByteOrder.BIG_ENDIAN));
    accesses.put("atomics", (region, at) -> sum += region.atomics().getAndAddLong(at & -8, 1) + region.atomics(ByteOrder.BIG_ENDIAN).getIntVolatile(at & -8));
    accesses.put("compare and set", (region, at) -> region.atomics().compareAndSetInt(at & -8, 0, 1));
    accesses.put("arrays", (region, at) -> { region.put(at, bytes, 0, 100); region.get(at, bytes, 0, 100); });
    accesses.put("segments", (region, at) -> { region.put(at, segment); region.get(at, segment); });
    accesses.put("heap buffers", (region, at) -> { region.put(at, heap.clear()); region.get(at, heap.clear()); });
    accesses.put("direct buffers", (region, at) -> { region.put(at, direct.clear()); region.get(at, direct.clear()); });
    accesses.put("copy", (region, at) -> region.copy(at, 2000, 100));
    accesses.put("fill", (region, at) -> region.fill(at, 100, (byte) 1));
    accesses.put("mismatch", (region, at) -> sum += region.mismatch(at, region, at, 100) + region.mismatch(at, bytes, 0, 100) + region.mismatch(at, segment));
    accesses.put("crc32c", (region, at) -> sum += region.crc32c(at, 100));
    accesses.put("prepareWrite", (region, at) -> region.prepareWrite(at, 100));
    accesses.put("a declared range", this::putDeclared);
    accesses.put("strings", (region, at) -> sum += region.text().putStringAscii(at, "dormouse") + region.text().putStringUtf8(at, "d\u00f6rmouse"));
    accesses.put("digits", (region, at) -> sum += region.text().putLongAscii(at, -sum) + region.text().parseLongAscii(at, 1 + (region.text().putIntAscii(at, 7) - 1)));
  }

  /** The range is what a declaration answers, and an object where it is kept; its stores are not. */
  private void putDeclared(Region region, int at) {
    if (declaredIn != region) {
      declaredIn = region;
      declared = region.declare(0, LENGTH);
    }
    declared.putLong(at, sum);
  }

  private void putAll(Region region, int at) {
    region.putByte(at, (byte) sum);
    region.putShort(at, (short) sum);
    region.putChar(at, (char) sum);
    region.putInt(at, (int) sum);
    region.putLong(at, sum);
    region.putFloat(at, (float) sum);
    region.putDouble(at, (double) sum);
  }

  @TestFactory
  Stream<DynamicTest> anAccessAllocatesNothing() {
    return accesses.entrySet().stream().map(access -> DynamicTest.dynamicTest(access.getKey(), () -> requireNoBytes(access.getValue())));
  }

  private void requireNoBytes(Access access) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (MappedMedia media = MappedMedia.create(folder.resolve("pool" + System.nanoTime()), 256 << 10)) {
      RegionStage stage = RegionStage.create(media);
      Epoch epoch = stage.lanes.lease();
      stage.map(epoch).attach("a", LENGTH, 0, RegionRights.READ_WRITE);
      Region region = stage.view(epoch, stage.table(epoch).get(0));
      long least = Long.MAX_VALUE;
      // The compiler takes its time, more of it on a busy machine.
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (least > 0 && System.nanoTime() < deadline) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
          access.at(region, i & 1023);
        }
        least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / CALLS);
      }
      assertThat(least).isZero();
      epoch.abort();
    }
  }

  @Test
  void theMeasureSeesAnAllocation() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    byte[][] made = new byte[1000][];
    for (int i = 0; i < made.length; i++) {
      made[i] = new byte[16];
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isGreaterThanOrEqualTo(made.length * 32L);
  }
}
