package dev.dormouse.guide;

import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static dev.dormouse.emulation.PersistencyModel.SECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.RequestId;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.Turn;
import dev.dormouse.emulation.junit.CrashFailure;
import dev.dormouse.emulation.junit.CrashScenario;
import dev.dormouse.emulation.junit.CrashSteps;
import dev.dormouse.emulation.junit.CrashTest;
import dev.dormouse.heap.Media;
import dev.dormouse.region.Region;
import java.nio.ByteBuffer;
import java.util.List;

/** The guide's example of a whole store. */
class CartTest {
  // region test
  static final int POOL_BYTES = 256 << 10;
  static final StoreOptions EXISTING = StoreOptions.existing();

  @CrashTest(sizeBytes = POOL_BYTES, models = {PX86, PAGE_CACHE}, images = 48, recoveryImages = 3)
  void aTurnIsThereWholeOrNotAtAll(CrashScenario crash) {
    crash.prepare(CartTest::makeCart)
        .open(media -> ProcessStore.open(media, EXISTING))
        .step("add 5", store -> add(store, 5))
        .step("add 7", store -> add(store, 7))
        .allOrNothing(store -> add(store, 0));
  }
  // endregion

  // region again
  @CrashTest(sizeBytes = POOL_BYTES, models = PX86, images = 96, recoveryDepth = 0)
  void aRequestThatIsSentAgainIsNotAddedTwice(CrashScenario crash) {
    crash.prepare(CartTest::makeCart)
        .open(media -> ProcessStore.open(media, EXISTING))
        .step(RequestId.of(1), store -> add(store, RequestId.of(1), 5))
        .step(RequestId.of(2), store -> add(store, RequestId.of(2), 7))
        .check(
            (store, progress) -> {
              // Whoever got no answer asks again, after the store was opened.
              if (progress.done().isEmpty()) {
                add(store, RequestId.of(1), 5);
              }
              if (progress.underWay().isPresent()) {
                add(store, RequestId.of(2), 7);
              }
              assertThat(add(store, 0)).containsExactly(2L, 12L);
            });
  }
  // endregion

  /** The medium keeps no order of fences then, and the engine asks for nothing else. */
  @CrashTest(sizeBytes = POOL_BYTES, models = SECTORS, images = 96, recoveryDepth = 0)
  void aFileThatLosesSectorsWithThePowerBreaksATurn(CrashScenario crash) {
    CrashSteps<ProcessStore> steps =
        crash.prepare(CartTest::makeCart)
            .open(media -> ProcessStore.open(media, EXISTING))
            .step("add 5", store -> add(store, 5));
    assertThatThrownBy(() -> steps.allOrNothing(store -> add(store, 0)))
        .isInstanceOf(CrashFailure.class)
        .hasMessageContaining("no sync came before the crash");
  }

  // region program
  static void makeCart(Media media) {
    try (ProcessStore store = ProcessStore.open(media, StoreOptions.create(POOL_BYTES))) {
      store.create("cart-42", spec -> spec.program(CartProgram.class).region("state", 256));
    }
  }

  /** Adds up what it is sent, and answers how many items there are and their sum. */
  public static final class CartProgram implements Program {
    private static final long ITEMS = 0;
    private static final long SUM = 128;

    @Override
    public void turn(Turn turn) {
      Region state = turn.region("state");
      long amount = turn.request().getLong();
      if (amount != 0) {
        state.putLong(ITEMS, state.getLong(ITEMS) + 1);
        state.putLong(SUM, state.getLong(SUM) + amount);
      }
      turn.reply(ByteBuffer.allocate(16).putLong(0, state.getLong(ITEMS)).putLong(8, state.getLong(SUM)));
    }
  }
  // endregion

  private static List<Long> add(ProcessStore store, long amount) {
    return contents(store.component("cart-42").invoke(request(amount)));
  }

  private static List<Long> add(ProcessStore store, RequestId id, long amount) {
    return contents(store.component("cart-42").invoke(id, request(amount)));
  }

  private static ByteBuffer request(long amount) {
    return ByteBuffer.allocate(Long.BYTES).putLong(0, amount);
  }

  private static List<Long> contents(ByteBuffer reply) {
    return List.of(reply.getLong(), reply.getLong());
  }
}
