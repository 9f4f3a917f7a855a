package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journaled medium over real files: the mapping is the system's, and private. */
class JournaledFileContractTest extends MediaContractTest {
  @TempDir Path folder;

  @Override
  Media zeroed() {
    return over(folder.resolve("contract.pool"));
  }

  private static Media over(Path path) {
    try (RandomAccessFile made = new RandomAccessFile(path.toFile(), "rw")) {
      made.setLength(SIZE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return JournaledMedia.open(path, SIZE, SIZE, JournaledMediaContractTest.OPTIONS);
  }

  /** A page that was stored to is a copy, which goes with the process; the file has what was flushed. */
  @Test
  void nothingReachesTheFileButWhatWasFlushedAndSettled() throws IOException {
    Path path = folder.resolve("settled.pool");
    try (Media media = over(path)) {
      media.putLong(4096, 7);
      media.flush(4096, 8);
      media.putLong(4104, 8);
      media.sync();
      assertThat(Files.readAllBytes(path)).as("it is in the journal").containsOnly(0);
      media.settle(0, SIZE);
      assertThat(media.getLong(4104)).isEqualTo(8);
    }
    byte[] left = Files.readAllBytes(path);
    assertThat(left[4096]).isEqualTo((byte) 7);
    assertThat(left[4104]).isZero();
  }
}
