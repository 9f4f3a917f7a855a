package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.PoisonedMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.PoolException;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionLayout;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A line of memory that cannot be read any more, while the store is in use: it hits whoever needs it, by a typed error, and nobody else (I8). */
@Timeout(120)
final class PoisonTest {
  private static final Geometry SMALL = Geometry.of(512 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final EpochLimits LIMITS = new EpochLimits(100, 1 << 20, TimeUnit.MINUTES.toNanos(2));

  private final CrashMedia memory = CrashMedia.zeroed(SMALL.sizeBytes());
  private final PoisonedMedia media = new PoisonedMedia(memory);
  private ProcessStore store;
  private Component victim;
  private Component other;

  @BeforeEach
  void makeTwo() {
    store = ProcessStore.open(media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3));
    victim = store.create("victim", spec -> spec.program(ScriptProgram.class).region("state", 4096).region("more", 200));
    other = store.create("other", spec -> spec.program(ScriptProgram.class).region("state", 64));
    ask(victim, 1, "add state 0 5");
    ask(other, 1, "add state 0 5");
  }

  @AfterEach
  void close() {
    media.heal();
    store.close();
  }

  private long word(long offset) {
    return memory.getLong(offset);
  }

  private long regionOf(Component component) {
    return word(component.id().recordOffset() + ComponentLayout.REGION0 + RegionLayout.EXTENT_OFFSET);
  }

  private void theOtherGoesOn() {
    assertThat(store.find("other")).contains(other);
    long before = Long.parseLong(ask(other, "get state 0"));
    assertThat(ask(other, "add state 0 1")).isEqualTo(Long.toString(before + 1));
    Component made = store.create("made", spec -> spec.program(ScriptProgram.class).region("state", 64));
    assertThat(ask(made, "add state 0 1")).isEqualTo("1");
    made.destroy();
  }

  @Test
  void aReadInATurnFailsTheTurnAndNamesTheLine() {
    long line = regionOf(victim) + 1024;
    media.poison(line, 1);
    assertThatThrownBy(() -> ask(victim, "put state 0 99; put more 0 99; get state 1024"))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("[" + line + ", +" + Media.LINE_BYTES + ")");
    assertThat(ask(victim, "get state 0; get more 0")).as("nothing of the turn was committed").isEqualTo("5 0");
    assertThat(ask(victim, "add state 8 1; get state 8")).as("what does not need the line goes on").isEqualTo("1 1");
    theOtherGoesOn();
  }

  @Test
  void aWriteThatHasToSaveWhatCannotBeReadFailsTheTurn() {
    media.poison(regionOf(victim) + 1024, 1);
    assertThatThrownBy(() -> ask(victim, "put state 0 99; put state 1024 1")).isInstanceOf(MediaUnavailable.class);
    assertThat(ask(victim, "get state 0")).isEqualTo("5");
    theOtherGoesOn();
  }

  @Test
  void aBatchIsUndoneUpToItsLastCheckpoint() {
    media.poison(regionOf(victim) + 1024, 1);
    assertThatThrownBy(
            () ->
                victim.batch(
                    LIMITS,
                    turns -> {
                      turns.invoke(ScriptProgram.request("add state 0 1"));
                      turns.checkpoint();
                      turns.invoke(ScriptProgram.request("add state 0 1"));
                      turns.invoke(ScriptProgram.request("get state 1024"));
                    }))
        .isInstanceOf(MediaUnavailable.class);
    assertThat(ask(victim, "get state 0")).isEqualTo("6");
    theOtherGoesOn();
  }

  @Test
  void aRecordThatCannotBeReadQuarantinesItsComponent() {
    victim.hibernate();
    media.poison(victim.id().recordOffset(), 1);
    assertThatThrownBy(() -> ask(victim, "get state 0"))
        .isInstanceOf(Quarantined.class)
        .hasMessageContaining("[" + victim.id().recordOffset() + ", +" + Media.LINE_BYTES + ")");
    assertThatThrownBy(victim::info).isInstanceOf(Quarantined.class);
    theOtherGoesOn();
  }

  @Test
  void anAnnexThatCannotBeReadHitsRequestsWithIds() {
    long annex = word(victim.id().recordOffset() + ComponentLayout.ANNEX_OFFSET);
    media.poison(annex, 1);
    assertThatThrownBy(() -> ask(victim, 1, "get state 0")).isInstanceOf(MediaUnavailable.class).hasMessageContaining("[" + annex + ", +64)");
    assertThat(ask(victim, "get state 0")).isEqualTo("5");
    theOtherGoesOn();
  }

  private void sharedPoisonIsTyped(long offset, Consumer<ProcessStore> need) {
    media.poison(offset, 1);
    assertThatThrownBy(() -> need.accept(store)).isInstanceOf(DormouseException.class);
    assertThat(ask(other, "add state 0 1")).as("by its handle, with what it holds").isEqualTo("6");
    media.heal();
    need.accept(store);
  }

  @Test
  void aWordOfTheDirectoryThatCannotBeReadIsATypedError() {
    Directory directory = store.engine().directory();
    byte[] name = Names.encode("name", "victim");
    WordTable root = WordTable.open(media, store.engine().pool().header().roots().root0(), "the directory");
    assertThat(directory.find(name)).isEqualTo(victim.id().recordOffset());
    sharedPoisonIsTyped(root.placeOf((int) (root.hash(name) & (root.wordCount() - 1))), open -> open.component("victim"));
  }

  @Test
  void thePageTableOfAnExtentThatCannotBeReadIsATypedError() {
    long page = (regionOf(victim) - SMALL.arenaOffset()) / Geometry.PAGE_BYTES;
    sharedPoisonIsTyped(SMALL.pageTableOffset() + page * 16, open -> assertThat(open.component("victim").info().regions()).hasSize(2));
  }

  @Test
  void aPoolThatCannotBeReadWhereOpeningNeedsItIsRefusedWithATypedError() {
    store.close();
    for (long at : new long[] {0, SMALL.laneTableOffset(), store.engine().pool().header().roots().root1()}) {
      PoisonedMedia unreadable = new PoisonedMedia(new CrashMedia(memory.processKilled()));
      unreadable.poison(at, 1);
      assertThatThrownBy(() -> ProcessStore.open(unreadable, StoreOptions.existing().bootIdentity(BOOT))).isInstanceOf(PoolException.class);
    }
    store = ProcessStore.open(new CrashMedia(memory.processKilled()), StoreOptions.existing().bootIdentity(BOOT));
    assertThat(ask(store.component("victim"), "get state 0")).isEqualTo("5");
  }

  @Test
  void verifySaysWhatCannotBeRead() {
    long record = victim.id().recordOffset();
    store.close();
    PoisonedMedia again = new PoisonedMedia(new CrashMedia(memory.processKilled()));
    again.poison(record, 1);
    assertThat(verdictOf(again)).contains("cannot be read");
    store = ProcessStore.open(again, StoreOptions.existing().bootIdentity(BOOT));
  }

  private static String verdictOf(Media unreadable) {
    try (MediaReader reader = new MediaReader(unreadable)) {
      VerifyReport report = StoreVerifier.verify(reader, BOOT);
      assertThat(report.verdict()).isEqualTo(VerifyReport.Verdict.DAMAGED);
      return report.findings().toString();
    } catch (MediaUnavailable refused) {
      return refused.getMessage();
    }
  }
}
