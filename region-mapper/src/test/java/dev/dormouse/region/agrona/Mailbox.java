package dev.dormouse.region.agrona;

import dev.dormouse.region.Region;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.CountersReader;

/** Two ring buffers, a broadcast buffer and counters side by side in a region, for one turn. */
final class Mailbox {
  private static final int RING_BYTES = 256 + RingBufferDescriptor.TRAILER_LENGTH;
  private static final int BROADCAST_BYTES = 256 + BroadcastBufferDescriptor.TRAILER_LENGTH;
  private static final int COUNTERS = 2;
  private static final int SECOND_RING = RING_BYTES;
  private static final int BROADCAST = 2 * RING_BYTES;
  private static final int RECORDS = BROADCAST + BROADCAST_BYTES;
  private static final int RECORDS_BYTES = COUNTERS * CountersReader.METADATA_LENGTH;
  private static final int VALUES = RECORDS + RECORDS_BYTES;
  private static final int VALUES_BYTES = COUNTERS * CountersReader.COUNTER_LENGTH;
  static final int BYTES = VALUES + VALUES_BYTES;

  final RingBuffer inbox;
  final RingBuffer outbox;
  final RegionCounters counters;
  private final RegionBuffer news;

  Mailbox(Region region) {
    RegionBuffer all = RegionBuffer.over(region);
    inbox = new ManyToOneRingBuffer(all.slice(0, RING_BYTES));
    outbox = new OneToOneRingBuffer(all.slice(SECOND_RING, RING_BYTES));
    news = all.slice(BROADCAST, BROADCAST_BYTES);
    counters = new RegionCounters(all.slice(RECORDS, RECORDS_BYTES), all.slice(VALUES, VALUES_BYTES));
  }

  static DirectBuffer message(String text) {
    return new UnsafeBuffer(text.getBytes(StandardCharsets.US_ASCII));
  }

  void allocateCounters() {
    counters.allocate("received");
    counters.allocate("sent");
  }

  void receive(String text) {
    DirectBuffer message = message(text);
    if (!inbox.write(1, message, 0, message.capacity())) {
      throw new IllegalStateException("the inbox is full");
    }
  }

  /** Claims room, fills it in place, and commits it. */
  void claimAndCommit(String text) {
    int index = inbox.tryClaim(2, text.length());
    MutableDirectBuffer room = inbox.buffer();
    room.putStringWithoutLengthAscii(index, text);
    inbox.commit(index);
  }

  void claimAndAbort() {
    int index = inbox.tryClaim(3, 20);
    inbox.buffer().setMemory(index, 20, (byte) 9);
    inbox.abort(index);
  }

  /** Moves what was received to the outbox, counts it, and tells it around. */
  void handle(int most) {
    BroadcastTransmitter transmitter = new BroadcastTransmitter(news);
    MessageHandler handler =
        (type, buffer, index, length) -> {
          if (!outbox.write(type, buffer, index, length)) {
            throw new IllegalStateException("the outbox is full");
          }
          transmitter.transmit(type, buffer, index, length);
          counters.counter(0).incrementRelease();
        };
    inbox.read(handler, most);
  }

  void send(int most) {
    counters.counter(1).getAndAdd(outbox.read((_, _, _, _) -> {}, most));
  }

  /** All that is in it. Reading takes it out: to be undone. */
  List<String> contents() {
    List<String> contents = new ArrayList<>();
    BroadcastReceiver receiver = new BroadcastReceiver(news);
    if (receiver.receiveNext()) {
      contents.add("last news " + receiver.buffer().getStringWithoutLengthAscii(receiver.offset(), receiver.length()));
    }
    for (RingBuffer ring : List.of(inbox, outbox)) {
      contents.add("producer at " + ring.producerPosition() + ", consumer at " + ring.consumerPosition());
      // A read ends where the ring does.
      for (int part = 0; part < 2; part++) {
        ring.read((type, buffer, index, length) -> contents.add(type + " " + buffer.getStringWithoutLengthAscii(index, length)));
      }
    }
    counters.forEach((value, id, label) -> contents.add(label + " " + id + ": " + value));
    return contents;
  }
}
