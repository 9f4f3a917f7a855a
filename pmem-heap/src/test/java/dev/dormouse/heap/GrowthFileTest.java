package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pools in real files that grow while they are used: what lies behind their end, and what happens when the disk is full. */
@ParameterizedClass
@EnumSource(value = FileMedium.class, names = {"MAPPED", "EMULATED_DAX"})
class GrowthFileTest {
  private static final Geometry GROWING = Geometry.of(512 << 10, 16 << 20, 2, 4096, 2);
  private static final long OWNER = Owner.FIRST_BIRTH + 3;

  @TempDir Path folder;

  @Parameter FileMedium medium;

  private Pool create(Path path) {
    Pool pool = Pool.create(path, medium, GROWING, TestPools.BOOT, TestPools.nothing());
    pool.begin();
    return pool;
  }

  private Pool open(Path path) {
    Pool pool = Pool.open(path, medium, TestPools.BOOT);
    pool.begin();
    return pool;
  }

  private static Reservation own(Pool pool, long sizeBytes) {
    Reservation one = pool.heap().reserve(sizeBytes);
    requireAll(pool, one, (byte) 0);
    pool.media().fill(one.offset(), one.lengthBytes(), patternOf(one));
    pool.heap().publish(one.offset(), one.lengthBytes(), one.place(), OWNER);
    pool.heap().published(one.offset(), one.lengthBytes(), one.place());
    return one;
  }

  private static byte patternOf(Reservation one) {
    return (byte) (1 + one.offset() / Geometry.PAGE_BYTES % 127);
  }

  private static void requireAll(Pool pool, Reservation one, byte wanted) {
    byte[] bytes = new byte[(int) one.lengthBytes()];
    pool.media().read(one.offset(), bytes, 0, bytes.length);
    assertThat(bytes).as("%s", one).containsOnly(wanted);
  }

  private static void requireWhole(Pool pool, List<Reservation> owned) {
    List<Extent> found = new ArrayList<>();
    pool.heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            found.add(extent);
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    assertThat(found).containsExactlyInAnyOrderElementsOf(owned.stream().map(Reservation::extent).toList());
    owned.forEach(one -> requireAll(pool, one, patternOf(one)));
  }

  private static List<Reservation> fill(Pool pool, long sizeBytes, int most) {
    List<Reservation> all = new ArrayList<>();
    try {
      while (all.size() < most) {
        all.add(own(pool, sizeBytes));
      }
    } catch (PoolFull full) {
      // All of it.
    }
    return all;
  }

  @Test
  void itGrowsStepByStepUpToItsMaximumAndIsFoundSo() throws IOException {
    Path path = folder.resolve("growing.pool");
    List<Reservation> all;
    try (Pool pool = create(path)) {
      all = new ArrayList<>(fill(pool, 100_000, 30));
      long size = pool.header().geometry().sizeBytes();
      assertThat(size).isBetween(3_000_000L, GROWING.maxBytes() / 2);
      // It is mapped to where it may come to end, sparse behind its end.
      assertThat(Files.size(path)).isEqualTo(GROWING.maxBytes());
    }
    try (Pool pool = open(path)) {
      requireWhole(pool, all);
      all.addAll(fill(pool, 100_000, Integer.MAX_VALUE));
      assertThat(pool.header().geometry().sizeBytes()).isEqualTo(GROWING.maxBytes());
      // What is left over at the end of each chunk is too short.
      assertThat(all.size() * 25L).isGreaterThan(GROWING.mostPages() * 95 / 100);
    }
    try (Pool pool = open(path)) {
      requireWhole(pool, all);
      assertThatThrownBy(() -> pool.heap().reserve(200_000)).isInstanceOf(PoolFull.class);
    }
  }

  /** Space on the disk is taken by what the pool has, and not by what it may come to have. */
  @Test
  void whatLiesBehindItsEndTakesNoSpace() throws Exception {
    Path path = folder.resolve("sparse.pool");
    try (Pool pool = create(path)) {
      fill(pool, 100_000, 20);
      assertThat(Files.size(path)).isEqualTo(GROWING.maxBytes());
      Process du = new ProcessBuilder("du", "-k", path.toString()).redirectErrorStream(true).start();
      String said = new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(du.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(Long.parseLong(said.split("\\s", 2)[0]) << 10).as(said).isLessThan(pool.header().geometry().sizeBytes() + (1 << 20));
    }
  }

  @Test
  void aCopyWithoutItsSparseTailOpensAndGrows() throws IOException {
    Path path = folder.resolve("whole.pool");
    List<Reservation> all;
    long size;
    try (Pool pool = create(path)) {
      all = new ArrayList<>(fill(pool, 100_000, 12));
      size = pool.header().geometry().sizeBytes();
    }
    Path copy = folder.resolve("copy.pool");
    Files.copy(path, copy);
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      file.setLength(size);
    }
    try (Pool pool = open(copy)) {
      requireWhole(pool, all);
      all.addAll(fill(pool, 100_000, 20));
      assertThat(pool.header().geometry().sizeBytes()).isGreaterThan(size);
      requireWhole(pool, all);
    }
  }

