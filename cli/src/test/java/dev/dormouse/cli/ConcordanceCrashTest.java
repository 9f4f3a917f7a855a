package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.StoreVerifier;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.VerifyReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The demonstration without processes: the concordance on a medium that loses what it may lose, at random accesses. A
 * failure names its seed; {@code -Dcrash.seed=0x1} runs that one alone.
 */
@Timeout(300)
class ConcordanceCrashTest {
  private static final long POOL_BYTES = 4 << 20;
  private static final int AWAKE = 8;
  private static final int MOST_CRASHES = 24;
  private static final int SEEDS = 12;

  @TempDir private Path folder;
  private Path input;
  private byte[] original;

  static LongStream seeds() {
    Long wanted = Long.getLong("crash.seed");
    return wanted == null ? LongStream.range(0, SEEDS) : LongStream.of(wanted);
  }

  @BeforeEach
  void writeInput() throws IOException {
    String chapter = "It was the best of times, it was the worst of times; " + "na\u00efve \u4e2d\u6587 \u00df! ";
    String text = chapter.repeat(4) + "x".repeat(300) + " - " + "\u0000\u0001".repeat(100) + chapter + "x".repeat(300);
    input = Files.write(folder.resolve("input.txt"), text.getBytes(StandardCharsets.UTF_8));
    Files.write(input, new byte[] {(byte) 0xff, (byte) 0xc3, 'a', (byte) 0xe4}, StandardOpenOption.APPEND);
    original = Files.readAllBytes(input);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void isRebuiltByteByByteHoweverOftenThePowerIsCut(long seed) throws IOException {
    Life life = new Life(seed, PowerCut::new);
    assertThat(life.run()).as("rebuilt, -Dcrash.seed=0x%x", seed).isEqualTo(original);
    assertThat(life.crashes).as("crashes that were survived").isGreaterThan(3);
    assertThat(life.verify().verdict()).as("-Dcrash.seed=0x%x: %s", seed, life.verify()).isEqualTo(VerifyReport.Verdict.CLEAN);
  }

  @Test
  void isNotRebuiltWhereTheUndoLogIsLost() {
    List<String> detected = new ArrayList<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        Life life = new Life(seed, accesses -> new LostUndoLog(accesses));
        byte[] rebuilt = life.run();
        if (!Arrays.equals(rebuilt, original)) {
          detected.add("seed " + seed + ": wrong bytes");
        } else if (life.verify().verdict() != VerifyReport.Verdict.CLEAN) {
          detected.add("seed " + seed + ": " + life.verify().findings());
        }
      } catch (RuntimeException | IOException e) {
        detected.add("seed " + seed + ": " + Failures.sentence(e));
      }
    }
    assertThat(detected)
        .as("seeds that noticed that the undo log's stores never reached the media")
        .hasSizeGreaterThan(SEEDS / 2);
  }

  /** Also loses what is stored in the lanes' logs; their header lines, with the commit words, arrive. */
  private static final class LostUndoLog extends PowerCut {
    private static final Geometry GEOMETRY = Geometry.forNewPool(POOL_BYTES);

    LostUndoLog(long accessesLeft) {
      super(accessesLeft);
    }

    @Override
    public boolean keepStoreOnMedia(long offset, long lengthBytes) {
      long inLanes = offset - GEOMETRY.laneTableOffset();
      boolean isLane = inLanes >= 0 && inLanes < GEOMETRY.laneCount() * GEOMETRY.laneBytes();
      return !isLane || inLanes % GEOMETRY.laneBytes() < 64;
    }
  }

  @FunctionalInterface
  private interface Faults {
    PowerCut cutAfter(long accesses);
  }

  /** The concordance from its beginning to its end, through crashes. */
  private final class Life {
    private final SplittableRandom random;
    private final Faults faults;
    private PoolReader media = CrashMedia.zeros(POOL_BYTES);
    private int crashes;

    Life(long seed, Faults faults) {
      this.random = new SplittableRandom(seed);
      this.faults = faults;
    }

    byte[] run() throws IOException {
      CrashMedia first = new CrashMedia(media);
      ProcessStore.open(first, StoreOptions.create(POOL_BYTES)).close();
      media = first.processKilled();
      boolean finished = false;
      while (!finished) {
        long accesses = crashes < MOST_CRASHES ? 1 + random.nextLong(1L << random.nextInt(5, 12)) : Long.MAX_VALUE;
        finished = live(faults.cutAfter(accesses));
      }
      CrashMedia last = new CrashMedia(media);
      ByteArrayOutputStream rebuilt = new ByteArrayOutputStream();
      try (ProcessStore store = ProcessStore.open(last, StoreOptions.existing().awake(AWAKE))) {
        Rebuild.run(store, rebuilt, 100, _ -> {});
      }
      media = last.processKilled();
      return rebuilt.toByteArray();
    }

    /** Works until the power is cut. Returns whether the concordance was finished and the store closed before. */
    private boolean live(PowerCut cut) {
      CrashMedia crashing = new CrashMedia(media, cut);
      StoreOptions options = StoreOptions.existing().awake(AWAKE).fileRoot(Concordance.INPUT_ROOT, folder);
      try {
        // Closed only if it lives to see it: who is dead closes nothing.
        ProcessStore store = ProcessStore.open(crashing, options);
        Concordance concordance = Concordance.beginOrGoOn(store, input, AWAKE, SleepWatch.NONE);
        while (concordance.step()) {
          assertThat(store.awakeCount()).isLessThanOrEqualTo(AWAKE);
        }
        store.close();
      } catch (RuntimeException | Error e) {
        if (!cut.isOver()) {
          throw e;
        }
      }
      if (!cut.isOver()) {
        media = crashing.processKilled();
        return true;
      }
      crashes++;
      PersistencyModel model = random.nextBoolean() ? PersistencyModel.PX86 : PersistencyModel.EADR;
      media = crashing.powerLost(model, random.nextLong());
      return false;
    }

    VerifyReport verify() {
      return StoreVerifier.verify(media, BootIdentity.ofThisMachine());
    }
  }
}
