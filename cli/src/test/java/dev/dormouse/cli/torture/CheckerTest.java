package dev.dormouse.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.cli.torture.Operation.Kind;
import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever checks is checked: a store or a ledger with one thing wrong is told from one with nothing wrong. */
final class CheckerTest {
  private static final int COMPONENTS = 20;
  private static final int SHARED = Load.sharedCount(COMPONENTS);
  private static final int OPERATIONS = 1500;
  private static final long SEED = 7;

  @TempDir private Path folder;
  private ProcessStore store;
  private final PoolModel before = PoolModel.born(SEED, COMPONENTS);
  private final List<List<Operation>> ledgers = new ArrayList<>();

  @BeforeEach
  void runALoadOfTwoThreads() throws IOException {
    Letters.write(folder);
    Path pool = folder.resolve("checked.pool");
    store = ProcessStore.open(pool, StoreOptions.create(16 << 20).fileRoot(Letters.ROOT, folder));
    for (int slot = 0; slot < SHARED; slot++) {
      long seed = PoolModel.birthSeed(SEED, slot);
      store.create(Load.name(slot), spec -> TortureProgram.fill(spec, seed));
    }
    TortureWorker.Assignment assignment =
        new TortureWorker.Assignment(folder, TortureMedium.MAPPED, pool, 1, SEED, 2, COMPONENTS, 0, false, false);
    List<Load> loads = new ArrayList<>();
    List<Path> paths = new ArrayList<>();
    for (int thread = 0; thread < 2; thread++) {
      paths.add(Ledger.path(folder, "checked.pool", 1, thread));
      loads.add(new Load(store, Ledger.create(paths.getLast()), assignment, thread));
    }
    for (int i = 0; i < OPERATIONS; i++) {
      loads.get(i % 2).step();
    }
    for (Path path : paths) {
      ledgers.add(Ledger.read(path));
    }
  }

  @AfterEach
  void close() {
    store.close();
  }

  private List<String> violations() {
    return Checker.check(store, before, ledgers).violations();
  }

  /** The last operation of that kind in the first thread's ledger of which that holds. */
  private int indexOfLast(Kind kind, boolean shared) {
    for (int i = ledgers.getFirst().size() - 1; i >= 0; i--) {
      Operation operation = ledgers.getFirst().get(i);
      if (operation.kind() == kind && operation.slot() < SHARED == shared) {
        return i;
      }
    }
    throw new AssertionError("the load had no " + kind);
  }

  @Test
  void allKindsOfOperationsWereThereAndNothingIsWrong() {
    assertThat(ledgers.stream().flatMap(List::stream).map(Operation::kind).distinct())
        .containsExactlyInAnyOrder(
            Kind.TURN, Kind.REQUEST, Kind.FAILING, Kind.BATCH, Kind.CREATE, Kind.DESTROY, Kind.REVOKE);
    assertThat(violations()).isEmpty();
  }

  @Test
  void whatWasFoundIsTheModelFromWhichTheNextCheckGoesOn() {
    PoolModel after = Checker.check(store, before, ledgers).after();
    assertThat(Checker.check(store, after, List.of()).violations()).isEmpty();
    assertThat(after.tally.get(Tally.Count.ACKNOWLEDGED)).isEqualTo(ledgers.get(0).size() + ledgers.get(1).size());
  }

  @Test
  void i1AnAcknowledgedTurnThatIsNotThereIsFound() {
    for (boolean shared : new boolean[] {true, false}) {
      int slot = ledgers.getFirst().get(indexOfLast(Kind.TURN, shared)).slot();
      Component component = store.find(Load.name(slot)).orElseThrow();
      Answer last = Answer.decode(component.invoke(TortureProgram.asking()));
      Operation lost = new Operation(Long.MAX_VALUE, Kind.TURN, slot, 4711, last.next(4711));
      ledgers.getFirst().add(lost);
      assertThat(violations()).singleElement().asString().contains(Load.name(slot));
      ledgers.getFirst().removeLast();
    }
    assertThat(violations()).isEmpty();
  }

