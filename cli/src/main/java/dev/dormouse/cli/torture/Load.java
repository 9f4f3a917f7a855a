package dev.dormouse.cli.torture;

import dev.dormouse.component.Batch;
import dev.dormouse.component.Component;
import dev.dormouse.component.EpochLimits;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.RequestId;
import dev.dormouse.component.TurnFailed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread of the load: turns of components that all threads share, and everything else with components of its own.
 * Nothing of what it does depends on what it did: that is for whoever reads its ledger.
 */
final class Load {
  private static final int OPERATIONS_PER_LIFE_BITS = 26;
  private static final int THREAD_BITS = 6;
  private static final long DAWDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final ProcessStore store;
  private final Ledger ledger;
  private final TortureWorker.Assignment assignment;
  private final int thread;
  private final SplittableRandom random;
  private long number;

  Load(ProcessStore store, Ledger ledger, TortureWorker.Assignment assignment, int thread) {
    this.store = store;
    this.ledger = ledger;
    this.assignment = assignment;
    this.thread = thread;
    this.random = new SplittableRandom(Mix.of(Mix.of(assignment.seed(), assignment.life()), thread));
    this.number = (assignment.life() << THREAD_BITS | thread) << OPERATIONS_PER_LIFE_BITS;
  }

  /** The name of the component with that number. */
  static String name(int slot) {
    return "c" + slot;
  }

  /** How many components all threads use; the others belong to one thread each. */
  static int sharedCount(int components) {
    return components / 2;
  }

  /** Sends the last request of a former life once more. */
  void again(Operation former) {
    Component component = store.component(name(former.slot()));
    ledger.intend(former);
    acknowledge(former, component.invoke(RequestId.of(former.number()), TortureProgram.doing(former.seed())));
  }

  /** One operation, as chance will have it. */
  void step() {
    int shared = sharedCount(assignment.components());
    int own = (assignment.components() - shared - thread + assignment.threads() - 1) / assignment.threads();
    if (own == 0 || random.nextInt(3) == 0) {
      useShared(random.nextInt(shared));
    } else {
      useOwn(shared + thread + random.nextInt(own) * assignment.threads());
    }
    if (random.nextInt(500) == 0) {
      store.hibernateAll();
    }
  }

  private void useShared(int slot) {
    Component component = store.component(name(slot));
    if (random.nextInt(10) == 0) {
      fail(component, slot);
    } else {
      turn(component, slot);
    }
  }

  private void useOwn(int slot) {
    Component component = store.find(name(slot)).orElse(null);
    if (component == null) {
      Operation operation = intend(Operation.Kind.CREATE, slot);
      store.create(name(slot), spec -> TortureProgram.fill(spec, operation.seed()));
      ledger.acknowledge(operation, Answer.NONE);
      return;
    }
    int choice = random.nextInt(100);
    if (choice < 4) {
      Operation operation = intend(Operation.Kind.DESTROY, slot);
      component.destroy();
      ledger.acknowledge(operation, Answer.NONE);
    } else if (choice < 6) {
      revoke(component, slot);
    } else if (choice < 12) {
      fail(component, slot);
    } else if (choice < 35) {
      batch(component, slot);
    } else if (choice < 60) {
      request(component, slot);
    } else if (choice < 65) {
      component.hibernate();
    } else {
      turn(component, slot);
    }
  }

  private Operation intend(Operation.Kind kind, int slot) {
    Operation operation = new Operation(++number, kind, slot, random.nextLong(), null);
    ledger.intend(operation);
    return operation;
  }

  private void acknowledge(Operation operation, ByteBuffer reply) {
    ledger.acknowledge(operation, Answer.decode(reply));
  }

  private void turn(Component component, int slot) {
    Operation operation = intend(Operation.Kind.TURN, slot);
    if (assignment.hasty() && slot >= sharedCount(assignment.components())) {
      Answer last = Answer.decode(component.invoke(TortureProgram.asking()));
      ledger.acknowledge(operation, last.next(operation.seed()));
      LockSupport.parkNanos(DAWDLE_NANOS);
      component.invoke(TortureProgram.doing(operation.seed()));
    } else {
      acknowledge(operation, component.invoke(TortureProgram.doing(operation.seed())));
    }
  }

  private void request(Component component, int slot) {
    Operation operation = intend(Operation.Kind.REQUEST, slot);
    RequestId id = RequestId.of(operation.number());
    ByteBuffer request = TortureProgram.doing(operation.seed());
    ByteBuffer reply = component.invoke(id, request);
    if (random.nextBoolean()) {
      ByteBuffer repeated = component.invoke(id, request);
      if (!repeated.equals(reply)) {
        throw new IllegalStateException(
            operation + ": answered " + Answer.decode(reply) + ", and when it was sent again " + Answer.decode(repeated));
      }
    }
    acknowledge(operation, reply);
  }

  private void fail(Component component, int slot) {
    Operation operation = intend(Operation.Kind.FAILING, slot);
    expectFailure(operation, () -> component.invoke(TortureProgram.failing(operation.seed())));
    ledger.acknowledge(operation, Answer.NONE);
  }

  private static void expectFailure(Operation operation, Runnable action) {
    try {
      action.run();
    } catch (TurnFailed e) {
      if (e.getCause() instanceof TortureProgram.AskedToFail) {
        return;
      }
      throw e;
    }
    throw new IllegalStateException(operation + ": it was to fail, and did not");
  }

  private void revoke(Component component, int slot) {
    boolean revocable = component.info().slots().stream().anyMatch(each -> !each.revoked());
    if (revocable) {
      Operation operation = intend(Operation.Kind.REVOKE, slot);
      component.revoke(Deed.FILE_SLOT);
      ledger.acknowledge(operation, Answer.NONE);
    }
  }

  private void batch(Component component, int slot) {
    Operation operation = intend(Operation.Kind.BATCH, slot);
    BatchPlan plan = BatchPlan.of(operation.seed());
    EpochLimits limits = new EpochLimits(plan.mostPerEpoch(), Long.MAX_VALUE, Long.MAX_VALUE);
    if (plan.fails()) {
      expectFailure(operation, () -> component.batch(limits, batch -> turns(batch, plan, new ArrayList<>())));
      ledger.acknowledge(operation, Answer.NONE);
    } else {
      List<ByteBuffer> replies = new ArrayList<>();
      replies.addAll(component.batch(limits, batch -> turns(batch, plan, replies)));
      acknowledge(operation, replies.getLast());
    }
  }

  private static void turns(Batch batch, BatchPlan plan, List<ByteBuffer> replies) {
    for (int turn = 1; turn <= plan.turns(); turn++) {
      boolean fails = plan.fails() && turn == plan.turns();
      batch.invoke(fails ? TortureProgram.failing(plan.turnSeed(turn)) : TortureProgram.doing(plan.turnSeed(turn)));
      if (turn == plan.checkpointAfter()) {
        replies.addAll(batch.checkpoint());
      }
    }
  }
}
