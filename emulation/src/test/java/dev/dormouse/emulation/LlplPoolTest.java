package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.dormouse.emulation.junit.Pmempool;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.FileReader;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.LlplMedia;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.NotAPool;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolException;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.llpl.LlplLibrary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pools in heaps of LLPL: their life, whom they keep out, what they refuse, and what is found of them without LLPL. */
@Timeout(120)
class LlplPoolTest {
  private static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  private static final Geometry SMALL = Geometry.of(128 << 10, 2, 4096, 1);
  private static final Pool.Format NOTHING = unborn -> PoolHeader.Roots.NONE;
  private static final long LAST_WORD = SMALL.sizeBytes() - Long.BYTES;
  private static final int PMDK_LANES = 8192;
  private static final int FLIPS = 200;

  @TempDir Path folder;
  private Path path;

  @BeforeAll
  static void assumeLlpl() {
    Pmempool.assume();
  }

  @BeforeEach
  void name() {
    path = folder.resolve("a.pool");
  }

  private Pool create() {
    return Pool.create(path, FileMedium.LLPL, SMALL, BOOT, NOTHING);
  }

  private void make() {
    try (Pool pool = create()) {
      pool.begin();
      pool.media().putLong(LAST_WORD, 42);
    }
    Pmempool.check(path);
  }

  private Pool open() {
    return Pool.open(path, FileMedium.LLPL, BOOT);
  }

  @Test
  void isMadeClosedAndOpenedAgainInOneJvmAndDeleted() throws IOException {
    make();
    for (int life = 2; life < 6; life++) {
      try (Pool pool = open()) {
        assertThat(pool.media()).isInstanceOf(LlplMedia.class);
        assertThat(pool.media().getLong(LAST_WORD)).isEqualTo(42);
        assertThat(pool.header().open()).isFalse();
        pool.begin();
        assertThat(pool.header().openCount()).isEqualTo(life);
      }
      Pmempool.check(path);
    }
    try (Pool pool = open()) {
      pool.begin();
      pool.abandon();
    }
    Pmempool.check(path);
    try (Pool pool = open()) {
      assertThat(pool.header().open()).as("was not closed").isTrue();
    }
    Pool.delete(path);
    assertThat(folder).isEmptyDirectory();
    // PMDK has forgotten it, too.
    make();
  }

  @Test
  void theClassIsThatOfTheFileSystem() throws IOException {
    make();
    String type = Files.getFileStore(path).type();
    try (Pool pool = open()) {
      assertThat(pool.media().durabilityClass())
          .isEqualTo(type.equals("tmpfs") ? DurabilityClass.VOLATILE : DurabilityClass.PROCESS_CRASH);
      assertThat(pool.media().notes()).first().asString().contains("written back by pmem_flush of libpmem: ");
    }
    Path ram = Path.of("/dev/shm");
    assumeThat(ram).isDirectory().isWritable();
    Path inMemory = Files.createTempDirectory(ram, "llpl-").resolve("a.pool");
    try (Pool pool = Pool.create(inMemory, FileMedium.LLPL, SMALL, BOOT, NOTHING)) {
      assertThat(pool.media().durabilityClass()).isEqualTo(DurabilityClass.VOLATILE);
      assertThat(pool.media().notes()).anyMatch(note -> note.startsWith("VOLATILE: "));
      pool.begin();
    } finally {
      Pmempool.check(inMemory);
      Pool.delete(inMemory);
      Files.delete(inMemory.getParent());
    }
  }

  /** From 64 MiB on, so that large pages can be had: it begins there in the file, and PMDK maps the file so, too. */
  @Test
  void aLargePoolBeginsAtALargePage() {
    Geometry large = Geometry.forNewPool(66 << 20);
    try (Pool pool = Pool.create(path, FileMedium.LLPL, large, BOOT, NOTHING)) {
      pool.begin();
      pool.media().putLong(large.sizeBytes() - Long.BYTES, 7);
    }
    Pmempool.check(path);
    List<Long> starts = new ArrayList<>();
    try (FileReader file = new FileReader(path)) {
      byte[] magic = new byte[Long.BYTES];
      for (long at = 0; at < 16 << 20; at += Geometry.PAGE_BYTES) {
        file.read(at, magic, 0, magic.length);
        if (new String(magic, StandardCharsets.US_ASCII).equals("DORMOUSE")) {
          starts.add(at);
        }
      }
    }
    assertThat(starts).hasSize(2);
    assertThat(starts.getFirst() % (2 << 20)).isZero();
    try (Pool pool = open()) {
      assertThat(pool.media().getLong(large.sizeBytes() - Long.BYTES)).isEqualTo(7);
    }
  }

