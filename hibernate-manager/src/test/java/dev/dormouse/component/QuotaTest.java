package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a component holds of the pool, to the byte: slack, record, annex, table and recipes included. All of them together are what is used. */
final class QuotaTest {
  private static final Geometry SMALL = Geometry.of(1 << 20, 4, 8192, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);

  @TempDir Path folder;

  private CrashMedia media;
  private ProcessStore store;

  @BeforeEach
  void open() throws IOException {
    Files.writeString(folder.resolve("book.txt"), "Down, down, down.");
    media = CrashMedia.zeroed(SMALL.sizeBytes());
    store = ProcessStore.open(media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(4).fileRoot("books", folder));
  }

  private static void small(ComponentSpec spec) {
    // A record of 128 bytes, an annex of 64.
    spec.program(ScriptProgram.class).outcomes(0, 0);
  }

  private static void assertExceeded(ThrowingCallable call) {
    assertThatThrownBy(call)
        .satisfies(
            thrown -> {
              Throwable refusal = thrown instanceof TurnFailed ? thrown.getCause() : thrown;
              assertThat(refusal).isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.QUOTA_EXCEEDED));
            });
  }

  private long held(String name) {
    return store.component(name).info().heldBytes();
  }

  @Test
  void everyExtentIsCountedInFull() {
    store.create("a", QuotaTest::small);
    assertThat(held("a")).isEqualTo(128 + 64);
    ask(store.component("a"), "attach r0 100");
    assertThat(held("a")).as("a region of 100 bytes has 128").isEqualTo(192 + 128);
    ask(store.component("a"), "attach r1 5000");
    // A table for four more: 64 + 4 * 32.
    assertThat(held("a")).isEqualTo(192 + 128 + 8192 + 192);
    assertThat(ask(store.component("a"), "held; detach r1; held")).isEqualTo("8704 512");
    store.create("reader", spec -> spec.program(ScriptProgram.class).outcomes(2, 100).file("books", "book.txt").file("books", "book.txt").file("books", "book.txt"));
    // Annex: one line with the name, and two outcomes of 192 bytes each; three recipes of a line; a table with four slots of 24 bytes.
    assertThat(held("reader")).isEqualTo(128 + 448 + 3 * 64 + 192);
    store.createDataspace("rom", 10_000, view -> {});
    long before = held("reader");
    ask(store.component("reader"), "show rom rom");
    assertThat(held("reader")).as("what is shared is the store's").isEqualTo(before);
  }

  /** What a turn gives up stays taken until its commit: nobody empties the pool for the others by attaching and detaching. */
  @Test
  void aTurnTakesAtMostTwiceItsQuotaWhateverItGivesUpAgain() {
    store.create("a", spec -> spec.program(ScriptProgram.class).outcomes(0, 0).quota(100_000));
    Component a = store.component("a");
    String round = "attach r0 40000; detach r0";
    for (int turn = 0; turn < 5; turn++) {
      ask(a, String.join("; ", round, round, round, round));
    }
    assertExceeded(() -> ask(a, String.join("; ", round, round, round, round, round)));
    assertThat(held("a")).isEqualTo(128 + 64);
  }

  /** Names last for ever. Those that turns make end before the table does, so that components can be made all the same. */
  @Test
  void namesThatTurnsMakeLeaveSomeForThoseWhoMakeComponents() {
    store.create("a", spec -> spec.program(ScriptProgram.class).outcomes(0, 0));
    Component a = store.component("a");
    int made = 0;
    try {
      while (true) {
        ask(a, "attach n" + made + " 64; detach n" + made);
        made++;
      }
    } catch (TurnFailed full) {
      assertThat(full).hasCauseInstanceOf(TooManySymbols.class).hasMessageContaining("new in a turn");
    }
    assertThat(made).isBetween(180, 192);
    store.create("b", spec -> spec.program(ScriptProgram.class).region("a name that nobody had", 64));
  }

  @Test
  void aQuotaIsKeptToTheByte() {
    store.create("a", spec -> spec.program(ScriptProgram.class).outcomes(0, 0).quota(192 + 128 + 192 + 640).region("r0", 100));
    Component a = store.component("a");
    assertExceeded(() -> ask(a, "attach r1 641"));
    assertThat(ask(a, "attach r1 640; held")).isEqualTo(Integer.toString(192 + 128 + 192 + 640));
    assertExceeded(() -> ask(a, "attach r2 1"));
    assertExceeded(() -> ask(a, "resize r1 641"));
    // The map itself holds nothing while the table has room.
    assertThat(ask(a, "map m 10000; resize r1 576; resize r0 128; held")).isEqualTo(Integer.toString(192 + 128 + 192 + 640));
    assertThat(ask(a, "resize r1 300; attach m/r2 256; held")).isEqualTo(Integer.toString(192 + 128 + 192 + 320 + 256));
    assertExceeded(() -> ask(a, "attach m/r3 65"));
    // Two regions and a dataspace in the table: the fifth entry behind the record's makes it grow, from 192 bytes to 320.
    assertThat(ask(a, "detach m; detach r1; resize r0 63; held")).isEqualTo(Integer.toString(192 + 64 + 192));
    ask(a, "attach r1 64; attach r2 64; attach r3 64; attach r4 64");
    store.component("a").setQuota(192 + 5 * 64 + 192 + 127 + 64);
    assertExceeded(() -> ask(a, "attach r5 64"));
    store.component("a").setQuota(192 + 5 * 64 + 192 + 127);
    assertExceeded(() -> ask(a, "map r5 64"));
    store.component("a").setQuota(192 + 5 * 64 + 192 + 128 + 64);
    assertThat(ask(a, "attach r5 64; held")).isEqualTo(Integer.toString(192 + 6 * 64 + 320));
  }

  @Test
  void whatIsMadeBeyondItsQuotaIsNotMade() {
    long owned = ownedBytes();
    assertExceeded(() -> store.create("a", spec -> spec.program(ScriptProgram.class).outcomes(0, 0).quota(191)));
    assertExceeded(() -> store.create("a", spec -> spec.program(ScriptProgram.class).outcomes(0, 0).quota(192 + 63).region("r0", 1)));
    assertExceeded(() -> store.create("a", spec -> spec.program(ScriptProgram.class).outcomes(0, 0).quota(192 + 127).file("books", "book.txt").file("books", "book.txt")));
    assertThat(store.find("a")).isEmpty();
    store.create("a", spec -> spec.program(ScriptProgram.class).outcomes(0, 0).quota(192));
    store.create("b", spec -> spec.program(ScriptProgram.class).outcomes(0, 0).quota(192 + 128).file("books", "book.txt").file("books", "book.txt"));
    assertThat(ownedBytes() - owned).as("two symbols beside them").isBetween(192L + 192 + 128 + 128, 192L + 192 + 128 + 3 * 128);
  }

  @Test
  void theOwnerOfTheStoreRaisesAndLowersIt() {
    Component a = store.create("a", spec -> spec.program(ScriptProgram.class).outcomes(0, 0).quota(1000).region("r0", 500));
    assertThat(held("a")).isEqualTo(704);
    assertExceeded(() -> a.setQuota(703));
    assertExceeded(() -> a.setQuota(-1));
    assertThat(a.info().quotaBytes()).isEqualTo(1000);
    a.setQuota(704);
    assertExceeded(() -> ask(a, "resize r0 513"));
    a.setQuota(Long.MAX_VALUE);
    ask(a, "resize r0 50000");
    a.hibernate();
    assertThat(a.info().quotaBytes()).isEqualTo(Long.MAX_VALUE);
    store.close();
    assertThat(StoreVerifier.verify(media.processKilled(), BOOT).findings()).isEmpty();
  }

  private long ownedBytes() {
    return owned(store).values().stream().mapToLong(Long::longValue).sum();
  }

  /** What the heap says that each owner has. */
  private static Map<Long, Long> owned(ProcessStore store) {
    Map<Long, Long> owned = new HashMap<>();
    store.engine().heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            owned.merge(owner, extent.lengthBytes(), Long::sum);
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    return owned;
  }

  /** At every quiescent moment the heap's owner words give each component what its record leads to, and nothing to anybody else. */
  @Test
  void theSumOfAllIsWhatIsUsedAfterEveryStep() {
    Random random = new Random(4711);
    for (int i = 0; i < 3; i++) {
      store.createDataspace("d" + i, 100 + 3000L * i, view -> {});
    }
    Map<String, Long> quotas = new HashMap<>();
    int refused = 0;
    for (int step = 0; step < 1500; step++) {
      String name = "c" + random.nextInt(8);
      try {
        if (!quotas.containsKey(name)) {
          long quota = random.nextBoolean() ? Long.MAX_VALUE : 600 + random.nextInt(20_000);
          store.create(
              name, spec -> spec.program(ScriptProgram.class).outcomes(random.nextInt(3), 50).quota(quota).region("r0", 1 + random.nextInt(700)).file("books", "book.txt"));
          quotas.put(name, quota);
        } else if (random.nextInt(12) == 0) {
          store.component(name).destroy();
          quotas.remove(name);
        } else {
          ask(store.component(name), script(random));
        }
      } catch (TurnFailed | RegionException | PoolFull e) {
        refused++;
      }
      compare(quotas);
    }
    assertThat(refused).isBetween(100, 1400);
    VerifyReport.Usage usage = verified().usage();
    assertThat(usage.componentBytes()).isEqualTo(quotas.keySet().stream().mapToLong(this::held).sum());
    assertThat(usage.dataspaceBytes()).isEqualTo(store.dataspaces().stream().mapToLong(dataspace -> extentOf(dataspace.lengthBytes() + 64)).sum());
    assertThat(usage.componentBytes() + usage.dataspaceBytes() + usage.directoryBytes() + usage.symbolBytes()).isEqualTo(ownedBytes());
  }

  /** 164 bytes have 192, 3,164 a page, 6,164 two: slabs of two pages have slots of at most 1,024 bytes. */
  private static long extentOf(long bytes) {
    return bytes <= 1024 ? (bytes + 63) / 64 * 64 : (bytes + 4095) / 4096 * 4096;
  }

  private VerifyReport verified() {
    VerifyReport report = StoreVerifier.verify(media.processKilled(), BOOT);
    assertThat(report.findings()).isEmpty();
    assertThat(report.ownedBytes()).isEqualTo(ownedBytes());
    return report;
  }

  private static String script(Random random) {
    String region = (random.nextInt(3) == 0 ? "m/r" : "r") + random.nextInt(8);
    return switch (random.nextInt(7)) {
      case 0, 1 -> "attach " + region + " " + (1 + random.nextInt(random.nextInt(3) == 0 ? 9000 : 600));
      case 2 -> "resize " + region + " " + (1 + random.nextInt(4000));
      case 3 -> "detach " + region;
      case 4 -> "map m 1000000";
      case 5 -> "show " + region + " d" + random.nextInt(3);
      default -> "detach " + (random.nextInt(4) == 0 ? "m" : region) + (random.nextBoolean() ? "; throw oops" : "");
    };
  }

  private void compare(Map<String, Long> quotas) {
    Map<Long, Long> owned = owned(store);
    quotas.forEach(
        (name, quota) -> {
          Component component = store.component(name);
          assertThat(held(name)).as(name).isEqualTo(owned.remove(component.id().birth())).isLessThanOrEqualTo(quota);
        });
    // The directory, the symbols, and three dataspaces.
    assertThat(owned.keySet()).hasSize(5);
  }

  @Test
  void verifyFindsWhoHoldsMoreThanItMay() {
    Component a = store.create("a", QuotaTest::small);
    store.close();
    byte[] record = new byte[ComponentLayout.BYTES];
    media.processKilled().read(a.id().recordOffset(), record, 0, record.length);
    Bytes.putLong(record, ComponentLayout.QUOTA_BYTES, 191);
    ComponentLayout.seal(record, new Checksum());
    CrashMedia lowered = new CrashMedia(media.processKilled());
    lowered.write(a.id().recordOffset(), record, 0, record.length);
    assertThat(StoreVerifier.verify(lowered.processKilled(), BOOT).findings())
        .containsExactly("component a: it holds 192 bytes, more than its quota of 191");
  }
}
