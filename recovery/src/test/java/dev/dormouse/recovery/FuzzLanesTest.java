package dev.dormouse.recovery;

import static dev.dormouse.recovery.ModelledPool.BOOT;
import static dev.dormouse.recovery.ModelledPool.CART;
import static dev.dormouse.recovery.ModelledPool.STOCK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.fuzz.BoundedMedia;
import dev.dormouse.emulation.fuzz.Changes;
import dev.dormouse.emulation.fuzz.Corpus;
import dev.dormouse.emulation.fuzz.Image;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Check;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.CrashedEpochTest.Stage;
import dev.dormouse.recovery.ModelledPool.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever a lane's words and its log say, with right check bits and checksums too, recovery comes to an end, finished or
 * refused; what it writes lies in the pool; a second run has nothing to do; and repair finishes what recovery refuses.
 * {@code docs/damage.md}.
 */
final class FuzzLanesTest {
  // With room for a log that goes on elsewhere.
  private static final Geometry GEOMETRY = Geometry.of(768 << 10, 4, 4096, 2);
  private static final Stage STAGE = new Stage(GEOMETRY);
  private static final int LANES = 2;
  // The header line, and so many lines of the log.
  private static final int RECORD_BYTES = 16 * 64;
  private static final long MOST_ACCESSES = 1_000_000;
  private static final byte[] POOL = pool();

  /** One lane committed and not carried out, one whose log goes on in an extent of its own and whose epoch was running. */
  private static byte[] pool() {
    CrashMedia media = new CrashMedia(STAGE.image);
    ModelledPool pool = ModelledPool.goOn(media, new ArrayList<>());
    long done = media.getLong(lane(0) + LaneLayout.DONE_WORD);
    pool.commit(
        turn -> {
          turn.write(CART, STAGE.cart, 0, 8, 1);
          turn.allocate(64, CART);
          turn.free(STAGE.stock, STOCK);
          turn.putShared(STAGE.shared, 0, 5);
        });
    media.putLong(lane(0) + LaneLayout.DONE_WORD, done);
    // A second epoch of the first lane is kept from beginning, so that what it left is due.
    Turn first = pool.turn();
    Turn running = pool.turn();
    running.write(CART, STAGE.cart, 0, 8, 1);
    for (int i = 0; i < 9; i++) {
      running.write(CART, STAGE.run, i * 512, 512, i);
    }
    byte[] bytes = new byte[(int) GEOMETRY.sizeBytes()];
    media.processKilled().read(0, bytes, 0, bytes.length);
    assertThat(first).isNotEqualTo(running);
    return bytes;
  }

  private static int lane(int lane) {
    return (int) (GEOMETRY.laneTableOffset() + lane * GEOMETRY.laneBytes());
  }

  /**
   * Changes to one lane of the two.
   *
   * @param lane which
   */
  record Case(int lane, Changes changes) {
    static Case parse(String line) {
      return new Case(line.charAt(0) - '0', Changes.parse(line.substring(2)));
    }

    @Override
    public String toString() {
      return lane + " " + changes;
    }
  }

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.randomValue(random -> new Case(random.nextInt(LANES), Changes.random(random, RECORD_BYTES, GEOMETRY.sizeBytes())));
  }

  @Property
  void recoveryEndsAndRepairFinishesWhateverTheLanesSay(@ForAll("cases") Case one) {
    judge(one);
  }

  @Example
  void theLanesThatOnceFoundSomething() {
    Corpus.of(FuzzLanesTest.class, "lane").forEach(line -> judge(Case.parse(line)));
  }

  private static void judge(Case one) {
    int from = lane(one.lane);
    byte[] bytes = one.changes.of(POOL, from, RECORD_BYTES, changed -> sealed(changed, from));
    recover(bytes);
    repair(bytes);
    Verifier.verify(new Image(bytes), BOOT, new NobodysRecords());
  }

  private static void recover(byte[] bytes) {
    BoundedMedia media = media(bytes);
    try {
      Recovery.run(Pool.open(media, BOOT), (_, _, _) -> {});
    } catch (Damaged refused) {
      assertThat(refused.getMessage()).contains("lane ");
      return;
    }
    boolean isForetold = isForetold(media);
    boolean isClean = Recovery.run(Pool.open(media, BOOT), (_, _, _) -> {}).isClean();
    assertThat(isClean || isForetold).as("nothing is left to do").isTrue();
  }

  /** Whether a lane's next epoch has records already. Nobody could have written them; recovery takes that epoch for one that ran. */
  private static boolean isForetold(BoundedMedia media) {
    return IntStream.range(0, LANES)
        .anyMatch(
            lane -> {
              long next = SequenceWord.number(media.getLong(lane(lane) + LaneLayout.SEQUENCE_WORD));
              return IntStream.iterate(LaneLayout.BYTES, at -> at < RECORD_BYTES, at -> at + 64)
                  .anyMatch(at -> media.getLong(lane(lane) + at + RecordLayout.STAMP) == next);
            });
  }

  private static void repair(byte[] bytes) {
    BoundedMedia media = media(bytes);
    LaneRepair.run(Pool.open(media, BOOT), (_, _, _) -> {}, (place, _) -> assertThat(place).isBetween(0L, GEOMETRY.sizeBytes()));
    Verifier.verify(new MediaReader(media), BOOT, new NobodysRecords());
  }

  private static BoundedMedia media(byte[] bytes) {
    return new BoundedMedia(new OverlayMedia(new Image(bytes)), MOST_ACCESSES);
  }

  /** No records but the lanes'. */
  private static final class NobodysRecords implements Verifier.Walker {
    @Override
    public void walk(Pool pool, Claims claims) {
      claims.incomplete();
    }

    @Override
    public Quarantine quarantine(Pool pool) {
      return (_, _, _) -> {};
    }
  }

  /** The lane's two words with their check bits, and every record of the log with its checksum, as long as it says it is. */
  private static byte[] sealed(byte[] pool, int lane) {
    for (int word : new int[] {LaneLayout.SEQUENCE_WORD, LaneLayout.DONE_WORD}) {
      int at = lane + word;
      Bytes.putLong(pool, at, Check.seal(Check.open(Bytes.getLong(pool, at)), at));
    }
    byte[] salt = Arrays.copyOfRange(POOL, lane + LaneLayout.BYTES + RecordLayout.SALT, lane + LaneLayout.BYTES + RecordLayout.SALT + Long.BYTES);
    int at = lane + LaneLayout.BYTES;
    while (at < lane + RECORD_BYTES) {
      boolean isRecord = Arrays.equals(pool, at + RecordLayout.SALT, at + RecordLayout.SALT + Long.BYTES, salt, 0, Long.BYTES);
      long payload = Bytes.getShort(pool, at + RecordLayout.KIND) == RecordKind.UNDO ? Bytes.getLong(pool, at + RecordLayout.B) : 0;
      int length = RecordLayout.BYTES + Math.clamp(payload, 0, RecordLayout.MAX_PAYLOAD_BYTES);
      if (isRecord) {
        Bytes.putInt(pool, at + RecordLayout.CRC32C, new Checksum().ofRecord(pool, at, length, RecordLayout.CRC32C));
      }
      at += isRecord ? (length + 63) / 64 * 64 : 64;
    }
    return pool;
  }
}
