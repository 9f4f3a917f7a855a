package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Check;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionException.Reason;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dataspaces of the store: made once, read by many, written by nobody, destroyed when nobody has them. */
@Timeout(60)
final class DataspaceTest {
  private static final Geometry SMALL = Geometry.of(512 << 10, 6, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final byte[] TEXT = "Down, down, down. Would the fall never come to an end?".getBytes(StandardCharsets.UTF_8);

  private CrashMedia media;
  private ProcessStore store;

  @BeforeEach
  void open() {
    media = CrashMedia.zeroed(SMALL.sizeBytes());
    store = ProcessStore.open(media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(4));
  }

  /** Does what the test put in. */
  public static final class InnerProgram implements Program {
    static volatile Consumer<Turn> inside = turn -> {};

    @Override
    public void turn(Turn turn) {
      inside.accept(turn);
    }
  }

  private static void invoke(Component component, Consumer<Turn> inside) {
    InnerProgram.inside = inside;
    component.invoke(ByteBuffer.allocate(0));
  }

  private void book() {
    store.createDataspace("book", TEXT.length, view -> view.put(0, TEXT, 0, TEXT.length));
  }

  private Component reader(String name) {
    return reader(store, name);
  }

  private static Component reader(ProcessStore store, String name) {
    return store.create(name, spec -> spec.program(InnerProgram.class).share("text", "book").region("state", 64));
  }

  private void reopen() {
    store.close();
    assertThat(StoreVerifier.verify(media.processKilled(), BOOT).findings()).isEmpty();
    media = new CrashMedia(media.processKilled());
    store = ProcessStore.open(media, StoreOptions.existing().bootIdentity(BOOT).awake(4));
  }

  private static void assertRefused(Reason reason, Runnable call) {
    assertThatThrownBy(call::run).isInstanceOfSatisfying(RegionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void manyComponentsReadOneDataspaceAndItIsThereInTheNextLife() {
    book();
    CRC32C crc = new CRC32C();
    crc.update(TEXT, 0, TEXT.length);
    for (int i = 0; i < 5; i++) {
      reader("reader-" + i);
    }
    reopen();
    assertThat(store.dataspace("book")).isEqualTo(new DataspaceInfo("book", TEXT.length, (int) crc.getValue(), 5));
    assertThat(store.dataspaces()).containsExactly(store.dataspace("book"));
    for (int i = 0; i < 5; i++) {
      invoke(
          store.component("reader-" + i),
          turn -> {
            byte[] bytes = new byte[TEXT.length];
            assertThat(turn.region(0)).isSameAs(turn.region("text"));
            turn.region("text").get(0, bytes, 0, bytes.length);
            assertThat(bytes).isEqualTo(TEXT);
            turn.region("state").putLong(0, 1);
          });
    }
    ComponentInfo.RegionInfo shown = store.component("reader-0").info().regions().getFirst();
    assertThat(shown.dataspace()).isEqualTo("book");
    assertThat(shown.lengthBytes()).isEqualTo(TEXT.length);
  }

  @Test
  void nobodyWritesIt() {
    book();
    Component reader = reader("reader");
    byte[] before = new byte[TEXT.length];
    invoke(
        reader,
        turn -> {
          Region text = turn.region("text");
          text.get(0, before, 0, before.length);
          assertRefused(Reason.READ_ONLY, () -> text.putByte(0, (byte) 1));
          assertRefused(Reason.READ_ONLY, () -> text.fill(0, 5, (byte) 1));
          assertRefused(Reason.READ_ONLY, () -> turn.protect("text", RegionRights.READ_WRITE));
          assertRefused(Reason.READ_ONLY, () -> turn.resize("text", 5));
          assertRefused(Reason.READ_ONLY, () -> turn.region("text").putLong(0, 1));
        });
    invoke(
        reader,
        turn -> {
          byte[] after = new byte[TEXT.length];
          turn.region("text").get(0, after, 0, after.length);
          assertThat(after).isEqualTo(before);
        });
  }

  @Test
  void aWindowShowsAPart() {
    book();
    Component reader = store.create("reader", spec -> spec.program(InnerProgram.class).share("word", "book", 4096, 6, 4));
    invoke(
        reader,
        turn -> {
          byte[] bytes = new byte[4];
          turn.regionAt(4099).get(0, bytes, 0, 4);
          assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("down");
          turn.regions().attachShared("fall", "book", RegionMap.ANY_ADDRESS, 28, 4);
          turn.region("fall").get(0, bytes, 0, 4);
          assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("fall");
          assertRefused(Reason.INVALID_RANGE, () -> turn.regions().attachShared("beyond", "book", RegionMap.ANY_ADDRESS, 50, 5));
        });
    reopen();
    assertThat(store.dataspace("book").attachments()).isEqualTo(2);
    assertRefused(
        Reason.INVALID_RANGE, () -> store.create("other", spec -> spec.program(InnerProgram.class).share("beyond", "book", 0, 0, 55)));
    assertThatThrownBy(() -> store.create("other", spec -> spec.program(InnerProgram.class).share("x", "book", 0, 0, 0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void itIsDestroyedWhenNobodyHasIt() {
    book();
    Component first = reader("first");
    reader("second");
    assertThatThrownBy(() -> store.destroyDataspace("book"))
        .isInstanceOfSatisfying(DataspaceInUse.class, e -> assertThat(e.attachments()).isEqualTo(2))
        .hasMessageContaining("attached 2 times");
    invoke(first, turn -> turn.detach("text"));
    store.component("second").destroy();
    assertThat(store.dataspace("book").attachments()).isZero();
    store.destroyDataspace("book");
    assertThatThrownBy(() -> store.dataspace("book")).isInstanceOf(NoSuchDataspace.class);
    assertThatThrownBy(() -> store.destroyDataspace("book")).isInstanceOf(NoSuchDataspace.class);
    assertThatThrownBy(() -> store.destroyDataspace("never heard of")).isInstanceOf(NoSuchDataspace.class);
    assertThatThrownBy(() -> reader("third")).isInstanceOf(NoSuchDataspace.class);
    assertThat(store.find("third")).isEmpty();
    reopen();
    // The name is free again, and what had it reads as zeros.
    store.createDataspace("book", 5000, view -> assertThat(view.getLong(0)).isZero());
    reader("third");
    reopen();
  }

  @Test
  void anAbortedTurnAttachedNothing() {
    book();
    Component reader = store.create("reader", spec -> spec.program(ScriptProgram.class).share("text", "book"));
    assertThatThrownBy(() -> ask(reader, "show more book; detach text; map m 100000; show m/again book; throw oops")).isInstanceOf(TurnFailed.class);
    assertThat(store.dataspace("book").attachments()).isEqualTo(1);
    ask(reader, "detach text; show text book; map m 100000; show m/again book");
    assertThat(store.dataspace("book").attachments()).isEqualTo(2);
    ask(reader, "detach m; detach text");
    store.destroyDataspace("book");
    reopen();
  }

  /** Counts change at a checkpoint, with what the turns did. */
  @Test
  void aBatchCountsAtItsCheckpoints() {
    book();
    Component reader = store.create("reader", spec -> spec.program(ScriptProgram.class));
    List<Long> counts = new ArrayList<>();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      reader.batch(
          EpochLimits.DEFAULT,
          batch -> {
            for (String script : List.of("show a book", "show b book; detach a", "show a book")) {
              batch.invoke(ScriptProgram.request(script));
              Future<Long> seen = other.submit(() -> store.dataspace("book").attachments());
              try {
                counts.add(seen.get());
                other.submit(() -> assertThatThrownBy(() -> store.destroyDataspace("book")).isInstanceOf(DataspaceInUse.class)).get();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
              if (script.startsWith("show b")) {
                batch.checkpoint();
              }
            }
          });
    }
    assertThat(counts).containsExactly(0L, 0L, 1L);
    assertThat(store.dataspace("book").attachments()).isEqualTo(2);
  }

  /** What a turn has found is not pulled from under it, committed or not; afterwards it is free to go. */
  @Test
  void aDataspaceThatARunningTurnReadsIsNotDestroyed() throws Exception {
    book();
    Component reader = store.create("reader", spec -> spec.program(InnerProgram.class));
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      assertThatThrownBy(
              () ->
                  invoke(
                      reader,
                      turn -> {
                        turn.regions().attachShared("text", "book");
                        Future<?> destroying =
                            other.submit(() -> assertThatThrownBy(() -> store.destroyDataspace("book")).isInstanceOf(DataspaceInUse.class).hasMessageContaining("a turn that runs"));
                        try {
                          destroying.get();
                        } catch (Exception e) {
                          throw new AssertionError(e);
                        }
                        assertThat(turn.region("text").getByte(0)).isEqualTo((byte) 'D');
                        throw new IllegalStateException("oops");
                      }))
          .isInstanceOf(TurnFailed.class);
    }
    store.destroyDataspace("book");
    reopen();
  }

  @Test
  void whatCannotBeMadeIsNotMade() {
    book();
    assertThatThrownBy(this::book).isInstanceOf(NameTaken.class);
    assertThatThrownBy(() -> store.createDataspace("", 5, view -> {})).isInstanceOf(InvalidName.class);
    assertRefused(Reason.INVALID_RANGE, () -> store.createDataspace("empty", 0, view -> {}));
    assertRefused(Reason.INVALID_RANGE, () -> store.createDataspace("endless", Long.MAX_VALUE, view -> {}));
    assertThatThrownBy(() -> store.createDataspace("large", 500 << 10, view -> {})).isInstanceOf(PoolFull.class);
    assertThatThrownBy(
            () ->
                store.createDataspace(
                    "failing",
                    500,
                    view -> {
                      view.fill(0, 500, (byte) 1);
                      throw new IllegalArgumentException("no content");
                    }))
        .hasMessage("no content");
    // Whoever makes the content has a lane: it waits for nobody else's.
    assertThatThrownBy(() -> store.createDataspace("nested", 5, view -> store.createDataspace("inner", 5, inner -> {})))
        .isInstanceOf(OutOfTurn.class);
    Region[] kept = new Region[1];
    store.createDataspace("kept", 5, view -> kept[0] = view);
    assertRefused(Reason.STALE_VIEW, () -> kept[0].putByte(0, (byte) 1));
    assertThat(store.dataspaces()).extracting(DataspaceInfo::name).containsExactly("book", "kept");
    reopen();
  }

  /** Damage of a head is told to whoever has it attached; the others go on. */
  @Test
  void aDamagedHeadHitsThoseThatShowIt() {
    book();
    Component reader = reader("reader");
    store.createDataspace("other", 5, view -> {});
    Component other = store.create("other", spec -> spec.program(ScriptProgram.class).share("text", "other").region("state", 64));
    long head = store.engine().dataspaceTable().find(store.engine().symbols().find("book")).offset();
    store.close();
    assertThat(other.equals(reader)).isFalse();
    for (int at = 0; at < DataspaceLayout.ATTACHMENTS; at++) {
      CrashMedia damaged = new CrashMedia(media.processKilled());
      damaged.putByte(head + at, (byte) (damaged.getByte(head + at) ^ 0x10));
      try (ProcessStore hit = ProcessStore.open(damaged, StoreOptions.existing().bootIdentity(BOOT).awake(4))) {
        assertThatThrownBy(() -> invoke(hit.component("reader"), turn -> turn.region("text"))).isInstanceOf(TurnFailed.class).hasCauseInstanceOf(Damaged.class);
        assertThatThrownBy(() -> hit.dataspace("book")).isInstanceOf(Damaged.class);
        assertThatThrownBy(() -> hit.destroyDataspace("book")).isInstanceOf(Damaged.class);
        assertThatThrownBy(() -> hit.component("reader").info()).isInstanceOf(Damaged.class).hasMessageContaining("dataspace");
        // Who has it can let go of it, and go on.
        invoke(hit.component("reader"), turn -> turn.detach("text"));
        assertThat(hit.component("reader").info().regions()).noneMatch(region -> region.name().equals("text"));
        assertThat(hit.component("reader").name()).isEqualTo("reader");
        invoke(hit.component("reader"), turn -> turn.region("state").putLong(0, 1));
        assertThat(ask(hit.component("other"), "sum text")).isNotEmpty();
      }
      assertThat(StoreVerifier.verify(damaged.processKilled(), BOOT).findings()).as("byte %s", at).isNotEmpty();
    }
    for (int bit = 0; bit < 64; bit++) {
      CrashMedia damaged = new CrashMedia(media.processKilled());
      long word = head + DataspaceLayout.ATTACHMENTS + bit / 8;
      damaged.putByte(word, (byte) (damaged.getByte(word) ^ 1 << bit % 8));
      try (ProcessStore hit = ProcessStore.open(damaged, StoreOptions.existing().bootIdentity(BOOT).awake(4))) {
        // It can be read and let go of; who has it cannot be counted any more, so nobody else gets it, and it cannot be destroyed.
        invoke(hit.component("reader"), turn -> assertThat(turn.region("text").getByte(0)).isEqualTo((byte) 'D'));
        assertThatThrownBy(() -> reader(hit, "another")).isInstanceOf(Damaged.class);
        invoke(hit.component("reader"), turn -> turn.detach("text"));
        assertThat(hit.component("reader").info().regions()).hasSize(1);
        assertThatThrownBy(() -> hit.destroyDataspace("book")).isInstanceOf(Damaged.class);
      }
      assertThat(StoreVerifier.verify(damaged.processKilled(), BOOT).findings()).as("bit %s", bit).anyMatch(finding -> finding.contains("count"));
    }
  }

  @Test
  void verifyFindsAContentThatNobodyWroteAndACountThatIsWrong() {
    book();
    reader("reader");
    long head = store.engine().dataspaceTable().find(store.engine().symbols().find("book")).offset();
    store.close();
    CrashMedia content = new CrashMedia(media.processKilled());
    content.putByte(DataspaceHead.contentOf(head) + 7, (byte) 0);
    assertThat(StoreVerifier.verify(content.processKilled(), BOOT).findings()).singleElement().asString().contains("content");
    CrashMedia count = new CrashMedia(media.processKilled());
    long place = head + DataspaceLayout.ATTACHMENTS;
    count.putLong(place, Check.seal(2, place));
    assertThat(StoreVerifier.verify(count.processKilled(), BOOT).findings())
        .singleElement()
        .asString()
        .contains("counts 2 attachments, and 1 regions show it");
  }

  /** Many threads attach and detach the same few dataspaces in different orders; nobody waits for ever, and every count is right. */
  @Test
  void turnsThatChangeTheSameDataspacesDoNotWaitForEachOther() throws Exception {
    int threads = 4;
    for (int i = 0; i < 3; i++) {
      store.createDataspace("d" + i, 100, view -> {});
    }
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      components.add(store.create("c" + i, spec -> spec.program(ScriptProgram.class)));
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int number = i;
        ends.add(
            pool.submit(
                () -> {
                  for (int round = 0; round < 200; round++) {
                    int first = (number + round) % 3;
                    ask(components.get(number), "show a d" + first + "; show b d" + (first + 1) % 3 + "; show c d" + (first + 2) % 3);
                    ask(components.get(number), round == 199 ? "detach b" : "detach c; detach a; detach b");
                  }
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
    assertThat(store.dataspaces().stream().mapToLong(DataspaceInfo::attachments).sum()).isEqualTo(2L * threads);
    reopen();
  }
}
