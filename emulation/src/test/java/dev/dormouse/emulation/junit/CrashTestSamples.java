package dev.dormouse.emulation.junit;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dormouse.emulation.FaultPlan;
import dev.dormouse.emulation.junit.HastyLogSample.HastyLog;
import dev.dormouse.heap.Media;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** Tests that {@link CrashTestTest} runs; most of them fail, so that nobody else may. */
final class CrashTestSamples {
  private CrashTestSamples() {}

  static class Right {
    @CrashTest
    void right(CrashScenario crash) {
      crash.open(NumberLog::new)
          .step("append 7", log -> log.append(7))
          .step("append 8", log -> log.append(8))
          .allOrNothing(NumberLog::numbers);
    }
  }

  static class Hasty {
    @CrashTest
    void steps(CrashScenario crash) {
      crash.open(HastyLog::new)
          .step("append 7", log -> log.append(7))
          .step("append 8", log -> log.append(8))
          .allOrNothing(NumberLog::numbers);
    }

    /** Only steps 3 and 5 together leave something wrong. */
    @CrashTest(models = PX86)
    void onlyTwoOfManySteps(CrashScenario crash) {
      crash.open(media -> media)
          .step("a", media -> put(media, 0))
          .step("b", media -> put(media, 64))
          .step("c", media -> put(media, 128))
          .step("d", media -> put(media, 192))
          .step("e", media -> put(media, 256))
          .step("f", media -> put(media, 320))
          .check((media, _) -> assertThat(media.getLong(128) == 1 && media.getLong(256) == 1).isFalse());
    }

    /** Wrong without any step: each opening counts, and a crash makes two of them out of one. */
    @CrashTest(models = PX86, recoveryDepth = 0)
    void noStep(CrashScenario crash) {
      crash.open(
              media -> {
                put(media, 0, media.getLong(0) + 1);
                return media;
              })
          .step("a", media -> put(media, 64))
          .step("b", media -> put(media, 128))
          .check((media, _) -> assertThat(media.getLong(0)).isLessThan(3));
    }

    /** The last step cannot run without the second. */
    @CrashTest(models = PX86)
    void dependentSteps(CrashScenario crash) {
      crash.open(media -> media)
          .step("a", media -> put(media, 0))
          .step("make", media -> put(media, 64))
          .step("b", media -> put(media, 128))
          .step(
              "use",
              media -> {
                assertThat(media.getLong(64)).isOne();
                put(media, 192);
              })
          .check((media, _) -> assertThat(media.getLong(192)).isZero());
    }

    @CrashTest
    void run(CrashScenario crash) {
      crash.run(
              media -> {
                HastyLog log = new HastyLog(media);
                log.append(7);
                media.mark("7 acknowledged");
                log.append(8);
              })
          .check((media, marks) -> assertThat(new NumberLog(media).numbers()).isSubsetOf(7L, 8L).hasSizeGreaterThanOrEqualTo(marks.size()));
    }

    /** Wrong only where its recovery is cut short: the second recovery finds half of the first. */
    @CrashTest(models = PX86, recoveryDepth = 2)
    void recovery(CrashScenario crash) {
      crash.run(media -> put(media, 0))
          .recover(media -> put(media, 128, media.getLong(128) + 1))
          .check((media, _) -> assertThat(media.getLong(128)).isLessThan(3));
    }

    static void put(Media media, long offset) {
      put(media, offset, 1);
    }

    static void put(Media media, long offset, long value) {
      media.putLong(offset, value);
      media.persist(offset, Long.BYTES);
    }
  }

  static class Heir extends HastyLogSample {}

  static class Outer {
    @Nested
    class Inner {
      @CrashTest(models = PX86)
      void nested(CrashScenario crash) {
        crash.open(HastyLog::new).step("append 7", log -> log.append(7)).allOrNothing(NumberLog::numbers);
      }
    }
  }

  static class Mistaken {
    /** Nothing breaks, but a number lies across two words, and a line is flushed twice. */
    @CrashTest(models = PX86)
    void careless(CrashScenario crash) {
      crash.run(
              media -> {
                media.putLong(4, 1);
                media.flush(4, Long.BYTES);
                media.flush(4, Long.BYTES);
                media.fence();
              })
          .check((media, _) -> assertThat(media.getInt(4)).isIn(0, 1));
    }
  }

