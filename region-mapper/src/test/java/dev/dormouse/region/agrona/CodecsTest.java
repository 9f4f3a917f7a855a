package dev.dormouse.region.agrona;

import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.junit.CrashScenario;
import dev.dormouse.emulation.junit.CrashTest;
import dev.dormouse.heap.Media;
import dev.dormouse.region.agrona.sbe.MessageHeaderDecoder;
import dev.dormouse.region.agrona.sbe.MessageHeaderEncoder;
import dev.dormouse.region.agrona.sbe.OrderDecoder;
import dev.dormouse.region.agrona.sbe.OrderEncoder;
import dev.dormouse.region.agrona.sbe.Side;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Test;

/** Codecs that SBE generated from src/test/resources/sbe/order.xml, over a region. */
class CodecsTest {
  private static final int REGION_BYTES = 4096;

  private long offset;

  private static int encode(MutableDirectBuffer buffer, int index, long id, int fills, String note) {
    OrderEncoder order = new OrderEncoder().wrapAndApplyHeader(buffer, index, new MessageHeaderEncoder());
    order.orderId(id).side(Side.SELL).symbol("ACME").ratio(id / 4.0);
    OrderEncoder.FillsEncoder group = order.fillsCount(fills);
    for (int i = 0; i < fills; i++) {
      group.next().price(100 * id + i).quantity(1 + i);
    }
    order.note(note);
    return MessageHeaderEncoder.ENCODED_LENGTH + order.encodedLength();
  }

  private static String decode(DirectBuffer buffer, int index) {
    OrderDecoder order = new OrderDecoder();
    order.wrapAndApplyHeader(buffer, index, new MessageHeaderDecoder());
    StringBuilder seen = new StringBuilder(64);
    seen.append(order.orderId()).append(' ').append(order.side()).append(' ').append(order.symbol()).append(' ').append(order.ratio());
    for (OrderDecoder.FillsDecoder fill : order.fills()) {
      seen.append(" (").append(fill.price()).append(", ").append(fill.quantity()).append(')');
    }
    return seen.append(' ').append(order.note()).toString();
  }

  @Test
  void aMessageIsEncodedInARegionAsInABufferOfAgronas() {
    AgronaStage stage = AgronaStage.create(REGION_BYTES);
    UnsafeBuffer agronas = new UnsafeBuffer(ByteBuffer.allocateDirect(REGION_BYTES));
    int length = encode(agronas, 3, 8, 3, "na\u00efve \u4e2d");
    int inRegion = stage.turn(region -> encode(RegionBuffer.over(region), 3, 8, 3, "na\u00efve \u4e2d"));
    assertThat(inRegion).isEqualTo(length);
    assertThat(stage.bytes()).isEqualTo(BufferCall.all(agronas));
    assertThat(stage.<String>turn(region -> decode(RegionBuffer.over(region), 3)))
        .isEqualTo("8 SELL ACME 2.0 (800, 1) (801, 2) (802, 3) na\u00efve \u4e2d")
        .isEqualTo(decode(agronas, 3));
    stage.undone(region -> encode(RegionBuffer.over(region), 3, 9, 1, "other"));
    assertThat(stage.bytes()).isEqualTo(BufferCall.all(agronas));
  }

  @Test
  void dataIsCopiedOutOrWrappedByABufferOverTheRegion() {
    AgronaStage stage = AgronaStage.create(REGION_BYTES);
    stage.run(
        region -> {
          RegionBuffer ours = RegionBuffer.over(region);
          encode(ours, 0, 8, 2, "the note");
          OrderDecoder order = new OrderDecoder();
          MessageHeaderDecoder header = new MessageHeaderDecoder();
          // Data lies behind the group, and is reached by way of it.
          order.wrapAndApplyHeader(ours, 0, header).fills().forEach(_ -> {});
          RegionBuffer note = ours.slice(0, 0);
          order.wrapNote(note);
          assertThat(note.getStringWithoutLengthAscii(0, note.capacity())).isEqualTo("the note");
          UnsafeBuffer copy = new UnsafeBuffer(new byte[32]);
          order.wrapAndApplyHeader(ours, 0, header).fills().forEach(_ -> {});
          assertThat(order.getNote(copy, 0, 32)).isEqualTo(8);
          assertThat(copy.getStringWithoutLengthAscii(0, 8)).isEqualTo("the note");
          order.wrapAndApplyHeader(ours, 0, header).fills().forEach(_ -> {});
          assertThatThrownBy(() -> order.wrapNote(new UnsafeBuffer())).isInstanceOf(UnsupportedOperationException.class);
          OrderEncoder encoder = new OrderEncoder().wrapAndApplyHeader(ours, 1024, new MessageHeaderEncoder());
          encoder.side(Side.BUY).fillsCount(0);
          encoder.putNote(new UnsafeBuffer(new byte[] {'a', 'b'}), 0, 2);
          assertThat(decode(ours, 1024)).endsWith(" ab");
        });
  }

  @Test
  void aMessageIsEncodedInPlaceInARingBuffer() {
    AgronaStage stage = AgronaStage.create(REGION_BYTES);
    stage.run(
        region -> {
          OneToOneRingBuffer ring = new OneToOneRingBuffer(RegionBuffer.over(region, 0, 1024 + RingBufferDescriptor.TRAILER_LENGTH));
          int index = ring.tryClaim(OrderEncoder.TEMPLATE_ID, 100);
          encode(ring.buffer(), index, 5, 1, "claimed");
          ring.commit(index);
        });
    stage.run(
        region -> {
          OneToOneRingBuffer ring = new OneToOneRingBuffer(RegionBuffer.over(region, 0, 1024 + RingBufferDescriptor.TRAILER_LENGTH));
          String[] got = new String[1];
          assertThat(ring.read((_, buffer, index, _) -> got[0] = decode(buffer, index))).isEqualTo(1);
          assertThat(got[0]).isEqualTo("5 SELL ACME 1.25 (500, 1) claimed");
        });
  }

  private AgronaStage open(Media media) {
    return AgronaStage.open(media, offset, REGION_BYTES);
  }

  /** Over one another and of different lengths, so that a mixture of two would be seen. */
  @CrashTest(sizeBytes = AgronaStage.POOL_BYTES, models = {PX86, PAGE_CACHE}, images = 96, recoveryImages = 4)
  void aMessageThatIsHalfEncodedIsNeverSeen(CrashScenario crash) {
    crash.prepare(
            media -> {
              offset = AgronaStage.format(media, REGION_BYTES);
              open(media).run(region -> encode(RegionBuffer.over(region), 40, 1, 1, "first"));
            })
        .open(this::open)
        .step("a longer one", stage -> stage.run(region -> encode(RegionBuffer.over(region), 40, 2, 9, "second ".repeat(9))))
        .step("a shorter one", stage -> stage.run(region -> encode(RegionBuffer.over(region), 40, 3, 2, "third")))
        .allOrNothing(
            stage -> stage.<String>turn(region -> decode(RegionBuffer.over(region), 40)) + Arrays.hashCode(stage.bytes()));
  }
}
