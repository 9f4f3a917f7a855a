package dev.dormouse.region;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Segments that are lent: in place and checked, on a mapped file and on the emulated media. */
class RegionLendingTest {
  private static final int LENGTH = 1000;

  @TempDir private Path folder;
  private final List<Media> opened = new ArrayList<>();
  private RegionStage stage;
  private Epoch epoch;

  enum Medium {
    MAPPED,
    EMULATED
  }

  private static Stream<Arguments> waysAndMedia() {
    return Stream.of(Lending.values()).flatMap(lending -> Stream.of(Medium.values()).map(medium -> Arguments.of(lending, medium)));
  }

  private Region attached(Lending lending, Medium medium, RegionRights rights) {
    Media media = medium == Medium.MAPPED ? MappedMedia.create(folder.resolve("pool"), 256 << 10) : CrashMedia.zeroed(256 << 10);
    opened.add(media);
    stage = RegionStage.create(media);
    Epoch first = stage.lanes.lease();
    stage.map(first).attach("lent", LENGTH, 0, RegionRights.READ_WRITE);
    stage.view(first, stage.table(first).get(0)).fill(0, LENGTH, (byte) 5);
    first.commit();
    stage.lanes.giveBack(first);
    epoch = stage.lanes.lease();
    return view(lending, rights);
  }

  private Region view(Lending lending, RegionRights rights) {
    RegionEntry entry = stage.table(epoch).get(0);
    return new Region(stage.media, epoch, RegionStage.HOLDER, entry.extentOffset(), LENGTH, rights, lending);
  }

  @AfterEach
  void closeMedia() {
    opened.forEach(Media::close);
  }

  private static RegionException.Reason reasonOf(Runnable call) {
    try {
      call.run();
    } catch (RegionException refused) {
      return refused.reason();
    }
    throw new AssertionError("nothing was refused");
  }

  @ParameterizedTest
  @MethodSource("waysAndMedia")
  void whatIsLentIsTheRangeAndItsResultIsAnswered(Lending lending, Medium medium) {
    Region region = attached(lending, medium, RegionRights.READ_WRITE);
    region.putByte(100, (byte) 6);
    long sum = region.lend(99, 3, lent -> lent.byteSize() * 1000 + lent.get(JAVA_BYTE, 0) + lent.get(JAVA_BYTE, 1) * 10);
    assertThat(sum).isEqualTo(3065);
    long nothing = region.lend(LENGTH, 0, MemorySegment::byteSize);
    assertThat(nothing).isZero();
    // Aligned as in the pool.
    long word = region.lend(64, 64, lent -> lent.get(JAVA_LONG, 8));
    assertThat(word).isEqualTo(0x0505050505050505L);
  }