  /** A channel would be closed by it, and every later growth fail. */
  @Test
  void anInterruptedThreadGrowsThePoolAndStaysInterrupted() {
    try (Pool pool = create(folder.resolve("interrupted.pool"))) {
      Thread.currentThread().interrupt();
      List<Reservation> all = new ArrayList<>(fill(pool, 100_000, 12));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(all).hasSize(12);
      all.addAll(fill(pool, 100_000, 30));
      assertThat(all).hasSize(42);
      requireWhole(pool, all);
    }
  }

  /** A growth that a kill cut short left written pages behind the end: the next one makes them zero. */
  @Test
  void whatAGrowthThatWasCutShortLeftIsZeroedAgain() throws IOException {
    Path path = folder.resolve("short.pool");
    create(path).abandon();
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(GROWING.sizeBytes());
      byte[] bytes = new byte[1 << 20];
      java.util.Arrays.fill(bytes, (byte) 0x7E);
      file.write(bytes);
    }
    try (Pool pool = open(path)) {
      // Each is compared with zeros when it is had.
      assertThat(fill(pool, 100_000, 14)).hasSize(14);
      assertThat(pool.header().geometry().sizeBytes()).isGreaterThan(GROWING.sizeBytes());
    }
  }

  /** A disk with little space, and how it gets more. */
  record Disk(String name, Path folder, ThrowingRunnable freeSpace, ThrowingRunnable unmount) {
    @Override
    public String toString() {
      return name;
    }
  }

  @FunctionalInterface
  interface ThrowingRunnable {
    void run() throws Exception;
  }

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } catch (IOException noSuchCommand) {
      return -1;
    }
  }

  /** A RAM file system of 3 MiB where the system lets us mount one; in any case a medium that refuses as a full disk does. */
  private static Stream<Disk> disks() throws IOException, InterruptedException {
    List<Disk> disks = new ArrayList<>();
    disks.add(new Disk("a medium that says that it is full", null, () -> {}, () -> {}));
    Path mounted = Files.createTempDirectory("small-disk");
    if (run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", mounted.toString()) == 0) {
      disks.add(
          new Disk(
              "a RAM file system", mounted,
              () -> {
                Files.delete(mounted.resolve("ballast"));
                assertThat(run("mount", "-o", "remount,size=6m", mounted.toString())).isZero();
              },
              () -> {
                assertThat(run("umount", mounted.toString())).isZero();
                Files.delete(mounted);
              }));
    } else {
      Files.delete(mounted);
    }
    return disks.stream();
  }

  @ParameterizedTest
  @MethodSource("disks")
  void aFullDiskIsPoolFullAndNothingIsLost(Disk disk) throws Exception {
    try {
      if (disk.folder == null) {
        boolean[] isFull = {true};
        Media below = MappedMedia.create(folder.resolve("refused.pool"), GROWING.maxBytes());
        Media media =
            WatchedMedia.over(
                below,
                (method, arguments) -> {
                  if (isFull[0] && method.equals("provision") && (long) arguments[1] > 3 << 20) {
                    throw new PoolFull("a disk", "no space left on device");
                  }
                });
        try (Pool pool = Pool.create(media, GROWING, TestPools.BOOT, TestPools.nothing())) {
          pool.begin();
          outgrow(pool, () -> isFull[0] = false);
        }
      } else {
        Files.write(disk.folder.resolve("ballast"), new byte[500_000]);
        Path path = disk.folder.resolve("a.pool");
        List<Reservation> all;
        try (Pool pool = create(path)) {
          all = outgrow(
              pool,
              () -> {
                // What a growth wrote that came to nothing is given back.
                assertThat(Files.size(path)).isEqualTo(GROWING.maxBytes());
                long taken = Files.getFileStore(path).getTotalSpace() - Files.getFileStore(path).getUsableSpace();
                assertThat(taken).isLessThan(pool.header().geometry().sizeBytes() + 600_000);
                disk.freeSpace.run();
              });
        }
        try (Pool pool = open(path)) {
          requireWhole(pool, all);
        }
      }
    } finally {
      disk.unmount.run();
    }
  }

  private static List<Reservation> outgrow(Pool pool, ThrowingRunnable freeSpace) throws Exception {
    List<Reservation> all = new ArrayList<>(fill(pool, 100_000, Integer.MAX_VALUE));
    long size = pool.header().geometry().sizeBytes();
    assertThat(size).isBetween(GROWING.sizeBytes() + 1, 3L << 20);
    requireWhole(pool, all);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> pool.heap().reserve(100_000)).isInstanceOf(PoolFull.class).hasMessageMatching("(?s).*(growing it from|no space left).*");
    }
    assertThat(pool.header().geometry().sizeBytes()).isEqualTo(size);
    // What fits goes on, and what is let go can be had.
    pool.heap().release(all.getFirst().extent(), OWNER);
    pool.heap().reclaim(all.removeFirst().extent());
    all.add(own(pool, 100_000));
    requireWhole(pool, all);
    freeSpace.run();
    all.addAll(fill(pool, 100_000, 10));
    assertThat(pool.header().geometry().sizeBytes()).isGreaterThan(size);
    requireWhole(pool, all);
    return all;
  }
}
