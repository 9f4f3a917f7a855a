package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;
import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.LARGE;
import static dev.dormouse.component.mutants.EpochStage.SMALL;
import static dev.dormouse.component.mutants.JournalStage.JOURNAL_AT;
import static dev.dormouse.component.mutants.JournalStage.RING_AT;
import static dev.dormouse.component.mutants.JournalStage.SMALLEST;

import dev.dormouse.component.mutants.EpochStage.Life;
import dev.dormouse.component.mutants.EpochStage.Work;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The ring of a journal, in memory and on the disk, and the headers that name it. */
public final class RingSuites {
  private static final int SECTOR = 512;

  private RingSuites() {}

  private static void unacknowledged(Life life, Work work, Consumer<Work> body) {
    body.accept(work);
    work.commitUnacknowledged();
    life.lanes.giveBack(work.epoch);
  }

  /** Its record is of 2,048 bytes. */
  private static Consumer<Work> twoKib(EpochStage stage, int value) {
    return work -> work.write(CART, stage.run, 0, 31 * 64, value);
  }

  /** More than the ring in memory holds is committed before anybody waits for it. */
  public static final class NobodyWaits implements KillSuite {
    @Override
    public Verdict run() {
      return JournalStage.afterAKill(
          SMALLEST,
          (stage, life) -> {
            for (int i = 1; i < 12; i++) {
              unacknowledged(life, life.work(), twoKib(stage, i));
            }
          });
    }
  }

  /** The same with an epoch behind it that is longer than a record. */
  public static final class NobodyWaitsAndOneIsLong implements KillSuite {
    @Override
    public Verdict run() {
      return JournalStage.afterAKill(
          SMALLEST,
          (stage, life) -> {
            for (int i = 1; i < 5; i++) {
              unacknowledged(life, life.work(), twoKib(stage, i));
            }
            unacknowledged(life, life.work(), work -> work.filled(10_000, CART, 9));
          });
    }
  }

  /** Epochs that were admitted while there was room commit one after the other. */
  public static final class AdmittedTogether implements KillSuite {
    @Override
    public Verdict run() {
      return JournalStage.afterAKill(
          SMALLEST,
          (stage, life) -> {
            for (int i = 1; i < 14; i++) {
              unacknowledged(life, life.work(), twoKib(stage, i));
            }
            Work[] admitted = {life.work(), life.work(), life.work()};
            for (int i = 0; i < admitted.length; i++) {
              unacknowledged(life, admitted[i], work -> work.write(CART, stage.run, 0, 3500, 21));
            }
          });
    }
  }

  /** One epoch that is longer than what is left was admitted while there was room; a part of it is written before the last is made. */
  public static final class LongOneIsAdmitted implements KillSuite {
    @Override
    public Verdict run() {
      return JournalStage.afterAKill(
          LARGE,
          SMALLEST,
          (stage, life) -> {
            Journal journal = life.pool.media().journal();
            Extent[] large = new Extent[1];
            life.commit(work -> large[0] = work.filled(11_300, CART, 1));
            life.pool.media().settle(0, 0);
            for (int i = 0; journal.tail() - journal.cut() < 20 << 10 || journal.tail() % 4096 != 0; i++) {
              int value = i;
              unacknowledged(life, life.work(), work -> work.write(CART, stage.run, 0, 7 * 64, value));
            }
            life.acknowledge();
            for (int i = 1; i < 4; i++) {
              unacknowledged(life, life.work(), twoKib(stage, i));
            }
            unacknowledged(life, life.work(), work -> work.write(CART, large[0], 0, 11_300, 9));
          });
    }
  }

  /** R5: where nothing was written in this round, records of an earlier round lie, sound and of the same salt. */
  public static final class EarlierRounds implements KillSuite {
    @Override
    public Verdict run() {
      return JournalStage.afterAKill(
          SMALLEST,
          (stage, life) -> {
            for (int i = 1; i < 150; i++) {
              int value = i;
              life.commit(work -> work.write(CART, stage.cart, 0, 8, value));
            }
          });
    }
  }

