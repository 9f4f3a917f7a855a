package dev.dormouse.component;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.Verifier;
import dev.dormouse.recovery.VerifyReport;
import java.nio.file.Path;

/** Proves a pool that nobody has open: every byte has one owner, every record its checksum, every component its name. Never writes to it. */
public final class StoreVerifier {
  private StoreVerifier() {}

  /**
   * Verifies the pool in a file.
   *
   * @throws dev.dormouse.heap.MediaUnavailable if there is no such file, or it cannot be read
   * @throws dev.dormouse.heap.InUse if somebody has it open
   * @throws dev.dormouse.heap.NotAPool if it is none
   * @throws dev.dormouse.heap.UnsupportedFormat if a newer build wrote it
   */
  public static VerifyReport verify(Path pool) {
    try (PoolReader reader = Pool.look(pool)) {
      return verify(reader, Place.of(pool, Host.ofThisMachine()));
    }
  }

  /** Verifies the pool that a reader shows, and that is there. */
  public static VerifyReport verify(PoolReader reader, Place place) {
    return Verifier.verify(reader, place, new StoreWalker());
  }

  /** As {@link #verify(PoolReader, Place)}, with all that is found, however much it is. */
  static VerifyReport verifyUncut(PoolReader reader, Place place) {
    return Verifier.verifyUncut(reader, place, new StoreWalker());
  }

  /** Verifies the pool that a reader shows, as seen by a machine of that boot identity. */
  public static VerifyReport verify(PoolReader reader, BootIdentity boot) {
    return Verifier.verify(reader, boot, new StoreWalker());
  }
}
