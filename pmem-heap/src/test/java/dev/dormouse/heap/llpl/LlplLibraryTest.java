package dev.dormouse.heap.llpl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** One sentence that says what is missing. */
class LlplLibraryTest {
  @Test
  void aMissingLibraryIsOneSentenceThatNamesThePackages() {
    UnsatisfiedLinkError thrown = new UnsatisfiedLinkError("libpmemobj.so.1: cannot open shared object file");
    for (Throwable each : new Throwable[] {thrown, new ExceptionInInitializerError(new ExceptionInInitializerError(thrown))}) {
      assertThat(LlplLibrary.missing(each))
          .startsWith("LLPL cannot be used here (java.lang.UnsatisfiedLinkError: libpmemobj.so.1: cannot open shared object file), ")
          .contains("install libpmemobj1 and libpmempool1 (Debian)")
          .endsWith("--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow")
          .doesNotContain("\n")
          .doesNotContain(". ");
    }
    assertThat(LlplLibrary.missing(new ExceptionInInitializerError("denied"))).contains("(java.lang.ExceptionInInitializerError: denied)");
  }

  @Test
  void anotherMachineIsRefusedBeforeAnythingIsLoaded() {
    assertThat(LlplLibrary.refusal("Linux", "aarch64", Map.of())).contains("Linux on amd64 only, this is Linux on aarch64").contains("use a mapped file");
    assertThat(LlplLibrary.refusal("Mac OS X", "amd64", Map.of())).contains("this is Mac OS X on amd64");
    assertThat(LlplLibrary.refusal("Linux", "amd64", Map.of("PMEMOBJ_COW", "0"))).isEmpty();
  }

  /** PMDK would map the file privately, and every committed turn would be gone with the process. */
  @Test
  void anEnvironmentThatThrowsChangesAwayIsRefused() {
    assertThat(LlplLibrary.refusal("Linux", "amd64", Map.of("PMEMOBJ_COW", "1"))).contains("PMEMOBJ_COW=1").contains("unset it");
  }
}
