package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of large pages, out of what Linux says of mounts. */
class HugePagesTest {
  private static final long LARGE = 1L << 30;
  private static final long SMALL = 1L << 20;
  private static final Path FILE = Path.of("/srv/my pools/a.pool");

  private static List<String> mounts(String options) {
    return List.of(
        "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard",
        "31 27 0:40 / /srv rw,relatime shared:5 - ext4 /dev/vdb rw",
        "40 31 0:41 / /srv/my\\040pools rw,relatime shared:7 master:1 - tmpfs tmpfs rw,size=8388608k" + options,
        "41 31 0:42 / /srv/my\\040pools/deeper rw - tmpfs tmpfs rw,huge=always");
  }

  @ParameterizedTest
  @CsvSource({
    "',huge=always', never, large pages of 2 MiB (mounted huge=always)",
    "',huge=within_size', never, large pages of 2 MiB (mounted huge=within_size)",
    "',huge=always,uid=7', advise, large pages of 2 MiB (mounted huge=always)",
    "'', force, says force",
    "',huge=never', force, says force",
    "'', never, 'small pages (huge=never)'",
    "',huge=advise', always, 'small pages (huge=advise)'",
    "',huge=always', deny, says deny",
  })
  void theMountsOptionAndTheSystemsSwitchDecide(String options, String override, String said) {
    assertThat(HugePages.notes(FILE, LARGE, mounts(options), override)).singleElement().asString().contains("/srv/my pools", said);
  }

  @Test
  void aSystemWithoutThemIsNotAskedForThem() {
    assertThat(HugePages.notes(FILE, LARGE, mounts(""), "")).singleElement().asString().contains("this system has no large ones").doesNotContain("mount -o");
  }

  @Test
  void whatToDoIsSaidOnlyWhereItHelps() {
    assertThat(HugePages.notes(FILE, LARGE, mounts(""), "never").getFirst()).contains("mount -o remount,huge=always /srv/my pools", "copy the closed pool");
    assertThat(HugePages.notes(FILE, SMALL, mounts(""), "never")).isEmpty();
    assertThat(HugePages.notes(FILE, SMALL, mounts(",huge=always"), "never")).hasSize(1);
  }

  @Test
  void theLastOfTwoMountsAtOnePlaceHidesTheOther() {
    List<String> both =
        List.of("1 0 0:1 / /dev/shm rw - tmpfs tmpfs rw", "2 1 0:2 / /dev/shm rw - tmpfs tmpfs rw,huge=always", "3 0 0:3 / /dev rw - devtmpfs d rw");
    assertThat(HugePages.notes(Path.of("/dev/shm/x"), LARGE, both, "never").getFirst()).contains("huge=always");
  }

  @Test
  void anythingElseThanTheFormatOfLinuxIsPassedOver() {
    assertThat(HugePages.notes(FILE, LARGE, List.of("", "nonsense", "a b c d"), "never").getFirst()).contains("small pages");
    assertThat(HugePages.chosen("always within_size advise [never] deny force\n")).isEqualTo("never");
    assertThat(HugePages.chosen("[deny]")).isEqualTo("deny");
    assertThat(HugePages.chosen("")).isEmpty();
  }

  @Test
  void thisMachineIsRead() throws IOException {
    Path file = Files.createTempFile("dormouse-test-", null);
    try {
      assertThat(HugePages.notes(file, LARGE)).hasSize(1);
    } finally {
      Files.delete(file);
    }
  }
}
