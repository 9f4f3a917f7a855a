package dev.dormouse.region.agrona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionRights;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.agrona.AsciiSequenceView;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.ExpandableRingBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.broadcast.CopyBroadcastReceiver;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;
import org.agrona.concurrent.status.UnsafeBufferStatusIndicator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every place in Agrona that goes past the interface ends with an exception, and neither reads nor stores. */
class RawAccessTest {
  private static final int REGION_BYTES = 8192;
  private static final String RAW_METHODS = "addressOffset|byteArray|byteBuffer|wrapAdjustment";

  private AgronaStage stage;
  private Epoch epoch;
  private Region region;
  private RegionBuffer ours;

  @BeforeEach
  void begin() {
    stage = AgronaStage.create(REGION_BYTES);
    epoch = stage.lease();
    region = stage.view(epoch, RegionRights.READ_WRITE);
    ours = RegionBuffer.over(region);
  }

  @AfterEach
  void end() {
    region.close();
    stage.abort(epoch);
  }

  private static UnsafeBuffer heap(int length) {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(length));
  }

  private CountersManager counters() {
    return new CountersManager(ours.slice(0, 4 * CountersReader.METADATA_LENGTH), ours.slice(4096, 4 * CountersReader.COUNTER_LENGTH));
  }

  private Map<String, Runnable> refusals() {
    Map<String, Runnable> refusals = new LinkedHashMap<>();
    refusals.put("addressOffset", () -> ours.addressOffset());
    refusals.put("wrap(byte[])", () -> ours.wrap(new byte[8]));
    refusals.put("wrap(byte[], int, int)", () -> ours.wrap(new byte[8], 0, 8));
    refusals.put("wrap(ByteBuffer)", () -> ours.wrap(ByteBuffer.allocateDirect(8)));
    refusals.put("wrap(ByteBuffer, int, int)", () -> ours.wrap(ByteBuffer.allocateDirect(8), 0, 8));
    refusals.put("wrap(long, int)", () -> ours.wrap(0x1000L, 8));
    refusals.put("wrap(DirectBuffer)", () -> ours.wrap(heap(8)));
    refusals.put("wrap(DirectBuffer, int, int)", () -> ours.wrap(heap(8), 0, 8));
    refusals.put("new UnsafeBuffer(ours)", () -> new UnsafeBuffer(ours));
    refusals.put("new UnsafeBuffer(ours, int, int)", () -> new UnsafeBuffer(ours, 0, 8));
    refusals.put("UnsafeBuffer.wrap", () -> heap(8).wrap(ours));
    refusals.put("UnsafeBuffer.wrap, a part", () -> heap(8).wrap(ours, 0, 8));
    refusals.put("UnsafeBuffer.putBytes from ours", () -> heap(8).putBytes(0, ours, 0, 8));
    refusals.put("UnsafeBuffer.compareTo", () -> heap(8).compareTo(ours));
    refusals.put("ExpandableArrayBuffer.putBytes from ours", () -> new ExpandableArrayBuffer().putBytes(0, ours, 0, 8));
    refusals.put("ExpandableDirectByteBuffer.putBytes from ours", () -> new ExpandableDirectByteBuffer().putBytes(0, ours, 0, 8));
    refusals.put("AsciiSequenceView.getBytes", () -> new AsciiSequenceView(ours, 0, 8).getBytes(heap(8), 0));
    refusals.put("ExpandableRingBuffer.append", () -> new ExpandableRingBuffer().append(ours, 0, 8));
    refusals.put("new AtomicCounter", () -> new AtomicCounter(ours, 1));
    refusals.put("new UnsafeBufferStatusIndicator", () -> new UnsafeBufferStatusIndicator(ours, 1));
    refusals.put("CountersManager.newCounter", () -> counters().newCounter("one"));
    refusals.put("CountersManager.allocate with a key function", () -> counters().allocate("one", 1, _ -> {}));
    refusals.put("CountersManager.setCounterKey with a key function", () -> counters().setCounterKey(0, _ -> {}));
    refusals.put(
        "CountersReader.forEach with keys",
        () -> {
          CountersManager counters = counters();
          counters.allocate("one");
          counters.forEach((_, _, _, _) -> {});
        });
    refusals.put("ManyToOneRingBuffer of Agrona's buffer, write from ours", () -> manyToOne().write(1, ours, 0, 8));
    refusals.put("OneToOneRingBuffer of Agrona's buffer, write from ours", () -> oneToOne().write(1, ours, 0, 8));
    refusals.put("BroadcastTransmitter of Agrona's buffer, transmit from ours", () -> transmitter().transmit(1, ours, 0, 8));
    refusals.put(
        "CopyBroadcastReceiver with a scratch buffer of Agrona's",
        () -> {
          RegionBuffer buffer = ours.slice(0, 1024 + BroadcastBufferDescriptor.TRAILER_LENGTH);
          CopyBroadcastReceiver receiver = new CopyBroadcastReceiver(new BroadcastReceiver(buffer));
          new BroadcastTransmitter(buffer).transmit(1, heap(8), 0, 8);
          receiver.receive((_, _, _, _) -> {});
        });
    refusals.put(
        "CountersManager of Agrona's buffers, label from ours",
        () -> new CountersManager(heap(512), heap(128)).allocate(1, null, 0, 0, ours, 0, 8));
    return refusals;
  }

  private static ManyToOneRingBuffer manyToOne() {
    return new ManyToOneRingBuffer(heap(1024 + RingBufferDescriptor.TRAILER_LENGTH));
  }

  private static OneToOneRingBuffer oneToOne() {
    return new OneToOneRingBuffer(heap(1024 + RingBufferDescriptor.TRAILER_LENGTH));
  }

  private static BroadcastTransmitter transmitter() {
    return new BroadcastTransmitter(heap(1024 + BroadcastBufferDescriptor.TRAILER_LENGTH));
  }

  @Test
  void whoeverWantsAnAddressMeetsAnExceptionThatTeaches() {
    refusals()
        .forEach(
            (name, refused) ->
                assertThatThrownBy(refused::run).as(name)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageMatching(".*(getBytes and putBytes).*"));
  }

  @Test
  void thereIsNothingToFindBehindTheBuffer() {
    assertThat(ours.byteArray()).isNull();
    assertThat(ours.byteBuffer()).isNull();
    assertThat(ours.wrapAdjustment()).isZero();
    assertThatCode(() -> BufferUtil.free(ours)).doesNotThrowAnyException();
    assertThat(ours.toString()).isEqualTo("RegionBuffer[offset=0, capacity=8192]");
  }

  /** Agrona sets the capacity before it asks for the address; the message says what to do with such a buffer. */
  @Test
  void anUnsafeBufferWhoseWrapFailedHasTheWrongCapacity() {
    UnsafeBuffer reused = heap(8);
    assertThatThrownBy(() -> reused.wrap(ours)).hasMessageContaining("throw an UnsafeBuffer away whose wrap ended here");
    assertThat(reused.capacity()).isEqualTo(REGION_BYTES);
  }

  @Test
  void copiesInBothDirectionsWorkWhereTheCallIsOnOurs() {
    byte[] text = "between two worlds".getBytes(StandardCharsets.US_ASCII);
    for (var other :
        List.of(
            new UnsafeBuffer(new byte[64]), heap(64), new UnsafeBuffer(ByteBuffer.allocate(64)), new ExpandableArrayBuffer(8),
            new ExpandableDirectByteBuffer(8), ours.slice(4096, 64))) {
      ours.putBytes(100, text);
      ours.getBytes(100, other, 3, text.length);
      ours.setMemory(100, text.length, (byte) 0);
      ours.putBytes(200, other, 3, text.length);
      assertThat(ours.getStringWithoutLengthAscii(200, text.length)).isEqualTo("between two worlds");
      other.getBytes(3, ours, 300, text.length);
      assertThat(ours.getStringWithoutLengthAscii(300, text.length)).isEqualTo("between two worlds");
    }
  }

  @Test
  void aCopyThatIsLongerThanAPieceArrivesWhole() {
    byte[] bytes = new byte[6000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    UnsafeBuffer other = heap(6000);
    ours.putBytes(100, new UnsafeBuffer(bytes), 0, 6000);
    ours.getBytes(100, other, 0, 6000);
    assertThat(BufferCall.all(other)).isEqualTo(bytes);
    ByteBuffer direct = ByteBuffer.allocateDirect(6000);
    ours.getBytes(100, direct, 6000);
    ours.setMemory(100, 6000, (byte) 0);
    ours.putBytes(101, direct.flip(), 6000);
    byte[] back = new byte[6000];
    ours.getBytes(101, back);
    assertThat(back).isEqualTo(bytes);
  }

  @Test
  void aByteBufferThatIsForReadingOnlyIsNotWrittenTo() {
    ByteBuffer readOnly = ByteBuffer.allocate(8).asReadOnlyBuffer();
    ours.putLong(0, -1);
    assertThatThrownBy(() -> ours.getBytes(0, readOnly, 8)).isInstanceOf(ReadOnlyBufferException.class);
    assertThat(readOnly.getLong(0)).isZero();
  }

  @Test
  void atomicAccessesMustBeAligned() {
    UnsafeBuffer agronas = heap(64);
    agronas.putLongVolatile(4, 7);
    assertThat(agronas.getLongVolatile(4)).as("Agrona does it, on machines that can").isEqualTo(7);
    assertMisaligned(() -> ours.getLongVolatile(4));
    assertMisaligned(() -> ours.putLongRelease(4, 7));
    assertMisaligned(() -> ours.getAndAddInt(2, 7));
    assertMisaligned(() -> ours.compareAndSetLong(1, 0, 7));
    assertMisaligned(() -> ours.putShortVolatile(1, (short) 7));
    assertMisaligned(() -> ours.slice(1, 64).getIntAcquire(0));
    assertThatThrownBy(() -> ours.slice(4, 64).verifyAlignment()).isInstanceOf(IllegalStateException.class);
    ours.slice(8, 64).verifyAlignment();
    assertThat(stage.bytes()).containsOnly(0);
  }

  private static void assertMisaligned(Runnable access) {
    assertThatThrownBy(access::run)
        .isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.MISALIGNED));
  }

  @Test
  void aBufferIsOverWithItsTurnAndGoesOnInAnother() {
    ours.putLong(0, 5);
    region.close();
    List<Runnable> accesses =
        List.of(
            () -> ours.getLong(0), () -> ours.putLong(0, 1), () -> ours.getLongVolatile(0), () -> assertThat(ours.hashCode()).isZero());
    for (Runnable access : accesses) {
      assertThatThrownBy(access::run)
          .isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.STALE_VIEW));
    }
    region = stage.view(epoch, RegionRights.READ_WRITE);
    ours.wrap(region);
    assertThat(ours.getLong(0)).isEqualTo(5);
    ours.wrap(region, 8, 16);
    assertThat(ours.capacity()).isEqualTo(16);
    ours.wrap(RegionBuffer.over(region, 0, 64), 0, 8);
    assertThat(ours.getLong(0)).isEqualTo(5);
  }

  @Test
  void aBufferStaysInsideItsRegionAndItsOwnRange() {
    assertThatThrownBy(() -> RegionBuffer.over(region, 1, REGION_BYTES)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> RegionBuffer.over(region, -1, 8)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ours.wrap(region, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ours.slice(8, REGION_BYTES)).isInstanceOf(IndexOutOfBoundsException.class);
    RegionBuffer part = ours.slice(64, 64);
    assertThatThrownBy(() -> ours.wrap(part, 1, 64)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> part.getLong(57)).isInstanceOf(IndexOutOfBoundsException.class);
    Region huge = new Region(null, null, null, 0, 1L << 31, RegionRights.READ);
    assertThatThrownBy(() -> RegionBuffer.over(huge))
        .isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.INVALID_RANGE))
        .hasMessageContaining("indices end at 2147483639");
    assertThat(RegionBuffer.over(huge, 1L << 30, 1 << 20).capacity()).isEqualTo(1 << 20);
  }

  /** A later Agrona may go past the interface in more places; then this says where, and the table above gets longer. */
  @Test
  void theseAreAllThePlacesInAgronaThatAskForAnAddress() throws IOException {
    Set<String> places = new TreeSet<>();
    URI jar = URI.create("jar:" + AtomicCounter.class.getProtectionDomain().getCodeSource().getLocation());
    try (FileSystem files = FileSystems.newFileSystem(jar, Map.of());
        Stream<Path> classes = Files.walk(files.getPath("/org/agrona"))) {
      for (Path path : classes.filter(file -> file.toString().endsWith(".class")).toList()) {
        ClassModel model = ClassFile.of().parse(Files.readAllBytes(path));
        model.methods().forEach(
            method ->
                method.code().ifPresent(
                    code ->
                        code.forEach(
                            element -> {
                              if (element instanceof InvokeInstruction call
                                  && call.name().stringValue().matches(RAW_METHODS)
                                  && call.owner().asInternalName().startsWith("org/agrona/")) {
                                places.add(model.thisClass().asInternalName().replaceAll(".*/", "") + "." + method.methodName().stringValue());
                              }
                            })));
      }
    }
    assertThat(places)
        .containsExactlyInAnyOrder(
            "AbstractMutableDirectBuffer.putBytes",
            "AbstractMutableDirectBuffer.compareTo",
            "AtomicCounter.<init>",
            "BufferUtil.free",
            "UnsafeBuffer.wrap",
            "UnsafeBufferPosition.<init>",
            "UnsafeBufferStatusIndicator.<init>");
    // The one that is given an UnsafeBuffer can never be given ours.
    assertThat(DirectBuffer.class.isAssignableFrom(RegionBuffer.class)).isTrue();
    assertThat(UnsafeBuffer.class.isAssignableFrom(RegionBuffer.class)).isFalse();
  }
}