  /** R5: where nothing was written in this life, records of an earlier one lie, at the same positions. */
  public static final class EarlierLives implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      CrashMedia crashed = stage.media();
      for (int life = 0; life < 2; life++) {
        try (JournaledMedia on = JournalStage.on(crashed, SMALLEST)) {
          Life running = JournalStage.life(stage, crashed, on);
          for (int i = 0; i < 6 - 5 * life; i++) {
            int value = 10 * life + i + 1;
            running.commit(work -> work.write(CART, stage.cart, 0, 8, value));
          }
        }
      }
      return JournalStage.holds(new CrashMedia(crashed.processKilled()), SMALLEST, stage.states.getLast());
    }
  }

  /** A record in the middle is damaged: what was acknowledged behind it must not be forgotten silently. */
  public static final class DamageInTheMiddle implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      CrashMedia crashed = stage.media();
      try (JournaledMedia on = JournalStage.on(crashed, SMALLEST)) {
        Life life = JournalStage.life(stage, crashed, on);
        for (int i = 1; i < 4; i++) {
          int value = i;
          life.commit(work -> work.write(CART, stage.cart, 0, 8, value));
        }
      }
      CrashMedia left = new CrashMedia(crashed.processKilled());
      long at = JOURNAL_AT + RING_AT + SECTOR + 64;
      left.putLong(at, ~left.getLong(at));
      try (JournaledMedia _ = JournalStage.on(left, SMALLEST)) {
        return Verdict.killed("a journal with a damaged record was taken for one with a torn tail", 1);
      } catch (Damaged expected) {
        return Verdict.survived(1);
      }
    }
  }

  /** A disk whose writes to the ring are seen. */
  private abstract static class RingDisk extends HookedDisk {
    RingDisk(DiskFile disk) {
      super(disk);
    }

    /** Before it is written. */
    abstract void seen(long position, int length);

    @Override
    public void writeThrough(long position, ByteBuffer source) throws IOException {
      if (position >= RING_AT) {
        seen(position - RING_AT, source.remaining());
      }
      super.writeThrough(position, source);
    }
  }

  /** No sector with an acknowledged record is written again before the record is in home. */
  public static final class WrittenOnce implements KillSuite {
    @Override
    public Verdict run() {
      BitSet written = new BitSet();
      List<String> again = new ArrayList<>();
      UnaryOperator<DiskFile> watched =
          disk ->
              new RingDisk(disk) {
                @Override
                void seen(long position, int length) {
                  int first = (int) (position / SECTOR);
                  int end = (int) ((position + length + SECTOR - 1) / SECTOR);
                  if (written.get(first, end).cardinality() > 0) {
                    again.add("sectors " + first + " to " + end + " are written again");
                  }
                  written.set(first, end);
                }
              };
      EpochStage stage = JournalStage.stage(SMALLEST);
      CrashMedia crashed = stage.media();
      try (JournaledMedia on = JournalStage.on(crashed, SMALLEST, UnaryOperator.identity(), watched)) {
        Life life = JournalStage.life(stage, crashed, on);
        for (int i = 1; i < 9; i++) {
          int value = i;
          life.commit(work -> work.write(CART, stage.cart, 0, 64 * (value % 3 + 1), value));
        }
      }
      return again.isEmpty() ? Verdict.survived(1) : Verdict.killed(again.getFirst(), 1);
    }
  }

  /** One copy of the pool's header is damaged: the other names the journal, too. */
  public static final class PoolHeaders implements KillSuite {
    @Override
    public Verdict run() {
      return withADamagedHeader(0, (on, life) -> {});
    }
  }

  /** The cut was moved, and then a copy of the journal's header is damaged, as where it was being written. */
  public static final class JournalHeaders implements KillSuite {
    @Override
    public Verdict run() {
      return withADamagedHeader(JOURNAL_AT, (on, life) -> JournalStage.migrate(on));
    }
  }

  private static Verdict withADamagedHeader(long headersAt, BiConsumer<JournaledMedia, Life> last) {
    EpochStage stage = JournalStage.stage(SMALLEST);
    CrashMedia crashed = stage.media();
    try (JournaledMedia on = JournalStage.on(crashed, SMALLEST)) {
      Life life = JournalStage.life(stage, crashed, on);
      for (int i = 1; i < 40; i++) {
        int value = i;
        life.commit(work -> work.write(CART, stage.run, 0, 2000, value));
      }
      last.accept(on, life);
    }
    Verdict verdict = null;
    for (int copy = 0; copy < 2 && (verdict == null || !verdict.killed()); copy++) {
      CrashMedia left = new CrashMedia(crashed.processKilled());
      long at = headersAt + (long) copy * Geometry.PAGE_BYTES + 64;
      left.putLong(at, ~left.getLong(at));
      verdict = JournalStage.holds(left, SMALLEST, stage.states.getLast());
    }
    return verdict;
  }

  private static CrashMedia killedAfterACommit() {
    EpochStage stage = JournalStage.stage(SMALLEST);
    CrashMedia crashed = stage.media();
    try (JournaledMedia on = JournalStage.on(crashed, SMALLEST)) {
      JournalStage.life(stage, crashed, on).commit(work -> work.write(CART, stage.cart, 0, 8, 1));
    }
    return new CrashMedia(crashed.processKilled());
  }

  private static Verdict withTheJournalOf(CrashMedia other, CrashMedia pool) {
    CrashMedia left = new CrashMedia(pool.processKilled());
    byte[] journal = new byte[(int) (left.sizeBytes() - JOURNAL_AT)];
    other.read(JOURNAL_AT, journal, 0, journal.length);
    left.write(JOURNAL_AT, journal, 0, journal.length);
    try (JournaledMedia _ = JournalStage.on(left, SMALLEST)) {
      return Verdict.killed("another journal was taken for that of the pool", 1);
    } catch (Damaged expected) {
      return Verdict.survived(1);
    }
  }

  /** Beside the pool lies the journal of another pool, that has the same name. */
  public static final class JournalOfAnother implements KillSuite {
    @Override
    public Verdict run() {
      return withTheJournalOf(killedAfterACommit(), killedAfterACommit());
    }
  }

  /** Beside the pool lies the journal of another opening. */
  public static final class JournalOfAnotherLife implements KillSuite {
    @Override
    public Verdict run() {
      CrashMedia pool = killedAfterACommit();
      CrashMedia later = new CrashMedia(pool.processKilled());
      JournalStage.on(later, SMALLEST).close();
      return withTheJournalOf(later, pool);
    }
  }

  /** What was claimed and does not hold its bytes yet is waited for. */
  public static final class NotFilledYet implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      EpochStage stage = JournalStage.stage(SMALLEST);
      CrashMedia crashed = stage.media();
      try (JournaledMedia on = JournalStage.on(crashed, SMALLEST)) {
        Life life = JournalStage.life(stage, crashed, on);
        long claimed = JournalStage.claim(on, 64);
        unacknowledged(life, life.work(), twoKib(stage, 1));
        Rival waiting = Rival.trying(on::sync);
        boolean through = waiting.isThroughOrIn("awaitFilled");
        JournalStage.fill(on, claimed, 64);
        waiting.end();
        return through ? Verdict.killed("what was not written down yet was called durable", 1) : Verdict.survived(1);
      }
    }
  }

  /** Files: the journal has all its space before it is used, and is looked at whatever medium the pool is opened by. */
  public static final class Files implements KillSuite {
    @Override
    public Verdict run() throws IOException {
      String[] wrong = new String[1];
      PoolSuites.inAFolder(
          folder -> {
            Path path = folder.resolve("a.pool");
            Pool.create(path, FileMedium.JOURNALED, SMALL, Host.of(BOOT), SMALLEST, EpochStage::format).abandon();
            long length = JournaledMedia.journalOf(path).toFile().length();
            Extent made;
            try (Pool pool = Pool.open(path, FileMedium.JOURNALED, Host.of(BOOT), SMALLEST)) {
              pool.begin();
              Epoch epoch = new Lanes(pool, 3).lease();
              made = epoch.allocate(192, CART);
              epoch.prepare(CART, EpochStage.recordOf(CART), made.offset(), 8);
              pool.media().putLong(made.offset(), 7);
              epoch.commit();
              pool.media().journal().sync(epoch.position());
              pool.abandon();
            }
            try (Pool again = Pool.open(path, FileMedium.MAPPED, Host.of(BOOT))) {
              EpochStage.recover(again);
              boolean isThere = made.equals(again.heap().extentOf(made.offset())) && again.media().getLong(made.offset()) == 7;
              wrong[0] = isThere ? null : "what is in the journal is not in the pool";
            }
            wrong[0] = length == RING_AT + SMALLEST.journalBytes() ? wrong[0] : "the journal is made " + length + " bytes long";
          });
      return wrong[0] == null ? Verdict.survived(1) : Verdict.killed(wrong[0], 1);
    }
  }
}
