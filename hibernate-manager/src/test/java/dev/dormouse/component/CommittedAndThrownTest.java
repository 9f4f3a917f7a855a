package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.MediaDisk;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An error of the JVM strikes behind the order point of a commit on a journaled file: the group is in the journal, whole, and what
 * others make of it may follow. Such an epoch is committed, and never undone, whatever its caller is thrown.
 */
@Timeout(120)
final class CommittedAndThrownTest {
  private static final Geometry GEOMETRY = Geometry.of(256 << 10, 4, 16_384, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final JournalOptions JOURNAL = new JournalOptions(64 << 10, 16 << 10, 1 << 20, false);
  private static final long JOURNAL_BYTES = (2 * 4096) + JOURNAL.journalBytes();
  // No other bytes of the pool are these.
  private static final long STORED = 0x5eed_0fd0_2a05_e1b7L;
  private static final String NO_MEMORY = "Java heap space";

  /** Throws once, at one of the calls that follow the group of an armed commit: where the JVM has no memory, or no stack, for it. */
  private static final class OutOfMemory extends HookedMedia {
    private final int call;
    private boolean armed;
    private boolean ordered;
    private boolean thrown;
    private int calls;
    private long tailBefore;
    private long tailAfter;

    OutOfMemory(Media media, int call) {
      super(media);
      this.call = call;
    }

    void arm() {
      armed = true;
      tailBefore = journal().tail();
    }

    private static boolean isSequenceWord(long offset) {
      long inTable = offset - GEOMETRY.laneTableOffset();
      return inTable >= 0 && inTable < GEOMETRY.laneCount() * GEOMETRY.laneBytes() && inTable % GEOMETRY.laneBytes() == 0;
    }

    @Override
    public void putLong(long offset, long value) {
      if (armed && !ordered && isSequenceWord(offset)) {
        // The first call after the group was appended.
        ordered = true;
        tailAfter = journal().tail();
      }
      super.putLong(offset, value);
    }

    @Override
    protected void before() {
      if (armed && ordered && calls++ == call) {
        thrown = true;
        throw new OutOfMemoryError(NO_MEMORY);
      }
    }

    @Override
    public void unpin(long offset, long length) {
      before();
      super.unpin(offset, length);
    }

    /** Whether it has thrown by now; it will not do so any more. */
    boolean disarm() {
      armed = false;
      return thrown;
    }
  }

  private static JournaledMedia over(CrashMedia disk) {
    return JournaledMedia.over(
        new MediaDisk("home", disk, 0, GEOMETRY.sizeBytes()),
        new MediaDisk("journal", disk, GEOMETRY.sizeBytes(), JOURNAL_BYTES),
        number -> number + 77,
        JOURNAL);
  }

  private static StoreOptions with(StoreOptions options) {
    return options.bootIdentity(BOOT).salts(opening -> opening).awake(3);
  }

  private static ProcessStore open(Media medium) {
    return ProcessStore.open(medium, with(StoreOptions.existing()));
  }

  private static CrashImage prepared() {
    CrashMedia disk = CrashMedia.zeroed(GEOMETRY.sizeBytes() + JOURNAL_BYTES);
    try (ProcessStore store = ProcessStore.open(over(disk), with(StoreOptions.create(GEOMETRY.sizeBytes()).geometry(GEOMETRY)))) {
      Component cart = store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 128).region("old", 3000).outcomes(4, 64));
      ask(cart, "put state 0 1; fill old 3");
      // Its symbol is there.
      store.create("other", spec -> spec.program(ScriptProgram.class).region("new", 64));
    }
    return disk.processKilled();
  }

  private static Map<String, String> after(CrashImage initial, String script) {
    try (ProcessStore store = open(over(new CrashMedia(initial)))) {
      ask(store.component("cart"), 7, script);
      return Snapshot.of(store);
    }
  }

  /** How often the word is in the memory of the store. */
  private static int count(Media media) {
    int found = 0;
    for (long offset = GEOMETRY.arenaOffset(); offset < GEOMETRY.sizeBytes(); offset += Long.BYTES) {
      found += media.getLong(offset) == STORED ? 1 : 0;
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Without intents, and with some of each kind.
        "put state 0 " + STORED + "; say done",
        "put state 0 " + STORED + "; attach new 5000; fill new 9; detach old; say done"
      })
  void whatStrikesBehindTheGroupLeavesItsEpochCommitted(String script) {
    CrashImage initial = prepared();
    Map<String, String> undone;
    try (ProcessStore store = open(over(new CrashMedia(initial)))) {
      undone = Snapshot.of(store);
    }
    Map<String, String> done = after(initial, script);
    assertThat(done).isNotEqualTo(undone);
    int call = 0;
    boolean thrown = true;
    while (thrown) {
      String what = "at call " + call + " behind the group";
      CrashMedia disk = new CrashMedia(initial);
      OutOfMemory medium = new OutOfMemory(over(disk), call);
      ProcessStore store = open(medium);
      Component cart = store.component("cart");
      // It is awake by then.
      assertThat(ask(cart, "get state 0")).isEqualTo("1");
      medium.arm();
      Throwable told = null;
      try {
        ask(cart, 7, script);
      } catch (OutOfMemoryError e) {
        told = e;
      }
      thrown = medium.disarm();
      assertThat(medium.tailAfter).as("the group was appended").isGreaterThan(medium.tailBefore);
      if (thrown) {
        assertThat(told).as(what).hasMessage(NO_MEMORY);
        isCommittedInMemory(store, medium, what);
        // Whoever is thrown something has waited until all that it may tell is durable.
        isThere(new CrashMedia(disk.processKilled()), done, what + ", killed then");
      }
      store.close();
      // Idempotent, and nothing is made worse.
      store.close();
      isThere(disk, done, what);
      call++;
    }
    assertThat(call).as("calls at which it struck").isGreaterThan(script.contains("attach") ? 10 : 1);
  }

  private static void isCommittedInMemory(ProcessStore store, OutOfMemory medium, String what) {
    assertThat(count(medium)).as("%s: it is not undone in memory, from which others would read it", what).isEqualTo(1);
    // A lane stays half way, so that nobody commits what could build on it.
    assertThatThrownBy(() -> ask(store.component("cart"), "add state 8 1")).as(what).isInstanceOf(StoreClosed.class).hasMessageContaining("could not be ended");
    assertThatThrownBy(() -> ask(store.component("other"), "add new 8 1")).as(what).isInstanceOf(StoreClosed.class);
  }

  private static void isThere(CrashMedia disk, Map<String, String> done, String what) {
    try (ProcessStore store = open(over(disk))) {
      assertThat(Snapshot.of(store)).as(what).isEqualTo(done);
      assertThat(ask(store.component("cart"), 7, "say again")).as("%s: a repeat", what).isEqualTo("done");
      assertThat(ask(store.component("cart"), "add state 8 1")).isEqualTo("1");
    }
    assertThat(StoreVerifier.verify(new MediaReader(disk), BOOT).findings()).as("I3: %s", what).isEmpty();
  }
}
