package dev.dormouse.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dormouse.emulation.junit.CrashFailure;
import dev.dormouse.emulation.junit.CrashScenario;
import dev.dormouse.emulation.junit.CrashSteps;
import dev.dormouse.emulation.junit.CrashTest;

/** The guide's example of a structure in a region. */
class BankTest {
  // region test
  @CrashTest(sizeBytes = Bank.POOL_BYTES, images = 64, recoveryImages = 4)
  void aTransferChangesBothAccountsOrNone(CrashScenario crash) {
    crash.prepare(Bank::format)
        .open(Bank::open)
        .step("transfer 30", bank -> bank.transfer(30))
        .step("transfer 70", bank -> bank.transfer(70))
        .allOrNothing(Bank::balances);
  }
  // endregion

  // region wrong
  @CrashTest(sizeBytes = Bank.POOL_BYTES, images = 64, recoveryDepth = 0)
  void aTransferInTwoEpochsIsFound(CrashScenario crash) {
    CrashSteps<Bank> steps =
        crash.prepare(Bank::format)
            .open(Bank::open)
            .step("transfer 30", bank -> bank.transfer(30))
            .step(
                "transfer 70 in two parts",
                bank -> {
                  bank.transfer(20);
                  bank.transfer(50);
                });
    CrashFailure failure = catchThrowableOfType(CrashFailure.class, () -> steps.allOrNothing(Bank::balances));
    assertThat(failure.steps()).containsExactly("transfer 70 in two parts");
    assertThat(failure).hasMessageContaining("left [80, 20]; expected [100, 0] as before it or [30, 70] as after it");
  }
  // endregion
}
