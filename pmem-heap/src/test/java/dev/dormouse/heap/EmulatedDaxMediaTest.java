package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a file is written back as if it were persistent memory: which way is taken, what is said of it, and that trying harms nothing. */
class EmulatedDaxMediaTest {
  private static final int SIZE = 3 * 4096;
  private static final String EXPORTS = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  @TempDir Path folder;

  static Stream<FlushWay> waysOfThisMachine() {
    return Stream.of(FlushWay.values()).filter(way -> EmulatedDaxMedia.whyNot(way).isEmpty());
  }

  static Stream<FlushWay> waysWithoutSystemCalls() {
    return waysOfThisMachine().filter(way -> way != FlushWay.FORCE);
  }

  @ParameterizedTest
  @MethodSource("waysOfThisMachine")
  void openingAndClosingChangesNoByte(FlushWay way) throws IOException {
    byte[] bytes = new byte[SIZE];
    new Random(7).nextBytes(bytes);
    Path path = Files.write(folder.resolve("a"), bytes);
    try (EmulatedDaxMedia media = EmulatedDaxMedia.open(path, SIZE, way)) {
      assertThat(TestPools.bytes(media)).isEqualTo(bytes);
      assertThat(media.flushWay()).isEqualTo(way);
    }
    assertThat(path).hasBinaryContent(bytes);
  }

  @ParameterizedTest
  @MethodSource("waysOfThisMachine")
  void whatIsPersistedIsInTheFile(FlushWay way) throws IOException {
    Path path = folder.resolve("b");
    try (EmulatedDaxMedia media = EmulatedDaxMedia.create(path, SIZE, way)) {
      for (long offset : new long[] {0, 63, 4090, SIZE - 8}) {
        media.putLong(offset, ~offset);
        media.persist(offset, Long.BYTES);
        media.sync();
        assertThat(Bytes.getLong(Files.readAllBytes(path), (int) offset)).isEqualTo(~offset);
      }
    }
  }

  /** Longer than what is written back while others have to wait for it at a safepoint. */
  @ParameterizedTest
  @MethodSource("waysOfThisMachine")
  void aLongRangeIsWrittenBack(FlushWay way) throws IOException {
    byte[] bytes = new byte[3 << 20];
    new Random(3).nextBytes(bytes);
    Path path = folder.resolve("long");
    try (EmulatedDaxMedia media = EmulatedDaxMedia.create(path, bytes.length, way)) {
      media.write(0, bytes, 0, bytes.length);
      media.persist(64, bytes.length - 128L);
      media.sync();
      assertThat(path).hasBinaryContent(bytes);
    }
  }

