package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Media;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.PoolReader;
import org.junit.jupiter.api.Test;

class OverlayMediaContractTest extends MediaContractTest {
  @Override
  Media zeroed() {
    return new OverlayMedia(CrashMedia.zeros(SIZE));
  }

  @Test
  void leavesWhatIsBelowAsItWas() {
    PoolReader below = CrashMedia.zeros(SIZE);
    try (Media media = new OverlayMedia(below)) {
      media.fill(0, SIZE, (byte) 1);
    }
    byte[] bytes = new byte[SIZE];
    below.read(0, bytes, 0, SIZE);
    assertThat(bytes).containsOnly(0);
  }
}
