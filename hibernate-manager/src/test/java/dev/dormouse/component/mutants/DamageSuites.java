package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;
import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.LARGE;
import static dev.dormouse.component.mutants.EpochStage.SMALL;
import static dev.dormouse.component.mutants.EpochStage.STOCK;
import static dev.dormouse.component.mutants.EpochStage.recordOf;

import dev.dormouse.component.mutants.EpochStage.Life;
import dev.dormouse.component.mutants.EpochStage.Work;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.Recovery;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** R9, R10 and the checks of recovery: bytes that nobody wrote are put where a crash left a pool. */
public final class DamageSuites {
  private static final long LANE = SMALL.laneTableOffset();
  private static final long LOG = LANE + 64;
  private static final int CRC = 16;

  private DamageSuites() {}

  /** Runs a turn that is cut short by a kill. */
  private static PoolReader killed(EpochStage stage, Consumer<Work> body) {
    CrashMedia media = stage.media();
    body.accept(stage.life(media).work());
    return media.processKilled();
  }

  private static Map<Long, Long> quarantinedBy(Media media) {
    Map<Long, Long> quarantined = new TreeMap<>();
    Recovery.run(Pool.open(media, BOOT), (birth, recordOffset, reason) -> quarantined.put(birth, recordOffset));
    return quarantined;
  }

  private static void flip(Media media, long offset) {
    media.putByte(offset, (byte) (media.getByte(offset) ^ 0x10));
  }

  private static String arena(Media media) {
    byte[] bytes = new byte[(int) (SMALL.sizeBytes() - SMALL.pageTableOffset())];
    media.read(SMALL.pageTableOffset(), bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Whether recovery says that the pool is damaged, and has changed nothing. */
  private static boolean isRefused(CrashMedia media) {
    String before = arena(media);
    try {
      EpochStage.recover(media);
      return false;
    } catch (Damaged damaged) {
      return arena(media).equals(before);
    }
  }

  /** R10: every flipped bit of a lane's words, and a word from another place. */
  public static final class LaneWords implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      for (int bit = 0; bit < 128; bit++) {
        CrashMedia media = stage.media();
        media.putByte(LANE + bit / 8, (byte) (media.getByte(LANE + bit / 8) ^ 1 << bit % 8));
        if (!isRefused(media)) {
          return Verdict.killed("bit " + bit + " of a lane's words was flipped, and the pool was opened", bit + 1);
        }
      }
      CrashMedia media = stage.media();
      media.putLong(LANE, media.getLong(LANE + SMALL.laneBytes()));
      return isRefused(media) ? Verdict.survived(129) : Verdict.killed("another lane's word was believed", 129);
    }
  }

