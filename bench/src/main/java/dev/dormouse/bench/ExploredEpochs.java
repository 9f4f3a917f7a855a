package dev.dormouse.bench;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.Claims;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.recovery.Quarantine;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.recovery.Verifier;
import dev.dormouse.recovery.VerifyReport;
import java.util.Arrays;
import java.util.List;

/**
 * A pool of 1 MiB with {@value #COMPONENTS} components of a record and an extent each, and epochs that overwrite some of the
 * extents: what a crash exploration of the recovery layer is measured with. Everything is the engine's own code.
 */
final class ExploredEpochs {
  static final int COMPONENTS = 100;

  private static final int EPOCHS = 6;
  private static final int STATE_BYTES = 3 * Media.LINE_BYTES;
  private static final byte FORMER = 0x55;
  private static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  private static final Geometry GEOMETRY = Geometry.of(1 << 20, 2, 4096, 2);
  private static final Quarantine NOBODY =
      (birth, recordOffset, reason) -> {
        throw new AssertionError("component " + birth + " was quarantined: " + reason);
      };

  private final Extent[] records = new Extent[COMPONENTS];
  private final Extent[] states = new Extent[COMPONENTS];
  private final PoolReader image;
  private final Verifier.Walker walker = new ClaimsAll();
  // One exploration runs in one thread.
  private final byte[] found = new byte[STATE_BYTES];

  ExploredEpochs() {
    try (Media media = new OverlayMedia(CrashMedia.zeros(GEOMETRY.sizeBytes()))) {
      Pool pool =
          Pool.create(
              media,
              GEOMETRY,
              BOOT,
              unborn -> {
                Lanes.format(unborn);
                return PoolHeader.Roots.NONE;
              });
      pool.begin();
      Lanes lanes = new Lanes(pool, 1);
      for (int i = 0; i < COMPONENTS; i++) {
        create(lanes, media, i);
      }
      image = new HeapPool(media);
    }
  }

  private void create(Lanes lanes, Media media, int component) {
    Epoch epoch = lanes.lease();
    records[component] = epoch.allocateRecord(birth(component));
    states[component] = epoch.allocate(STATE_BYTES, birth(component));
    overwrite(epoch, media, component, FORMER);
    epoch.commit();
    lanes.giveBack(epoch);
  }

  private static long birth(int component) {
    return Owner.FIRST_BIRTH + component;
  }

  private void overwrite(Epoch epoch, Media media, int component, byte value) {
    Extent state = states[component];
    epoch.prepare(birth(component), records[component].offset(), state.offset(), STATE_BYTES);
    byte[] bytes = new byte[STATE_BYTES];
    Arrays.fill(bytes, value);
    media.write(state.offset(), bytes, 0, bytes.length);
  }

  /** The pool as a killed process left it, everybody's first epoch committed. */
  PoolReader image() {
    return image;
  }

  /** One epoch after the other, each of which overwrites another component's state and is acknowledged. */
  void run(CrashMedia media) {
    Lanes lanes = new Lanes(Pool.open(media, BOOT), 1);
    for (int i = 0; i < EPOCHS; i++) {
      Epoch epoch = lanes.lease();
      overwrite(epoch, media, touched(i), written(i));
      epoch.commit();
      media.mark(i);
      lanes.giveBack(epoch);
    }
  }

  private static int touched(int epoch) {
    return epoch * (COMPONENTS / EPOCHS);
  }

  private static byte written(int epoch) {
    return (byte) (epoch + 1);
  }

  void recover(Media media) {
    Recovery.run(Pool.open(media, BOOT), NOBODY);
  }

  /** I1, of what the epochs touched and nothing else: the acknowledged ones are there, later ones are not, the one under way is whole or not there. */
  void checkTouched(Media recovered, List<Object> marks) {
    int acknowledged = marks.size();
    for (int i = 0; i < EPOCHS; i++) {
      recovered.read(states[touched(i)].offset(), found, 0, STATE_BYTES);
      byte first = found[0];
      boolean possible = first == written(i) ? i <= acknowledged : first == FORMER && i >= acknowledged;
      if (!possible || !isFilled(first)) {
        throw new AssertionError("after " + acknowledged + " acknowledged epochs, epoch " + i + " left " + Arrays.toString(found));
      }
    }
  }

  private boolean isFilled(byte value) {
    for (byte each : found) {
      if (each != value) {
        return false;
      }
    }
    return true;
  }

  /** I3: the whole pool, as {@code verify} proves it. */
  void verifyAll(Media recovered) {
    VerifyReport report = Verifier.verify(new MediaReader(recovered), BOOT, walker);
    if (!report.findings().isEmpty() || report.components() != COMPONENTS) {
      throw new AssertionError(report.toString());
    }
  }

  /** Who owns what is known here; in a store the directory leads to it. */
  private final class ClaimsAll implements Verifier.Walker {
    @Override
    public void walk(Pool pool, Claims claims) {
      for (int i = 0; i < COMPONENTS; i++) {
        claims.component();
        claims.claim(records[i].offset(), records[i].lengthBytes(), birth(i), "a record");
        claims.claim(states[i].offset(), STATE_BYTES, birth(i), "a state");
      }
    }

    @Override
    public Quarantine quarantine(Pool pool) {
      return NOBODY;
    }
  }
}
