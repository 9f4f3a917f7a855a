package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static dev.dormouse.component.StoreStage.SMALL;

import dev.dormouse.component.mutants.Rival;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Media;
import dev.dormouse.region.RegionLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * R1: schedules of two threads. While one is somewhere in an epoch, another tries to do what has to wait for its end; if that
 * comes through, a lock was given back too early.
 */
public final class ScheduleSuites {
  // Where a log record says its kind, and the kind of a log's last record.
  private static final int KIND = 20;
  private static final int END = 6;

  private ScheduleSuites() {}

  /** A store whose medium lets something happen, once, at a call of the thread that runs the suite. */
  private static final class Stage {
    final CrashMedia below = new CrashMedia(CrashMedia.zeros(SMALL.sizeBytes()));
    final ProcessStore store;
    private final Thread owner = Thread.currentThread();
    private Rival other;
    private boolean overtook;
    private boolean armed;
    private boolean endIsLogged;
    private Moment due;
    private Consumer<ProcessStore> rival;

    Stage(StoreStage files) {
      Media hooked =
          new HookedMedia(below) {
            @Override
            protected void after() {
              if (armed && Thread.currentThread() == owner && due.isNow(store)) {
                armed = false;
                letTheOtherTry();
              }
            }

            @Override
            public void write(long offset, byte[] source, int index, int length) {
              boolean inALane = offset >= SMALL.laneTableOffset() && offset < SMALL.pageTableOffset();
              endIsLogged |= armed && inALane && Thread.currentThread() == owner && Bytes.getShort(source, index + KIND) == END;
              super.write(offset, source, index, length);
            }
          };
      store = ProcessStore.open(hooked, files.fresh());
    }

    /** Arms the hook: at the first call at which {@code moment} has come, another thread does {@code steps}. */
    void at(Moment moment, Consumer<ProcessStore> steps) {
      due = moment;
      rival = steps;
      armed = true;
    }

    /** The same at step (b) of the next epoch with intents: none of them is carried out yet. */
    void atTheCommit(Consumer<ProcessStore> steps) {
      at(opened -> endIsLogged, steps);
    }