  @Test
  void isNotVisibleBeforeItIsWholeAndNothingIsLeftOfAFailure() throws IOException {
    IllegalStateException thrown = new IllegalStateException("power");
    assertThatThrownBy(
            () ->
                Pool.create(
                    path,
                    FileMedium.LLPL,
                    SMALL,
                    BOOT,
                    unborn -> {
                      assertThat(path).doesNotExist();
                      throw thrown;
                    }))
        .isSameAs(thrown);
    assertThat(path).doesNotExist();
    assertThat(folder.resolve("a.pool.creating")).doesNotExist();
    // What a killed process left behind is replaced.
    Files.writeString(folder.resolve("a.pool.creating"), "half");
    make();
    assertThat(folder.resolve("a.pool.creating")).doesNotExist();
    assertThatThrownBy(this::create).isInstanceOf(MediaUnavailable.class).hasMessageContaining("already");
    open().close();
  }

  @Test
  void aSecondOpenerInThisProcessIsRefused() throws IOException {
    make();
    Path link = Files.createSymbolicLink(folder.resolve("link.pool"), path);
    try (Pool pool = open()) {
      assertThatThrownBy(this::open).isInstanceOf(InUse.class).hasMessageContaining("this process");
      assertThatThrownBy(() -> Pool.openOverlay(link, BOOT)).isInstanceOf(InUse.class);
      // Who comes without our lock, too: LLPL would hand out the same heap twice.
      assertThatThrownBy(() -> LlplMedia.open(path, SMALL.sizeBytes())).isInstanceOf(InUse.class);
      assertThatThrownBy(() -> LlplMedia.open(link, SMALL.sizeBytes())).isInstanceOf(InUse.class);
      assertThat(pool.media().getLong(LAST_WORD)).isEqualTo(42);
    }
    open().close();
  }

  /** PMDK's own lock keeps out who knows nothing of ours, and is kept where somebody else has it. */
  @Test
  void pmdksLockIsTakenAndRespected() throws Exception {
    make();
    try (Pool _ = open()) {
      assertThat(run("flock", "--nonblock", path.toString(), "true")).isPositive();
    }
    assertThat(run("flock", "--nonblock", path.toString(), "true")).isZero();
    Process holder = new ProcessBuilder("flock", path.toString(), "sh", "-c", "echo locked; exec sleep 60").start();
    try (var output = holder.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("locked");
      assertThatThrownBy(this::open).isInstanceOf(InUse.class).hasMessageContaining("PMDK's lock").hasMessageContaining("end that first");
    } finally {
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      holder.destroyForcibly();
      assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    try (Pool pool = open()) {
      assertThat(pool.media().getLong(LAST_WORD)).isEqualTo(42);
    }
    Pmempool.check(path);
  }

  @Test
  void aCopyBesideTheOriginalIsRefusedWithTheReasonAndCanBeOpenedAfterIt() throws IOException {
    make();
    Path copy = Files.copy(path, folder.resolve("copy.pool"));
    try (Pool original = open()) {
      assertThatThrownBy(() -> Pool.open(copy, FileMedium.LLPL, BOOT))
          .isInstanceOf(MediaUnavailable.class)
          .hasMessageContaining("is a copy of " + path.toRealPath())
          .hasMessageContaining("UUID")
          .hasMessageContaining("close the other first");
      // Which maps nothing.
      try (Pool looked = Pool.openOverlay(copy, BOOT)) {
        assertThat(looked.media().getLong(LAST_WORD)).isEqualTo(42);
      }
      assertThat(original.media().getLong(LAST_WORD)).isEqualTo(42);
    }
    try (Pool pool = Pool.open(copy, FileMedium.LLPL, BOOT)) {
      assertThat(pool.media().getLong(LAST_WORD)).isEqualTo(42);
    }
    Pmempool.check(path);
    Pmempool.check(copy);
  }

  @Test
  void doesNotGrowOrShrinkAndIsNotLongerThanABlock() {
    Geometry growing = Geometry.of(512 << 10, 16 << 20, 2, 4096, 2);
    assertThatThrownBy(() -> Pool.create(path, FileMedium.LLPL, growing, BOOT, NOTHING))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("cannot grow")
        .hasMessageContaining("make it as long as it is to become");
    Geometry tooLong = Geometry.forNewPool(LlplMedia.MOST_POOL_BYTES + Geometry.PAGE_BYTES);
    assertThatThrownBy(() -> Pool.create(path, FileMedium.LLPL, tooLong, BOOT, NOTHING))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("16 GiB")
        .hasMessageContaining("make several pools");
    assertThat(folder.resolve("a.pool.creating")).doesNotExist();
    make();
    assertThatThrownBy(() -> Pool.shrink(path, FileMedium.LLPL, Geometry.LEAST_POOL_BYTES, BOOT))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("length was decided when it was made");
    open().close();
  }

  @Test
  void aFullDiskIsPoolFullAndNothingIsLeft() throws Exception {
    Path disk = Files.createTempDirectory("small-disk");
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk.toString()) == 0;
    try {
      assumeThat(mounted).as("a small disk can be mounted").isTrue();
      Path there = disk.resolve("a.pool");
      Geometry medium = Geometry.forNewPool(16 << 20);
      assertThatThrownBy(() -> Pool.create(there, FileMedium.LLPL, medium, BOOT, NOTHING))
          .isInstanceOf(PoolFull.class)
          .hasMessageContaining("free some disk space");
      assertThat(disk.toFile().list()).containsExactly("a.pool.lock");
      try (Pool pool = Pool.create(there, FileMedium.LLPL, SMALL, BOOT, NOTHING)) {
        pool.begin();
      }
      Pmempool.check(there);
    } finally {
      if (mounted) {
        assertThat(run("umount", disk.toString())).isZero();
      }
      Files.delete(disk);
    }
  }

