package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.emulation.junit.Pmempool;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.MachineWentDown;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.NotAPool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store in a heap of LLPL does what it does in a file. After every test PMDK's own tool finds the heap consistent. */
@Timeout(120)
final class LlplStoreTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;
  private Path pool;

  @BeforeAll
  static void assumeLlpl() {
    Pmempool.assume();
  }

  @BeforeEach
  void name() {
    pool = folder.resolve("a.pool");
  }

  @AfterEach
  void pmdkFindsTheHeapConsistent() {
    if (Files.exists(pool)) {
      Pmempool.check(pool);
    }
  }

  private ProcessStore create() {
    return ProcessStore.open(pool, StoreOptions.create(MIB).medium(FileMedium.LLPL));
  }

  private static StoreOptions existing() {
    return StoreOptions.existing().medium(FileMedium.LLPL);
  }

  private static Component counter(ProcessStore store, String name) {
    return store.create(name, spec -> spec.program(ScriptProgram.class).region("state", 4096));
  }

  @Test
  void aComponentIsAtItsLastCommittedTurnAfterReopening() {
    try (ProcessStore store = create()) {
      assertThat(store.opening().how()).isEqualTo(Opening.CREATED);
      Component cart = counter(store, "cart");
      assertThat(ask(cart, 1, "add state 0 5")).isEqualTo("5");
      assertThatThrownBy(() -> ask(cart, "add state 0 9; throw oops")).isInstanceOf(TurnFailed.class);
      cart.hibernate();
    }
    for (int life = 0; life < 3; life++) {
      assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.CLEAN);
      try (ProcessStore store = ProcessStore.open(pool, existing())) {
        assertThat(store.opening().how()).isEqualTo(Opening.CLEAN);
        Component cart = store.component("cart");
        assertThat(ask(cart, 1, "add state 0 5")).as("a repeat").isEqualTo("5");
        assertThat(ask(cart, "add state 0 1")).isEqualTo(Long.toString(6 + life));
        Component other = counter(store, "other");
        assertThat(ask(other, "add state 8 3; attach more 70000; put more 69992 7; get more 69992")).isEqualTo("3 7");
        other.destroy();
      }
    }
    ProcessStore.delete(pool);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatAKillLeavesIsLookedAtWithoutLlplAndRolledBackWithIt() throws IOException {
    byte[] killed;
    try (ProcessStore store = create()) {
      assertThat(ask(counter(store, "cart"), "put state 0 5; get state 0")).isEqualTo("5");
      killed = Files.readAllBytes(pool);
    }
    KilledPools.leave(pool, killed);
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.NOT_CLOSED);
    try (ProcessStore store = ProcessStore.inspect(pool)) {
      assertThat(store.opening().how()).isEqualTo(Opening.ROLLED_BACK);
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("6");
    }
    assertThat(Files.readAllBytes(pool)).isEqualTo(killed);
    try (ProcessStore store = ProcessStore.open(pool, existing())) {
      assertThat(store.opening().how()).isEqualTo(Opening.ROLLED_BACK);
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("6");
    }
  }

  @Test
  void aMachineThatWentDownIsToldAndTheWholePoolVerifiedWhereThatIsAccepted() throws IOException {
    byte[] left;
    try (ProcessStore store = create()) {
      ask(counter(store, "cart"), "put state 0 5");
      left = Files.readAllBytes(pool);
    }
    KilledPools.leave(pool, left);
    StoreOptions later = existing().bootIdentity(new BootIdentity(1, 2));
    assertThatThrownBy(() -> ProcessStore.open(pool, later)).isInstanceOf(MachineWentDown.class);
    try (ProcessStore store = ProcessStore.open(pool, later.acceptMachineCrash(true))) {
      assertThat(store.opening().how()).isEqualTo(Opening.MACHINE_WENT_DOWN);
      assertThat(ask(store.component("cart"), "get state 0")).isEqualTo("5");
    }
  }

  @Test
  void aSecondOpenerIsRefusedWhateverItComesFor() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.pool"), pool);
    try (ProcessStore store = create()) {
      Component cart = counter(store, "cart");
      for (Path path : List.of(pool, link)) {
        assertThatThrownBy(() -> ProcessStore.open(path, existing())).isInstanceOf(InUse.class);
        assertThatThrownBy(() -> ProcessStore.inspect(path)).isInstanceOf(InUse.class);
        assertThatThrownBy(() -> StoreVerifier.verify(path)).isInstanceOf(InUse.class);
        assertThatThrownBy(() -> ProcessStore.delete(path)).isInstanceOf(InUse.class);
      }
      assertThat(ask(cart, "add state 0 1")).isEqualTo("1");
    }
    try (ProcessStore store = ProcessStore.open(link, existing())) {
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("2");
    }
  }

  @Test
  void itCannotGrowOrShrinkOrBeTakenForAMappedFileAndIsUnharmed() {
    assertThatThrownBy(() -> ProcessStore.open(pool, StoreOptions.create(MIB).growTo(4 * MIB).medium(FileMedium.LLPL)))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("cannot grow");
    assertThat(pool).doesNotExist();
    try (ProcessStore store = create()) {
      counter(store, "cart");
    }
    assertThatThrownBy(() -> ProcessStore.shrink(pool, existing(), MIB / 2)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("shorter pool");
    assertThatThrownBy(() -> ProcessStore.open(pool)).isInstanceOf(NotAPool.class).hasMessageContaining("FileMedium.LLPL");
    assertThatThrownBy(() -> ProcessStore.shrink(pool, StoreOptions.existing(), MIB / 2)).isInstanceOf(NotAPool.class);
    try (ProcessStore store = ProcessStore.open(pool, existing())) {
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("1");
    }
  }

  @Test
  void aFullPoolIsPoolFullAndGoesOn() {
    try (ProcessStore store = create()) {
      List<Component> made = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                while (true) {
                  made.add(store.create("c" + made.size(), spec -> spec.program(ScriptProgram.class).region("state", 50_000)));
                }
              })
          .isInstanceOf(PoolFull.class);
      assertThat(made).hasSizeGreaterThan(5);
      for (int i = 0; i < made.size(); i++) {
        ask(made.get(i), "put state 0 " + i);
      }
      made.removeFirst().destroy();
      made.addFirst(store.create("c0", spec -> spec.program(ScriptProgram.class).region("state", 50_000)));
      assertThat(ask(made.getFirst(), "get state 0")).as("a fresh region").isEqualTo("0");
    }
    assertThat(StoreVerifier.verify(pool).findings()).isEmpty();
    try (ProcessStore store = ProcessStore.open(pool, existing())) {
      assertThat(ask(store.component("c3"), "get state 0")).isEqualTo("3");
    }
  }
}
