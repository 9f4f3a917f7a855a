package dev.dormouse.bench.llpl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LlplProbeTest {
  @Test
  void saysWhyLlplCannotBeUsedAndWhatToInstall() {
    String said =
        """
        WARNING: something on the side
        Exception in thread "main" java.lang.UnsatisfiedLinkError: libpmemobj.so.1: cannot open shared object file
        \tat java.base/jdk.internal.loader.NativeLibraries.load(Native Method)
        """;

    assertThat(LlplProbe.missing(said))
        .startsWith("LLPL: its native library cannot be used here (java.lang.UnsatisfiedLinkError: libpmemobj.so.1: cannot open shared object file), ")
        .endsWith("install libpmemobj1 and libpmempool1 (Debian) for it");
  }

  @Test
  void saysWhatAJvmSaidThatDidNotStart() {
    assertThat(LlplProbe.missing("Error: Could not find or load main class\n"))
        .contains("(Error: Could not find or load main class)");
  }
}
