package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static dev.dormouse.component.StoreStage.failing;
import static dev.dormouse.component.StoreStage.once;
import static dev.dormouse.component.StoreStage.px86;
import static dev.dormouse.component.StoreStage.request;
import static dev.dormouse.component.StoreStage.requireEqual;
import static dev.dormouse.component.StoreStage.requireSound;
import static dev.dormouse.component.StoreStage.turn;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.NotAPool;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Crashes of stores that may be mutants: turns, lives of components, names, symbols, capabilities. */
public final class StoreSuites {
  private StoreSuites() {}

  private static boolean isNobody(Runnable use) {
    try {
      use.run();
      return false;
    } catch (NoSuchComponent nobody) {
      return true;
    }
  }

  /** Turns that write two regions, with request ids; one that throws in between. */
  public static final class Turns implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> store.create("cart", StoreStage::cart),
                  request("cart", 1, "add state 0 5; add state 192 9; add more 64 7", "5 9 7"),
                  failing("cart", "fill state 7; fill more 1; throw oops"),
                  request("cart", 2, "add state 0 5; add more 64 1", "10 8"),
                  // Once more: not applied twice.
                  request("cart", 2, "add state 0 5; add more 64 1", "10 8"),
                  request("cart", 3, "get state 0", "10")));
    }
  }

  /** A turn on a journaled file was answered, and then the machine loses power. */
  public static final class JournaledTurns implements KillSuite {
    private static final int IMAGES = 20;

    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> {
            long poolBytes = StoreStage.SMALL.sizeBytes();
            CrashMedia made = CrashMedia.zeroed(CrashStage.JOURNALED_POWER_LOST.mediaBytes(poolBytes));
            try (ProcessStore store = ProcessStore.open(made, stage.fresh())) {
              store.create("cart", StoreStage::cart);
            }
            CrashMedia crashed = new CrashMedia(made.processKilled());
            try (ProcessStore store = stage.open(CrashStage.JOURNALED_POWER_LOST.on(crashed, poolBytes))) {
              requireEqual(ask(store.component("cart"), "add state 0 5"), "5");
              for (int image = 0; image < IMAGES; image++) {
                CrashMedia left = new CrashMedia(crashed.powerLost(PersistencyModel.SECTORS, image));
                try (ProcessStore again = stage.open(CrashStage.JOURNALED_POWER_LOST.on(left, poolBytes))) {
                  requireEqual(ask(again.component("cart"), "get state 0"), "5");
                }
              }
            }
            return Verdict.survived(IMAGES);
          });
    }
  }

  /** Regions come and go with the turn. */
  public static final class Regions implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> ask(store.create("cart", StoreStage::cart), "fill state 1; fill more 2; attach doomed 500; fill doomed 9"),
                  turn("cart", "attach extra 200; put extra 8 3", ""),
                  turn("cart", "put state 0 4; resize state 700; put state 690 1; detach doomed", ""),
                  failing("cart", "attach doomed 64; resize state 900; resize more 700; detach extra; throw oops"),
                  turn("cart", "add state 0 1; get extra 8", "5 3")));
    }
  }

  /** What a region gains again in its extent is zero (I4), and what an undone turn gained is as it was. */
  public static final class Regrowth implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> {
                    store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 512).region("more", 100));
                    ask(store.component("cart"), "fill state 7; fill more 6; attach doomed 300; fill doomed 9");
                    ask(store.component("cart"), "detach doomed");
                  },
                  // Into the extent of the one that is gone.
                  turn("cart", "resize more 300; get more 88; get more 104", 0x0606060606060606L + " 0"),
                  turn("cart", "resize state 300", ""),
                  failing("cart", "resize state 512; put state 400 1; throw oops"),
                  turn("cart", "resize state 512; get state 304", "0"),
                  // Into a smaller extent, and into a larger one.
                  turn("cart", "fill state 5; resize state 100; get state 8", Long.toString(0x0505050505050505L)),
                  turn("cart", "resize state 300; get state 96; get state 104", 0x05050505L + " 0")));
    }
  }

  /** Region maps inside of region maps. */
  public static final class ManagedDataspaces implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> ask(store.create("cart", StoreStage::cart), "map gone 100000; map gone/deep 5000; attach gone/deep/x 64; attach gone/y 200"),
                  turn("cart", "map library 100000; attach library/code 200; put library/code 8 5", ""),
                  failing("cart", "detach gone; attach library/more 64; throw oops"),
                  turn("cart", "detach gone; protect library READ; get library/code 8", "5"),
                  failing("cart", "put library/code 8 6")));
    }
  }

  /** Dataspaces of the store: made, shown, and gone when nobody shows them any more. */
  public static final class SharedDataspaces implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> store.create("cart", StoreStage::cart),
                  once(store -> store.createDataspace("rom", 700, view -> view.fill(0, 700, (byte) 1))),
                  turn("cart", "show text rom; map m 100000; show m/text rom; get text 8", Long.toString(0x0101010101010101L)),
                  failing("cart", "show again rom; throw oops"),
                  once(store -> requireEqual(isRefused(() -> store.destroyDataspace("rom")), true)),
                  once(store -> store.create("other", spec -> spec.program(ScriptProgram.class).share("text", "rom"))),
                  turn("cart", "detach m; detach text", ""),
                  once(store -> store.component("other").destroy()),
                  once(store -> store.destroyDataspace("rom")),
                  once(store -> requireEqual(store.dataspaces().size(), 0))));
    }

    private static boolean isRefused(Runnable use) {
      try {
        use.run();
        return false;
      } catch (DataspaceInUse inUse) {
        return true;
      }
    }
  }

  /** A dataspace that a running turn has found, and has not committed yet, is not destroyed under it. */
  public static final class DestroyedUnderATurn implements KillSuite {
    private static ProcessStore store;

    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> {
            store = stage.open(new CrashMedia(stage.prepared(prepared -> prepared.createDataspace("rom", 100, view -> view.fill(0, 100, (byte) 1)))));
            Component reader = store.create("reader", spec -> spec.program(Reader.class));
            try {
              reader.invoke(Turn.EMPTY);
            } catch (TurnFailed failed) {
              return Verdict.killed("what a turn had attached was destroyed: " + failed.getCause(), 1);
            }
            return Verdict.survived(1);
          });
    }

    /** Attaches a dataspace while somebody else destroys it. */
    public static final class Reader implements Program {
      @Override
      public void turn(Turn turn) throws InterruptedException {
        turn.regions().attachShared("text", "rom");
        Throwable[] refused = new Throwable[1];
        Thread other =
            new Thread(
                () -> {
                  try {
                    store.destroyDataspace("rom");
                  } catch (DataspaceInUse inUse) {
                    refused[0] = inUse;
                  }
                });
        other.start();
        other.join();
        if (refused[0] == null) {
          throw new IllegalStateException("destroyed");
        }
      }
    }
  }

  /** I5 for regions: no way leads to a store to what is shared. */
  public static final class NobodyWrites implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> {
            ProcessStore store = stage.open(new CrashMedia(stage.prepared(prepared -> prepared.createDataspace("rom", 100, view -> {}))));
            Component reader = store.create("reader", spec -> spec.program(ScriptProgram.class).share("text", "rom"));
            for (String script : List.of("put text 0 1", "protect text READ_WRITE", "map m 1000; show m/text rom; put m/text 0 1")) {
              try {
                ask(reader, script);
                return Verdict.killed(script + " was not refused", 1);
              } catch (TurnFailed refused) {
                // As it should be.
              }
            }
            return Verdict.survived(3);
          });
    }
  }

  /** A component is made beside another; while it is not there, its identity runs nobody (I5). */
  public static final class Making implements KillSuite {
    @Override
    public Verdict run() {
      AtomicReference<ComponentId> made = new AtomicReference<>();
      return StoreStage.with(
          stage ->
              stage.explore(
                  px86(),
                  store -> store.create("neighbour", StoreStage::cart),
                  store -> {
                    if (store.find("cart").isEmpty()) {
                      requireEqual(isNobody(() -> ask(store.component(made.get()), "say hello")), true);
                    }
                  },
                  once(store -> made.set(store.create("cart", StoreStage::cart).id())),
                  request("cart", 1, "add state 0 5; get state 248; get more 0", "5 0 0")));
    }
  }

  /** The first component of a pool brings symbols of its own. */
  public static final class NewSymbols implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> stage.explore(store -> {}, once(store -> store.create("cart", StoreStage::cart)), turn("cart", "attach unheard-of 64", "")));
    }
  }

  /** A component is destroyed, and another takes its place; no handle to the old one runs anybody. */
  public static final class Destroying implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> {
                    ask(store.create("cart", StoreStage::cart), "attach extra 5000; fill state 1; fill extra 2");
                    store.create("neighbour", StoreStage::cart);
                  },
                  once(
                      store -> {
                        Component old = store.component("cart");
                        old.destroy();
                        requireEqual(isNobody(() -> ask(old, "say hello")), true);
                      }),
                  once(store -> store.create("cart", StoreStage::cart)),
                  request("cart", 1, "get state 0; get state 248; get more 0", "0 0 0")));
    }
  }

  /** Names that meet in the root of the directory, and in the node below it. */
  public static final class Names implements KillSuite {
    @Override
    public Verdict run() {
      List<String> names = new ArrayList<>();
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> {
                    names.addAll(thatMeet(store, 3, 8));
                    store.create(names.get(0), spec -> spec.program(ScriptProgram.class));
                  },
                  once(store -> store.create(names.get(1), spec -> spec.program(ScriptProgram.class))),
                  once(store -> store.component(names.get(0)).destroy()),
                  once(store -> store.create(names.get(2), spec -> spec.program(ScriptProgram.class)))));
    }

    /** Names that have the same word of the root, and, for {@code nodes} of 8, of the node below it. */
    static List<String> thatMeet(ProcessStore store, int count, int nodes) {
      Pool pool = store.engine().pool();
      WordTable root = WordTable.open(pool.media(), pool.header().roots().root0(), "the directory");
      List<String> names = new ArrayList<>();
      for (int i = 0; names.size() < count; i++) {
        if ((root.hash(dev.dormouse.component.Names.encode("name", "n" + i)) & nodes * (long) root.wordCount() - 1) == 0) {
          names.add("n" + i);
        }
      }
      return names;
    }
  }

  /** A capability that was withdrawn stays withdrawn. */
  public static final class Revoking implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> store.create("reader", spec -> spec.program(ScriptProgram.class).file("books", "book.txt").file("books", "book.txt")),
                  once(store -> store.component("reader").revoke(0)),
                  failing("reader", "read 0 1"),
                  turn("reader", "read 1 4", "Down")));
    }
  }

  /** The position in a file moves with its turn. */
  public static final class FilePosition implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              stage.explore(
                  store -> store.create("reader", spec -> spec.program(ScriptProgram.class).region("state", 64).file("books", "book.txt")),
                  request("reader", 1, "read 0 6; add state 0 1", "Down,  1"),
                  failing("reader", "read 0 6; add state 0 1; throw oops"),
                  request("reader", 2, "read 0 5; add state 0 1", "down, 2")));
    }
  }

  /** Whoever can read the header can believe what it names: directory and symbols, too. */
  public static final class MakingAStore implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage ->
              StoreStage.verdict(
                  CrashExplorer.explore(
                      CrashMedia.zeros(StoreStage.SMALL.sizeBytes()),
                      media -> {
                        ProcessStore.open(media, stage.fresh());
                        media.mark("made");
                      },
                      media -> {},
                      (media, marks) -> {
                        ProcessStore store;
                        try {
                          store = stage.open(media);
                        } catch (NotAPool unfinished) {
                          requireEqual(marks.size(), 0);
                          return;
                        } catch (Damaged torn) {
                          // A header that tore while it was written; a whole one names what is whole.
                          requireEqual(marks.size(), 0);
                          requireEqual(torn.getMessage().contains("no sound copy of the header"), true);
                          return;
                        }
                        requireSound(media);
                        store.create("cart", StoreStage::cart);
                        requireSound(media);
                      },
                      px86().withImages(400, 1))));
    }
  }

  /** R11: crashes anywhere in openings, births and turns; what was shown to anybody is not shown again. */
  public static final class Repetition implements KillSuite {
    private static Consumer<Object> witness;

    /** Shows its incarnation before its turn has stored anything. */
    public static final class ShowingProgram implements Program {
      @Override
      public void turn(Turn turn) {
        witness.accept(turn.incarnation());
        turn.region("state").putLong(0, 1);
      }
    }

    private static void live(ProcessStore store, String name, Consumer<Object> shown) {
      witness = shown;
      shown.accept(store.create(name, spec -> spec.program(ShowingProgram.class).region("state", 64)).id().birth());
      store.component(name).invoke(Turn.EMPTY);
      store.component("first").invoke(Turn.EMPTY);
    }

    @Override
    public Verdict run() {
      List<Object> before = new ArrayList<>();
      return StoreStage.with(
          stage -> {
            PoolReader initial = stage.prepared(store -> live(store, "first", before::add));
            return StoreStage.verdict(
                CrashExplorer.explore(
                    initial,
                    media -> {
                      live(stage.open(media), "second", media::mark);
                      live(stage.open(media), "third", media::mark);
                    },
                    media -> {},
                    (media, marks) -> {
                      Set<Object> seen = new HashSet<>(before);
                      Consumer<Object> first = shown -> requireEqual(seen.add(shown) ? "first time" : shown + " again", "first time");
                      marks.forEach(first);
                      live(stage.open(media), "after the crash", first);
                      live(stage.open(media), "after another", first);
                    },
                    px86().withImages(24, 1)));
          });
    }
  }

  /** A killed store with a turn that was running: it is undone before the new life's salt comes into force. */
  public static final class OpeningAfterAKill implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> {
            CrashMedia media = new CrashMedia(stage.prepared(store -> ask(store.create("cart", StoreStage::cart), "fill state 1")));
            ProcessStore store = stage.open(media);
            PoolReader[] killed = new PoolReader[1];
            KilledInTheMiddle.action = () -> killed[0] = media.processKilled();
            store.create("killed", spec -> spec.program(KilledInTheMiddle.class).region("state", 64)).invoke(Turn.EMPTY);
            CrashMedia left = new CrashMedia(killed[0]);
            stage.open(left).close();
            CrashMedia again = new CrashMedia(left.processKilled());
            requireEqual(stage.open(again).component("killed").info().name(), "killed");
            KilledInTheMiddle.action = () -> {};
            KilledInTheMiddle.found = -1;
            stage.open(new CrashMedia(left.processKilled())).component("killed").invoke(Turn.EMPTY);
            return KilledInTheMiddle.found == 0
                ? Verdict.survived(1)
                : Verdict.killed("a turn that was killed has left " + KilledInTheMiddle.found, 1);
          });
    }

    /** Tells what it finds, stores, and lets something happen. */
    public static final class KilledInTheMiddle implements Program {
      private static Runnable action;
      private static long found;

      @Override
      public void turn(Turn turn) {
        found = turn.region(0).getLong(0);
        turn.region(0).putLong(0, 7);
        action.run();
      }
    }
  }

  /** R9: a component whose log is damaged is quarantined, and no crash of the opening that finds it lets it run again. */
  public static final class QuarantineStays implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> {
            CrashMedia media = new CrashMedia(stage.prepared(store -> store.create("neighbour", StoreStage::cart)));
            ProcessStore store = stage.open(media);
            PoolReader[] killed = new PoolReader[1];
            TwoFences.action = () -> killed[0] = media.processKilled();
            store.create("killed", spec -> spec.program(TwoFences.class).region("state", 256)).invoke(Turn.EMPTY);
            CrashMedia damaged = new CrashMedia(killed[0]);
            long undo = StoreStage.SMALL.laneTableOffset() + 2 * 64;
            damaged.putByte(undo, (byte) (damaged.getByte(undo) ^ 0x10));
            return StoreStage.verdict(
                CrashExplorer.explore(
                    damaged.processKilled(),
                    scenario -> stage.open(scenario),
                    scenario -> {},
                    (left, marks) -> {
                      ProcessStore reopened = stage.open(left);
                      requireEqual(reopened.component("killed").info().quarantined(), true);
                      requireEqual(ask(reopened.component("neighbour"), "say hello"), "hello");
                    },
                    px86()));
          });
    }

    /** Stores to two lines, each with a fence of its own, and lets something happen. */
    public static final class TwoFences implements Program {
      private static Runnable action;

      @Override
      public void turn(Turn turn) {
        turn.region(0).putLong(0, 7);
        turn.region(0).putLong(64, 7);
        turn.region(0).putLong(128, 7);
        action.run();
      }
    }
  }

  /** R15: a turn of a batch fails, its caller goes on and asks for a checkpoint. */
  public static final class DoomedBatch implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> {
            CrashMedia media = new CrashMedia(stage.prepared(store -> store.create("cart", StoreStage::cart)));
            ProcessStore store = stage.open(media);
            try {
              store
                  .component("cart")
                  .batch(
                      EpochLimits.DEFAULT,
                      batch -> {
                        batch.invoke(ScriptProgram.request("add state 0 1"));
                        batch.checkpoint();
                        batch.invoke(ScriptProgram.request("add state 0 2"));
                        try {
                          batch.invoke(ScriptProgram.request("add state 0 4; throw oops"));
                        } catch (TurnFailed ignored) {
                          // As if nothing had been.
                        }
                      });
            } catch (OutOfTurn doomed) {
              // As it should be.
            }
            String found = ask(store.component("cart"), "get state 0");
            return found.equals("1") ? Verdict.survived(1) : Verdict.killed("a failed turn of a batch left " + found, 1);
          });
    }
  }

  /** R13: a view that a program keeps beyond its turn. */
  public static final class KeptViews implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> {
            ProcessStore store = ProcessStore.open(new CrashMedia(CrashMedia.zeros(StoreStage.SMALL.sizeBytes())), stage.fresh());
            store.create("keeper", spec -> spec.program(Keeper.class).region("state", 64)).invoke(Turn.EMPTY);
            try {
              Keeper.kept.getLong(0);
            } catch (RegionException stale) {
              return Verdict.survived(1);
            }
            return Verdict.killed("a view was used after its turn", 1);
          });
    }

    /** Keeps a view. */
    public static final class Keeper implements Program {
      private static Region kept;

      @Override
      public void turn(Turn turn) {
        kept = turn.region(0);
      }
    }
  }

  /** R15: a turn that would make another component's turn wait for itself. */
  public static final class NestedCalls implements KillSuite {
    @Override
    public Verdict run() {
      return StoreStage.with(
          stage -> {
            ProcessStore store = ProcessStore.open(new CrashMedia(CrashMedia.zeros(StoreStage.SMALL.sizeBytes())), stage.fresh());
            Caller.callee = store.create("neighbour", StoreStage::cart);
            try {
              store.create("caller", spec -> spec.program(Caller.class)).invoke(Turn.EMPTY);
            } catch (TurnFailed refused) {
              return Verdict.survived(1);
            }
            return Verdict.killed("a turn ran inside of a turn", 1);
          });
    }

    /** Calls another component. */
    public static final class Caller implements Program {
      private static Component callee;

      @Override
      public void turn(Turn turn) {
        ask(callee, "add state 0 1");
      }
    }
  }
}
