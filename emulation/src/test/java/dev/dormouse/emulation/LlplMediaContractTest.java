package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.junit.Pmempool;
import dev.dormouse.heap.LlplMedia;
import dev.dormouse.heap.Media;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlplMediaContractTest extends MediaContractTest {
  @TempDir Path folder;

  @BeforeAll
  static void assumeLlpl() {
    Pmempool.assume();
  }

  @Override
  Media zeroed() {
    return LlplMedia.create(heap(), SIZE);
  }

  private Path heap() {
    return folder.resolve("contract.pool");
  }

  /** After the medium was closed, which is what the method of that name above does. */
  @AfterEach
  @Override
  void close() {
    super.close();
    Pmempool.check(heap());
  }

  @Test
  void isReadAsItWasWrittenWhenTheHeapIsOpenedAgain() {
    Path path = folder.resolve("again.pool");
    for (int life = 0; life < 3; life++) {
      try (Media media = life == 0 ? LlplMedia.create(path, SIZE) : LlplMedia.open(path, SIZE)) {
        assertThat(media.getLong(4093)).isEqualTo(life);
        media.putLong(4093, life + 1);
        media.settle(0, SIZE);
      }
      Pmempool.check(path);
    }
  }
}
