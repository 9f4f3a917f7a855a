package dev.dormouse.region.agrona;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.region.Region;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.broadcast.CopyBroadcastReceiver;
import org.agrona.concurrent.errors.DistinctErrorLog;
import org.agrona.concurrent.errors.ErrorLogReader;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.ConcurrentCountersManager;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Agrona's structures in turns: they do what they do in a buffer of Agrona's own, byte for byte, and a failed turn did nothing. */
class AgronaStructuresTest {
  private static final int REGION_BYTES = 16 << 10;
  private static final int TURNS = 60;

  /** Some work with a structure over a buffer; answers all that the structure answered. */
  record Work(String name, Function<Use, List<Object>> in) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** What one turn works with. */
  record Use(AtomicBuffer buffer, Random random) {
    AtomicBuffer part(int index, int length) {
      return buffer instanceof RegionBuffer ours ? ours.slice(index, length) : new UnsafeBuffer(buffer, index, length);
    }

    UnsafeBuffer message(int longest) {
      byte[] bytes = new byte[random.nextInt(longest)];
      random.nextBytes(bytes);
      return new UnsafeBuffer(bytes);
    }
  }

  static Stream<Work> works() {
    return Stream.of(
        new Work("many to one", use -> ring(use, ManyToOneRingBuffer::new)),
        new Work("one to one", use -> ring(use, OneToOneRingBuffer::new)),
        new Work("broadcast", AgronaStructuresTest::broadcast),
        new Work("counters", use -> counters(use, CountersManager::new)),
        new Work("concurrent counters", use -> counters(use, ConcurrentCountersManager::new)),
        new Work("error log", AgronaStructuresTest::errors));
  }

  @ParameterizedTest
  @MethodSource("works")
  void doesTheSameInARegionAndIsUndoneWithItsTurn(Work work) {
    AgronaStage stage = AgronaStage.create(REGION_BYTES);
    UnsafeBuffer model = new UnsafeBuffer(ByteBuffer.allocateDirect(REGION_BYTES));
    int answers = 0;
    for (int turn = 0; turn < TURNS; turn++) {
      int seed = turn;
      byte[] before = stage.bytes();
      List<Object> wanted = work.in.apply(new Use(model, new Random(seed * 7919L)));
      answers += wanted.size();
      boolean fails = turn % 4 == 3;
      if (fails) {
        stage.undone(region -> assertThat(done(work, region, seed)).as("turn %d", seed).isEqualTo(wanted));
        assertThat(stage.bytes()).as("turn %d was undone", turn).isEqualTo(before);
        model.putBytes(0, before);
      } else {
        stage.run(region -> assertThat(done(work, region, seed)).as("turn %d", seed).isEqualTo(wanted));
        assertThat(stage.bytes()).as("turn %d", turn).isEqualTo(BufferCall.all(model));
      }
    }
    assertThat(answers).isGreaterThan(5 * TURNS);
    stage.close();
  }

  private static List<Object> done(Work work, Region region, int seed) {
    return work.in.apply(new Use(RegionBuffer.over(region), new Random(seed * 7919L)));
  }

  private static List<Object> ring(Use use, Function<AtomicBuffer, RingBuffer> make) {
    RingBuffer ring = make.apply(use.part(64, 1024 + RingBufferDescriptor.TRAILER_LENGTH));
    List<Object> seen = new ArrayList<>(List.of(ring.maxMsgLength(), ring.capacity()));
    MessageHandler handler = (type, buffer, index, length) -> seen.add(type + content(buffer, index, length));
    ControlledMessageHandler.Action[] actions = ControlledMessageHandler.Action.values();
    ControlledMessageHandler controlled =
        (type, buffer, index, length) -> {
          seen.add(type + content(buffer, index, length));
          return actions[use.random.nextInt(actions.length)];
        };
    for (int i = 0; i < 30; i++) {
      switch (use.random.nextInt(9)) {
        case 0, 1, 2 -> {
          UnsafeBuffer message = use.message(ring.maxMsgLength());
          seen.add(ring.write(1 + i, message, 0, message.capacity()));
        }
        case 3 -> {
          int index = ring.tryClaim(100 + i, 24);
          seen.add(index);
          if (index > 0) {
            ring.buffer().putLong(index, use.random.nextLong());
            if (use.random.nextInt(3) == 0) {
              ring.abort(index);
            } else {
              ring.commit(index);
            }
          }
        }
        case 4 -> seen.add(ring.read(handler, use.random.nextInt(4)));
        case 5 -> seen.add(ring.controlledRead(controlled, 3));
        case 6 -> seen.add(ring.nextCorrelationId());
        case 7 -> {
          ring.consumerHeartbeatTime(i);
          seen.add(ring.consumerHeartbeatTime());
        }
        default -> seen.add(List.of(ring.size(), ring.producerPosition(), ring.consumerPosition(), ring.unblock()));
      }
    }
    return seen;
  }

  private static String content(DirectBuffer buffer, int index, int length) {
    byte[] bytes = new byte[length];
    buffer.getBytes(index, bytes);
    return Arrays.toString(bytes);
  }

