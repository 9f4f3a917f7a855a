package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.recovery.VerifyReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills real JVMs by SIGKILL while they run turns on a mapped pool, and holds the pool against what they had acknowledged:
 * the only test that sees the order of stores which the JIT made (R8). I1: what was acknowledged is there, exactly once. I2:
 * what was not is there whole or not at all. I3: verify finds nothing, every time.
 */
final class KillTest {
  private static final int KILLS = Integer.getInteger("dormouse.kills", 50);
  private static final long SEED = Long.getLong("dormouse.killSeed", 0x5EED);
  private static final int MOST_MILLIS_TO_LIVE = 500;

  @TempDir Path folder;

  /** What the children wrote before, and after, they asked for something. */
  private static final class Ledger {
    final Map<Long, String> intended = new HashMap<>();
    final Set<Long> acknowledged = new HashSet<>();

    static Ledger read(Path folder) throws IOException {
      Ledger ledger = new Ledger();
      for (int thread = 0; thread < KilledWorker.THREADS; thread++) {
        Path file = folder.resolve("ledger-" + thread);
        if (Files.exists(file)) {
          for (String line : Files.readAllLines(file)) {
            ledger.take(line);
          }
          Files.delete(file);
        }
      }
      return ledger;
    }

    private void take(String line) {
      List<String> words = List.of(line.split(" ", -1));
      switch (words.getFirst()) {
        case "I" -> intended.put(Long.parseLong(words.get(1)), words.get(2));
        case "A" -> acknowledged.add(Long.parseLong(words.get(1)));
        default -> throw new IllegalStateException("ledger line " + line);
      }
    }
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void whatWasAcknowledgedSurvivesEveryKillAndNothingElseIsHalfThere() throws Exception {
    Path pool = folder.resolve("killed.pool");
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(KilledWorker.POOL_BYTES))) {
      for (int i = 0; i < KilledWorker.COMPONENTS; i++) {
        store.create("c" + i, KilledWorker::spec);
      }
    }
    Random random = new Random(SEED);
    long acknowledged = 0;
    long unacknowledged = 0;
    int killsInTurns = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      runAndKill(pool, kill, random.nextInt(MOST_MILLIS_TO_LIVE));
      String when = "kill " + kill + " of seed " + SEED;
      VerifyReport report = StoreVerifier.verify(pool);
      assertThat(report.findings()).as("I3 after %s", when).isEmpty();
      assertThat(report.verdict()).as(when).isEqualTo(VerifyReport.Verdict.NOT_CLOSED);
      Ledger ledger = Ledger.read(folder);
      try (ProcessStore store = ProcessStore.open(pool)) {
        assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.ROLLED_BACK);
        killsInTurns += store.opening().recovery().isClean() ? 0 : 1;
        check(store, ledger, when);
      }
      acknowledged += ledger.acknowledged.size();
      unacknowledged += ledger.intended.size() - ledger.acknowledged.size();
    }
    System.out.printf(
        "%d kills, %d with epochs to finish, %d operations acknowledged, %d not%n", KILLS, killsInTurns, acknowledged, unacknowledged);
    assertThat(acknowledged).as("operations that were acknowledged before the kills").isGreaterThan(100L * KILLS);
    assertThat(unacknowledged).as("operations that were under way when the kill came").isPositive();
    assertThat(killsInTurns).as("kills that left an epoch to finish").isPositive();
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
  }

  private void runAndKill(Path pool, int round, int millisToLive) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            KilledWorker.class.getName(),
            pool.toString(),
            Integer.toString(round));
    Process child = builder.redirectErrorStream(true).start();
    List<String> output = new ArrayList<>();
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      while (line != null && !line.equals(KilledWorker.READY)) {
        output.add(line);
        line = reader.readLine();
      }
      assertThat(line).as("the child's output: %s", output).isEqualTo(KilledWorker.READY);
      Thread.sleep(millisToLive);
      // By its handle: the process object would close the stream that is still to be read.
      child.toHandle().destroyForcibly();
      reader.lines().forEach(output::add);
    } finally {
      child.destroyForcibly();
    }
    child.waitFor();
    assertThat(output).as("what went wrong in the child before it was killed").isEmpty();
  }

  private static void check(ProcessStore store, Ledger ledger, String when) {
    Map<Long, String> found = new HashMap<>();
    Set<Long> temporary = new HashSet<>();
    sendTheLastRequestsAgain(store, ledger);
    store.forEach(
        component -> {
          String name = component.name();
          if (name.startsWith("t")) {
            temporary.add(Long.parseLong(name.substring(1)));
            // I2: it was made with all that belongs to it.
            assertThat(ask(component, "get state 0; get state 504; get more 8")).as(name).isEqualTo("0 0 0");
            component.destroy();
            return;
          }
          for (long number : numbersIn(component, when)) {
            assertThat(found.put(number, name)).as("%s: operation %d twice", when, number).isNull();
          }
        });
    found.forEach(
        (number, name) -> assertThat(ledger.intended.get(number)).as("%s: operation %d in %s", when, number, name).isEqualTo(name));
    for (long number : ledger.acknowledged) {
      String what = ledger.intended.get(number);
      switch (what.charAt(0)) {
        case 'c' -> assertThat(found.get(number)).as("I1 %s: acknowledged operation %d", when, number).isEqualTo(what);
        case '+' -> {
          boolean destroying = ledger.intended.containsKey(number + 1);
          assertThat(temporary.contains(number) || destroying).as("I1 %s: component t%d is gone", when, number).isTrue();
        }
        default -> assertThat(temporary).as("I1 %s: component t%d was destroyed", when, number - 1).doesNotContain(number - 1);
      }
    }
    assertThat(temporary).allSatisfy(number -> assertThat(ledger.intended).containsEntry(number, "+"));
  }

  /** As a caller would who does not know whether they were done: from then on they were, once. */
  private static void sendTheLastRequestsAgain(ProcessStore store, Ledger ledger) {
    for (int thread = 0; thread < KilledWorker.THREADS; thread++) {
      String own = "c" + (KilledWorker.SHARED + thread);
      long last = -1;
      for (Map.Entry<Long, String> intention : ledger.intended.entrySet()) {
        last = intention.getValue().equals(own) ? Math.max(last, intention.getKey()) : last;
      }
      if (last >= 0) {
        store.component(own).invoke(RequestId.of(last), KilledWorker.request(last));
        ledger.acknowledged.add(last);
      }
    }
  }

  /** The numbers in both regions of a component, which must agree (I2). The regions are emptied for the next round. */
  private static List<Long> numbersIn(Component component, String when) {
    ByteBuffer reply = component.invoke(ByteBuffer.allocate(0)).order(ByteOrder.LITTLE_ENDIAN);
    List<Long> numbers = new ArrayList<>();
    int count = (int) reply.getLong();
    for (int i = 0; i < count; i++) {
      numbers.add(reply.getLong());
    }
    assertThat(reply.getLong()).as("I2 %s: both counts of %s", when, component.name()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      assertThat(reply.getLong()).as("I2 %s: mirrored number %d of %s", when, i, component.name()).isEqualTo(numbers.get(i));
    }
    return numbers;
  }
}
