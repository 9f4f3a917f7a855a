package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.DeclaredRange;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionAtomics;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import dev.dormouse.region.RegionText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a turn gives is of no use after it, and of none to another thread: every public method of it (I7, I8, R13). */
final class OutOfTurnTest {
  /** What tells a number that was fixed when the object was made, or makes an object that is as useless. */
  private static final Set<String> HARMLESS =
      Set.of(
          "Region.atomics()",
          "Region.atomics(ByteOrder)",
          "Region.isWritable()",
          "Region.lengthBytes()",
          "Region.text()",
          "DeclaredRange.lengthBytes()",
          "DeclaredRange.offset()");

  /** What does not make sense of the arguments that it gets here, before it could look at anything. */
  private static final Set<String> REFUSES_ITS_ARGUMENTS =
      Set.of("Region.copy(long,Region,long,long)", "Region.mismatch(long,Region,long,long)");

  @TempDir Path folder;
  private Path pool;
  private ProcessStore store;
  private Component component;

  /** Hands its turn to a test. */
  public static final class TestedProgram implements Program {
    static volatile Consumer<Turn> test = turn -> {};

    @Override
    public void turn(Turn turn) {
      test.accept(turn);
    }
  }

  @BeforeEach
  void open() throws IOException {
    pool = folder.resolve("a.pool");
    Files.writeString(folder.resolve("book.txt"), "Down, down, down.");
    store = ProcessStore.open(pool, StoreOptions.create(1 << 20).fileRoot("books", folder).awake(4));
    component = store.create("keeper", spec -> spec.program(TestedProgram.class).region("state", 4096).file("books", "book.txt"));
  }

  @AfterEach
  void nothingHasChanged() {
    run(turn -> assertThat(turn.region(0).crc32c(0, 4096)).isEqualTo(turn.region(0).crc32c(0, 4096)));
    run(turn -> assertThat(turn.region(0).getLong(0)).isZero());
    store.close();
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
  }

  private void run(Consumer<Turn> test) {
    TestedProgram.test = test;
    component.invoke(ByteBuffer.allocate(0));
  }

  /** All that a turn gives, and the turn. */
  private static List<Object> everythingOf(Turn turn) {
    Region region = turn.region(0);
    RegionMap map = turn.regions();
    return List.of(
        turn,
        region,
        map,
        map.attachManaged("inner", 4096, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE),
        region.atomics(),
        region.atomics(java.nio.ByteOrder.BIG_ENDIAN),
        region.text(),
        region.declare(0, 64),
        turn.file(0));
  }

  private static void requireUseless(List<Object> objects, OutOfTurn.Reason reason) {
    for (Object object : objects) {
      for (PublicMethods.Call call : PublicMethods.callAll(object)) {
        String name = object.getClass().getSimpleName() + "." + call.signature();
        if (HARMLESS.contains(name)) {
          assertThat(call.thrown()).as(name).isNull();
        } else if (REFUSES_ITS_ARGUMENTS.contains(name)) {
          assertThat(call.thrown()).as(name).isInstanceOfAny(RegionException.class, NullPointerException.class);
        } else if (object instanceof Turn || object instanceof FileCapability || object instanceof Batch) {
          assertThat(call.thrown()).as(name).isExactlyInstanceOf(OutOfTurn.class);
          assertThat(((OutOfTurn) call.thrown()).reason()).as(name).isEqualTo(reason);
        } else {
          assertThat(call.thrown()).as(name).isExactlyInstanceOf(RegionException.class);
          assertThat(((RegionException) call.thrown()).reason()).as(name).isEqualTo(RegionException.Reason.STALE_VIEW);
        }
      }
    }
  }

  @Test
  void whatATurnGaveIsOfNoUseAfterIt() {
    List<Object> kept = new ArrayList<>();
    run(turn -> kept.addAll(everythingOf(turn)));
    requireUseless(kept, OutOfTurn.Reason.OVER);
    // Nor in the next turn of the same component, in the same thread.
    run(turn -> requireUseless(kept, OutOfTurn.Reason.OVER));
    assertThat(kept.stream().map(Object::getClass).toList())
        .contains(Turn.class, Region.class, RegionMap.class, RegionAtomics.class, RegionText.class, DeclaredRange.class, FileCapability.class);
  }

  private static void inAnotherThread(Runnable use) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.submit(use).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatATurnGaveIsOfNoUseToAnotherThread() {
    run(
        turn -> {
          List<Object> objects = everythingOf(turn);
          inAnotherThread(() -> requireUseless(objects, OutOfTurn.Reason.WRONG_THREAD));
        });
  }

  @Test
  void aBatchIsOfNoUseAfterItOrToAnotherThread() {
    Batch[] kept = new Batch[1];
    component.batch(
        EpochLimits.DEFAULT,
        batch -> {
          kept[0] = batch;
          inAnotherThread(() -> requireUseless(List.of(batch), OutOfTurn.Reason.WRONG_THREAD));
        });
    requireUseless(List.of(kept[0]), OutOfTurn.Reason.OVER);
  }

  /** What waits for a lane or a lock. */
  @Test
  void aTurnCannotAskTheStoreForWhatWaits() {
    Component other = store.create("other", spec -> spec.program(TestedProgram.class).region("state", 64));
    Set<String> allowed =
        Set.of(
            "ProcessStore.awakeCount()", "ProcessStore.component(ComponentId)", "ProcessStore.component(String)", "ProcessStore.dataspace(String)",
            "ProcessStore.dataspaces()", "ProcessStore.describe()", "ProcessStore.find(String)", "ProcessStore.forEach(Consumer)",
            "ProcessStore.hibernateAll()", "ProcessStore.journal()", "ProcessStore.opening()", "ProcessStore.overdueTurns()", "ProcessStore.statistics()",
            "Component.id()", "Component.isAwake()");
    run(
        turn -> {
          for (Object object : List.of(store, other, component)) {
            for (java.lang.reflect.Method method : PublicMethods.of(object.getClass())) {
              if (Set.of("equals", "hashCode", "toString").contains(method.getName())) {
                continue;
              }
              PublicMethods.Call call = PublicMethods.call(object, method);
              String name = object.getClass().getSimpleName() + "." + call.signature();
              if (allowed.contains(name)) {
                assertThat(call.thrown() instanceof OutOfTurn).as(name).isFalse();
              } else {
                assertThat(call.thrown()).as(name).isInstanceOfSatisfying(OutOfTurn.class, refusal -> assertThat(refusal.reason()).isEqualTo(OutOfTurn.Reason.INSIDE_A_TURN));
              }
            }
          }
        });
  }
}