  private static List<Object> broadcast(Use use) {
    AtomicBuffer buffer = use.part(64, 1024 + BroadcastBufferDescriptor.TRAILER_LENGTH);
    BroadcastTransmitter transmitter = new BroadcastTransmitter(buffer);
    BroadcastReceiver receiver = new BroadcastReceiver(buffer);
    CopyBroadcastReceiver copying = new CopyBroadcastReceiver(new BroadcastReceiver(buffer), use.part(8192, 512));
    List<Object> seen = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      UnsafeBuffer message = use.message(transmitter.maxMsgLength());
      transmitter.transmit(1 + i, message, 0, message.capacity());
      if (use.random.nextBoolean() && receiver.receiveNext()) {
        seen.add(receiver.typeId() + content(receiver.buffer(), receiver.offset(), receiver.length()) + receiver.validate());
      }
      seen.add(copying.receive((type, bytes, index, length) -> seen.add(type + content(bytes, index, length))));
      seen.add(receiver.lappedCount());
    }
    return seen;
  }

  @FunctionalInterface
  private interface Counting {
    CountersManager make(AtomicBuffer metaData, AtomicBuffer values);
  }

  private static List<Object> counters(Use use, Counting counting) {
    CountersManager counters =
        counting.make(use.part(0, 8 * CountersReader.METADATA_LENGTH), use.part(8192, 8 * CountersReader.COUNTER_LENGTH));
    List<Object> seen = new ArrayList<>();
    int last = counters.allocate("first");
    for (int i = 0; i < 20; i++) {
      UnsafeBuffer key = use.message(100);
      switch (use.random.nextInt(7)) {
        case 0, 1 -> {
          if (counters.available() > 0) {
            last = counters.allocate(i, key, 0, key.capacity(), use.message(200), 0, 0);
            seen.add(last);
          }
        }
        case 2 -> {
          if (counters.getCounterState(last) == CountersReader.RECORD_ALLOCATED) {
            counters.free(last);
          }
        }
        case 3 -> counters.setCounterValue(last, i);
        case 4 -> {
          counters.setCounterRegistrationId(last, i);
          counters.setCounterOwnerId(last, -i);
          counters.setCounterReferenceId(last, 100 + i);
        }
        case 5 -> {
          counters.setCounterLabel(last, "label " + i);
          counters.appendToLabel(last, ", longer");
          counters.setCounterKey(last, key, 0, key.capacity());
        }
        default -> counters.forEach((value, id, label) -> seen.add(value + " " + id + " " + label));
      }
      seen.add(counters.getCounterValue(last) + counters.findByRegistrationId(i) + counters.getCounterLabel(last) + counters.available());
    }
    return seen;
  }

  private static List<Object> errors(Use use) {
    AtomicBuffer buffer = use.part(64, 12_000);
    DistinctErrorLog log = new DistinctErrorLog(buffer, () -> 1234);
    List<Object> seen = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      IllegalStateException error = new IllegalStateException("error " + i % 3);
      error.setStackTrace(new StackTraceElement[] {new StackTraceElement("a.B", "c", "B.java", i % 3)});
      seen.add(log.record(error));
    }
    ErrorLogReader.read(buffer, (count, first, last, text) -> seen.add(count + " " + first + " " + last + " " + text));
    return seen;
  }

  /** Ring buffers keep nothing on the Java heap but where things lie, so one object serves turn after turn. */
  @Test
  void aRingBufferGoesOnInTheNextTurnWhenItsBufferIsWrappedAnew() {
    AgronaStage stage = AgronaStage.create(REGION_BYTES);
    List<String> got = new ArrayList<>();
    RingBuffer[] kept = new RingBuffer[1];
    stage.run(region -> kept[0] = new OneToOneRingBuffer(RegionBuffer.over(region, 0, 1024 + RingBufferDescriptor.TRAILER_LENGTH)));
    RegionBuffer buffer = (RegionBuffer) kept[0].buffer();
    for (int i = 0; i < 100; i++) {
      UnsafeBuffer message = new UnsafeBuffer(("message " + i).getBytes(StandardCharsets.US_ASCII));
      stage.run(
          region -> {
            buffer.wrap(region, 0, buffer.capacity());
            assertThat(kept[0].write(1, message, 0, message.capacity())).isTrue();
          });
      stage.undone(
          region -> {
            buffer.wrap(region, 0, buffer.capacity());
            kept[0].read((_, _, _, _) -> {});
            assertThat(kept[0].write(1, message, 0, message.capacity())).isTrue();
          });
      stage.run(
          region -> {
            buffer.wrap(region, 0, buffer.capacity());
            // At the ring's end a read finds nothing but padding.
            for (int part = 0; part < 2; part++) {
              kept[0].read((_, bytes, index, length) -> got.add(bytes.getStringWithoutLengthAscii(index, length)));
            }
          });
    }
    assertThat(got).hasSize(100).startsWith("message 0", "message 1").endsWith("message 98", "message 99");
  }
}
