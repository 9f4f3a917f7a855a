package dev.dormouse.region.agrona;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.region.agrona.sbe.MessageHeaderEncoder;
import dev.dormouse.region.agrona.sbe.OrderEncoder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.AsciiSequenceView;
import org.agrona.BufferUtil;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.ExpandableRingBuffer;
import org.agrona.PrintBufferUtil;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Object2ObjectHashMap;
import org.agrona.concurrent.ManyToManyConcurrentArrayQueue;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.broadcast.CopyBroadcastReceiver;
import org.agrona.concurrent.errors.DistinctErrorLog;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.AtomicLongPosition;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;
import org.agrona.io.DirectBufferDataInput;

/** Started without the flag: says of each class whether it works. */
final class WithoutFlag {
  private WithoutFlag() {}

  @FunctionalInterface
  private interface Use {
    void run() throws IOException;
  }

  public static void main(String[] arguments) {
    AgronaStage stage = AgronaStage.create(CrashMedia.zeroed(1 << 20), 16 << 10);
    stage.run(region -> uses(RegionBuffer.over(region)).forEach(WithoutFlag::tell));
    try {
      AgronaAccess.require("this test");
    } catch (AgronaUnavailable e) {
      System.out.println("require " + e.flag() + ": " + e.getMessage());
    }
  }

  private static void tell(String name, Use use) {
    try {
      use.run();
      System.out.println("works " + name);
    } catch (LinkageError | IOException e) {
      System.out.println("fails " + name);
    }
  }

  private static Map<String, Use> uses(RegionBuffer buffer) {
    RegionBuffer ring = buffer.slice(0, 1024 + RingBufferDescriptor.TRAILER_LENGTH);
    RegionBuffer news = buffer.slice(4096, 1024 + BroadcastBufferDescriptor.TRAILER_LENGTH);
    RegionBuffer records = buffer.slice(8192, 2 * CountersReader.METADATA_LENGTH);
    RegionBuffer values = buffer.slice(12288, 2 * CountersReader.COUNTER_LENGTH);
    Map<String, Use> uses = new LinkedHashMap<>();
    uses.put("RegionBuffer", () -> buffer.putIntAscii(0, buffer.getAndAddInt(64, 1) + buffer.hashCode() + buffer.putStringUtf8(128, "a")));
    buffer.setMemory(0, buffer.capacity(), (byte) 0);
    uses.put(
        "ManyToOneRingBuffer",
        () -> {
          buffer.setMemory(0, 4096, (byte) 0);
          ManyToOneRingBuffer messages = new ManyToOneRingBuffer(ring);
          messages.write(1, buffer, 4096, 8);
          messages.read((_, _, _, _) -> {});
          buffer.setMemory(0, 4096, (byte) 0);
        });
    uses.put(
        "OneToOneRingBuffer",
        () -> {
          OneToOneRingBuffer messages = new OneToOneRingBuffer(ring);
          messages.commit(messages.tryClaim(1, 8));
          messages.read((_, _, _, _) -> {});
        });
    uses.put(
        "BroadcastTransmitter, BroadcastReceiver, CopyBroadcastReceiver with a scratch buffer",
        () -> {
          CopyBroadcastReceiver receiver = new CopyBroadcastReceiver(new BroadcastReceiver(news), buffer.slice(15 << 10, 512));
          new BroadcastTransmitter(news).transmit(1, buffer, 0, 8);
          receiver.receive((_, _, _, _) -> {});
        });
    uses.put("CountersManager", () -> new CountersManager(records, values).allocate("one"));
    uses.put(
        "RegionCounters",
        () -> {
          RegionCounters counters = new RegionCounters(records, values);
          counters.newCounter("two").increment();
          counters.position(1).set(5);
        });
    uses.put("DistinctErrorLog", () -> new DistinctErrorLog(buffer.slice(0, 4096), () -> 1));
    uses.put("codecs of SBE", () -> new OrderEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).note("a"));
    uses.put("collections", () -> new Object2ObjectHashMap<Object, Object>().put(buffer, new Int2ObjectHashMap<>()));
    uses.put("AsciiSequenceView", () -> new AsciiSequenceView(buffer, 0, 8).charAt(1));
    uses.put("DirectBufferDataInput", () -> new DirectBufferDataInput(buffer).readLong());
    uses.put("PrintBufferUtil", () -> PrintBufferUtil.hexDump(buffer, 0, 8));
    uses.put("UnsafeBuffer", () -> new UnsafeBuffer(new byte[8]));
    uses.put("ExpandableArrayBuffer", ExpandableArrayBuffer::new);
    uses.put("ExpandableDirectByteBuffer", ExpandableDirectByteBuffer::new);
    uses.put("ExpandableRingBuffer", ExpandableRingBuffer::new);
    uses.put("BufferUtil", () -> BufferUtil.allocateDirectAligned(8, 8));
    uses.put("CopyBroadcastReceiver without one", () -> new CopyBroadcastReceiver(new BroadcastReceiver(news)));
    uses.put("AtomicLongPosition", () -> new AtomicLongPosition().set(1));
    uses.put("OneToOneConcurrentArrayQueue", () -> new OneToOneConcurrentArrayQueue<>(4).offer("a"));
    uses.put("ManyToOneConcurrentArrayQueue", () -> new ManyToOneConcurrentArrayQueue<>(4).offer("a"));
    uses.put("ManyToManyConcurrentArrayQueue", () -> new ManyToManyConcurrentArrayQueue<>(4).offer("a"));
    uses.put("ManyToOneConcurrentLinkedQueue", () -> new ManyToOneConcurrentLinkedQueue<>().offer("a"));
    return uses;
  }
}
