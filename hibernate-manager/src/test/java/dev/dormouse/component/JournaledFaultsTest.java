package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.DiskFault;
import dev.dormouse.emulation.DiskFault.Unsynced;
import dev.dormouse.emulation.DiskFaults;
import dev.dormouse.emulation.FaultyDisk;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.MediaDisk;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.emulation.slow.LatencyProfile;
import dev.dormouse.emulation.slow.SlowMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.MediaUnavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A store on a journaled file whose disk fails at one call, whichever it is, of its journal or of its pool: in the opening, in a
 * commit, in the migration between two turns, in the close. Whatever was acknowledged is found again, by a process that comes after
 * and by one that comes after the loss of power; and the store says once and for all that it commits no more.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JournaledFaultsTest {
  private static final Geometry GEOMETRY = Geometry.of(256 << 10, 4, 16_384, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  // The least, so that migrations come between the turns.
  private static final JournalOptions JOURNAL = new JournalOptions(32 << 10, 16 << 10, 64 << 10, false);
  private static final long JOURNAL_BYTES = (2 * 4096) + JOURNAL.journalBytes();
  private static final int NOT_OPEN = -1;

  private static final List<Consumer<ProcessStore>> STEPS =
      List.of(
          turn("cart", "add state 0 5; add more 64 7"),
          turn("cart", "attach extra 3000; put extra 8 3"),
          store -> ask(store.component("cart"), 7, "fill extra 9"),
          failing("cart", "fill state 9; put extra 8 4; resize more 900; throw oops"),
          turn("cart", "resize extra 5000; put extra 4992 1"),
          // Nobody has used this name: a symbol is made, in an epoch of its own.
          store -> store.create("other", spec -> spec.program(ScriptProgram.class).region("unheard-of", 6000)),
          turn("other", "fill unheard-of 3"),
          turn("cart", "fill extra 4"),
          turn("other", "resize unheard-of 2000; add unheard-of 0 1"),
          store -> store.createDataspace("tariff", 4000, region -> region.putLong(0, 8)),
          turn("cart", "show prices tariff"),
          turn("cart", "fill extra 5; add state 8 1"),
          turn("cart", "detach extra"),
          store -> store.component("other").destroy(),
          turn("cart", "attach extra 6000; put extra 5992 1"),
          turn("cart", "fill extra 6"),
          turn("cart", "fill extra 7"),
          turn("cart", "detach prices"),
          store -> store.destroyDataspace("tariff"),
          store -> store.component("cart").hibernate(),
          turn("cart", "add state 0 5; add more 64 7"));

  private static Consumer<ProcessStore> turn(String component, String script) {
    return store -> ask(store.component(component), script);
  }

  private static Consumer<ProcessStore> failing(String component, String script) {
    return store -> {
      try {
        ask(store.component(component), script);
      } catch (TurnFailed expected) {
        return;
      }
      throw new AssertionError("a turn that throws did not fail");
    };
  }

  /** How the disk fails. */
  enum Failure {
    NOTHING_WRITTEN,
    A_PART_WRITTEN,
    NO_SPACE_FOR_THE_REST,
    /** The system says no once, has lost what it was about, and says yes when it is asked again. */
    DROPPED,
    TAKEN_FOR_CLEAN,
    EVERY_OTHER_SECTOR,
    WRITTEN_ALL_THE_SAME,
    GONE,
    FULL,
    NOT_READ;

    /** At the write or sync of that number, or the read. */
    DiskFaults at(long call) {
      DiskFault late = DiskFault.io().after(Integer.MAX_VALUE);
      return switch (this) {
        case NOTHING_WRITTEN -> DiskFaults.at(call, DiskFault.io());
        case A_PART_WRITTEN -> DiskFaults.at(call, DiskFault.io().after(700).leaving(Unsynced.WRITTEN));
        case NO_SPACE_FOR_THE_REST -> DiskFaults.at(call, DiskFault.noSpace().after(40));
        case DROPPED -> DiskFaults.at(call, late.leaving(Unsynced.DROPPED));
        case TAKEN_FOR_CLEAN -> DiskFaults.at(call, late.leaving(Unsynced.CACHED));
        case EVERY_OTHER_SECTOR -> DiskFaults.at(call, late.leaving(sector -> sector % 2 == 0 ? Unsynced.WRITTEN : Unsynced.CACHED));
        case WRITTEN_ALL_THE_SAME -> DiskFaults.at(call, late.leaving(Unsynced.WRITTEN));
        case GONE -> DiskFaults.from(call, DiskFault.io());
        case FULL -> DiskFaults.from(call, DiskFault.noSpace().after(512));
        case NOT_READ -> atRead(call);
      };
    }

    private static DiskFaults atRead(long number) {
      AtomicLong reads = new AtomicLong();
      return DiskFaults.of(call -> call.kind() == DiskFaults.Kind.READ && reads.getAndIncrement() == number ? Optional.of(DiskFault.io()) : Optional.empty());
    }
  }

  private static StoreOptions with(StoreOptions options) {
    return options.bootIdentity(BOOT).salts(opening -> opening).awake(3);
  }

  /** Both files on one disk, of which some calls fail. */
  private static Media over(Media disk, DiskFaults faults) {
    return JournaledMedia.over(
        new FaultyDisk(new MediaDisk("home", disk, 0, GEOMETRY.sizeBytes()), faults),
        new FaultyDisk(new MediaDisk("journal", disk, GEOMETRY.sizeBytes(), JOURNAL_BYTES), faults),
        number -> number + 77,
        JOURNAL);
  }

  private static ProcessStore open(Media medium) {
    return ProcessStore.open(medium, with(StoreOptions.existing()));
  }

  private static CrashImage prepared() {
    CrashMedia disk = CrashMedia.zeroed(GEOMETRY.sizeBytes() + JOURNAL_BYTES);
    try (ProcessStore store =
        ProcessStore.open(over(disk, DiskFaults.none()), with(StoreOptions.create(GEOMETRY.sizeBytes()).geometry(GEOMETRY)))) {
      store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 128).region("more", 128).outcomes(4, 64));
    }
    return disk.processKilled();
  }

  /** What is found after each number of steps. */
  private static List<Map<String, String>> states(CrashImage initial) {
    List<Map<String, String>> states = new ArrayList<>();
    for (int i = 0; i <= STEPS.size(); i++) {
      try (ProcessStore store = open(over(new CrashMedia(initial), DiskFaults.none()))) {
        STEPS.subList(0, i).forEach(step -> step.accept(store));
        states.add(Snapshot.of(store));
      }
    }
    return states;
  }

  @Test
  void theScriptWritesTheJournalOverAndOver() {
    Media medium = over(new CrashMedia(prepared()), DiskFaults.none());
    try (ProcessStore store = open(medium)) {
      STEPS.forEach(step -> step.accept(store));
      assertThat(medium.journal().cut()).as("moved to the pool while turns ran").isGreaterThan(JOURNAL.journalBytes());
    }
  }

  /** Tests put other media around it: what they forward is all that it needs. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMediumAroundItIsAsGood(boolean slow) {
    CrashMedia disk = new CrashMedia(prepared());
    List<Map<String, String>> states = states(disk.processKilled());
    Media medium = over(disk, DiskFaults.none());
    try (ProcessStore store = open(slow ? new SlowMedia(medium, LatencyProfile.OPTANE) : new HookedMedia(medium))) {
      STEPS.forEach(step -> step.accept(store));
      for (CrashImage left : images(disk)) {
        isAtTheLastStepOrTheNext(new CrashMedia(left), "killed", STEPS.size(), states);
      }
    }
    isAtTheLastStepOrTheNext(disk, "closed", STEPS.size(), states);
  }

  @ParameterizedTest
  @EnumSource
  void whereverTheDiskFailsNothingIsLostThatWasAcknowledged(Failure failure) {
    CrashImage initial = prepared();
    List<Map<String, String>> states = states(initial);
    int call = 0;
    int refused = 0;
    int whileOpening = 0;
    int whileClosing = 0;
    while (true) {
      CrashMedia disk = new CrashMedia(initial);
      DiskFaults faults = failure.at(call);
      String what = failure + " at call " + call;
      int acknowledged = NOT_OPEN;
      ProcessStore store = null;
      Media medium = null;
      MediaUnavailable told = null;
      try {
        medium = over(disk, faults);
        store = open(medium);
        acknowledged = 0;
        for (Consumer<ProcessStore> step : STEPS) {
          step.accept(store);
          acknowledged++;
        }
      } catch (MediaUnavailable e) {
        told = e;
      } catch (RuntimeException | Error e) {
        throw new AssertionError(what + ": what is thrown is not " + MediaUnavailable.class, e);
      }
      List<CrashImage> left = new ArrayList<>(images(disk));
      boolean closedWell = false;
      if (store != null && told != null) {
        refused++;
        isRefusedForGood(store, medium, what);
        left.addAll(images(disk));
      }
      if (store != null) {
        try {
          store.close();
          closedWell = true;
        } catch (MediaUnavailable e) {
          whileClosing += told == null ? 1 : 0;
          told = told == null ? e : told;
        }
        left.addAll(images(disk));
      } else {
        whileOpening++;
      }
      if (told == null) {
        // There is no call of that number any more. One that failed would have been told of.
        assertThat(acknowledged).isEqualTo(STEPS.size());
        break;
      }
      for (int i = 0; i < left.size(); i++) {
        isAtTheLastStepOrTheNext(new CrashMedia(left.get(i)), what + ", image " + i, acknowledged, states);
      }
      if (closedWell) {
        assertThat(told).as("%s: a close that says nothing is a close", what).isNull();
      }
      call++;
    }
    assertThat(call).as("calls").isGreaterThan(failure == Failure.NOT_READ ? 15 : 100);
    assertThat(refused).as("failures in turns").isGreaterThan(failure == Failure.NOT_READ ? 3 : 80);
    assertThat(whileOpening).as("failures in the opening").isGreaterThan(6);
    assertThat(whileClosing).as("failures in the close").isGreaterThan(3);
  }

  /** Bits rot in the journal of a pool that was not closed: whoever opens it finds all that was acknowledged, or says that it is damaged. */
  @Test
  void noByteOfTheJournalChangesUnnoticed() {
    CrashMedia disk = new CrashMedia(prepared());
    Media medium = over(disk, DiskFaults.none());
    ProcessStore store = open(medium);
    long first = medium.journal().cut();
    int turns = 12;
    long last = 0;
    for (int turn = 1; turn <= turns; turn++) {
      last = medium.journal().durable();
      ask(store.component("cart"), "add state 0 " + turn + "; add more 8 1");
    }
    long end = medium.journal().durable();
    assertThat(medium.journal().cut()).as("all of it is needed").isEqualTo(first);
    assertThat(end).isLessThan(JOURNAL.journalBytes());
    CrashImage left = disk.processKilled();
    store.close();
    int refused = 0;
    int lost = 0;
    for (long position = first; position < end; position += 5) {
      CrashMedia rotten = new CrashMedia(left);
      long at = GEOMETRY.sizeBytes() + 8192 + position;
      rotten.putByte(at, (byte) (rotten.getByte(at) ^ 0x10));
      ProcessStore opened;
      try {
        opened = open(over(rotten, DiskFaults.none()));
      } catch (Damaged e) {
        refused++;
        continue;
      }
      long found = Long.parseLong(ask(opened.component("cart"), "get more 8"));
      opened.close();
      if (found != turns) {
        // What was written last looks the same where the power failed before it was acknowledged.
        assertThat(position).as("a byte whose loss is not told").isGreaterThanOrEqualTo(last);
        lost++;
      }
    }
    assertThat(refused).isGreaterThan(100);
    assertThat(lost).isPositive();
  }

  /** The same in the opening of a pool that was killed, with all that its journal holds. */
  @ParameterizedTest
  @EnumSource
  void whereverTheDiskFailsInARecoveryTheNextOneDoesIt(Failure failure) {
    CrashMedia used = new CrashMedia(prepared());
    List<Map<String, String>> states = states(used.processKilled());
    Media medium = over(used, DiskFaults.none());
    ProcessStore killed = open(medium);
    STEPS.forEach(step -> step.accept(killed));
    assertThat(medium.journal().durable() - medium.journal().cut()).as("bytes to recover").isGreaterThan(4096);
    CrashImage initial = used.processKilled();
    killed.close();
    int call = 0;
    while (true) {
      CrashMedia disk = new CrashMedia(initial);
      String what = failure + " at call " + call + " of a recovery";
      boolean told = false;
      try {
        // Left alone, as it is killed there.
        open(over(disk, failure.at(call)));
      } catch (MediaUnavailable e) {
        told = true;
      }
      for (CrashImage left : images(disk)) {
        isAtTheLastStepOrTheNext(new CrashMedia(left), what, STEPS.size(), states);
      }
      if (!told) {
        break;
      }
      call++;
    }
    assertThat(call).as("calls").isGreaterThan(failure == Failure.NOT_READ ? 6 : 15);
  }

  /** What a process finds that comes after this one, and what the loss of power may leave. */
  private static List<CrashImage> images(CrashMedia disk) {
    return List.of(disk.processKilled(), disk.powerLost(PersistencyModel.SECTORS, 3), disk.powerLost(PersistencyModel.SECTORS, 4));
  }

  private static void isRefusedForGood(ProcessStore store, Media medium, String what) {
    Journal journal = medium.journal();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> ask(store.component("cart"), "add state 56 1")).as("%s: no turn", what).isInstanceOfAny(MediaUnavailable.class, StoreClosed.class);
      assertThatThrownBy(() -> store.create("late", spec -> spec.program(ScriptProgram.class).region("state", 64)))
          .as("%s: no component", what)
          .isInstanceOfAny(MediaUnavailable.class, StoreClosed.class);
      if (journal.durable() < journal.tail()) {
        assertThatThrownBy(store::sync).as("%s: no sync", what).isInstanceOfAny(MediaUnavailable.class, StoreClosed.class);
      }
    }
  }

  private static void isAtTheLastStepOrTheNext(CrashMedia disk, String what, int acknowledged, List<Map<String, String>> states) {
    Map<String, String> found;
    ProcessStore store;
    try {
      store = open(over(disk, DiskFaults.none()));
      found = Snapshot.of(store);
      int least = Math.max(acknowledged, 0);
      int next = Math.min(acknowledged + 1, STEPS.size());
      if (!found.equals(states.get(least)) && !found.equals(states.get(next))) {
        fail("%s, after %s acknowledged steps: %s, expected %s or %s", what, acknowledged, found, states.get(least), states.get(next));
      }
      // It goes on, and is closed, and is there once more.
      ask(store.component("cart"), "add state 56 1");
      found = Snapshot.of(store);
      store.close();
      store = open(over(disk, DiskFaults.none()));
    } catch (RuntimeException e) {
      throw new AssertionError(what + ", after " + acknowledged + " acknowledged steps: cannot be opened, or does not go on", e);
    }
    assertThat(Snapshot.of(store)).as(what).isEqualTo(found);
    store.close();
    assertThat(StoreVerifier.verify(new MediaReader(disk), BOOT).findings()).as("I3: %s", what).isEmpty();
  }
}
