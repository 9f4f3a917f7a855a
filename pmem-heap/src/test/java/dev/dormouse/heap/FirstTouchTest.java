package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of what the system says when it is to fill page tables. */
class FirstTouchTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path folder;

  private String touched(boolean inMemory, FirstTouch.Advice advice) throws IOException {
    Path path = Files.write(folder.resolve("a"), new byte[SIZE]);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment range = file.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, arena);
      String said = FirstTouch.of(range, inMemory, advice);
      if (said.startsWith("by a read")) {
        assertThat(range.isLoaded()).isTrue();
      }
      return said;
    }
  }

  /** EPERM and EACCES of a filter of system calls, ENOSYS of one or of an emulated kernel, EINVAL of an old one, EOPNOTSUPP. */
  @ParameterizedTest
  @ValueSource(ints = {1, 13, 38, 22, 95})
  void whereTheSystemRefusesTheCallEachPageIsReadAndTheReportSaysWhy(int error) throws IOException {
    assertThat(touched(false, (_, _) -> error))
        .startsWith("by a read of each page: the first store to it still costs a fault; ")
        .contains("refused madvise with error " + error + ":", "Linux 5.14", "seccomp")
        .doesNotContain("disk full");
    assertThat(touched(true, (_, _) -> error)).startsWith("by a read of each page; ");
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 12, 14, 133})
  void aPageThatCannotBeHadIsNotTouched(int error) throws IOException {
    assertThat(touched(false, (_, _) -> error)).startsWith("not to the end: the system said error " + error + " to madvise");
  }

  @Test
  void aMappingThatIsPmdksIsNotReadInstead() {
    try (Arena arena = Arena.ofConfined()) {
      assertThat(FirstTouch.of(arena.allocate(4096), false, (_, _) -> 1)).startsWith("not at all: the mapping is PMDK's").contains("error 1:");
      assertThat(FirstTouch.of(arena.allocate(4096), false, null)).contains(NativeCalls.FLAG);
    }
  }

  @Test
  void whatSuitsTheFileSystemIsAskedFor() throws IOException {
    int[] asked = new int[1];
    FirstTouch.Advice willing =
        (_, way) -> {
          asked[0] = way;
          return 0;
        };
    assertThat(touched(true, willing)).isEqualTo("by MADV_POPULATE_READ");
    assertThat(asked[0]).isEqualTo(22);
    assertThat(touched(false, willing)).startsWith("by MADV_POPULATE_WRITE");
    assertThat(asked[0]).isEqualTo(23);
  }
}