  /** R9: a record that had been fenced is damaged, whichever byte: all that the log names are quarantined, and nothing is restored. */
  public static final class FencedRecords implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      PoolReader image =
          killed(
              stage,
              work -> {
                work.write(CART, stage.cart, 0, 8, 1);
                work.write(STOCK, stage.stock, 0, 8, 2);
                work.write(STOCK, stage.stock, 64, 8, 3);
              });
      Map<Long, Long> all = Map.of(CART, recordOf(CART), STOCK, recordOf(STOCK));
      // OWNER, UNDO with a line | OWNER, UNDO with a line | UNDO with a line.
      for (int at = 0; at < 6 * 64; at++) {
        CrashMedia media = new CrashMedia(image);
        flip(media, LOG + at);
        String before = arena(media);
        Map<Long, Long> quarantined = quarantinedBy(media);
        if (!quarantined.equals(all) || !arena(media).equals(before) || !quarantinedBy(media).isEmpty()) {
          return Verdict.killed("byte " + at + " of a log was damaged, and " + quarantined.size() + " components were quarantined", at + 1);
        }
      }
      return Verdict.survived(6 * 64);
    }
  }

  /** R9: an undo record of stock's bytes in cart's name, one that goes beyond its extent, one outside of the arena. */
  public static final class StrayUndo implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      long[] targets = {stage.stock.offset(), stage.cart.offset() + 128, SMALL.pageTableOffset()};
      for (int i = 0; i < targets.length; i++) {
        long target = targets[i];
        CrashMedia media = new CrashMedia(killed(stage, work -> work.epoch.prepare(CART, recordOf(CART), target, 128)));
        // What a restore would take back.
        media.putLong(target, ~media.getLong(target));
        String before = arena(media);
        Map<Long, Long> quarantined;
        try {
          quarantined = quarantinedBy(media);
        } catch (RuntimeException e) {
          return Verdict.killed("a stray undo record ends the opening with " + e, i + 1);
        }
        if (!quarantined.equals(Map.of(CART, recordOf(CART))) || !arena(media).equals(before)) {
          return Verdict.killed("an undo record with target " + target + " was restored", i + 1);
        }
      }
      return Verdict.survived(targets.length);
    }
  }

  /** A torn tail, which a crash leaves, is no damage: bits of the last batch that was not fenced. */
  public static final class TornTail implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      PoolReader image =
          killed(
              stage,
              work -> {
                work.write(CART, stage.cart, 0, 8, 1);
                work.epoch.log(STOCK, recordOf(STOCK), stage.stock.offset(), 128);
              });
      for (int at = 3 * 64; at < 7 * 64; at += 8) {
        CrashMedia media = new CrashMedia(image);
        flip(media, LOG + at);
        if (!quarantinedBy(media).isEmpty()) {
          return Verdict.killed("a torn tail was taken for damage", at / 8 + 1);
        }
      }
      return Verdict.survived(4 * 8);
    }
  }

  /** A committed log whose intents are due: each byte of it damaged, then intents that are sound and cannot be meant. */
  public static final class DueIntents implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      CrashMedia sound = stage.media();
      Life life = stage.life(sound);
      long done = sound.getLong(LANE + 8);
      life.commit(
          work -> {
            work.write(CART, stage.cart, 0, 8, 1);
            work.allocate(64, CART);
            work.free(stage.run, CART);
          });
      sound.putLong(LANE + 8, done);
      PoolReader image = sound.processKilled();
      if (Recovery.run(Pool.open(new CrashMedia(image), BOOT), EpochStage.NOBODY).lanesRedone() != 1) {
        return Verdict.killed("the intents were not carried out", 1);
      }
      // OWNER, UNDO with a line, ALLOC, FREE, END.
      for (int at = 0; at < 6 * 64; at++) {
        CrashMedia media = new CrashMedia(image);
        flip(media, LOG + at);
        if (!isRefused(media)) {
          return Verdict.killed("byte " + at + " of a committed log was damaged, and the pool was opened", at + 2);
        }
      }
      CrashMedia media = new CrashMedia(image);
      // The FREE intent names the page table.
      forge(media, LOG + 4 * 64, 32, SMALL.pageTableOffset());
      return isRefused(media) ? Verdict.survived(6 * 64 + 2) : Verdict.killed("an intent outside of the arena was carried out", 6 * 64 + 2);
    }
  }

  /** Changes a field of a record and makes its CRC right again. */
  private static void forge(Media media, long at, int field, long value) {
    byte[] record = new byte[64];
    media.putLong(at + field, value);
    media.putInt(at + CRC, 0);
    media.read(at, record, 0, record.length);
    CRC32C crc = new CRC32C();
    crc.update(record, 0, record.length);
    Bytes.putInt(record, CRC, (int) crc.getValue());
    media.write(at, record, 0, record.length);
  }

  /** R9: where a log goes on in an extent is said twice, and damage before that is still told from a torn tail. */
  public static final class LongLogs implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(LARGE);
      PoolReader image =
          killed(
              stage,
              work -> {
                work.write(CART, stage.run, 0, 4096 + 904, 1);
                work.write(STOCK, stage.stock, 0, 8, 2);
              });
      Contents wanted = Contents.of(Pool.open(stage.media(), BOOT));
      int harmless = 0;
      for (int line = 0; line < 63; line++) {
        CrashMedia media = new CrashMedia(image);
        flip(media, LARGE.laneTableOffset() + 64 + line * 64L + 20);
        Map<Long, Long> quarantined = quarantinedBy(media);
        if (quarantined.isEmpty()) {
          harmless++;
          if (!Contents.of(Pool.open(media, BOOT)).equals(wanted)) {
            return Verdict.killed("line " + line + " of a log was damaged, and nobody noticed", line + 1);
          }
        } else if (quarantined.size() != 2) {
          return Verdict.killed("line " + line + " of a log was damaged, and " + quarantined.keySet() + " were quarantined", line + 1);
        }
      }
      return harmless == 2 ? Verdict.survived(63) : Verdict.killed(harmless + " damaged lines of a log are harmless, 2 expected", 63);
    }
  }

  /** Records of another lane, with the same stamp and salt, lie where a lane's log begins. */
  public static final class RecordsOfAnotherLane implements KillSuite {
    private static final long NUMBER = (1L << 46) - 1;

    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      CrashMedia media = stage.media();
      Life life = stage.life(media);
      Work first = life.work();
      // Lane 1 catches up with lane 0.
      while ((media.getLong(LANE) & NUMBER) != (media.getLong(LANE + SMALL.laneBytes()) & NUMBER)) {
        life.commit(work -> work.write(STOCK, stage.stock, 0, 8, 2));
      }
      Work second = life.work();
      second.write(CART, stage.cart, 0, 8, 1);
      second.commit();
      byte[] log = new byte[3 * 64];
      media.read(LANE + SMALL.laneBytes() + 64, log, 0, log.length);
      media.write(LOG, log, 0, log.length);
      life.lanes.giveBack(first.epoch);
      boolean believed = !Recovery.run(Pool.open(media, BOOT), EpochStage.NOBODY).isClean();
      return believed ? Verdict.killed("another lane's records were believed", 1) : Verdict.survived(1);
    }
  }

  /** A record of a former opening, with the right stamp. */
  public static final class OtherSalt implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      CrashMedia media = new CrashMedia(killed(stage, work -> work.write(CART, stage.cart, 0, 8, 1)));
      // The salt comes into force before the lanes are finished, which is what the order of an opening forbids.
      Pool.open(media, BOOT).begin();
      boolean believed = !Recovery.run(Pool.open(media, BOOT), EpochStage.NOBODY).isClean();
      return believed ? Verdict.killed("a record with another salt was believed", 1) : Verdict.survived(1);
    }
  }

  /** Entries of the page table that nobody wrote: whose pages they are is not known, and nobody is given them. */
  public static final class PageEntries implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      long page = (stage.run.offset() - SMALL.arenaOffset()) / Geometry.PAGE_BYTES;
      long entry = SMALL.pageTableOffset() + page * 16;
      for (int bit = 0; bit < 64; bit++) {
        CrashMedia media = stage.media();
        media.putByte(entry + bit / 8, (byte) (media.getByte(entry + bit / 8) ^ 1 << bit % 8));
        try {
          Pool.open(media, BOOT).heap().extentOf(stage.run.offset());
          return Verdict.killed("bit " + bit + " of a page's entry was flipped, and believed", bit + 1);
        } catch (Damaged damaged) {
          // As it should be.
        }
      }
      return Verdict.survived(64);
    }
  }
}