  @Test
  void everyFileThatIsSomethingElseIsNotAPoolAndTheSentenceSaysWhatItIs() throws Exception {
    make();
    assertThat(FileMedium.of(path)).isEqualTo(FileMedium.LLPL);
    assertThatThrownBy(() -> Pool.open(path, FileMedium.MAPPED, BOOT))
        .isInstanceOf(NotAPool.class)
        .hasMessageContaining("a file of PMDK")
        .hasMessageContaining("FileMedium.LLPL");
    assertThatThrownBy(() -> FileMedium.DAX.reader(path)).isInstanceOf(NotAPool.class);

    Path mapped = folder.resolve("mapped.pool");
    Pool.create(mapped, SMALL, BOOT, NOTHING).close();
    assertThat(FileMedium.of(mapped)).isEqualTo(FileMedium.MAPPED);
    assertThatThrownBy(() -> Pool.open(mapped, FileMedium.LLPL, BOOT)).isInstanceOf(NotAPool.class).hasMessageContaining("FileMedium.MAPPED");

    Path text = Files.writeString(folder.resolve("text"), "short");
    assertThat(FileMedium.of(text)).isEqualTo(FileMedium.MAPPED);
    assertThatThrownBy(() -> Pool.open(text, FileMedium.LLPL, BOOT)).isInstanceOf(NotAPool.class);
    assertThat(FileMedium.of(folder.resolve("nothing"))).isEqualTo(FileMedium.MAPPED);
    assertThatThrownBy(() -> Pool.open(folder.resolve("nothing"), FileMedium.LLPL, BOOT)).isInstanceOf(MediaUnavailable.class);

    Path heap = folder.resolve("heap");
    assertThat(run("pmempool", "create", "--layout", "llpl_persistent_heap", "obj", heap.toString())).isZero();
    assertThatThrownBy(() -> Pool.open(heap, FileMedium.LLPL, BOOT)).isInstanceOf(NotAPool.class).hasMessageContaining("no pool of Dormouse");
    assertThatThrownBy(() -> Pool.openOverlay(heap, BOOT)).isInstanceOf(NotAPool.class);
    assertThatThrownBy(() -> Pool.delete(heap)).isInstanceOf(NotAPool.class);
    Path other = folder.resolve("other");
    assertThat(run("pmempool", "create", "--layout", "queue", "obj", other.toString())).isZero();
    assertThatThrownBy(() -> Pool.open(other, FileMedium.LLPL, BOOT)).isInstanceOf(NotAPool.class).hasMessageContaining("PersistentHeap of LLPL");
    for (Path pmdk : List.of(path, heap, other)) {
      Pmempool.check(pmdk);
    }
  }