  /** Whatever somebody stores to the line meanwhile stays: every one of his additions counts. */
  @ParameterizedTest
  @MethodSource("waysOfThisMachine")
  void tryingLosesNoStoreOfAnother(FlushWay way) throws Exception {
    int additions = 200_000;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(4096, 4096);
      if (way == FlushWay.FORCE) {
        // Only what a file lies below can be forced.
        Path path = Files.write(folder.resolve("c"), new byte[4096]);
        try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
        }
      }
      MemorySegment shared = memory;
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < additions; i++) {
                      WORD.getAndAdd(shared, 4096L - 64, 1L);
                    }
                  });
      while (other.isAlive()) {
        FlushChoice.tried(LineFlusher.of(way, "a"), shared);
      }
      other.join();
      assertThat(shared.get(ValueLayout.JAVA_LONG, 4096 - 64)).isEqualTo(additions);
    }
  }

  @Test
  void theLineThatIsTriedIsOneWhereAPoolHasNothing() throws IOException {
    Path path = folder.resolve("d.pool");
    Pool.create(path, Geometry.of(128 << 10, 2, 4096, 1), TestPools.BOOT, TestPools.nothing()).close();
    byte[] bytes = Files.readAllBytes(path);
    assertThat(HeaderLayout.BYTES).isLessThanOrEqualTo(4096 - 64);
    assertThat(Arrays.copyOfRange(bytes, 4096 - 64, 4096)).containsOnly(0);
  }

  @ParameterizedTest
  @MethodSource("waysWithoutSystemCalls")
  void aFlushAllocatesNothing(FlushWay way) {
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    try (EmulatedDaxMedia media = EmulatedDaxMedia.create(folder.resolve("e"), SIZE, way)) {
      long least = Long.MAX_VALUE;
      // Until the JIT has seen through the handles, they may make objects.
      for (int round = 0; round < 200 && least > 0; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
          media.putLong(64, i);
          media.persist(64, Long.BYTES);
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("waysOfThisMachine")
  void aFlushAfterTheCloseThrowsAndDoesNotEndTheJvm(FlushWay way) {
    EmulatedDaxMedia media = EmulatedDaxMedia.create(folder.resolve("f"), SIZE, way);
    media.close();
    assertThatThrownBy(() -> media.flush(0, 64)).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
    assertThatThrownBy(() -> media.persist(0, SIZE)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("waysOfThisMachine")
  void aFlushOutsideOfTheFileIsRefused(FlushWay way) {
    try (EmulatedDaxMedia media = EmulatedDaxMedia.create(folder.resolve("g"), SIZE, way)) {
      for (long offset : new long[] {-1, SIZE, Long.MAX_VALUE - 3, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> media.flush(offset, 8)).isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThatThrownBy(() -> media.flush(SIZE - 8, 9)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> media.flush(8, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void theFastestIsTakenAndTheReportNamesItItsCostAndTheOthers() {
    try (EmulatedDaxMedia media = EmulatedDaxMedia.create(folder.resolve("h"), SIZE)) {
      assertThat(media.notes().getFirst()).contains("emulated");
      assertThat(media.notes().get(1)).contains("written back by " + media.flushWay().describe()).containsPattern("[0-9] (ns|us) for one");
      for (FlushWay other : List.of(FlushWay.INSTRUCTION, FlushWay.PMDK)) {
        if (other != media.flushWay()) {
          assertThat(media.notes()).anyMatch(note -> note.startsWith("not written back by " + other.describe() + ": "));
        }
      }
    }
  }

  @Test
  void theClassIsThatOfTheFileSystemAndNeverMore() throws IOException {
    try (EmulatedDaxMedia media = EmulatedDaxMedia.create(folder.resolve("i"), SIZE)) {
      assertThat(media.durabilityClass()).isNotEqualTo(DurabilityClass.POWER_LOSS);
    }
    Path inMemory = Path.of("/dev/shm");
    assumeThat(Files.isWritable(inMemory) && Files.getFileStore(inMemory).type().equals("tmpfs")).isTrue();
    Path path = Files.createTempDirectory(inMemory, "dormouse-test-").resolve("j");
    try (EmulatedDaxMedia media = EmulatedDaxMedia.create(path, SIZE)) {
      assertThat(media.durabilityClass()).isEqualTo(DurabilityClass.VOLATILE);
      assertThat(media.notes()).anyMatch(note -> note.startsWith("VOLATILE: "));
    } finally {
      Files.delete(path);
      Files.delete(path.getParent());
    }
  }

  /** In JVMs of their own, because flags decide. */
  @Test
  void withoutAnyFlagASystemCallIsAllThereIsAndTheReportSaysWhatWouldBeFaster() throws Exception {
    assertThat(opening())
        .contains("way force", "without --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "without --enable-native-access=ALL-UNNAMED")
        .doesNotContain("WARNING");
  }

  @Test
  void whereTheInstructionIsExportedItIsTaken() throws Exception {
    assertThat(opening(EXPORTS)).contains("way instruction", "without --enable-native-access=ALL-UNNAMED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:CompilationMode=quick-only", "-XX:-UseCompiler"})
  void aJvmThatWouldCrashAtTheInstructionTakesAnotherWay(String flag) throws Exception {
    assertThat(opening(EXPORTS, flag)).contains("way force", "this JVM runs with " + flag + ", so without the C2 compiler");
  }

  @Test
  void aWayThatIsNamedIsTakenOrOpeningFailsWithTheReason() throws Exception {
    assertThat(opening(EXPORTS, "-D" + FlushWay.PROPERTY + "=force")).contains("way force");
    assertThat(opening("-D" + FlushWay.PROPERTY + "=instruction"))
        .contains("MediaUnavailable", "dormouse.flush=instruction", "without --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");
    assertThat(opening("-D" + FlushWay.PROPERTY + "=clwb")).contains("instruction, pmdk or force expected");
  }

  @Test
  void anUnusableWayLeavesNoFile() throws Exception {
    // Neither has the flag that it needs in a JVM without any.
    for (String way : List.of("instruction", "pmdk")) {
      assertThat(opening("--illegal-native-access=deny", "-D" + FlushWay.PROPERTY + "=" + way)).contains("MediaUnavailable").endsWith("file: false\n");
    }
    assertThat(opening("-D" + FlushWay.PROPERTY + "=force")).contains("way force").endsWith("file: true\n");
  }

  /** What a JVM with those flags says when it makes a file, stores, persists and reads. */
  private String opening(String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Opener.class.getName()));
    command.add(Files.createTempDirectory(folder, "child-").resolve("l").toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /** Opens and persists. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) {
      try (EmulatedDaxMedia media = EmulatedDaxMedia.create(Path.of(arguments[0]), SIZE)) {
        media.putLong(0, 4711);
        media.persist(0, SIZE);
        System.out.println("way " + media.flushWay() + " " + media.getLong(0) + " " + media.notes());
      } catch (MediaUnavailable | IllegalArgumentException e) {
        System.out.println(e);
      }
      System.out.println("file: " + Files.exists(Path.of(arguments[0])));
    }
  }
}
