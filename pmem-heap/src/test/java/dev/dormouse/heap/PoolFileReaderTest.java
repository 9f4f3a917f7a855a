package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I8: what verifies a pool that is open reads its file, not its mapping: a page that cannot be read is an exception, and no dead JVM. */
class PoolFileReaderTest {
  private static final Geometry SMALL = Geometry.of(128 << 10, 2, 4096, 1);

  @TempDir Path folder;

  @Test
  void aMappedPoolIsReadThroughItsFile() throws IOException {
    Path path = folder.resolve("a.pool");
    Pool.create(path, SMALL, TestPools.BOOT, TestPools.nothing()).close();
    Pool pool = Pool.open(path, TestPools.BOOT);
    try (PoolReader reader = pool.reader()) {
      byte[] mapped = TestPools.bytes(pool.media());
      byte[] read = new byte[mapped.length];
      assertThat(reader.sizeBytes()).isEqualTo(mapped.length);
      reader.read(0, read, 0, read.length);
      assertThat(read).isEqualTo(mapped);
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(SMALL.sizeBytes() / 2);
      }
      assertThatThrownBy(() -> reader.read(SMALL.sizeBytes() - 4096, read, 0, 4096))
          .isInstanceOf(MediaUnavailable.class)
          .hasMessageContaining("the file ends");
    } finally {
      pool.abandon();
    }
  }
}
