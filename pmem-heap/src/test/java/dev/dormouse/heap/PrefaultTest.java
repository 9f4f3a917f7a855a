package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages are made ready; bytes, lengths and other threads' stores stay as they are. */
class PrefaultTest {
  private static final int SIZE = 8 << 20;
  private static final Path IN_MEMORY = Path.of("/dev/shm");

  @TempDir Path folder;

  /** On a disk, where the folder for temporary files is on one, and in memory. */
  static Stream<Boolean> whetherInMemory() {
    return Stream.of(false, true).filter(inMemory -> !inMemory || Files.isWritable(IN_MEMORY));
  }

  private void in(boolean inMemory, ThrowingConsumer use) throws Exception {
    Path place = inMemory ? Files.createTempDirectory(IN_MEMORY, "dormouse-test-") : folder;
    try {
      use.accept(place.resolve("a.pool"));
    } finally {
      if (inMemory) {
        try (Stream<Path> files = Files.list(place)) {
          for (Path file : files.toList()) {
            Files.delete(file);
          }
        }
        Files.delete(place);
      }
    }
  }

  private interface ThrowingConsumer {
    void accept(Path path) throws Exception;
  }

  @ParameterizedTest
  @MethodSource("whetherInMemory")
  void everyPageIsThereAndNoByteHasChanged(boolean inMemory) throws Exception {
    in(
        inMemory,
        path -> {
          byte[] bytes = new byte[SIZE];
          new Random(5).nextBytes(bytes);
          Files.write(path, bytes);
          try (MappedMedia media = MappedMedia.open(path, SIZE)) {
            assertThat(residentBytes(path)).isLessThan(SIZE / 2);
            assertThat(media.populate(0, SIZE)).startsWith("by ");
            assertThat(residentBytes(path)).isEqualTo(SIZE);
            assertThat(TestPools.bytes(media)).isEqualTo(bytes);
          }
          assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
        });
  }

  @ParameterizedTest
  @MethodSource("whetherInMemory")
  void storesOfOthersAreNotLost(boolean inMemory) throws Exception {
    in(
        inMemory,
        path -> {
          try (MappedMedia media = MappedMedia.create(path, SIZE)) {
            Thread other =
                Thread.ofPlatform()
                    .start(
                        () -> {
                          for (long at = 0; at < SIZE; at += 64) {
                            media.putLong(at, ~at);
                          }
                        });
            while (other.isAlive()) {
              media.populate(0, SIZE);
            }
            other.join();
            for (long at = 0; at < SIZE; at += 64) {
              assertThat(media.getLong(at)).isEqualTo(~at);
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("whetherInMemory")
  void aFileThatMayGrowDoesNotTakeWhatItMayBecome(boolean inMemory) throws Exception {
    in(
        inMemory,
        path -> {
          long most = 64L * SIZE;
          Geometry geometry = Geometry.of(SIZE, most, 2, 4096, 1);
          try (Pool pool = Pool.create(path, geometry, TestPools.BOOT, TestPools.nothing())) {
            pool.begin();
            String said = pool.prefault(Prefault.BEFORE_OPEN);
            assertThat(said).contains("8,388,608 bytes were prefaulted in ");
            assertThat(residentBytes(path)).isBetween((long) SIZE, SIZE + (4L << 20));
            assertThat(blockBytes(path)).isLessThan(2L * SIZE);
          }
        });
  }

  @Test
  void aThreadInTheBackgroundEndsWithThePool() throws Exception {
    Path path = folder.resolve("b.pool");
    Pool pool = Pool.create(path, Geometry.of(SIZE, 2, 4096, 1), TestPools.BOOT, TestPools.nothing());
    pool.begin();
    assertThat(pool.prefault(Prefault.BACKGROUND)).contains("in the background");
    pool.close();
    assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName().equals("dormouse-prefault"));
    Pool.open(path, TestPools.BOOT).close();
  }

  @Test
  void closingStopsWhatIsUnderWayAndWaitsForIt() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore mayGoOn = new Semaphore(0);
    AtomicInteger calls = new AtomicInteger();
    Media media =
        WatchedMedia.over(
            TestPools.zeros(4096),
            (method, _) -> {
              if (method.equals("populate")) {
                calls.incrementAndGet();
                entered.release();
                mayGoOn.acquireUninterruptibly();
              }
            });
    Prefaulting background = Prefaulting.inBackground(media, 256 << 20);
    entered.acquire();
    Thread closing = Thread.ofPlatform().start(background::close);
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    mayGoOn.release();
    closing.join();
    assertThat(calls).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource(value = Prefault.class, names = "OFF")
  void offDoesNothing(Prefault off) {
    try (Pool pool = TestPools.inMemory(Geometry.of(128 << 10, 2, 4096, 1))) {
      assertThat(pool.prefault(off)).isEmpty();
    }
  }

  @Test
  void aMediumThatHasNothingToDoSaysNothing() {
    try (Pool pool = TestPools.inMemory(Geometry.of(128 << 10, 2, 4096, 1))) {
      assertThat(pool.prefault(Prefault.BEFORE_OPEN)).isEmpty();
    }
  }

  @Test
  void aRangeOutsideAndAClosedFileAreRefused() {
    MappedMedia media = MappedMedia.create(folder.resolve("c"), 8192);
    assertThatThrownBy(() -> media.populate(4096, 4097)).isInstanceOf(IndexOutOfBoundsException.class);
    media.close();
    assertThatThrownBy(() -> media.populate(0, 8192)).isInstanceOf(IllegalStateException.class);
  }

  /** Without the flag no function of the system is called, and no warning printed. */
  @Test
  void aJvmWithoutFlagsReadsEachPage() throws Exception {
    Path path = Files.write(folder.resolve("d"), new byte[SIZE]);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Toucher.class.getName(),
                path.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("by a read of each page").doesNotContain("WARNING").endsWith("resident " + SIZE + System.lineSeparator());
  }

  /** Opens and touches. */
  static final class Toucher {
    private Toucher() {}

    public static void main(String[] arguments) throws IOException {
      Path path = Path.of(arguments[0]);
      try (MappedMedia media = MappedMedia.open(path, SIZE)) {
        System.out.println(media.populate(0, SIZE));
        System.out.println("resident " + residentBytes(path));
      }
    }
  }

  /** How much of this process's mappings of the file has its pages in the page tables, as Linux counts it. */
  private static long residentBytes(Path path) throws IOException {
    long kib = 0;
    boolean inside = false;
    String name = path.toRealPath().toString();
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        inside = line.endsWith(name);
      } else if (inside && line.startsWith("Rss:")) {
        kib += Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return kib << 10;
  }

  /** What the file takes of its disk. */
  private static long blockBytes(Path path) throws Exception {
    Process process = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
    String blocks = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    assertThat(process.waitFor()).isZero();
    return Long.parseLong(blocks) * 512;
  }
}
