package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A pool that was last open on a medium that promises more than the one that it is opened on. */
class WeakerMediumTest {
  private static final int POOL_BYTES = 1 << 20;
  private static final BootIdentity BOOT = new BootIdentity(1, 2);

  @Test
  void theHeaderSaysTheLessBeforeAnythingIsRecovered() {
    CrashMedia first = new CrashMedia(CrashMedia.zeros(POOL_BYTES));
    ProcessStore.open(first, StoreOptions.create(POOL_BYTES).bootIdentity(BOOT));
    CrashMedia below = new CrashMedia(first.processKilled());
    long salt = Pool.open(below, BOOT).header().salt();
    List<PoolHeader> settled = new ArrayList<>();
    HookedMedia weaker =
        new HookedMedia(below) {
          @Override
          public DurabilityClass durabilityClass() {
            return DurabilityClass.PROCESS_CRASH;
          }

          @Override
          public void settle(long offset, long length) {
            settled.add(Pool.open(below, BOOT).header());
          }
        };

    try (ProcessStore store = ProcessStore.open(weaker, StoreOptions.existing().bootIdentity(BOOT))) {
      assertThat(settled.getFirst().durabilityClass()).isEqualTo(DurabilityClass.PROCESS_CRASH);
      assertThat(settled.getFirst().salt()).as("before the new life").isEqualTo(salt);
      assertThat(store.opening().durabilityClass()).isEqualTo(DurabilityClass.PROCESS_CRASH);
    }
  }
}
