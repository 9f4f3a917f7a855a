package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A medium that fails at one call, whichever it is: before the commit point, in (d), in an abort, in the epoch of a symbol.
 * Either the store goes on as if the turn had never been, or it takes no more commits and the next open finishes what was
 * begun (I1, R1).
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FailingMediaTest {
  private static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final StoreOptions EXISTING = StoreOptions.existing().bootIdentity(BOOT).awake(3);
  private static final String PROBE = "add state 56 1";

  private static final List<Consumer<ProcessStore>> STEPS =
      List.of(
          store -> ask(store.component("cart"), "add state 0 5; add more 64 7"),
          store -> ask(store.component("cart"), "add state 0 5; attach extra 300; put extra 8 3"),
          store ->
              assertThatThrownBy(() -> ask(store.component("cart"), "fill state 9; put extra 8 4; resize more 900; throw oops"))
                  .isInstanceOf(TurnFailed.class),
          store -> ask(store.component("cart"), "add state 0 5; detach extra"),
          // Nobody has used this name: a symbol is made, in an epoch of its own.
          store -> store.create("other", spec -> spec.program(ScriptProgram.class).region("unheard-of", 64)),
          store -> store.component("other").destroy());

  @TempDir Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(folder.resolve("book.txt"), "Down, down, down.");
  }

  /** Fails once, at the call that it is told. */
  private static final class FailingMedia extends HookedMedia {
    private final boolean error;
    private int left = Integer.MAX_VALUE;
    private boolean failed;

    FailingMedia(CrashMedia media, boolean error) {
      super(media);
      this.error = error;
    }

    void failAt(int call) {
      left = call;
    }

    @Override
    protected void before() {
      if (left-- == 0) {
        failed = true;
        if (error) {
          throw new InternalError("a page of the mapping is gone");
        }
        throw new IllegalStateException("the medium has had enough");
      }
    }
  }

  private static CrashImage prepared() {
    CrashMedia media = CrashMedia.zeroed(SMALL.sizeBytes());
    try (ProcessStore store =
        ProcessStore.open(media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3))) {
      store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 128).region("more", 128));
    }
    return media.processKilled();
  }

  /** Does what the request says, command by command, and takes no notice of what any of them throws. */
  public static final class StubbornProgram implements Program {
    @Override
    public void turn(Turn turn) {
      try {
        new ScriptProgram().turn(turn);
      } catch (Throwable ignored) {
        // As if nothing had been.
      }
    }
  }

  /** What is found after so many steps; with one more turn, if it was committed. */
  private static Map<String, String> expected(CrashImage initial, int steps, boolean probed) {
    try (ProcessStore store = ProcessStore.open(new CrashMedia(initial), EXISTING)) {
      STEPS.subList(0, steps).forEach(step -> step.accept(store));
      if (probed) {
        ask(store.component("cart"), PROBE);
      }
      return Snapshot.of(store);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void i1AStoreWhoseMediumFailsOnceLosesNothingThatWasAcknowledged(boolean error) {
    CrashImage initial = prepared();
    List<List<Map<String, String>>> states = new ArrayList<>();
    for (int i = 0; i <= STEPS.size(); i++) {
      states.add(List.of(expected(initial, i, false), expected(initial, i, true)));
    }
    int call = 0;
    int refused = 0;
    int wentOn = 0;
    while (true) {
      CrashMedia media = new CrashMedia(initial);
      FailingMedia failing = new FailingMedia(media, error);
      ProcessStore store = ProcessStore.open(failing, EXISTING);
      failing.failAt(call);
      int acknowledged = 0;
      try {
        for (Consumer<ProcessStore> step : STEPS) {
          step.accept(store);
          acknowledged++;
        }
      } catch (Throwable thrown) {
        if (!failing.failed) {
          throw thrown;
        }
      }
      if (!failing.failed) {
        break;
      }
      boolean probed = false;
      try {
        ask(store.component("cart"), PROBE);
        probed = true;
        wentOn++;
      } catch (StoreClosed | IllegalStateException e) {
        refused++;
      }
      if (!probed) {
        assertThatThrownBy(() -> ask(store.component("cart"), PROBE)).as("call %s: for good", call).isInstanceOfAny(StoreClosed.class, IllegalStateException.class);
      }
      // As if killed now, and as it is closed.
      CrashImage killed = media.processKilled();
      store.close();
      for (CrashImage left : List.of(killed, media.processKilled())) {
        isAtTheLastStepOrTheNext(left, call, acknowledged, probed, states);
      }
      call++;
    }
    assertThat(call).as("calls").isGreaterThan(100);
    assertThat(refused).as("failures after which nothing is committed").isGreaterThan(20);
    assertThat(wentOn).as("failures after which the store goes on").isGreaterThan(20);
  }

  /** I2: a program that catches what the medium threw and ends its turn well has done one command whole, or not at all. */
  @ParameterizedTest
  @ValueSource(strings = {"attach extra 300", "detach more", "detach state", "resize state 700", "seek 0 5"})
  void i2AProgramThatCatchesTheFailureCommitsNoHalfOfAChange(String change) {
    CrashMedia first = CrashMedia.zeroed(SMALL.sizeBytes());
    StoreOptions options = EXISTING.fileRoot("books", folder);
    try (ProcessStore store =
        ProcessStore.open(
            first, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3).fileRoot("books", folder))) {
      store.create(
          "cart",
          spec -> spec.program(StubbornProgram.class).region("state", 128).region("more", 128).region("third", 64).file("books", "book.txt"));
      store.create("other", spec -> spec.program(ScriptProgram.class).region("extra", 64));
    }
    CrashImage initial = first.processKilled();
    List<String> whole = new ArrayList<>();
    try (ProcessStore store = ProcessStore.open(new CrashMedia(initial), options)) {
      whole.add(described(store));
      ask(store.component("cart"), change);
      whole.add(described(store));
    }
    assertThat(whole.getFirst()).isNotEqualTo(whole.getLast());
    int call = 0;
    while (true) {
      CrashMedia media = new CrashMedia(initial);
      FailingMedia failing = new FailingMedia(media, call % 2 == 1);
      ProcessStore store = ProcessStore.open(failing, options);
      failing.failAt(call / 2);
      try {
        ask(store.component("cart"), change);
      } catch (Throwable thrown) {
        if (!failing.failed) {
          throw thrown;
        }
      }
      if (!failing.failed) {
        break;
      }
      store.close();
      CrashMedia left = new CrashMedia(media.processKilled());
      ProcessStore again = ProcessStore.open(left, options);
      assertThat(described(again)).as("I2: call %s", call).isIn(whole);
      again.close();
      assertThat(StoreVerifier.verify(left.processKilled(), BOOT).findings()).as("I3: call %s", call).isEmpty();
      call++;
    }
    assertThat(call).as("calls").isGreaterThan(10);
  }

  private static String described(ProcessStore store) {
    ComponentInfo info = store.component("cart").info();
    return info.regions() + " " + info.slots();
  }

  private static void isAtTheLastStepOrTheNext(
      CrashImage left, int call, int acknowledged, boolean probed, List<List<Map<String, String>>> states) {
    CrashMedia media = new CrashMedia(left);
    ProcessStore store = ProcessStore.open(media, EXISTING);
    Map<String, String> found = Snapshot.of(store);
    store.close();
    assertThat(StoreVerifier.verify(media.processKilled(), BOOT).findings()).as("I3: call %s", call).isEmpty();
    int with = probed ? 1 : 0;
    int next = Math.min(acknowledged + 1, STEPS.size());
    if (!found.equals(states.get(acknowledged).get(with)) && !found.equals(states.get(next).get(with))) {
      fail("I1: call %s, after %s acknowledged steps and %s turns behind the failure: %s, expected %s or %s", call, acknowledged, with, found, states.get(acknowledged).get(with), states.get(next).get(with));
    }
  }
}