  /** PMDK would follow a wrong offset and end the JVM; so none of its records may differ when it opens the file. */
  @Test
  void aFlippedBitOfWhatLeadsToThePoolIsRefusedAndThePoolCanBeCopiedOut() throws Exception {
    make();
    byte[] sound = Files.readAllBytes(path);
    int start = indexOf(sound, "DORMOUSE");
    int guide = indexOf(sound, "DORMLLPL");
    assertThat(guide).isBetween(PMDK_LANES, start);
    List<Long> bits = new ArrayList<>();
    for (long bit = 0; bit < 64 * 8; bit++) {
      bits.add(guide * 8L + bit);
    }
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < FLIPS; i++) {
      bits.add(random.nextLong(2048 * 8));
      bits.add(4096 * 8L + random.nextLong((6152 - 4096) * 8));
      bits.add(PMDK_LANES * 8L + random.nextLong((guide - PMDK_LANES) * 8L));
    }
    for (long bit : bits) {
      byte[] flipped = {(byte) (sound[(int) (bit / 8)] ^ 1 << bit % 8)};
      overwrite(bit / 8, flipped);
      if (bit < 8 * 8) {
        assertThatThrownBy(this::open).as("bit %d", bit).isInstanceOf(NotAPool.class);
      } else if (bit >= 4096 * 8 && bit < (4096 + 21) * 8) {
        assertThatThrownBy(this::open).as("bit %d", bit).isInstanceOf(NotAPool.class);
      } else {
        assertThatThrownBy(this::open).as("bit %d", bit).isInstanceOf(Damaged.class).hasMessageContaining("begins at byte " + start + " ");
      }
      overwrite(bit / 8, sound[(int) (bit / 8)]);
    }
    try (Pool pool = open()) {
      assertThat(pool.media().getLong(LAST_WORD)).as("it is unharmed").isEqualTo(42);
    }

    overwrite(guide, (byte) 0);
    Path rescued = folder.resolve("rescued.pool");
    PoolException told = catchThrowableOfType(Damaged.class, this::open);
    Matcher command = Pattern.compile("\\((tail .* FILE \\| head .*)\\), ").matcher(told.getMessage());
    assertThat(command.find()).as(told.getMessage()).isTrue();
    assertThat(run("sh", "-c", command.group(1).replace("FILE", path.toString()) + " > " + rescued)).isZero();
    try (Pool pool = Pool.open(rescued, BOOT)) {
      assertThat(pool.media().getLong(LAST_WORD)).isEqualTo(42);
    }
  }

  @Test
  void aTruncatedHeapIsRefusedBeforePmdkMapsIt() throws IOException {
    make();
    long whole = Files.size(path);
    for (long size : new long[] {whole - 4096, whole / 2, PMDK_LANES + 1, PMDK_LANES, 4096, 8, 0}) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(size);
      }
      assertThatThrownBy(this::open).as("%d bytes", size).isInstanceOfAny(Damaged.class, NotAPool.class, MediaUnavailable.class);
      assertThat(Files.size(path)).isEqualTo(size);
    }
  }

  /** The first line of a child JVM that opens the pool, with those flags. */
  private String child(String verb, String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName(), verb, path.toString()));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.strip();
  }

  /** Opens the pool, or only looks at it, and says what it found. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      Path path = Path.of(arguments[1]);
      try (Pool pool = arguments[0].equals("open") ? Pool.open(path, FileMedium.LLPL, BOOT) : Pool.openOverlay(path, BOOT)) {
        System.out.println(pool.media().getLong(LAST_WORD));
      } catch (MediaUnavailable e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void aJvmThatDeniesWhatLlplNeedsIsToldTheFlagsAndCanStillLook() throws Exception {
    make();
    for (String denied : new String[] {"--sun-misc-unsafe-memory-access=deny", "--illegal-native-access=deny"}) {
      assertThat(child("open", denied)).contains("LLPL cannot be used here").contains(LlplLibrary.FLAGS).contains("libpmemobj1 and libpmempool1");
      assertThat(child("look", denied)).isEqualTo("42");
    }
    assertThat(child("open", LlplLibrary.FLAGS.toArray(String[]::new))).isEqualTo("42");
    Pmempool.check(path);
  }

  @Test
  void theReaderShowsThePoolAndNothingElse() {
    make();
    try (PoolReader reader = FileMedium.LLPL.reader(path)) {
      assertThat(reader.sizeBytes()).isEqualTo(SMALL.sizeBytes());
      assertThat(PoolHeader.read(reader).header().geometry()).isEqualTo(SMALL);
      byte[] word = new byte[Long.BYTES];
      reader.read(LAST_WORD, word, 0, word.length);
      assertThat(word).containsExactly(42, 0, 0, 0, 0, 0, 0, 0);
      for (long outside : new long[] {-1, LAST_WORD + 1, Long.MAX_VALUE - 3}) {
        assertThatThrownBy(() -> reader.read(outside, word, 0, word.length)).isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  private void overwrite(long offset, byte... bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  private static int indexOf(byte[] bytes, String text) {
    int index = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    assertThat(index).as(text).isNotNegative();
    return index;
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
