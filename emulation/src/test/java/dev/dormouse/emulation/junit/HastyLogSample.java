package dev.dormouse.emulation.junit;

import dev.dormouse.heap.Media;

/** The guide's example of a structure that is wrong, in a test that fails. {@link CrashTestTest} runs it; by its name nobody else does. */
class HastyLogSample {
  // region structure
  /** Stores both, then flushes both: the line with the count may get out first. */
  static final class HastyLog extends NumberLog {
    HastyLog(Media media) {
      super(media);
    }

    @Override
    void append(long number) {
      long count = media.getLong(COUNT);
      long at = NUMBERS + count * Long.BYTES;
      media.putLong(at, number);
      media.putLong(COUNT, count + 1);
      media.flush(at, Long.BYTES);
      media.persist(COUNT, Long.BYTES);
    }
  }
  // endregion

  // region test
  @CrashTest
  void anAppendIsThereWholeOrNotAtAll(CrashScenario crash) {
    crash.open(HastyLog::new)
        .step("append 7", log -> log.append(7))
        .step("append 8", log -> log.append(8))
        .step("append 9", log -> log.append(9))
        .allOrNothing(NumberLog::numbers);
  }
  // endregion
}
