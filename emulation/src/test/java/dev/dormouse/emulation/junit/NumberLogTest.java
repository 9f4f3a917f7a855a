package dev.dormouse.emulation.junit;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashReport;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The guide's first structure, tested as the guide does it. */
class NumberLogTest {
  // region first
  @CrashTest
  void anAppendIsThereWholeOrNotAtAll(CrashScenario crash) {
    crash.open(NumberLog::new)
        .step("append 7", log -> log.append(7))
        .step("append 8", log -> log.append(8))
        .allOrNothing(NumberLog::numbers);
  }
  // endregion

  // region check
  @CrashTest
  void whatWasAppendedStaysInItsOrder(CrashScenario crash) {
    crash.prepare(media -> new NumberLog(media).append(6))
        .open(NumberLog::new)
        .step(7L, log -> log.append(7))
        .step(8L, log -> log.append(8))
        .check(
            (log, progress) -> {
              List<Object> least = new ArrayList<>(List.of(6L));
              least.addAll(progress.done());
              List<Object> most = new ArrayList<>(least);
              progress.underWay().ifPresent(most::add);
              assertThat(new ArrayList<Object>(log.numbers())).isIn(least, most);
            });
  }
  // endregion

  // region run
  @CrashTest(models = {PX86, EADR, PAGE_CACHE}, sizeBytes = 1024, recoveryDepth = 0)
  void everyAcknowledgedNumberIsThere(CrashScenario crash) {
    CrashReport report =
        crash.run(
                media -> {
                  NumberLog log = new NumberLog(media);
                  for (long number = 1; number <= 3; number++) {
                    log.append(number);
                    media.mark(number);
                  }
                })
            .check((media, marks) -> assertThat(new NumberLog(media).numbers()).containsAll(longs(marks)));
    assertThat(report.exhaustive()).isTrue();
  }
  // endregion

  // region seed
  @CrashTest
  void drawnNumbersAreThereWholeOrNotAtAll(CrashScenario crash) {
    SplittableRandom random = new SplittableRandom(crash.seed());
    CrashSteps<NumberLog> steps = crash.open(NumberLog::new);
    for (int i = 0; i < 12; i++) {
      long number = random.nextLong(1, 1000);
      steps.step("append " + number, log -> log.append(number));
    }
    steps.allOrNothing(NumberLog::numbers);
  }
  // endregion

  private static List<Long> longs(List<Object> marks) {
    return marks.stream().map(Long.class::cast).toList();
  }
}
