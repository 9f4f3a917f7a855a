package dev.dormouse.emulation;

import dev.dormouse.emulation.slow.LatencyProfile;
import dev.dormouse.emulation.slow.SlowMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.OverlayMedia;

class SlowMediaContractTest extends MediaContractTest {
  @Override
  Media zeroed() {
    return new SlowMedia(new OverlayMedia(CrashMedia.zeros(SIZE)), LatencyProfile.OPTANE);
  }
}
