package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A copy of a pool that is used is a pool that could have been left, with all that was acknowledged before. */
@Timeout(120)
final class SnapshotTest {
  private static final long MIB = 1 << 20;
  // By each of three threads; together less than the largest pool holds.
  private static final int MOST_CREATED = 250;

  @TempDir Path folder;

  private ProcessStore create(FileMedium medium, long bytes, long most) {
    return ProcessStore.open(
        folder.resolve("a.pool"),
        StoreOptions.create(bytes).growTo(most).medium(medium).journal(JournalOptions.STANDARD.withJournalBytes(MIB)));
  }

  private static Component counter(ProcessStore store, String name) {
    return store.create(name, spec -> spec.program(ScriptProgram.class).region("state", 4096));
  }

  private static long count(ProcessStore store, String name) {
    return Long.parseLong(ask(store.component(name), "get state 0"));
  }

  @ParameterizedTest
  @EnumSource(value = FileMedium.class, names = {"MAPPED", "JOURNALED", "EMULATED_DAX"})
  void aCopyIsAnotherPoolThatHasWhatTheFirstOneHad(FileMedium medium) throws IOException {
    Path target = folder.resolve("copy.pool");
    try (ProcessStore store = create(medium, MIB, MIB)) {
      assertThat(ask(counter(store, "cart"), 7, "add state 0 5")).isEqualTo("5");
      List<Long> progress = new ArrayList<>();
      SnapshotReport report = store.snapshot(target, progress::add);
      assertThat(report.bytes()).isEqualTo(MIB).isEqualTo(Files.size(target));
      assertThat(progress).isSorted().endsWith(MIB);
      assertThat(report.uuid()).isNotEqualTo(store.opening().uuid());
      assertThat(StoreVerifier.verify(target).verdict()).isEqualTo(Verdict.CLEAN);
      ask(store.component("cart"), "add state 0 1");
      // Both at once.
      try (ProcessStore copy = ProcessStore.open(target)) {
        assertThat(copy.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
        assertThat(copy.opening().uuid()).isEqualTo(report.uuid());
        assertThat(ask(copy.component("cart"), 7, "add state 0 5")).as("a repeat").isEqualTo("5");
        assertThat(count(copy, "cart")).isEqualTo(5);
      }
      assertThat(count(store, "cart")).isEqualTo(6);
    }
    try (ProcessStore copy = ProcessStore.open(target, StoreOptions.existing().medium(FileMedium.JOURNALED))) {
      assertThat(count(copy, "cart")).isEqualTo(5);
    }
  }

  /** Each thread adds to its first counter, then to its second: no copy may have a second without its first. */
  @ParameterizedTest
  @EnumSource(value = FileMedium.class, names = {"MAPPED", "JOURNALED"})
  void aCopyThatIsMadeWhileTurnsRunHasNoLaterTurnWithoutAnEarlierOne(FileMedium medium) throws InterruptedException, ExecutionException {
    try (ProcessStore store = create(medium, 4 * MIB, 32 * MIB);
        ExecutorService executor = Executors.newCachedThreadPool()) {
      int threads = 3;
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong[] acknowledged = new AtomicLong[threads];
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String name = "c" + t;
        counter(store, name + "-first");
        counter(store, name + "-second");
        AtomicLong mine = new AtomicLong();
        acknowledged[t] = mine;
        running.add(
            executor.submit(
                () -> {
                  for (int i = 0; !stop.get(); i++) {
                    store.component(name + "-first").invokeOrdered(ScriptProgram.request("add state 0 1"));
                    ask(store.component(name + "-second"), "add state 0 1");
                    mine.incrementAndGet();
                    if (i % 16 == 0 && i < MOST_CREATED * 16) {
                      // The pool grows.
                      store.create(name + "-" + i, spec -> spec.program(ScriptProgram.class).region("state", 20_000));
                    }
                  }
                }));
      }
      try {
        for (int copy = 0; copy < 4; copy++) {
          long[] before = Arrays.stream(acknowledged).mapToLong(AtomicLong::get).toArray();
          Path target = folder.resolve("copy" + copy + ".pool");
          SnapshotReport report = store.snapshot(target, bytes -> {});
          assertThat(report.heldUp().isZero()).isEqualTo(medium == FileMedium.JOURNALED);
          hasEachSecondWithItsFirst(target, before);
        }
      } finally {
        stop.set(true);
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    }
  }

  private static void hasEachSecondWithItsFirst(Path target, long[] acknowledged) {
    try (ProcessStore copied = ProcessStore.open(target)) {
      for (int t = 0; t < acknowledged.length; t++) {
        long second = count(copied, "c" + t + "-second");
        assertThat(second).as("acknowledged before").isGreaterThanOrEqualTo(acknowledged[t]);
        assertThat(count(copied, "c" + t + "-first")).as("first of %s", t).isBetween(second, second + 1);
      }
    }
  }

  /** The store's lock is held meanwhile, and on some media every turn waits. */
  @ParameterizedTest
  @EnumSource(value = FileMedium.class, names = {"MAPPED", "JOURNALED"})
  void whoIsToldOfProgressDoesNotCallTheStore(FileMedium medium) {
    try (ProcessStore store = create(medium, MIB, MIB)) {
      counter(store, "cart");
      List<Runnable> calls =
          List.of(() -> count(store, "cart"), store::close, () -> store.snapshot(folder.resolve("inner"), inner -> {}), () -> counter(store, "other"));
      for (Runnable call : calls) {
        assertThatThrownBy(() -> store.snapshot(folder.resolve("outer"), bytes -> call.run())).isInstanceOf(OutOfTurn.class);
      }
      assertThat(count(store, "cart")).isZero();
    }
  }

  @Test
  void whereACopyCannotBeMadeNothingIsLeftAndTheStoreGoesOn() throws IOException {
    try (ProcessStore store = create(FileMedium.JOURNALED, MIB, MIB)) {
      Component cart = counter(store, "cart");
      Path taken = Files.writeString(folder.resolve("taken"), "something");
      assertThatThrownBy(() -> store.snapshot(taken, bytes -> {})).isInstanceOf(MediaUnavailable.class).hasMessageContaining("already");
      assertThat(taken).hasContent("something");
      assertThatThrownBy(() -> store.snapshot(folder.resolve("no/folder"), bytes -> {})).isInstanceOf(MediaUnavailable.class);
      assertThatThrownBy(
              () ->
                  store.snapshot(
                      folder.resolve("stopped"),
                      bytes -> {
                        throw new IllegalStateException("enough");
                      }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(folder.resolve("stopped")).doesNotExist();
      assertThat(folder.resolve("stopped.creating")).doesNotExist();
      assertThat(ask(cart, "add state 0 1")).isEqualTo("1");
      store.snapshot(folder.resolve("after"), bytes -> {});
    }
    try (ProcessStore copied = ProcessStore.open(folder.resolve("after"))) {
      assertThat(count(copied, "cart")).isEqualTo(1);
    }
  }

  @Test
  void theReportSaysWhatItTook() {
    try (ProcessStore store = create(FileMedium.JOURNALED, MIB, MIB)) {
      Path copy = folder.resolve("cart-copy.pool");
      // region snapshot
      SnapshotReport report = store.snapshot(copy, bytes -> {});
      String took = report.bytes() + " bytes, turns were held up for " + report.heldUp().toMillis() + " ms";
      // endregion
      assertThat(took).isEqualTo(MIB + " bytes, turns were held up for 0 ms");
      assertThat(report.took()).isPositive();
    }
  }

  @Test
  void insideOfATurnThereIsNoCopy() {
    try (ProcessStore store = create(FileMedium.MAPPED, MIB, MIB)) {
      Component cart = counter(store, "cart");
      cart.batch(
          EpochLimits.DEFAULT,
          batch -> assertThatThrownBy(() -> store.snapshot(folder.resolve("x"), bytes -> {})).isInstanceOf(OutOfTurn.class));
      assertThat(folder.resolve("x")).doesNotExist();
    }
  }
}
