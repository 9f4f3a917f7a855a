package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Private mappings, those among them that are longer than all the memory there is. */
class PrivateMappingTest {
  private static final long PAGE = 4096;

  @TempDir Path folder;

  private Path file(long bytes) throws IOException {
    Path path = folder.resolve("a");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(bytes);
    }
    return path;
  }

  /** What is stored stays in memory, what is given back is the file's again, and what is written to the file shows through. */
  private static void isPrivate(PrivateMapping mapping, PoolFile file, long at) throws IOException {
    MemorySegment memory = mapping.memory();
    memory.set(ValueLayout.JAVA_LONG, at, 7);
    memory.set(ValueLayout.JAVA_LONG, at + PAGE, 8);
    ByteBuffer word = ByteBuffer.allocate(Long.BYTES);
    file.channel().read(word, at);
    assertThat(word.getLong(0)).as("the file").isZero();
    assertThat(memory.get(ValueLayout.JAVA_LONG, at)).isEqualTo(7);
    file.channel().write(ByteBuffer.wrap(new byte[] {9}), at);
    assertThat(memory.get(ValueLayout.JAVA_LONG, at)).as("a page that was stored to").isEqualTo(7);
    mapping.giver().giveBack(at, PAGE);
    assertThat(memory.get(ValueLayout.JAVA_LONG, at)).as("given back").isEqualTo(9);
    assertThat(memory.get(ValueLayout.JAVA_LONG, at + PAGE)).as("not given back").isEqualTo(8);
  }

  @Test
  void whatIsStoredToAPrivateMappingStaysThereUntilItIsGivenBack() throws IOException {
    try (PoolFile file = new PoolFile(file(16 * PAGE));
        Arena arena = Arena.ofShared()) {
      isPrivate(PrivateMapping.of(file, 16 * PAGE, arena), file, 4 * PAGE);
    }
  }

  @Test
  void oneWithoutReserveIsNoDifferent() throws IOException {
    assumeThat(NativeCalls.areAllowed()).isTrue();
    try (PoolFile file = new PoolFile(file(16 * PAGE));
        Arena arena = Arena.ofShared()) {
      isPrivate(PrivateMapping.withoutReserve(file.path(), 16 * PAGE, arena, new IOException("asked for")), file, 4 * PAGE);
    }
  }

  /** Four tebibytes, sparse: no machine that runs this has as much memory. */
  @Test
  void oneThatIsLongerThanMemoryCanBeHad() throws IOException {
    assumeThat(NativeCalls.areAllowed()).isTrue();
    long bytes = 4L << 40;
    try (PoolFile file = new PoolFile(file(bytes));
        Arena arena = Arena.ofShared()) {
      isPrivate(PrivateMapping.of(file, bytes, arena), file, bytes - 8 * PAGE);
    }
  }
}