  static class Nothing {
    @CrashTest
    void withoutScenario() {}

    @CrashTest
    void withoutCheck(CrashScenario crash) {
      crash.open(NumberLog::new).step("append 7", log -> log.append(7));
    }

    @CrashTest
    void withoutStore(CrashScenario crash) {
      crash.run(Media::fence).check((media, _) -> assertThat(media.getLong(0)).isZero());
    }

    @CrashTest
    void caught(CrashScenario crash) {
      CrashRun run = crash.run(Media::fence);
      assertThatThrownBy(() -> run.check((media, _) -> assertThat(media.getLong(0)).isZero())).hasMessageContaining("no store");
    }

    @CrashTest(images = 0)
    void withoutImages(CrashScenario crash) {
      run(crash);
    }

    @CrashTest(recoveryDepth = 4)
    void tooDeep(CrashScenario crash) {
      run(crash);
    }

    @CrashTest(sizeBytes = 0)
    void withoutBytes(CrashScenario crash) {
      run(crash);
    }

    @CrashTest(models = {})
    void withoutModels(CrashScenario crash) {
      run(crash);
    }

    @CrashTest
    void twice(CrashScenario crash) {
      run(crash);
      run(crash);
    }

    @CrashTest
    void sameLook(CrashScenario crash) {
      crash.open(NumberLog::new).step("append 7", log -> log.append(7)).allOrNothing(_ -> "nice");
    }

    @CrashTest
    void failingStep(CrashScenario crash) {
      crash.open(NumberLog::new)
          .step("append 7", log -> log.append(7))
          .step(
              "stumble",
              _ -> {
                throw new IllegalArgumentException("mistyped");
              })
          .check((_, _) -> {});
    }

    @CrashTest
    void failingPreparation(CrashScenario crash) {
      crash.prepare(
          _ -> {
            throw new IllegalArgumentException("mistyped");
          });
    }

    private static void run(CrashScenario crash) {
      crash.run(media -> Hasty.put(media, 0)).check((media, _) -> assertThat(media.getLong(0)).isIn(0L, 1L));
    }
  }

  /** The same with values of its own. */
  @CrashTest(models = EADR, sizeBytes = 512, seed = 9)
  @Retention(RetentionPolicy.RUNTIME)
  @interface SmallCrashTest {}

  static class More {
    static final List<Object> seen = new ArrayList<>();
    private long sizeBytes;

    @BeforeEach
    void prepare(CrashScenario crash) {
      crash.prepare(
          media -> {
            // Not flushed, and yet durable when the scenario starts.
            media.putLong(NumberLog.COUNT, 1);
            media.putLong(NumberLog.NUMBERS, 5);
            sizeBytes = media.sizeBytes();
          });
    }

    @SmallCrashTest
    void composed(CrashScenario crash) {
      seen.addAll(List.of(crash.model(), crash.seed(), sizeBytes));
      crash.open(NumberLog::new)
          .step("append 7", log -> log.append(7))
          .check((log, progress) -> assertThat(log.numbers()).startsWith(5L).hasSizeGreaterThan(progress.done().size()));
    }

    @CrashTest(models = PX86)
    void planted(CrashScenario crash) {
      crash.faults(
              new FaultPlan() {
                @Override
                public boolean keepFence(long ordinal) {
                  return ordinal != 0;
                }
              })
          .open(NumberLog::new)
          .step("append 7", log -> log.append(7))
          .allOrNothing(NumberLog::numbers);
    }

    @CrashTest(models = PX86)
    void closed(CrashScenario crash) {
      crash.open(ClosingLog::new)
          .step("append 7", log -> log.append(7))
          .check((log, _) -> assertThat(log.numbers()).startsWith(5L));
    }

    @CrashTest(models = PX86)
    void expected(CrashScenario crash) {
      CrashSteps<HastyLog> steps = crash.open(HastyLog::new).step("append 7", log -> log.append(7));
      CrashFailure failure =
          catchThrowableOfType(CrashFailure.class, () -> steps.allOrNothing(NumberLog::numbers));
      assertThat(failure.steps()).containsExactly("append 7");
    }
  }

  /** Says how often it was opened and closed. */
  static final class ClosingLog extends NumberLog implements AutoCloseable {
    static int open;
    static int closed;

    ClosingLog(Media media) {
      super(media);
      open++;
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
