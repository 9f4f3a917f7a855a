package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.nio.mapmode.ExtendedMapMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said where there is no persistent memory, which is where this test runs. With it: the virtual machine of {@code docs/dax-vm.md}. */
class DaxMediaTest {
  private static final Geometry SMALL = Geometry.of(128 << 10, 2, 4096, 1);

  @TempDir Path folder;

  @Test
  void aFileSystemWithoutDaxIsRefusedWithWhatWasTriedWhatTheSystemSaidAndWhatToDo() throws IOException {
    Path path = folder.resolve("a.pool");
    Files.write(path, new byte[8192]);
    assertThatThrownBy(() -> DaxMedia.open(path, 8192))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("READ_WRITE_SYNC")
        .hasMessageContaining("the system said " + refusalOfThisSystem(path))
        .hasMessageContaining(Files.getFileStore(folder).type())
        .hasMessageContaining("open it as a mapped file");
    assertThat(path).as("a file that was refused").hasSize(8192);
  }

  @Test
  void aNewFileIsRefusedBeforeAnythingIsLeftOfIt() {
    Path path = folder.resolve("new.pool");
    assertThatThrownBy(() -> DaxMedia.create(path, 1L << 50)).isInstanceOf(MediaUnavailable.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPoolThatCannotBeMadeThereLeavesNothingButItsLockFile() {
    Path path = folder.resolve("b.pool");
    assertThatThrownBy(() -> Pool.create(path, FileMedium.DAX, SMALL, TestPools.BOOT, TestPools.nothing()))
        .isInstanceOf(MediaUnavailable.class);
    assertThat(folder).isDirectoryNotContaining(file -> !file.equals(PoolLock.pathFor(path)));
    // The lock was given back.
    Pool.create(path, SMALL, TestPools.BOOT, TestPools.nothing()).close();
  }

  @Test
  void aPoolThatIsRefusedIsUnharmedAndOpensAsAMappedFile() throws IOException {
    Path path = folder.resolve("c.pool");
    Pool.create(path, SMALL, TestPools.BOOT, TestPools.nothing()).close();
    byte[] before = Files.readAllBytes(path);
    assertThatThrownBy(() -> Pool.open(path, FileMedium.DAX, TestPools.BOOT)).isInstanceOf(MediaUnavailable.class);
    assertThat(path).hasBinaryContent(before);
    Pool.open(path, FileMedium.MAPPED, TestPools.BOOT).close();
  }

  @Test
  void r17AShorterFileIsRefusedBeforeItIsMapped() throws IOException {
    Path path = folder.resolve("short.pool");
    Files.write(path, new byte[100]);
    assertThatThrownBy(() -> DaxMedia.open(path, 8192)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("100 bytes, 8192 expected");
    assertThat(path).hasSize(100);
  }

  @Test
  void aFileThatCannotBeOpenedIsRefusedWithTheFileSystemItIsOn() throws IOException {
    String type = Files.getFileStore(folder).type();
    assertThatThrownBy(() -> DaxMedia.create(folder.resolve("no").resolve("such.pool"), 8192))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("the system said NoSuchFileException");
    assertThatThrownBy(() -> DaxMedia.open(folder, 8192)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("which is " + type);
  }

  /** Where the system lets us mount one; what is said is the same for every medium. */
  @Test
  void aReadOnlyFileSystemIsNamedAsWhatItIs() throws Exception {
    Path mounted = Files.createDirectory(folder.resolve("mounted"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mounted.toString())).isZero();
    try {
      Path path = Files.write(mounted.resolve("a.pool"), new byte[8192]);
      assertThat(run("mount", "-o", "remount,ro", mounted.toString())).isZero();
      for (FileMedium medium : List.of(FileMedium.DAX, FileMedium.EMULATED_DAX, FileMedium.MAPPED)) {
        assertThatThrownBy(() -> medium.open(path, 8192, 8192, JournalOptions.STANDARD))
            .isInstanceOf(MediaUnavailable.class)
            .hasMessageContaining(mounted + " (tmpfs), which is tmpfs, mounted read-only");
        assertThatThrownBy(() -> medium.create(mounted.resolve("b.pool"), 8192, 8192))
            .isInstanceOf(MediaUnavailable.class)
            .hasMessageContaining("mounted read-only");
      }
    } finally {
      assertThat(run("umount", mounted.toString())).isZero();
    }
  }

  private static int run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    } catch (IOException noSuchCommand) {
      return -1;
    }
  }

  /** In a JVM of its own: were the flag not noticed, the first flush would be that JVM's end. */
  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:CompilationMode=quick-only", "-XX:-UseCompiler"})
  void aJvmThatWouldCrashAtTheFirstFlushIsRefused(String flag) throws Exception {
    assertThat(opening(flag)).contains("MediaUnavailable", "runs with " + flag, "-XX:-DelayCompilerStubsGeneration");
  }

  @Test
  void aJvmThatMakesItsStubsWithoutItsCompilerIsNotRefusedForThat() throws Exception {
    assertThat(opening("-Xint", "-XX:+UnlockDiagnosticVMOptions", "-XX:-DelayCompilerStubsGeneration"))
        .contains("MediaUnavailable", "READ_WRITE_SYNC")
        .doesNotContain("runs with");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "'mixed mode, sharing', -, -, -, -",
        "'mixed mode, sharing', true, true, 4, -",
        "'compiled mode, sharing', true, true, 4, -",
        "'interpreted mode, sharing', true, true, 4, -Xint",
        "'interpreted mode, sharing', false, true, 4, -",
        "'mixed mode, sharing', true, false, 4, -XX:-UseCompiler",
        "'mixed mode, sharing', false, false, 4, -",
        "'mixed mode, sharing', true, true, 0, -XX:TieredStopAtLevel=0",
        "'mixed mode, sharing', true, true, 3, -XX:TieredStopAtLevel=3",
        "'mixed mode, emulated-client', false, true, 1, -",
        "'mixed mode, emulated-client', true, true, 4, -XX:CompilationMode=quick-only",
      })
  void whatKeepsTheCompilerAwayIsNamed(String vmInfo, String delayed, String useCompiler, String level, String culprit) {
    Map<String, Optional<String>> flags =
        Map.of(
            "DelayCompilerStubsGeneration", Optional.ofNullable(delayed),
            "UseCompiler", Optional.ofNullable(useCompiler),
            "TieredStopAtLevel", Optional.ofNullable(level));
    assertThat(WriteBack.missingCompiler(vmInfo, flags::get)).isEqualTo(Optional.ofNullable(culprit));
  }

  private String refusalOfThisSystem(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.map(ExtendedMapMode.READ_WRITE_SYNC, 0, 4096);
      throw new AssertionError(folder + " is on persistent memory; run this test with java.io.tmpdir on an ordinary disk");
    } catch (IOException | UnsupportedOperationException e) {
      return e.getMessage();
    }
  }

  /** What a JVM with those flags says when it opens a file as persistent memory and flushes it. */
  private String opening(String... flags) throws Exception {
    Path path = folder.resolve("d.pool");
    Files.write(path, new byte[4096]);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Stream.of(flags).forEach(command::add);
    command.addAll(
        List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Opener.class.getName(), path.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /** Opens and flushes. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) {
      try (DaxMedia media = DaxMedia.open(Path.of(arguments[0]), 4096)) {
        media.persist(0, 4096);
        System.out.println("flushed");
      } catch (MediaUnavailable e) {
        System.out.println(e);
      }
    }
  }
}
