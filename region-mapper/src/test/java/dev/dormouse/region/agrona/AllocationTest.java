package dev.dormouse.region.agrona;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionRights;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An access allocates nothing. */
class AllocationTest {
  private static final int ACCESSES = 5_000;
  private static final int ROUNDS = 100;
  private static final int REGION_BYTES = 16 << 10;
  private static final int POOL_BYTES = 4 << 20;

  @TempDir private Path folder;
  private long sum;

  private Map<String, Runnable> accesses(RegionBuffer buffer) {
    UnsafeBuffer agronas = new UnsafeBuffer(ByteBuffer.allocateDirect(8192));
    ByteBuffer direct = ByteBuffer.allocateDirect(8192);
    byte[] bytes = new byte[100];
    OneToOneRingBuffer ring = new OneToOneRingBuffer(buffer.slice(0, 1024 + RingBufferDescriptor.TRAILER_LENGTH));
    MessageHandler handler = (_, message, index, _) -> sum += message.getLong(index);
    RegionCounters counters =
        new RegionCounters(buffer.slice(4096, CountersReader.METADATA_LENGTH), buffer.slice(8192, CountersReader.COUNTER_LENGTH));
    AtomicCounter counter = counters.newCounter("one");
    RegionBuffer part = buffer.slice(0, 8);
    Map<String, Runnable> accesses = new LinkedHashMap<>();
    accesses.put("getLong", () -> sum += buffer.getLong(8192));
    accesses.put("putLong", () -> buffer.putLong(8192, sum));
    accesses.put("putLong, big-endian", () -> buffer.putLong(8192, sum, ByteOrder.BIG_ENDIAN));
    accesses.put("getLongVolatile", () -> sum += buffer.getLongVolatile(8192));
    accesses.put("getAndAddLong", () -> sum += buffer.getAndAddLong(8200, 1));
    accesses.put("compareAndSetInt", () -> buffer.compareAndSetInt(8208, (int) sum, 1));
    accesses.put("putBytes of an array", () -> buffer.putBytes(9000, bytes));
    accesses.put("putBytes of Agrona's buffer", () -> buffer.putBytes(8192, agronas, 0, 8192));
    accesses.put("getBytes to Agrona's buffer", () -> buffer.getBytes(8192, agronas, 0, 8192));
    accesses.put("getBytes to a byte buffer", () -> buffer.getBytes(8192, direct, 0, 8192));
    accesses.put("setMemory", () -> buffer.setMemory(9000, 5000, (byte) 1));
    accesses.put("putStringWithoutLengthAscii", () -> sum += buffer.putStringWithoutLengthAscii(9000, "text"));
    accesses.put("putLongAscii", () -> sum += buffer.putLongAscii(9000, Long.MAX_VALUE));
    accesses.put("parseLongAscii", () -> sum += buffer.parseLongAscii(9000, 19));
    accesses.put("wrap", () -> part.wrap(buffer, 64, 8));
    accesses.put("hashCode", () -> sum += part.hashCode());
    accesses.put("equals", () -> sum += part.equals(ring.buffer()) ? 1 : 0);
    accesses.put(
        "a message through a ring buffer",
        () -> {
          ring.write(1, agronas, 0, 24);
          sum += ring.read(handler);
        });
    accesses.put("a counter", () -> sum += counter.incrementRelease());
    return accesses;
  }

  @Test
  void anAccessAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    AgronaStage stage = AgronaStage.create(MappedMedia.create(folder.resolve("a.pool"), POOL_BYTES), REGION_BYTES);
    Epoch epoch = stage.lease();
    Region region = stage.view(epoch, RegionRights.READ_WRITE);
    RegionBuffer buffer = RegionBuffer.over(region);
    region.prepareWrite(0, REGION_BYTES);
    accesses(buffer)
        .forEach(
            (name, access) -> {
              // The first ones make what is kept; what the compiler has not seen yet may make more than it will.
              long least = Long.MAX_VALUE;
              for (int round = 0; round < ROUNDS && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < ACCESSES; i++) {
                  access.run();
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
              }
              assertThat(least).as("bytes allocated by %d times %s", ACCESSES, name).isZero();
            });
    region.close();
    stage.abort(epoch);
    stage.close();
    assertThat(sum).isNotZero();
  }
}