    private void letTheOtherTry() {
      other = Rival.trying(() -> rival.accept(store));
      try {
        overtook = other.cameThrough();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Ends the schedule; {@code what} is said if the other thread came through. */
    Verdict verdict(String what) throws InterruptedException {
      if (other == null) {
        throw new IllegalStateException("the moment never came");
      }
      Throwable failure = other.end();
      if (overtook) {
        return Verdict.killed(what + (failure == null ? "" : ", and it threw " + failure), 1);
      }
      if (failure != null) {
        return Verdict.killed("what had to wait failed afterwards: " + failure, 1);
      }
      store.close();
      List<String> findings = StoreVerifier.verify(below.processKilled(), StoreStage.BOOT).findings();
      return findings.isEmpty() ? Verdict.survived(1) : Verdict.killed(findings.getFirst(), 1);
    }
  }

  @FunctionalInterface
  private interface Moment {
    boolean isNow(ProcessStore store);
  }

  /** Stores, and throws for a negative amount. */
  public static final class FailingProgram implements Program {
    private static boolean aboutToFail;

    @Override
    public void turn(Turn turn) {
      long amount = turn.request().getLong();
      turn.region(0).putLong(0, turn.region(0).getLong(0) + amount);
      if (amount < 0) {
        aboutToFail = true;
        throw new IllegalArgumentException("amount " + amount);
      }
    }
  }

  private static ByteBuffer amount(long amount) {
    return ByteBuffer.allocate(Long.BYTES).putLong(0, amount);
  }

  /** A turn of a component whose former turn failed, while that is being undone. */
  public static final class TurnBehindAFailedTurn implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        Stage stage = new Stage(files);
        Component cart = stage.store.create("cart", spec -> spec.program(FailingProgram.class).region("state", 64));
        stage.at(store -> FailingProgram.aboutToFail, store -> cart.invoke(amount(1)));
        try {
          cart.invoke(amount(-3));
        } catch (TurnFailed expected) {
          // As the program wants it.
        }
        return stage.verdict("a turn ran before the one that failed was undone");
      }
    }
  }

  /** A turn of a component that is being made, while (d) makes its name known. */
  public static final class TurnOfANewborn implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        Stage stage = new Stage(files);
        stage.store.create("neighbour", StoreStage::cart);
        stage.at(store -> store.find("cart").isPresent(), store -> ask(store.component("cart"), "add state 0 5"));
        stage.store.create("cart", StoreStage::cart);
        return stage.verdict("a turn ran before the lane that made its component was done");
      }
    }
  }

  /** Another name under the same word of the directory, while the first one is in its commit. */
  public static final class TwoNames implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        Stage stage = new Stage(files);
        List<String> names = StoreSuites.Names.thatMeet(stage.store, 2, 1);
        stage.store.create("neighbour", spec -> spec.program(ScriptProgram.class));
        stage.atTheCommit(store -> store.create(names.get(1), spec -> spec.program(ScriptProgram.class)));
        stage.store.create(names.get(0), spec -> spec.program(ScriptProgram.class));
        return stage.verdict("a name was given while another was being put under the same word");
      }
    }
  }

  /** A name is given while the component that has the other name under the same word is being destroyed. */
  public static final class NameOfTheDestroyed implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        Stage stage = new Stage(files);
        List<String> names = StoreSuites.Names.thatMeet(stage.store, 2, 1);
        Component first = stage.store.create(names.get(0), spec -> spec.program(ScriptProgram.class));
        stage.atTheCommit(store -> store.create(names.get(1), spec -> spec.program(ScriptProgram.class)));
        first.destroy();
        return stage.verdict("a name was given while another under the same word was being taken away");
      }
    }
  }

  /** Two symbols at once. */
  public static final class TwoSymbols implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        Stage stage = new Stage(files);
        stage.atTheCommit(store -> store.engine().symbols().intern("region", "other"));
        stage.store.engine().symbols().intern("region", "one");
        return stage.verdict("a symbol was made while another was in its commit");
      }
    }
  }

  /** Two components attach the same dataspace: the second one's count comes behind the first one's lane. */
  public static final class TwoAttachments implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        Stage stage = new Stage(files);
        stage.store.createDataspace("rom", 100, view -> {});
        Component first = stage.store.create("first", spec -> spec.program(ScriptProgram.class));
        stage.store.create("second", spec -> spec.program(ScriptProgram.class).share("text", "rom"));
        stage.atTheCommit(store -> ask(store.component("second"), "detach text"));
        ask(first, "show text rom");
        return stage.verdict("a dataspace was counted again before the lane that counted it was done");
      }
    }
  }

  /** A dataspace is attached while it is in the commit that makes it. */
  public static final class AttachmentOfANewDataspace implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        Stage stage = new Stage(files);
        stage.store.createDataspace("other", 100, view -> {});
        Component reader = stage.store.create("reader", spec -> spec.program(ScriptProgram.class).share("text", "other"));
        stage.store.engine().symbols().intern("dataspace", "rom");
        stage.at(
            store -> store.engine().media().getLong(store.engine().dataspaceTable().placeOf(store.engine().symbols().find("rom"))) != 0,
            store -> ask(reader, "detach text; show text rom"));
        stage.store.createDataspace("rom", 100, view -> {});
        return stage.verdict("a dataspace was attached before the lane that made it was done");
      }
    }
  }

  /** Decisions 10 and 13: a reply comes after the sync that covers it. */
  public static final class ReplyWaits implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        Stage stage = new Stage(files);
        Component cart = stage.store.create("cart", StoreStage::cart);
        List<Runnable> steps =
            List.of(
                () -> ask(cart, "add state 0 1"),
                () -> ask(cart, "get state 0"),
                () -> cart.batch(EpochLimits.DEFAULT, batch -> batch.invoke(ScriptProgram.request("add state 0 1"))),
                () -> stage.store.create("other", StoreStage::cart),
                () -> stage.store.component("other").destroy(),
                () -> cart.setQuota(1 << 20),
                () -> stage.store.createDataspace("rom", 10, view -> {}),
                () -> stage.store.destroyDataspace("rom"));
        for (int i = 0; i < steps.size(); i++) {
          long syncs = stage.below.syncs();
          steps.get(i).run();
          if (stage.below.syncs() == syncs) {
            return Verdict.killed("step " + i + " was acknowledged without a sync", i + 1);
          }
        }
        return Verdict.survived(steps.size());
      }
    }
  }

  /**
   * A turn fails, and cannot be undone, while another thread has its lane and not yet the component's lock: the component, whose
   * bytes are half undone, runs for nobody.
   */
  public static final class TurnAfterABrokenAbort implements KillSuite {
    private Thread breaking;
    private boolean armed;
    private long fencesBefore;

    @Override
    public Verdict run() throws Exception {
      try (StoreStage files = new StoreStage()) {
        CrashMedia below = new CrashMedia(CrashMedia.zeros(SMALL.sizeBytes()));
        ProcessStore[] store = new ProcessStore[1];
        Media media =
            new HookedMedia(below) {
              @Override
              public long getLong(long offset) {
                if (armed && offset < SMALL.pageTableOffset()) {
                  // The lane's number is read when it is leased.
                  armed = false;
                  fencesBefore = below.fences();
                  breakTheStore(store[0]);
                }
                return super.getLong(offset);
              }

              @Override
              protected void before() {
                if (Thread.currentThread() == breaking && below.fences() > fencesBefore && below.getLong(offsetOfState(store[0])) == 5) {
                  throw new IllegalStateException("the medium has had enough");
                }
              }
            };
        store[0] = ProcessStore.open(media, files.fresh());
        Component cart = store[0].create("cart", StoreStage::cart);
        cart.hibernate();
        armed = true;
        String found;
        try {
          found = ask(cart, "get state 0");
        } catch (StoreClosed closed) {
          return Verdict.survived(1);
        } catch (IllegalStateException late) {
          return Verdict.killed("a turn of a component whose epoch could not be undone ran, and was refused at its commit only", 1);
        }
        return Verdict.killed("a turn of a component whose epoch could not be undone found " + found, 1);
      }
    }

    private static long offsetOfState(ProcessStore store) {
      long record = store.engine().directory().find(Names.encode("name", "cart"));
      return store.engine().media().getLong(record + ComponentLayout.REGION0 + RegionLayout.EXTENT_OFFSET);
    }

    private void breakTheStore(ProcessStore store) {
      breaking =
          Thread.ofPlatform()
              .daemon()
              .unstarted(
                  () -> {
                    try {
                      ask(store.component("cart"), "put state 0 5");
                    } catch (IllegalStateException | StoreClosed broken) {
                      // The medium, or the store because of it.
                    }
                  });
      breaking.start();
      try {
        breaking.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
