package dev.dormouse.component;

import static dev.dormouse.component.ProcessStoreTest.amount;
import static dev.dormouse.component.ProcessStoreTest.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several turns in one epoch: I2 over all of them. */
final class BatchTest {
  private static final long POOL_BYTES = 512 << 10;

  private final CrashMedia media = new CrashMedia(CrashMedia.zeros(POOL_BYTES));
  private ProcessStore store;
  private Component cart;

  @BeforeEach
  void create() {
    store = ProcessStore.open(media, StoreOptions.create(POOL_BYTES));
    cart = store.create("cart", spec -> spec.program(CartProgram.class).region("state", 64));
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** What a store finds that is opened on what is left when the process is killed now. */
  private long sumAfterKill() {
    try (ProcessStore reopened =
        ProcessStore.open(
            new CrashMedia(media.processKilled()), StoreOptions.existing().bootIdentity(BootIdentity.ofThisMachine()))) {
      return value(reopened.component("cart").invoke(amount(0)));
    }
  }

  @Test
  void repliesComeWithTheCheckpointInTheOrderOfTheTurns() {
    List<ByteBuffer> last =
        cart.batch(
            EpochLimits.DEFAULT,
            batch -> {
              batch.invoke(amount(1));
              batch.invoke(amount(2));
              assertThat(batch.checkpoint()).extracting(ProcessStoreTest::value).containsExactly(1L, 3L);
              batch.invoke(amount(4));
            });
    assertThat(last).extracting(ProcessStoreTest::value).containsExactly(7L);
  }

  @Test
  void i1AKillBeforeTheCheckpointLeavesTheLastOne() {
    List<Long> seen = new ArrayList<>();
    cart.batch(
        EpochLimits.DEFAULT,
        batch -> {
          batch.invoke(amount(1));
          seen.add(sumAfterKill());
          batch.checkpoint();
          seen.add(sumAfterKill());
          batch.invoke(amount(2));
          batch.invoke(amount(4));
          seen.add(sumAfterKill());
        });
    seen.add(sumAfterKill());
    assertThat(seen).containsExactly(0L, 1L, 1L, 7L);
  }

  @Test
  void i2AFailedTurnUndoesAllSinceTheLastCheckpointEvenIfTheCallerGoesOn() {
    assertThatThrownBy(
            () ->
                cart.batch(
                    EpochLimits.DEFAULT,
                    batch -> {
                      batch.invoke(amount(1));
                      batch.checkpoint();
                      batch.invoke(amount(2));
                      assertThatThrownBy(() -> batch.invoke(amount(-1))).isInstanceOf(TurnFailed.class);
                      assertThatThrownBy(() -> batch.invoke(amount(5))).isInstanceOf(OutOfTurn.class);
                    }))
        .isInstanceOf(OutOfTurn.class)
        .hasMessageContaining("undone");
    assertThat(value(cart.invoke(amount(0)))).isEqualTo(1);
  }

  @Test
  void anEpochThatReachesItsLimitIsCommittedBeforeTheNextTurn() {
    cart.batch(
        new EpochLimits(2, 1 << 20, Long.MAX_VALUE),
        batch -> {
          batch.invoke(amount(1));
          batch.invoke(amount(1));
          assertThat(sumAfterKill()).isZero();
          batch.invoke(amount(1));
          assertThat(sumAfterKill()).isEqualTo(2);
        });
    assertThat(sumAfterKill()).isEqualTo(3);
  }

  @Test
  void requestIdsAreRememberedWithinABatchAndAfterIt() {
    cart.batch(
        EpochLimits.DEFAULT,
        batch -> {
          batch.invoke(RequestId.of(1), amount(3));
          batch.invoke(RequestId.of(1), amount(3));
          assertThat(batch.checkpoint()).extracting(ProcessStoreTest::value).containsExactly(3L, 3L);
        });
    assertThat(value(cart.invoke(RequestId.of(1), amount(3)))).isEqualTo(3);
  }

  @Test
  void itsThreadCannotCallTheStoreAndItIsOverWhenItsTaskReturns() {
    Batch[] kept = new Batch[1];
    cart.batch(
        EpochLimits.DEFAULT,
        batch -> {
          kept[0] = batch;
          assertThatThrownBy(() -> cart.invoke(amount(1))).isInstanceOf(OutOfTurn.class);
        });
    assertThatThrownBy(() -> kept[0].invoke(amount(1))).isInstanceOf(OutOfTurn.class);
    assertThat(value(cart.invoke(amount(0)))).isZero();
  }
}
