package dev.dormouse.cli.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.Turn;
import dev.dormouse.component.TurnFailed;
import dev.dormouse.region.agrona.RegionBuffer;
import dev.dormouse.region.agrona.RegionCounters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/agrona.md. */
class AgronaGuideTest {
  private static final long POOL_BYTES = 1 << 20;

  @TempDir private Path folder;

  // region program
  /** Keeps what it is sent in a ring buffer until it is asked for all of it, and counts. */
  public static final class InboxProgram implements Program {
    static final int RING_BYTES = 4096 + RingBufferDescriptor.TRAILER_LENGTH;
    static final int RECORDS_BYTES = 4 * CountersReader.METADATA_LENGTH;
    static final int VALUES_BYTES = 4 * CountersReader.COUNTER_LENGTH;
    private static final int TEXT = 1;
    private static final int RECEIVED = 0;

    @Override
    public void turn(Turn turn) {
      RingBuffer inbox = new OneToOneRingBuffer(RegionBuffer.over(turn.region("inbox"), 0, RING_BYTES));
      RegionCounters counters =
          new RegionCounters(
              RegionBuffer.over(turn.region("records"), 0, RECORDS_BYTES), RegionBuffer.over(turn.region("values"), 0, VALUES_BYTES));
      if (counters.getCounterState(RECEIVED) == CountersReader.RECORD_UNUSED) {
        counters.allocate("received");
      }
      int length = turn.request().remaining();
      if (length > 0) {
        int index = inbox.tryClaim(TEXT, length);
        counters.counter(RECEIVED).incrementRelease();
        inbox.buffer().putBytes(index, turn.request(), length);
        inbox.commit(index);
      } else {
        StringBuilder all = new StringBuilder(counters.getCounterLabel(RECEIVED) + " " + counters.getCounterValue(RECEIVED) + ":");
        inbox.read((_, buffer, index, bytes) -> all.append(' ').append(buffer.getStringWithoutLengthUtf8(index, bytes)));
        turn.reply(all.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
  }
  // endregion

  private static String ask(Component inbox, String text) {
    return StandardCharsets.UTF_8.decode(inbox.invoke(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))).toString();
  }

  @Test
  void messagesWaitUntilTheyAreAskedFor() {
    Path pool = folder.resolve("inbox.pool");
    // region use
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(POOL_BYTES))) {
      Component inbox =
          store.create(
              "inbox",
              spec ->
                  spec.program(InboxProgram.class)
                      .region("inbox", InboxProgram.RING_BYTES)
                      .region("records", InboxProgram.RECORDS_BYTES)
                      .region("values", InboxProgram.VALUES_BYTES));
      ask(inbox, "one");
      ask(inbox, "two");
      // Longer than a message can be: Agrona throws, and the turn never was.
      assertThatThrownBy(() -> ask(inbox, "x".repeat(5000))).isInstanceOf(TurnFailed.class);
    }
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing())) {
      Component inbox = store.component("inbox");
      assertThat(ask(inbox, "")).isEqualTo("received 2: one two");
      assertThat(ask(inbox, "")).isEqualTo("received 2:");
    }
    // endregion
  }
}