  @ParameterizedTest
  @MethodSource("waysAndMedia")
  void whatIsLentForReadingIsNotStoredTo(Lending lending, Medium medium) {
    Region region = attached(lending, medium, RegionRights.READ);
    assertThatThrownBy(() -> region.lend(0, 8, lent -> lent.fill((byte) 1).byteSize())).isInstanceOf(RuntimeException.class);
    assertThat(region.getByte(0)).isEqualTo((byte) 5);
    assertThat(reasonOf(() -> region.lendForWrite(0, 8, lent -> 0))).isEqualTo(RegionException.Reason.READ_ONLY);
    assertThat(epoch.isClean()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("waysAndMedia")
  void whatIsStoredThroughASegmentIsPartOfTheTurn(Lending lending, Medium medium) {
    Region region = attached(lending, medium, RegionRights.READ_WRITE);
    region.lendForWrite(10, 100, lent -> lent.fill((byte) 7).byteSize());
    assertThat(region.getByte(9)).isEqualTo((byte) 5);
    assertThat(region.getByte(10)).isEqualTo((byte) 7);
    assertThat(region.getByte(109)).isEqualTo((byte) 7);
    assertThat(region.getByte(110)).isEqualTo((byte) 5);
    epoch.abort();
    stage.lanes.giveBack(epoch);
    epoch = stage.lanes.lease();
    assertThat(view(lending, RegionRights.READ).getByte(10)).isEqualTo((byte) 5);
  }

  @ParameterizedTest
  @MethodSource("waysAndMedia")
  void whatWasStoredBeforeAnErrorIsPartOfTheTurn(Lending lending, Medium medium) {
    Region region = attached(lending, medium, RegionRights.READ_WRITE);
    assertThatThrownBy(
            () ->
                region.lendForWrite(
                    0,
                    8,
                    lent -> {
                      lent.set(JAVA_BYTE, 0, (byte) 9);
                      throw new IllegalStateException("enough");
                    }))
        .hasMessage("enough");
    assertThat(region.getByte(0)).isEqualTo((byte) 9);
    epoch.abort();
  }

  @ParameterizedTest
  @MethodSource("waysAndMedia")
  void aSegmentOrABufferOverItIsNotReturned(Lending lending, Medium medium) {
    Region region = attached(lending, medium, RegionRights.READ_WRITE);
    List<Function<MemorySegment, Object>> leaks =
        List.of(lent -> lent, lent -> lent.asSlice(1), MemorySegment::asReadOnly, lent -> lent.isNative() ? lent.asByteBuffer() : lent);
    for (Function<MemorySegment, Object> leak : leaks) {
      assertThat(reasonOf(() -> region.lend(0, 8, leak))).isEqualTo(RegionException.Reason.KEPT_SEGMENT);
      assertThat(reasonOf(() -> region.lendForWrite(0, 8, leak))).isEqualTo(RegionException.Reason.KEPT_SEGMENT);
    }
    byte[] copy = new byte[8];
    Object returned = region.lend(0, 8, lent -> ByteBuffer.wrap(lent.toArray(JAVA_BYTE)).get(copy).flip());
    assertThat(returned).isInstanceOf(ByteBuffer.class);
    assertThat(copy).containsOnly(5);
  }

  private static Stream<Arguments> mortal() {
    return Stream.of(Arguments.of(Lending.MORTAL, Medium.MAPPED), Arguments.of(Lending.CHECKED, Medium.MAPPED), Arguments.of(Lending.CHECKED, Medium.EMULATED));
  }

  @ParameterizedTest
  @MethodSource("mortal")
  void aSegmentIsDeadAfterItsCall(Lending lending, Medium medium) {
    Region region = attached(lending, medium, RegionRights.READ_WRITE);
    AtomicReference<MemorySegment> kept = new AtomicReference<>();
    region.lend(0, 8, lent -> keep(kept, lent));
    assertThatThrownBy(() -> kept.get().get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    region.lendForWrite(0, 8, lent -> keep(kept, lent));
    assertThatThrownBy(() -> kept.get().set(JAVA_BYTE, 0, (byte) 1)).isInstanceOf(IllegalStateException.class);
    region.lendForWrite(0, 8, lent -> keep(kept, MemorySegment.ofBuffer(lent.asByteBuffer())));
    assertThatThrownBy(() -> kept.get().set(JAVA_BYTE, 0, (byte) 1)).isInstanceOf(IllegalStateException.class);
  }

  private static int keep(AtomicReference<MemorySegment> kept, MemorySegment lent) {
    kept.set(lent);
    return 0;
  }

  @ParameterizedTest
  @MethodSource("mortal")
  void aSegmentIsItsThreads(Lending lending, Medium medium) {
    Region region = attached(lending, medium, RegionRights.READ_WRITE);
    AtomicReference<Throwable> refused = new AtomicReference<>();
    int result =
        region.lendForWrite(
            0,
            8,
            lent -> {
              Thread other = Thread.ofPlatform().start(() -> refused.set(catchThrowable(() -> lent.fill((byte) 1))));
              try {
                other.join();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return 1;
            });
    assertThat(result).isEqualTo(1);
    assertThat(refused.get()).isInstanceOf(WrongThreadException.class);
  }

  /** Why there are checks: the mapping's bytes end with the mapping, and not with the call. */
  @Test
  void aSegmentInPlaceOutlivesItsCallWhereNativeAccessIsNotGranted() {
    Region region = attached(Lending.IN_PLACE, Medium.MAPPED, RegionRights.READ_WRITE);
    AtomicReference<MemorySegment> kept = new AtomicReference<>();
    region.lend(0, 8, lent -> keep(kept, lent));
    assertThat(kept.get().scope().isAlive()).isTrue();
    assertThat(kept.get().isReadOnly()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void aStoreByAnotherWayWhileItIsLentIsFoundOut(Medium medium) {
    Region region = attached(Lending.CHECKED, medium, RegionRights.READ_WRITE);
    assertThat(
            reasonOf(
                () ->
                    region.lendForWrite(
                        0,
                        100,
                        lent -> {
                          lent.fill((byte) 1);
                          region.putByte(50, (byte) 2);
                          return 0;
                        })))
        .isEqualTo(RegionException.Reason.LENT);
    assertThat(region.getByte(50)).isEqualTo((byte) 2);
    assertThat(region.getByte(51)).isEqualTo((byte) 5);
    // Beside the range it is fine.
    region.lendForWrite(
        0,
        50,
        lent -> {
          region.putByte(50, (byte) 3);
          return lent.fill((byte) 1).byteSize();
        });
    assertThat(region.getByte(49)).isEqualTo((byte) 1);
    assertThat(region.getByte(50)).isEqualTo((byte) 3);
  }

  @ParameterizedTest
  @MethodSource("waysAndMedia")
  void aViewThatBecameStaleInTheCallIsTold(Lending lending, Medium medium) {
    Region region = attached(lending, medium, RegionRights.READ_WRITE);
    assertThat(
            reasonOf(
                () ->
                    region.lend(
                        0,
                        8,
                        lent -> {
                          region.close();
                          return 0;
                        })))
        .isEqualTo(RegionException.Reason.STALE_VIEW);
  }

  @Test
  void theTestsOfThisModuleRunChecked() {
    assertThat(Lending.ofThisJvm()).isEqualTo(Lending.CHECKED);
  }
}
