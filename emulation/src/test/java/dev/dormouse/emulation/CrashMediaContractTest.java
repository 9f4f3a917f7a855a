package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Media;
import org.junit.jupiter.api.Test;

class CrashMediaContractTest extends MediaContractTest {
  @Override
  Media zeroed() {
    return CrashMedia.zeroed(SIZE);
  }

  @Test
  void modelsAMediumThatFlushesAndSurvivesThePower() {
    CrashMedia media = CrashMedia.zeroed(SIZE);
    assertThat(media.flushes()).isTrue();
    assertThat(media.durabilityClass()).isEqualTo(DurabilityClass.POWER_LOSS);
    assertThat(media.describe()).isEqualTo("crash emulator");
  }

  @Test
  void refusesFlushesOutsideItsBoundsAndAfterItsClose() {
    CrashMedia media = CrashMedia.zeroed(SIZE);
    assertThatThrownBy(() -> media.flush(SIZE - 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> media.flush(Long.MAX_VALUE - 3, 8)).isInstanceOf(IndexOutOfBoundsException.class);
    media.close();
    assertThatThrownBy(() -> media.flush(0, 8)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(media::fence).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(media::sync).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAtomicWordsThatAreNotAligned() {
    CrashMedia media = CrashMedia.zeroed(SIZE);
    assertThatThrownBy(() -> media.getLongAcquire(4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> media.putLongRelease(4, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(media.getLong(4)).isZero();
  }
}
