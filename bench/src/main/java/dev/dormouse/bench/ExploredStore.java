package dev.dormouse.bench;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.StoreVerifier;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.VerifyReport;
import java.nio.ByteBuffer;

/** A store of {@value #COMPONENTS} components in a pool of 1 MiB, some of which take a turn: what exploring a whole store is measured with. */
final class ExploredStore {
  static final int COMPONENTS = 100;

  private static final int TURNS = 4;
  private static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  private static final long POOL_BYTES = 1 << 20;

  private final PoolReader image;

  ExploredStore() {
    try (Media media = new OverlayMedia(CrashMedia.zeros(POOL_BYTES))) {
      // Not closed: as a killed process leaves it.
      ProcessStore store =
          ProcessStore.open(
              media, StoreOptions.create(POOL_BYTES).geometry(Geometry.forNewPool(POOL_BYTES)).bootIdentity(BOOT).salts(opening -> opening));
      Sleepers.add(store, "c", COMPONENTS, Population.SMALL_BYTES, Programs.FillsOneLine.class);
      image = new HeapPool(media);
    }
  }

  private static ProcessStore open(Media media) {
    return ProcessStore.open(media, StoreOptions.existing().bootIdentity(BOOT).salts(opening -> opening).awake(TURNS));
  }

  PoolReader image() {
    return image;
  }

  /** Opens the store and lets components overwrite a line each. */
  void run(CrashMedia media) {
    ProcessStore store = open(media);
    for (int i = 0; i < TURNS; i++) {
      ByteBuffer request = ByteBuffer.wrap(new byte[] {(byte) (i + 1)});
      store.component("c" + i * (COMPONENTS / TURNS)).invoke(request);
      media.mark(i);
    }
  }

  void recover(Media media) {
    open(media).close();
  }

  void verify(Media recovered) {
    VerifyReport report = StoreVerifier.verify(new MediaReader(recovered), BOOT);
    if (!report.findings().isEmpty() || report.components() != COMPONENTS) {
      throw new AssertionError(report.toString());
    }
  }
}