  @Test
  void i1ATurnThatNobodyAskedForIsFound() {
    for (boolean shared : new boolean[] {true, false}) {
      int slot = ledgers.getFirst().get(indexOfLast(Kind.TURN, shared)).slot();
      Component component = store.find(Load.name(slot)).orElseThrow();
      Operation asked = new Operation(Long.MAX_VALUE, Kind.TURN, slot, 4711, null);
      component.invoke(TortureProgram.doing(asked.seed()));
      assertThat(violations()).isNotEmpty().allMatch(text -> text.contains("component"));
      // Had it been under way when the kill came, it might be there.
      ledgers.getFirst().add(asked);
      assertThat(violations().stream().filter(text -> text.startsWith("component " + Load.name(slot) + " "))).isEmpty();
      // But not twice.
      component.invoke(TortureProgram.doing(asked.seed()));
      assertThat(violations()).anyMatch(text -> text.startsWith("component " + Load.name(slot) + " "));
      before.components.set(slot, TortureProgram.read(component));
      ledgers.forEach(ledger -> ledger.removeIf(operation -> operation.slot() == slot));
    }
  }

  @Test
  void aWrongAnswerIsFound() {
    for (boolean shared : new boolean[] {true, false}) {
      int index = indexOfLast(Kind.TURN, shared);
      Operation right = ledgers.getFirst().get(index);
      Answer answer = right.acknowledged();
      ledgers.getFirst().set(index, right.acknowledge(new Answer(answer.order(), answer.digest() + 1)));
      assertThat(violations()).singleElement().asString().contains("answered");
      ledgers.getFirst().set(index, right);
    }
    assertThat(violations()).isEmpty();
  }

  @Test
  void i2HalfAnEpochIsFound() {
    int slot = ledgers.getFirst().get(indexOfLast(Kind.BATCH, false)).slot();
    ComponentModel now = TortureProgram.read(store.find(Load.name(slot)).orElseThrow());
    long seed = 1;
    while (BatchPlan.of(seed).commits().isEmpty() || BatchPlan.of(seed).commits().getFirst() < 2) {
      seed++;
    }
    before.components.set(slot, now);
    ledgers.forEach(ledger -> ledger.removeIf(operation -> operation.slot() == slot));
    ledgers.getFirst().add(new Operation(Long.MAX_VALUE, Kind.BATCH, slot, seed, null));
    assertThat(violations()).as("nothing of it").isEmpty();
    BatchPlan plan = BatchPlan.of(seed);
    store.component(Load.name(slot)).invoke(TortureProgram.doing(plan.turnSeed(1)));
    assertThat(violations()).as("a turn of an epoch of several").singleElement().asString().contains("BATCH");
    for (int turn = 2; turn <= plan.commits().getFirst(); turn++) {
      store.component(Load.name(slot)).invoke(TortureProgram.doing(plan.turnSeed(turn)));
    }
    assertThat(violations()).as("all of its first epoch").isEmpty();
  }

  @Test
  void aComponentThatIsGoneOrThereForNoReasonIsFound() {
    int slot = ledgers.getFirst().get(indexOfLast(Kind.TURN, true)).slot();
    store.component(Load.name(slot)).destroy();
    assertThat(violations()).singleElement().asString().isEqualTo("component " + Load.name(slot) + " is gone");
    store.create("stranger", spec -> TortureProgram.fill(spec, 1));
    assertThat(violations()).anyMatch(text -> text.contains("stranger"));
  }

  @Test
  void aRevocationThatDidNotStayIsFound() {
    int index = indexOfLast(Kind.REVOKE, false);
    Operation revoke = ledgers.getFirst().get(index);
    long revoked = before.components.size();
    for (int slot = SHARED; slot < revoked; slot++) {
      int own = slot;
      Component component = store.find(Load.name(slot)).orElse(null);
      if (component != null && component.info().slots().stream().anyMatch(each -> !each.revoked())) {
        before.components.set(slot, TortureProgram.read(component));
        ledgers.forEach(ledger -> ledger.removeIf(operation -> operation.slot() == own));
        ledgers.getFirst().add(new Operation(revoke.number(), Kind.REVOKE, slot, 0, Answer.NONE));
        assertThat(violations()).singleElement().asString().contains("(revoked) expected");
        return;
      }
    }
    throw new AssertionError("nobody has a file");
  }
}
