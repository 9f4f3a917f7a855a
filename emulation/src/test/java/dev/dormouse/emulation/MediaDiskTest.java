package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MediaDiskTest {
  private static final int SIZE = 700;

  /** Its neighbours on the medium are not its own. */
  private final CrashMedia media = CrashMedia.zeroed(2048);

  private final MediaDisk disk = new MediaDisk("journal", media, 512, SIZE);

  static Stream<ByteBuffer> buffers() {
    return Stream.of(ByteBuffer.allocate(20), ByteBuffer.allocateDirect(20), ByteBuffer.allocate(30).slice(7, 20));
  }

  @ParameterizedTest
  @MethodSource("buffers")
  void writesAndReadsFromPositionToLimitOfAnyBuffer(ByteBuffer buffer) throws IOException {
    for (int i = 0; i < 20; i++) {
      buffer.put(i, (byte) (i + 1));
    }
    disk.write(509, buffer.position(3).limit(13));
    assertThat(buffer.position()).isEqualTo(13);
    assertThat(media.getByte(512 + 508)).isZero();
    assertThat(media.getByte(512 + 509)).isEqualTo((byte) 4);
    assertThat(media.getByte(512 + 518)).isEqualTo((byte) 13);
    assertThat(media.getByte(512 + 519)).isZero();

    buffer.clear().put(new byte[20]).position(5).limit(10);
    disk.read(510, buffer);
    assertThat(buffer.position()).isEqualTo(10);
    byte[] all = new byte[20];
    buffer.clear().get(all);
    assertThat(all).containsExactly(0, 0, 0, 0, 0, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void writesWhatMayOnlyBeRead() throws IOException {
    disk.write(0, ByteBuffer.wrap(new byte[] {1, 2}).asReadOnlyBuffer());
    assertThat(media.getShort(512)).isEqualTo((short) 0x0201);
  }

  @Test
  void endsWhereItEnds() throws IOException {
    assertThat(disk.sizeBytes()).isEqualTo(SIZE);
    assertThat(disk.describe()).isEqualTo("journal");
    ByteBuffer two = ByteBuffer.allocate(2);
    disk.read(SIZE - 2, two);
    assertThatThrownBy(() -> disk.read(SIZE - 1, two.clear()))
        .isInstanceOf(EOFException.class)
        .hasMessage("journal: bytes [699, +2) asked for, it has 700; nothing was read");
    assertThatThrownBy(() -> disk.write(SIZE - 1, two.clear()))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("journal: bytes [699, +2) are outside its 700 bytes; nothing was written");
    assertThatThrownBy(() -> disk.write(-1, two.clear())).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(two.position()).isZero();
  }

  @Test
  void sharesNoSectorWithAnother() {
    assertThatThrownBy(() -> new MediaDisk("journal", media, 700, 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("journal: begins at byte 700 of its medium, a multiple of 512 expected, so that no two files share a sector");
    assertThatThrownBy(() -> new MediaDisk("journal", media, 1536, 513))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("journal: bytes [1536, +513) are outside the 2048 bytes of its medium");
  }

  @Test
  void isNotTheMediumToClose() throws IOException {
    disk.close();
    assertThat(media.getByte(0)).isZero();
  }

  /** One write is one content of each sector, a sync is of this file, and a recovery has the same file. */
  @Test
  void losesTheSectorsThatWereNotSyncedAndNoOthers() {
    Set<String> left = new TreeSet<>();
    CrashExplorer.explore(
            CrashMedia.zeros(2048),
            crashing -> {
              DiskFile home = new MediaDisk("home", crashing, 0, 1024);
              DiskFile journal = new MediaDisk("journal", crashing, 1024, 1000);
              home.write(511, ByteBuffer.wrap(new byte[] {1, 1}));
              journal.write(0, ByteBuffer.wrap(new byte[] {1, 1}));
              journal.sync();
              crashing.mark("synced");
            },
            recovered -> new MediaDisk("journal", recovered, 1024, 1000).sync(),
            (recovered, marks) -> {
              if (!marks.isEmpty()) {
                ByteBuffer found = ByteBuffer.allocate(4);
                new MediaDisk("home", recovered, 0, 1024).read(511, found.limit(2));
                new MediaDisk("journal", recovered, 1024, 1000).read(0, found.limit(4));
                left.add(found.get(0) + " " + found.get(1) + " " + found.getShort(2));
              }
            },
            CrashOptions.of(PersistencyModel.SECTORS))
        .requireClean();
    assertThat(left).containsExactly("0 0 257", "0 1 257", "1 0 257", "1 1 257");
  }

  /** What was written through is certain, with all of its sectors, and what was written in other ways is not. */
  @Test
  void writesThroughWhatItWritesAndNoMore() {
    Set<String> left = new TreeSet<>();
    CrashExplorer.explore(
            CrashMedia.zeros(2048),
            crashing -> {
              DiskFile disk = new MediaDisk("journal", crashing, 512, 1536);
              disk.write(0, ByteBuffer.wrap(new byte[] {1}));
              disk.write(1000, ByteBuffer.wrap(new byte[] {1}));
              ByteBuffer source = ByteBuffer.wrap(new byte[] {0, 2, 2, 0}).position(1).limit(3);
              disk.writeThrough(1023, source);
              assertThat(source.position()).isEqualTo(3);
              crashing.mark("written through");
            },
            recovered -> {},
            (recovered, marks) -> {
              if (!marks.isEmpty()) {
                ByteBuffer found = ByteBuffer.allocate(1536);
                new MediaDisk("journal", recovered, 512, 1536).read(0, found);
                left.add(found.get(0) + " " + found.get(1000) + " " + found.getShort(1023));
              }
            },
            CrashOptions.of(PersistencyModel.SECTORS))
        .requireClean();
    assertThat(left).containsExactly("0 1 514", "1 1 514");
  }

  @Test
  void aReportNamesTheSyncOfTheOtherFile() {
    CrashReport report =
        CrashExplorer.explore(
            CrashMedia.zeros(1024),
            crashing -> {
              new MediaDisk("home", crashing, 0, 512).write(0, ByteBuffer.wrap(new byte[] {1}));
              new MediaDisk("journal", crashing, 512, 512).sync();
              crashing.mark("written");
            },
            recovered -> {},
            (recovered, marks) -> assertThat(recovered.getByte(0)).isEqualTo((byte) marks.size()),
            CrashOptions.of(PersistencyModel.SECTORS));
    assertThat(report.violations().getLast().message())
        .contains("; no sync of it came before the crash: #1 settled another range")
        .containsPattern("#1 thread \\d+: settle \\[0x200, \\+512\\)  at MediaDisk.sync");
  }

  /** What the recording has is a sync of the range, whatever model a crash is then asked for. */
  @Test
  void isSyncedInEveryImageThatAPowerLossLeaves() throws IOException {
    disk.write(0, ByteBuffer.wrap(new byte[] {1}));
    disk.sync();
    media.putByte(0, (byte) 1);
    Set<Integer> beside = new TreeSet<>();
    for (int seed = 0; seed < 50; seed++) {
      CrashImage image = media.powerLost(PersistencyModel.SECTORS, seed);
      byte[] found = new byte[513];
      image.read(0, found, 0, 513);
      assertThat(found[512]).isEqualTo((byte) 1);
      beside.add((int) found[0]);
    }
    assertThat(beside).containsExactly(0, 1);
  }

  @Test
  void aRangeOfNothingIsNotSynced() {
    assertThatThrownBy(
            () ->
                CrashExplorer.explore(
                    CrashMedia.zeros(512),
                    crashing -> {
                      crashing.putByte(0, (byte) 1);
                      crashing.settle(8, 0);
                    },
                    recovered -> {},
                    (recovered, marks) -> recovered.getByte(0),
                    CrashOptions.of(PersistencyModel.SECTORS)))
        .hasMessageContaining("the scenario recorded no fence and no sync");
    assertThatThrownBy(() -> media.settle(2040, 9)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
