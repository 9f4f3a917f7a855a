package dev.dormouse.bench.llpl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LlplProbeTest {
  @Test
  void saysWhatIsLeftOutWhereLlplCannotBeUsed() {
    assertThat(LlplProbe.leftOut("LLPL cannot be used here (for a reason); install it"))
        .isEqualTo("LLPL cannot be used here (for a reason); install it; what is measured beside it is left out");
    assertThat(LlplProbe.leftOut("")).isEmpty();
  }
}
