package dev.dormouse.cli.mailbox;

import dev.dormouse.component.Program;
import dev.dormouse.component.Turn;
import dev.dormouse.region.agrona.RegionBuffer;
import dev.dormouse.region.agrona.RegionCounters;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.CountersReader;

/**
 * Passes numbered messages from one ring buffer to another, tells them around, and counts. Each turn is one operation, the
 * next one of {@link MailboxModel}; a request that is not empty looks at everything instead, by a turn that fails.
 */
public final class MailboxProgram implements Program {
  static final String REGION = "state";
  static final int REGION_BYTES = 8192;

  private static final int RING_BYTES = 1024 + RingBufferDescriptor.TRAILER_LENGTH;
  private static final int NEWS = 2 * RING_BYTES;
  private static final int NEWS_BYTES = 1024 + BroadcastBufferDescriptor.TRAILER_LENGTH;
  private static final int RECORDS = NEWS + NEWS_BYTES;
  private static final int COUNTERS = 4;
  private static final int VALUES = RECORDS + COUNTERS * CountersReader.METADATA_LENGTH;
  private static final int MESSAGE = 1;

  /** What is seen in a turn that is undone, because looking takes the messages out. */
  static final class Seen extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Seen(String everything) {
      super(everything);
    }
  }

  private static final class Mailbox {
    private final RingBuffer inbox;
    private final RingBuffer outbox;
    private final RegionBuffer news;
    private final RegionCounters counters;

    Mailbox(RegionBuffer all) {
      inbox = new ManyToOneRingBuffer(all.slice(0, RING_BYTES));
      outbox = new OneToOneRingBuffer(all.slice(RING_BYTES, RING_BYTES));
      news = all.slice(NEWS, NEWS_BYTES);
      counters =
          new RegionCounters(
              all.slice(RECORDS, COUNTERS * CountersReader.METADATA_LENGTH), all.slice(VALUES, COUNTERS * CountersReader.COUNTER_LENGTH));
      if (counters.available() == COUNTERS) {
        List.of("operations", "produced", "consumed", "sent").forEach(counters::allocate);
      }
    }

    long count(int counter) {
      return counters.getCounterValue(counter);
    }

    long add(int counter) {
      return counters.counter(counter).incrementRelease();
    }

    void produce() {
      long number = add(MailboxModel.PRODUCED);
      int padding = MailboxModel.paddingBytes(number);
      int index = inbox.tryClaim(MESSAGE, Long.BYTES + padding);
      MutableDirectBuffer room = inbox.buffer();
      room.putLong(index, number);
      room.setMemory(index + Long.BYTES, padding, (byte) number);
      inbox.commit(index);
    }

    void claimAndAbort() {
      int index = inbox.tryClaim(MESSAGE, 40);
      inbox.buffer().putLong(index, -1);
      inbox.abort(index);
    }

    void consume() {
      long number = add(MailboxModel.CONSUMED);
      BroadcastTransmitter transmitter = new BroadcastTransmitter(news);
      MessageHandler handler =
          (type, buffer, index, length) -> {
            require(buffer.getLong(index) == number && length == Long.BYTES + MailboxModel.paddingBytes(number), "message " + number);
            require(outbox.write(type, buffer, index, length), "room in the outbox");
            transmitter.transmit(type, buffer, index, length);
          };
      require(readOne(inbox, handler), "message " + number + " in the inbox");
    }

    void send() {
      long number = add(MailboxModel.SENT);
      require(readOne(outbox, (_, buffer, index, _) -> require(buffer.getLong(index) == number, "message " + number)), "message in the outbox");
    }

    /** A read that meets the ring's end, or nothing but what was aborted, finds the message at its next try. */
    private static boolean readOne(RingBuffer ring, MessageHandler handler) {
      int read = 0;
      for (int part = 0; part < 3 && read == 0; part++) {
        read = ring.read(handler, 1);
      }
      return read == 1;
    }

    String everything() {
      BroadcastReceiver receiver = new BroadcastReceiver(news);
      long last = receiver.receiveNext() ? receiver.buffer().getLong(receiver.offset()) : -1;
      List<Long> waiting = drain(inbox);
      return MailboxModel.everything(
          count(MailboxModel.OPERATIONS), count(MailboxModel.PRODUCED), count(MailboxModel.CONSUMED), count(MailboxModel.SENT), waiting,
          drain(outbox), last);
    }

    private static List<Long> drain(RingBuffer ring) {
      List<Long> numbers = new ArrayList<>();
      MessageHandler handler =
          (_, buffer, index, length) -> {
            long number = buffer.getLong(index);
            for (int i = Long.BYTES; i < length; i++) {
              require(buffer.getByte(index + i) == (byte) number, "padding of message " + number);
            }
            numbers.add(number);
          };
      for (int part = 0; part < 3; part++) {
        ring.read(handler);
      }
      return numbers;
    }

    private static void require(boolean holds, String what) {
      if (!holds) {
        throw new IllegalStateException("expected: " + what);
      }
    }
  }

  @Override
  public void turn(Turn turn) {
    Mailbox mailbox = new Mailbox(RegionBuffer.over(turn.region(REGION)));
    if (turn.request().hasRemaining()) {
      throw new Seen(mailbox.everything());
    }
    MailboxModel.operate(
        mailbox.count(MailboxModel.OPERATIONS), mailbox::count, mailbox::produce, mailbox::claimAndAbort, mailbox::consume, mailbox::send);
    turn.reply(mailbox.add(MailboxModel.OPERATIONS) + 1);
  }
}
