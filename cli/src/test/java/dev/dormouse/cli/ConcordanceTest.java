package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.StoreVerifier;
import dev.dormouse.recovery.VerifyReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The concordance on a mapped file, without crashes: any input comes back, from a pool of the size that the rule gives. */
class ConcordanceTest {
  private static final int AWAKE = 16;

  @TempDir private Path folder;

  static Stream<Arguments> inputs() {
    byte[] random = new byte[200_000];
    new SplittableRandom(0x5EED).nextBytes(random);
    return Stream.of(
        Arguments.of("nothing", new byte[0]),
        Arguments.of("one byte", utf8("x")),
        Arguments.of("random bytes", random),
        Arguments.of("one huge token", utf8("x".repeat(300_000))),
        Arguments.of("the same huge token three times", utf8(("\u4e2d".repeat(30_000) + ".").repeat(3))),
        Arguments.of("tokens at every length around the short one", ofAllLengths()),
        Arguments.of("only distinct words", distinctWords()),
        Arguments.of("one word all over", utf8("a ".repeat(50_000))));
  }

  private static byte[] ofAllLengths() {
    StringBuilder text = new StringBuilder();
    for (int length = 1; length < 140; length++) {
      text.append("a".repeat(length)).append("-".repeat(length));
    }
    return utf8(text.toString());
  }

  private static byte[] distinctWords() {
    StringBuilder text = new StringBuilder();
    for (int word = 0; word < 30_000; word++) {
      text.append(Integer.toString(word, 36)).append('.');
    }
    return utf8(text.toString());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("inputs")
  void anyInputIsRebuiltFromAPoolOfTheSizeOfTheRule(String what, byte[] bytes) throws IOException {
    Path input = Files.write(folder.resolve("input"), bytes);
    Path pool = folder.resolve("pool");
    StoreOptions options =
        StoreOptions.create(PoolSizing.poolBytes(input, _ -> {})).awake(AWAKE).fileRoot(Concordance.INPUT_ROOT, folder);
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      runToItsEnd(Concordance.beginOrGoOn(store, input, AWAKE, SleepWatch.NONE));
    }
    Files.delete(input);
    assertThat(rebuild(pool, Rebuild.DEFAULT_WINDOW_BYTES)).as(what).isEqualTo(bytes);
    assertThat(rebuild(pool, 1 + bytes.length / 5)).as("%s, in windows", what).isEqualTo(bytes);
    VerifyReport report = StoreVerifier.verify(pool);
    assertThat(report.verdict()).as("%s", report).isEqualTo(VerifyReport.Verdict.CLEAN);
    assertThat(report.ownedBytes()).as("what is used of %d bytes", report.sizeBytes()).isLessThan(report.sizeBytes() / 4 * 3);
  }

  @Test
  void whatIsNotFinishedIsRebuiltUpToTheLastTokenAndGoneOnWith() throws IOException {
    byte[] text = utf8("one two three one two");
    Path input = Files.write(folder.resolve("input"), text);
    Path pool = folder.resolve("pool");
    StoreOptions options = StoreOptions.openOrCreate(1 << 20).awake(AWAKE).fileRoot(Concordance.INPUT_ROOT, folder);
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      Concordance concordance = Concordance.beginOrGoOn(store, input, AWAKE, SleepWatch.NONE);
      for (int i = 0; i < 5; i++) {
        assertThat(concordance.step()).isTrue();
      }
      assertThat(concordance.position()).isEqualTo("one two three".length());
    }
    assertThat(rebuild(pool, 100)).isEqualTo(utf8("one two "));
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      Concordance concordance = Concordance.beginOrGoOn(store, input, AWAKE, SleepWatch.NONE);
      assertThat(concordance.isFinished()).isFalse();
      runToItsEnd(concordance);
      assertThat(store.statistics().repeats()).as("the last token was asked for and delivered again").isEqualTo(2);
    }
    assertThat(rebuild(pool, 100)).isEqualTo(text);
  }

  @Test
  void aFinishedConcordanceStaysAsItIs() throws IOException {
    Path input = Files.write(folder.resolve("input"), utf8("a b"));
    Path pool = folder.resolve("pool");
    StoreOptions options = StoreOptions.openOrCreate(1 << 20).awake(AWAKE).fileRoot(Concordance.INPUT_ROOT, folder);
    for (int run = 0; run < 2; run++) {
      try (ProcessStore store = ProcessStore.open(pool, options)) {
        Concordance concordance = Concordance.beginOrGoOn(store, input, AWAKE, SleepWatch.NONE);
        runToItsEnd(concordance);
        assertThat(concordance.isFinished()).isTrue();
        assertThat(concordance.tokens()).isEqualTo(3);
        assertThat(concordance.step()).isFalse();
      }
    }
  }

  @Test
  void aPositionThatIsToldAgainIsHarmlessEvenIfTheOutcomeWasForgotten() throws IOException {
    Path input = Files.write(folder.resolve("input"), utf8("one two"));
    Path pool = folder.resolve("pool");
    StoreOptions options = StoreOptions.openOrCreate(1 << 20).awake(AWAKE).fileRoot(Concordance.INPUT_ROOT, folder);
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      runToItsEnd(Concordance.beginOrGoOn(store, input, AWAKE, SleepWatch.NONE));
      store.component("word:two").invoke(Messages.request(Messages.APPEND, 4, 3, utf8("two")));
    }
    assertThat(rebuild(pool, 100)).isEqualTo(utf8("one two"));
  }

  @Test
  void aByteThatIsLostOrDoubledIsNoticed() throws IOException {
    Path input = Files.write(folder.resolve("input"), utf8("one two three"));
    Path pool = folder.resolve("pool");
    StoreOptions options = StoreOptions.openOrCreate(1 << 20).awake(AWAKE).fileRoot(Concordance.INPUT_ROOT, folder);
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      runToItsEnd(Concordance.beginOrGoOn(store, input, AWAKE, SleepWatch.NONE));
      store.component("word:one").invoke(Messages.request(Messages.APPEND, 5, 3));
    }
    assertThatThrownBy(() -> rebuild(pool, 100)).isInstanceOf(ConcordanceException.class).hasMessageContaining("twice");
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      store.component("word:one").destroy();
    }
    assertThatThrownBy(() -> rebuild(pool, 100))
        .isInstanceOf(ConcordanceException.class)
        .hasMessageContaining("byte 0")
        .hasMessageContaining("lost");
  }

  private static void runToItsEnd(Concordance concordance) {
    while (concordance.step()) {
      // One token after the other.
    }
  }

  private static byte[] rebuild(Path pool, int windowBytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().awake(AWAKE))) {
      Rebuild.run(store, out, windowBytes, _ -> {});
    }
    return out.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
