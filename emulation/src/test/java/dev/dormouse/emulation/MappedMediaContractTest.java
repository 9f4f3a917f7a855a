package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedMediaContractTest extends MediaContractTest {
  @TempDir Path folder;

  @Override
  Media zeroed() {
    return MappedMedia.create(folder.resolve("contract.pool"), SIZE);
  }

  @Test
  void isReadAsItWasWrittenWhenTheFileIsOpenedAgain() {
    Path path = folder.resolve("again.pool");
    try (Media written = MappedMedia.create(path, SIZE)) {
      written.putLong(4093, 77);
    }
    try (Media opened = MappedMedia.open(path, SIZE)) {
      assertThat(opened.getLong(4093)).isEqualTo(77);
    }
  }
}
