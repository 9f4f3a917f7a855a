package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.component.SurveyJudge.Damage;
import dev.dormouse.component.SurveyJudge.Outcome;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.NotAPool;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.PoolException;
import dev.dormouse.recovery.VerifyReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool's file that is cut short or drawn out, while nobody has it open and while somebody has (R17, I8). */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DamagedFileTest {
  private static final int PAGE_BYTES = Geometry.PAGE_BYTES;

  @TempDir Path folder;

  private static void setLength(Path path, long length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(length);
    }
  }

  private static VerifyReport.Verdict verify(Path path) {
    return StoreVerifier.verify(path).verdict();
  }

  @Test
  void r17AFileThatIsCutAtAnyPageIsRefusedAndLeftAsItIs() throws IOException {
    SurveyPools pools = new SurveyPools(folder);
    byte[] whole = pools.closed();
    Path path = folder.resolve("cut.pool");
    for (int length = 0; length < whole.length; length += PAGE_BYTES) {
      for (int odd : new int[] {0, 1, 300, PAGE_BYTES - 1}) {
        byte[] cut = Arrays.copyOf(whole, length + odd);
        Files.write(path, cut);
        // A header that is there says what is missing; where there is none, the file could be anything.
        Class<? extends PoolException> refusal = length + odd < 256 ? NotAPool.class : Damaged.class;
        assertThatThrownBy(() -> ProcessStore.open(path, pools.existing())).as("%s bytes", cut.length).isInstanceOf(refusal);
        if (refusal == NotAPool.class) {
          assertThatThrownBy(() -> verify(path)).as("%s bytes", cut.length).isInstanceOf(refusal);
        } else {
          assertThat(verify(path)).as("%s bytes", cut.length).isEqualTo(VerifyReport.Verdict.DAMAGED);
        }
        assertThat(Files.readAllBytes(path)).as("%s bytes", cut.length).isEqualTo(cut);
      }
    }
  }

  @Test
  void r17AFileThatIsLongerIsTheSamePool() throws IOException {
    SurveyPools pools = new SurveyPools(folder);
    byte[] whole = pools.closed();
    SurveyMap map = SurveyMap.of(whole);
    SurveyTruth truth = SurveyTruth.of(ProcessStore.open(new OverlayMedia(new SurveyImage(whole)), pools.existing()), map);
    Path path = folder.resolve("long.pool");
    for (int more = 1; more < whole.length; more += more == 1 ? PAGE_BYTES - 1 : PAGE_BYTES) {
      byte[] longer = Arrays.copyOf(whole, whole.length + more);
      Arrays.fill(longer, whole.length, longer.length, (byte) 0xee);
      Files.write(path, longer);
      assertThat(verify(path)).as("%s more", more).isEqualTo(VerifyReport.Verdict.CLEAN);
      try (ProcessStore store = ProcessStore.open(path, pools.existing())) {
        assertThat(truth.compare(store)).as("%s more", more).allSatisfy((name, state) -> assertThat(state).isEqualTo(SurveyTruth.State.AS_BEFORE));
      }
    }
  }

  @Test
  void aFileThatWasCutAndGotItsLengthBackIsRefusedOrHitsThoseWhoLostSomething() {
    SurveyPools pools = new SurveyPools(folder);
    byte[] whole = pools.closed();
    SurveyMap map = SurveyMap.of(whole);
    SurveyTruth truth = SurveyTruth.of(ProcessStore.open(new OverlayMedia(new SurveyImage(whole)), pools.existing()), map);
    SurveyJudge judge = new SurveyJudge(truth, new BitSet(), SurveyMedium.files(folder, pools.fresh(), pools.existing()));
    List<SurveySpan> some = new ArrayList<>(map.spans());
    some.addAll(SurveyLanes.of(whole, map).spans());
    List<SurveySpan> spans = SurveyMap.complete(some);
    int refused = 0;
    int contained = 0;
    for (int length = PAGE_BYTES; length < whole.length; length += PAGE_BYTES) {
      byte[] zeroed = Arrays.copyOf(Arrays.copyOf(whole, length), whole.length);
      BitSet changed = new BitSet();
      for (int at = length; at < whole.length; at++) {
        if (zeroed[at] != whole[at]) {
          changed.set(at);
        }
      }
      if (!changed.isEmpty()) {
        Outcome outcome = judge.judge(zeroed, Damage.ZEROED, spans, changed);
        refused += outcome == Outcome.REFUSED ? 1 : 0;
        contained += outcome == Outcome.QUARANTINED ? 1 : 0;
      }
    }
    assertThat(refused).isPositive();
    assertThat(contained).isPositive();
  }

  /** Runs turns in a large region, until its file is no longer as long as it was. */
  static final class Worker {
    private Worker() {}

    public static void main(String[] arguments) throws IOException {
      ProcessStore store = ProcessStore.open(Path.of(arguments[0]));
      Component large = store.component("large");
      System.out.println("ready " + ask(large, "put state 0 1; put state 4194296 2; say on"));
      System.out.flush();
      if (System.in.read() < 0) {
        throw new IOException("the test is gone");
      }
      // Behind the file's end by now. Whether it throws or the JVM ends is the system's affair.
      try {
        System.out.println("answer " + ask(large, "put state 0 9; get state 4194296"));
      } catch (DormouseException typed) {
        System.out.println("typed " + typed.getMessage());
      }
      try {
        System.out.println("small " + ask(store.component("small"), "get state 0"));
      } catch (DormouseException typed) {
        System.out.println("small typed " + typed.getMessage());
      }
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }
  }

  @Test
  void aFileThatIsCutUnderARunningStoreIsToldAfterwardsAndOpensWhenItsBytesAreBack() throws Exception {
    Path path = folder.resolve("running.pool");
    long size = 8 << 20;
    try (ProcessStore store = ProcessStore.open(path, StoreOptions.create(size))) {
      store.create("small", spec -> spec.program(ScriptProgram.class).region("state", 64));
      store.create("large", spec -> spec.program(ScriptProgram.class).region("state", 4 << 20));
      assertThat(ask(store.component("small"), "add state 0 7")).isEqualTo("7");
    }
    byte[] running = runAndCut(path, size);
    // What is left says what is missing, and nothing of it was changed.
    assertThat(Files.size(path)).isEqualTo(size / 2);
    assertThatThrownBy(() -> ProcessStore.open(path)).isInstanceOf(Damaged.class).hasMessageContaining("truncated");
    assertThat(verify(path)).isEqualTo(VerifyReport.Verdict.DAMAGED);
    // Its length alone brings no bytes back, and verify judges what is there.
    setLength(path, size);
    assertThat(verify(path)).isIn(VerifyReport.Verdict.NOT_CLOSED, VerifyReport.Verdict.DAMAGED);
    // With its bytes it is as a kill would have left it.
    Files.write(path, running);
    assertThat(verify(path)).isEqualTo(VerifyReport.Verdict.NOT_CLOSED);
    try (ProcessStore store = ProcessStore.open(path)) {
      assertThat(ask(store.component("small"), "add state 0 1")).isEqualTo("8");
      assertThat(ask(store.component("large"), "get state 0; get state 4194296")).isEqualTo("1 2");
    }
    assertThat(verify(path)).isEqualTo(VerifyReport.Verdict.CLEAN);
    // Opened with zeros where its end was: the payload is lost, and whoever has nothing there goes on.
    setLength(path, size / 2);
    setLength(path, size);
    try (ProcessStore store = ProcessStore.open(path)) {
      assertThat(ask(store.component("small"), "get state 0")).isEqualTo("8");
      assertThat(ask(store.component("large"), "get state 0; get state 4194296")).isEqualTo("1 0");
    }
  }

  /** The bytes before the cut. */
  private byte[] runAndCut(Path path, long size) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                path.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(said.readLine()).startsWith("ready ");
      byte[] running = Files.readAllBytes(path);
      setLength(path, size / 2);
      try (var tell = child.getOutputStream()) {
        tell.write('\n');
      }
      String rest = String.join("\n", said.lines().toList());
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).as("it has ended").isTrue();
      if (child.exitValue() == 0) {
        // The JVM made an error of the signal, and the store a typed one of that; the other component goes on.
        assertThat(rest).contains("typed ").contains("cannot be read").contains("small 7").doesNotContain("answer");
      }
      return running;
    } finally {
      child.destroyForcibly();
    }
  }
}
