package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** I8: whatever is wrong with a pool's file is a typed error that says what, and the pool is unharmed. */
@Timeout(60)
class PoolTest {
  private static final Geometry SMALL = Geometry.of(128 << 10, 2, 4096, 1);
  private static final BootIdentity BOOT = TestPools.BOOT;

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("a.pool");
  }

  private Pool create() {
    return Pool.create(path, SMALL, BOOT, TestPools.nothing());
  }

  /** Made, begun and closed: both copies of the header are there. */
  private void make() {
    try (Pool pool = create()) {
      pool.begin();
    }
  }

  private Pool open() {
    return Pool.open(path, BOOT);
  }

  private void overwrite(long offset, byte... bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  @Test
  void isMadeOpenedAndCountsItsOpenings() {
    make();
    try (Pool pool = open()) {
      assertThat(pool.header().openCount()).isEqualTo(1);
      assertThat(pool.header().open()).isFalse();
      assertThat(pool.headerDamage()).isEmpty();
      long salt = pool.header().salt();
      pool.begin();
      assertThat(pool.header().openCount()).isEqualTo(2);
      assertThat(pool.header().salt()).isNotEqualTo(salt);
    }
    try (Pool pool = open()) {
      assertThat(pool.header().openCount()).isEqualTo(2);
    }
    Pool.delete(path);
    assertThat(folder).isEmptyDirectory();
    assertThatThrownBy(this::open).isInstanceOf(MediaUnavailable.class).hasMessageContaining("no such file");
  }

  @Test
  void doesNotReplaceAFile() throws IOException {
    Files.writeString(path, "precious");
    assertThatThrownBy(this::create).isInstanceOf(MediaUnavailable.class).hasMessageContaining("already");
    assertThat(path).hasContent("precious");
    assertThatThrownBy(this::open).isInstanceOf(NotAPool.class);
    assertThatThrownBy(() -> Pool.delete(path)).isInstanceOf(NotAPool.class);
    assertThat(path).hasContent("precious");
  }

  @Test
  void isNotVisibleBeforeItIsWhole() throws IOException {
    IllegalStateException thrown = new IllegalStateException("power");
    assertThatThrownBy(
            () ->
                Pool.create(
                    path,
                    SMALL,
                    BOOT,
                    unborn -> {
                      assertThat(path).doesNotExist();
                      throw thrown;
                    }))
        .isSameAs(thrown);
    assertThat(path).doesNotExist();
    // What a killed process left behind is replaced.
    Files.writeString(folder.resolve("a.pool.creating"), "half");
    make();
    assertThat(folder.resolve("a.pool.creating")).doesNotExist();
  }

  @Test
  void aSecondOpenerInThisProcessIsToldWhoHasIt() throws IOException {
    try (Pool pool = create()) {
      String self = Long.toString(ProcessHandle.current().pid());
      assertThatThrownBy(this::open).isInstanceOf(InUse.class).hasMessageContaining(self).hasMessageContaining("this process");
      assertThatThrownBy(this::create).isInstanceOf(InUse.class);
      assertThatThrownBy(() -> Pool.delete(path)).isInstanceOf(InUse.class);
      assertThatThrownBy(() -> Pool.openOverlay(path, BOOT)).isInstanceOf(InUse.class);
      Path byAnotherWay = folder.resolve("..").resolve(folder.getFileName()).resolve("a.pool");
      assertThatThrownBy(() -> Pool.open(byAnotherWay, BOOT)).isInstanceOf(InUse.class);
      Path link = Files.createSymbolicLink(folder.resolve("link.pool"), path);
      assertThatThrownBy(() -> Pool.open(link, BOOT)).isInstanceOf(InUse.class);
      assertThat(Files.exists(path)).isTrue();
      pool.begin();
    }
    open().close();
  }

  /** Opens the pool it is given and waits until its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (Pool pool = Pool.open(Path.of(arguments[0]), BOOT)) {
        pool.begin();
        System.out.println("open");
        System.out.flush();
        System.in.read();
      } catch (InUse inUse) {
        System.out.println(inUse.getMessage());
      }
    }
  }

  private Process child() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            path.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void aSecondOpenerInAnotherProcessIsToldWhoHasItUntilThatIsKilled() throws Exception {
    make();
    Process holder = child();
    try (var output = holder.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("open");
      assertThatThrownBy(this::open).isInstanceOf(InUse.class).hasMessageContaining("process " + holder.pid());
    } finally {
      holder.destroyForcibly();
      assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    try (Pool pool = open()) {
      assertThat(pool.header().open()).isTrue();
      Process refused = child();
      try (var output = refused.inputReader(StandardCharsets.UTF_8)) {
        assertThat(output.readLine()).contains("in use by process " + ProcessHandle.current().pid());
      }
      assertThat(refused.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** R17: shorter is damage, found before anything is mapped; longer is normal. */
  @Test
  void r17ATruncatedFileIsDamagedAndALongerOneIsFine() throws IOException {
    make();
    overwrite(SMALL.sizeBytes() + 5000, (byte) 1);
    open().close();
    for (long size : new long[] {SMALL.sizeBytes() - 1, SMALL.sizeBytes() / 2, 8192, 5000}) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(size);
      }
      assertThatThrownBy(this::open).as("%d bytes", size).isInstanceOf(Damaged.class);
      assertThat(Files.size(path)).isEqualTo(size);
    }
    for (long size : new long[] {100, 0}) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(size);
      }
      assertThatThrownBy(this::open).isInstanceOfAny(NotAPool.class, Damaged.class);
    }
  }

  @Test
  void eitherCopyOfTheHeaderIsEnoughAndItSaysWhichIsDamaged() throws IOException {
    for (int copy = 0; copy < 2; copy++) {
      Files.deleteIfExists(path);
      make();
      overwrite(copy * 4096L + HeaderLayout.UUID_HIGH, (byte) 0x99, (byte) 0x98);
      try (Pool pool = open()) {
        assertThat(pool.headerDamage()).contains("header copy " + copy).contains("crc32c").contains("using the copy with serial");
        assertThat(pool.header().openCount()).isEqualTo(1);
        pool.begin();
      }
      try (Pool pool = open()) {
        assertThat(pool.headerDamage()).as("written again by the opening").isEmpty();
      }
      overwrite(HeaderLayout.UUID_HIGH, (byte) 0x99, (byte) 0x98);
      overwrite(4096L + HeaderLayout.UUID_HIGH, (byte) 0x99, (byte) 0x98);
      assertThatThrownBy(this::open).isInstanceOf(Damaged.class).hasMessageContaining("no sound copy");
    }
  }

  @Test
  void everyFlippedBitOfACopyIsMetWithTheOther() {
    Pool made = TestPools.inMemory(SMALL);
    made.begin();
    byte[] sound = TestPools.bytes(made.media());
    for (int copy = 0; copy < 2; copy++) {
      for (int bit = 0; bit < HeaderLayout.BYTES * 8; bit++) {
        byte[] bytes = Arrays.copyOf(sound, sound.length);
        bytes[copy * 4096 + bit / 8] ^= (byte) (1 << bit % 8);
        Pool pool = Pool.open(media(bytes), BOOT);
        assertThat(pool.headerDamage()).as("copy %d bit %d", copy, bit).contains("header copy " + copy);
        assertThat(pool.header().salt()).isEqualTo(made.header().salt());
        assertThat(pool.header().openCount()).isEqualTo(1);
      }
    }
  }

  @Test
  void everyFlippedBitOfTheOnlyCopyIsATypedError() {
    byte[] sound = TestPools.bytes(TestPools.inMemory(SMALL).media());
    for (int bit = 0; bit < HeaderLayout.BYTES * 8; bit++) {
      byte[] bytes = Arrays.copyOf(sound, sound.length);
      bytes[4096 + bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> Pool.open(media(bytes), BOOT)).as("bit %d", bit).isInstanceOfAny(Damaged.class, NotAPool.class);
    }
  }

  @Test
  void aNewerMajorIsRefusedByName() {
    Pool made = TestPools.inMemory(SMALL);
    byte[] bytes = TestPools.bytes(made.media());
    Bytes.putShort(bytes, 4096 + HeaderLayout.MAJOR, (short) (PoolHeader.MAJOR + 1));
    Bytes.putInt(bytes, 4096 + HeaderLayout.CRC32C, new Checksum().ofRecord(bytes, 4096, HeaderLayout.BYTES, HeaderLayout.CRC32C));
    assertThatThrownBy(() -> Pool.open(media(bytes), BOOT)).isInstanceOf(UnsupportedFormat.class).hasMessageContaining("format 2.0");
  }

  private static Media media(byte[] bytes) {
    Media media = TestPools.zeros(bytes.length);
    media.write(0, bytes, 0, bytes.length);
    return media;
  }

  @Test
  void itTellsThatTheMachineWentDownWhileItWasOpen() {
    BootIdentity other = new BootIdentity(0xB007, 2);
    Pool pool = create();
    pool.begin();
    pool.abandon();
    try (Pool same = open()) {
      assertThat(same.machineWentDown()).isFalse();
    }
    try (Pool later = Pool.open(path, other)) {
      assertThat(later.machineWentDown()).isTrue();
    }
    try (Pool unknown = Pool.open(path, BootIdentity.UNKNOWN)) {
      assertThat(unknown.machineWentDown()).isTrue();
      unknown.begin();
    }
    try (Pool closed = Pool.open(path, other)) {
      assertThat(closed.machineWentDown()).isFalse();
    }
  }

  @Test
  void anOverlayNeverWritesToTheFile() throws IOException {
    make();
    byte[] before = Files.readAllBytes(path);
    try (Pool pool = Pool.openOverlay(path, BOOT)) {
      pool.begin();
      pool.heap().reserve(5000);
      pool.media().fill(SMALL.arenaOffset(), 4096, (byte) 1);
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
  }

  @Test
  void closingTwiceIsClosingOnce() {
    Pool pool = create();
    pool.begin();
    pool.close();
    pool.close();
    pool.abandon();
    Media media = pool.media();
    assertThatThrownBy(() -> media.getLong(0)).isInstanceOf(IllegalStateException.class);
    open().close();
  }
}
