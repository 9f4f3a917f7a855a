package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.MachineWentDown;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.NotAPool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.UnsupportedFormat;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionRights;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I8: every fault of a caller, a pool or a machine is a typed error that says what and where, and leaves the pool unharmed. */
final class ErrorsTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;
  private Path pool;

  @BeforeEach
  void namePool() {
    pool = folder.resolve("a.pool");
  }

  /** Runs something on a new store, and proves afterwards that nothing was harmed. */
  private void onAStore(long sizeBytes, Consumer<ProcessStore> what) {
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.openOrCreate(sizeBytes).awake(4))) {
      int lanes = store.engine().freeLanes();
      what.accept(store);
      assertThat(store.engine().freeLanes()).as("lanes that were given back").isEqualTo(lanes);
    }
    VerifyReport report = StoreVerifier.verify(pool);
    assertThat(report.findings()).as("I3").isEmpty();
    assertThat(report.verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
  }

  private static void script(ComponentSpec spec) {
    spec.program(ScriptProgram.class).region("state", 64);
  }

  private static void assertReason(ThrowingCallable use, RegionException.Reason reason) {
    assertThatThrownBy(use)
        .satisfies(
            thrown -> {
              Throwable refusal = thrown instanceof TurnFailed ? thrown.getCause() : thrown;
              assertThat(refusal).isInstanceOf(RegionException.class);
              assertThat(((RegionException) refusal).reason()).isEqualTo(reason);
            });
  }

  @Test
  void namesThatCannotBe() {
    onAStore(
        MIB,
        store -> {
          for (String name : List.of("", "x".repeat(1025), "\u00e4".repeat(513), "\ud800", "a\udc00b")) {
            assertThatThrownBy(() -> store.create(name, ErrorsTest::script)).isInstanceOf(InvalidName.class);
            assertThatThrownBy(() -> store.find(name)).isInstanceOf(InvalidName.class);
            assertThatThrownBy(() -> store.create("good", spec -> spec.program(ScriptProgram.class).region(name, 64)))
                .isInstanceOf(InvalidName.class);
          }
          for (String name : List.of("x".repeat(1024), "\u00e4".repeat(512), " ", "\0", "\ud83d\ude00", "a/b\nc")) {
            Component component = store.create(name, ErrorsTest::script);
            assertThat(component.name()).isEqualTo(name);
            assertThat(store.component(name)).isEqualTo(component);
          }
          assertThat(store.find("good")).isEmpty();
        });
  }

  @Test
  void aNameThatIsTaken() {
    onAStore(
        MIB,
        store -> {
          Component first = store.create("cart", ErrorsTest::script);
          ask(first, "put state 0 5");
          assertThatThrownBy(() -> store.create("cart", ErrorsTest::script)).isInstanceOf(NameTaken.class).hasMessageContaining("cart");
          assertThat(ask(store.component("cart"), "get state 0")).isEqualTo("5");
          assertThatThrownBy(() -> store.component("other")).isInstanceOf(NoSuchComponent.class).hasMessageContaining("other");
        });
  }

  public abstract static class AbstractProgram implements Program {}

  public static final class DemandingProgram implements Program {
    public DemandingProgram(String something) {
      assertThat(something).isNotNull();
    }

    @Override
    public void turn(Turn turn) {}
  }

  public static final class BrokenProgram implements Program {
    public BrokenProgram() {
      throw new IllegalStateException("broken");
    }

    @Override
    public void turn(Turn turn) {}
  }

  @Test
  void programsThatCannotBeMade() {
    onAStore(
        MIB,
        store -> {
          Map<Class<? extends Program>, String> programs =
              Map.of(
                  AbstractProgram.class, "abstract",
                  Program.class, "abstract",
                  DemandingProgram.class, "no constructor without parameters",
                  BrokenProgram.class, "broken");
          programs.forEach(
              (program, reason) ->
                  assertThatThrownBy(() -> store.create("cart", spec -> spec.program(program)))
                      .isInstanceOf(ProgramUnavailable.class)
                      .hasMessageContaining(reason));
          assertThatThrownBy(() -> store.create("cart", spec -> {})).isInstanceOf(ProgramUnavailable.class).hasMessageContaining("has no program");
          assertThat(store.find("cart")).isEmpty();
        });
  }

  @Test
  void aProgramWhoseClassIsNotThereAnyMore() {
    onAStore(MIB, store -> ask(store.create("cart", ErrorsTest::script), "put state 0 5"));
    ClassLoader empty = ClassLoader.getPlatformClassLoader();
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().classLoader(empty))) {
      assertThatThrownBy(() -> ask(store.component("cart"), "get state 0"))
          .isInstanceOf(ProgramUnavailable.class)
          .hasMessageContaining(ScriptProgram.class.getName())
          .hasMessageContaining("class loader");
      assertThat(store.component("cart").info().program()).isEqualTo(ScriptProgram.class.getName());
    }
    onAStore(MIB, store -> assertThat(ask(store.component("cart"), "get state 0")).isEqualTo("5"));
  }

  @Test
  void regionsThatCannotBe() {
    onAStore(
        MIB,
        store -> {
          assertReason(() -> store.create("a", spec -> spec.program(ScriptProgram.class).quota(100).region("state", 101)), RegionException.Reason.QUOTA_EXCEEDED);
          assertReason(() -> store.create("a", spec -> spec.program(ScriptProgram.class).region("state", 0)), RegionException.Reason.INVALID_RANGE);
          assertReason(() -> store.create("a", spec -> spec.program(ScriptProgram.class).region("state", -1)), RegionException.Reason.INVALID_RANGE);
          assertReason(() -> store.create("a", spec -> spec.program(ScriptProgram.class).region("state", 8).region("state", 8)), RegionException.Reason.OVERLAP);
          assertReason(
              () -> store.create("a", spec -> spec.program(ScriptProgram.class).region("state", 64, 0, RegionRights.READ).region("more", 8, 63, RegionRights.READ)),
              RegionException.Reason.OVERLAP);
          assertReason(
              () -> store.create("a", spec -> spec.program(ScriptProgram.class).region("state", 64, Long.MAX_VALUE, RegionRights.READ)),
              RegionException.Reason.INVALID_RANGE);
          assertThat(store.find("a")).isEmpty();
          Component small = store.create("small", spec -> spec.program(ScriptProgram.class).quota(840).region("state", 100));
          assertReason(() -> ask(small, "put state 0 1; attach more 65"), RegionException.Reason.QUOTA_EXCEEDED);
          assertReason(() -> ask(small, "resize state 385"), RegionException.Reason.QUOTA_EXCEEDED);
          assertReason(() -> ask(small, "detach nothing"), RegionException.Reason.NOT_ATTACHED);
          assertReason(() -> ask(small, "get nothing 0"), RegionException.Reason.NOT_ATTACHED);
          assertThatThrownBy(() -> ask(small, "put state 93 1")).hasCauseInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> ask(small, "put state -1 1")).hasCauseInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> ask(small, "put state 9223372036854775807 1")).hasCauseInstanceOf(IndexOutOfBoundsException.class);
          assertThat(ask(small, "attach more 32; get state 0; sum more")).isEqualTo("0 32#0");
          assertThat(ask(small, "detach more; resize state 128; sum state")).isEqualTo("128#0");
        });
  }

  @Test
  void aPoolThatIsFullAtATurnAndGoesOn() {
    onAStore(
        MIB,
        store -> {
          Component cart = store.create("cart", ErrorsTest::script);
          ask(cart, "put state 0 5");
          for (String script : List.of("put state 0 6; attach huge 10000000", "put state 0 6; resize state 10000000", "put state 0 6; attach a 300000; attach b 300000; attach c 300000; attach d 300000")) {
            assertThatThrownBy(() -> ask(cart, script)).isInstanceOf(TurnFailed.class).hasCauseInstanceOf(PoolFull.class);
            assertThat(ask(cart, "get state 0")).isEqualTo("5");
          }
          assertThatThrownBy(() -> store.create("huge", spec -> spec.program(ScriptProgram.class).region("state", 10_000_000)))
              .isInstanceOf(PoolFull.class)
              .hasMessageContaining("a.pool");
          assertThat(store.find("huge")).isEmpty();
          assertThat(ask(cart, "attach a 300000; sum a")).isEqualTo("300000#0");
        });
  }

  @Test
  void anUndoLogThatThePoolHasNoRoomFor() {
    onAStore(
        512 << 10,
        store -> {
          // A lane's log of 4 KiB, and a pool in which it cannot go on elsewhere.
          Component wide = store.create("wide", spec -> spec.program(ScriptProgram.class).region("state", 300_000));
          assertThatThrownBy(() -> ask(wide, "put state 0 1; fill state 5")).isInstanceOf(TurnFailed.class).hasCauseInstanceOf(PoolFull.class);
          assertThat(ask(wide, "sum state; put state 8 3; get state 8")).isEqualTo("300000#0 3");
        });
  }

  @Test
  void aPoolThatIsFilledEmptiedAndFilledHoldsAsManyAgain() {
    onAStore(
        2 * MIB,
        store -> {
          List<Integer> counts = new ArrayList<>();
          for (int round = 0; round < 3; round++) {
            int count = 0;
            try {
              while (true) {
                int number = count;
                store.create("c" + number, spec -> spec.program(ScriptProgram.class).region("state", 1 + number * 37 % 700).region("more", 64));
                count++;
              }
            } catch (PoolFull full) {
              assertThat(full).hasMessageContaining("destroy components");
            }
            counts.add(count);
            assertThat(ask(store.component("c0"), "get more 0")).isEqualTo("0");
            List<String> names = new ArrayList<>();
            store.forEach(component -> names.add(component.name()));
            assertThat(names).hasSize(count);
            // In another order than they were made, and another one each time.
            Collections.shuffle(names, new Random(round));
            names.forEach(name -> store.component(name).destroy());
          }
          assertThat(counts.getFirst()).isGreaterThan(500);
          assertThat(counts).containsOnly(counts.getFirst());
        });
    assertThat(StoreVerifier.verify(pool).components()).isZero();
  }

  @Test
  void repliesAndOutcomes() {
    onAStore(
        MIB,
        store -> {
          Component cart = store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 64).outcomes(3, 8));
          assertThatThrownBy(() -> ask(cart, 1, "put state 0 1; pad 9")).isInstanceOf(ReplyTooLarge.class).hasMessageContaining("outcomes(3, 9)");
          assertThat(ask(cart, "get state 0; pad 100")).as("without an id it may be longer").startsWith("0 xxx");
          assertThat(ask(cart, 1, "pad 8")).hasSize(8);
          assertThat(ask(cart, 1, "pad 0")).as("the recorded one").hasSize(8);

          Component counter = store.create("counter", spec -> spec.program(ScriptProgram.class).region("state", 64).outcomes(3, 8));
          for (int i = 1; i <= 4; i++) {
            assertThat(ask(counter, i, "add state 0 1")).isEqualTo("" + i);
          }
          for (int i = 2; i <= 4; i++) {
            assertThat(ask(counter, i, "add state 0 1")).as("one of the newest three").isEqualTo("" + i);
          }
          assertThat(ask(counter, 1, "add state 0 1")).as("the oldest was forgotten").isEqualTo("5");
          assertThat(ask(counter, 3, "add state 0 1")).isEqualTo("3");
          assertThat(ask(counter, 2, "add state 0 1")).as("the next to go").isEqualTo("6");

          Component forgetful = store.create("forgetful", spec -> spec.program(ScriptProgram.class).region("state", 64).outcomes(0, 0));
          assertThatThrownBy(() -> ask(forgetful, 1, "add state 0 1")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("remembers no outcomes");
          assertThat(ask(forgetful, "add state 0 1")).isEqualTo("1");
          assertThatThrownBy(() -> RequestId.of(0)).isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> store.create("x", spec -> spec.outcomes(1025, 0))).isInstanceOf(IllegalArgumentException.class);
        });
  }

  @Test
  void aSecondOpener() {
    onAStore(
        MIB,
        store -> {
          assertThatThrownBy(() -> ProcessStore.open(pool)).isInstanceOf(InUse.class).hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
          assertThatThrownBy(() -> ProcessStore.inspect(pool)).isInstanceOf(InUse.class);
          assertThatThrownBy(() -> StoreVerifier.verify(pool)).isInstanceOf(InUse.class);
          assertThatThrownBy(() -> ProcessStore.delete(pool)).isInstanceOf(InUse.class);
          assertThatThrownBy(() -> ProcessStore.open(pool, StoreOptions.create(MIB))).isInstanceOfAny(InUse.class, MediaUnavailable.class);
          store.create("cart", ErrorsTest::script);
        });
  }

  @Test
  void filesThatAreNoPools() throws IOException {
    assertThatThrownBy(() -> ProcessStore.open(pool)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("no such file");
    Files.write(pool, new byte[200_000]);
    assertThatThrownBy(() -> ProcessStore.open(pool)).isInstanceOf(NotAPool.class);
    assertThatThrownBy(() -> ProcessStore.open(pool, StoreOptions.create(MIB))).isInstanceOf(MediaUnavailable.class);
    assertThatThrownBy(() -> ProcessStore.delete(pool)).isInstanceOf(NotAPool.class);
    assertThat(Files.size(pool)).isEqualTo(200_000);
    Files.delete(pool);
    onAStore(MIB, store -> store.create("cart", ErrorsTest::script));
    Path copy = Files.copy(pool, folder.resolve("newer.pool"));
    for (int header = 0; header < 2; header++) {
      overwrite(copy, header * 4096L + 8, 2);
      reseal(copy, header * 4096L);
    }
    assertThatThrownBy(() -> ProcessStore.open(copy)).isInstanceOf(UnsupportedFormat.class).hasMessageContaining("format 2.0");
    try (RandomAccessFile file = new RandomAccessFile(pool.toFile(), "rw")) {
      file.setLength(MIB - 4096);
    }
    assertThatThrownBy(() -> ProcessStore.open(pool)).isInstanceOf(Damaged.class).hasMessageContaining("truncated");
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(VerifyReport.Verdict.DAMAGED);
  }

  private static void overwrite(Path file, long offset, int value) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.seek(offset);
      access.write(value);
    }
  }

  private static void flip(Path file, long offset) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.seek(offset);
      int old = access.read();
      access.seek(offset);
      access.write(old ^ 0x10);
    }
  }

  private static void reseal(Path file, long header) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] bytes = new byte[256];
      access.seek(header);
      access.readFully(bytes);
      int crc = new dev.dormouse.heap.Checksum().ofRecord(bytes, 0, bytes.length, 12);
      access.seek(header + 12);
      access.write(new byte[] {(byte) crc, (byte) (crc >>> 8), (byte) (crc >>> 16), (byte) (crc >>> 24)});
    }
  }

  @Test
  void aMachineThatWentDownWhileThePoolWasOpen() throws IOException {
    BootIdentity before = new BootIdentity(1, 1);
    BootIdentity after = new BootIdentity(2, 2);
    byte[] left;
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).bootIdentity(before))) {
      ask(store.create("cart", ErrorsTest::script), "put state 0 5");
      // What the machine would leave if it went down now and its page cache had been written.
      left = Files.readAllBytes(pool);
    }
    assertThat(ProcessStore.open(pool, StoreOptions.existing().bootIdentity(after))).satisfies(store -> {
      assertThat(store.opening().how()).as("it was closed").isEqualTo(OpeningReport.Opening.CLEAN);
      store.close();
    });
    KilledPools.leave(pool, left);
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().bootIdentity(before))) {
      assertThat(store.opening().how()).as("only the process died").isEqualTo(OpeningReport.Opening.ROLLED_BACK);
    }
    KilledPools.leave(pool, left);
    for (BootIdentity boot : List.of(after, BootIdentity.UNKNOWN)) {
      assertThatThrownBy(() -> ProcessStore.open(pool, StoreOptions.existing().bootIdentity(boot)))
          .isInstanceOf(MachineWentDown.class)
          .hasMessageContaining("acceptMachineCrash(true)");
    }
    long record;
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().bootIdentity(after).acceptMachineCrash(true))) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.MACHINE_WENT_DOWN);
      assertThat(ask(store.component("cart"), "get state 0")).isEqualTo("5");
      record = store.component("cart").id().recordOffset();
    }
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().bootIdentity(after))) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
    }
    KilledPools.leave(pool, left);
    flip(pool, record + ComponentLayout.QUOTA_BYTES);
    assertThatThrownBy(() -> ProcessStore.open(pool, StoreOptions.existing().bootIdentity(after).acceptMachineCrash(true)))
        .as("accepted only after a verify")
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("cart");
  }

  @Test
  void aDamagedRecordHitsItsComponentOnly() throws IOException {
    List<Long> records = new ArrayList<>();
    onAStore(
        MIB,
        store -> {
          for (int i = 0; i < 3; i++) {
            Component component = store.create("cart-" + i, ErrorsTest::script);
            ask(component, "put state 0 " + i);
            records.add(component.id().recordOffset());
          }
        });
    byte[] whole = Files.readAllBytes(pool);
    for (int at = 0; at < ComponentLayout.BYTES; at++) {
      Files.write(pool, whole);
      flip(pool, records.get(1) + at);
      VerifyReport report = StoreVerifier.verify(pool);
      assertThat(report.verdict()).as("byte %d", at).isEqualTo(VerifyReport.Verdict.DAMAGED);
      int byteAt = at;
      assertThat(report.findings())
          .as("byte %d", at)
          .anyMatch(finding -> finding.contains("cart-1") || (byteAt >= ComponentLayout.ANNEX_OFFSET && finding.contains(Long.toString(records.get(1)))) || (byteAt < 8 && finding.contains(Long.toString(records.get(1)))));
      assertThat(report.findings()).noneMatch(finding -> finding.contains("cart-0") || finding.contains("cart-2"));
      try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().awake(2))) {
        for (int i : new int[] {0, 2}) {
          assertThat(ask(store.component("cart-" + i), "get state 0")).isEqualTo("" + i);
        }
        Component hit = store.component(new ComponentId(records.get(1), birthAt(whole, records.get(1)) ^ (at < 8 ? 0x10L << (8 * at) : 0)));
        assertThatThrownBy(() -> ask(hit, "get state 0")).as("byte %d", at).isInstanceOf(Quarantined.class);
        assertThatThrownBy(hit::destroy).as("byte %d", at).isInstanceOf(Quarantined.class);
        boolean nameReadable = at < ComponentLayout.ANNEX_OFFSET || at >= ComponentLayout.ANNEX_OFFSET + 8;
        if (nameReadable) {
          assertThatThrownBy(() -> ask(store.component("cart-1"), "get state 0"))
              .as("byte %d", at)
              .isInstanceOf(Quarantined.class)
              .hasMessageContaining("cart-1");
          assertThatThrownBy(() -> store.create("cart-1", ErrorsTest::script)).isInstanceOf(NameTaken.class);
        }
        store.create("new", ErrorsTest::script);
        assertThat(ask(store.component("new"), "add state 0 1")).isEqualTo("1");
      }
    }
  }

  private static long birthAt(byte[] whole, long offset) {
    return dev.dormouse.heap.Bytes.getLong(whole, Math.toIntExact(offset));
  }

  @Test
  void aDamagedAnnexOrRecipeIsNamedAndHitsItsComponentOnly() throws IOException {
    Files.writeString(folder.resolve("book.txt"), "abc");
    long annex;
    long recipe;
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).fileRoot("books", folder))) {
      Component reader = store.create("reader", spec -> spec.program(ScriptProgram.class).file("books", "book.txt"));
      store.create("other", ErrorsTest::script);
      byte[] record = new byte[ComponentLayout.BYTES];
      store.engine().media().read(reader.id().recordOffset(), record, 0, record.length);
      annex = dev.dormouse.heap.Bytes.getLong(record, ComponentLayout.ANNEX_OFFSET);
      recipe = dev.dormouse.heap.Bytes.getLong(record, ComponentLayout.SLOT0);
    }
    byte[] whole = Files.readAllBytes(pool);
    for (long offset : new long[] {annex + AnnexLayout.BYTES, annex + AnnexLayout.NAME_BYTES, annex + AnnexLayout.BIRTH, recipe + FileRecipeLayout.POSITION_BYTES, recipe + FileRecipeLayout.BYTES}) {
      Files.write(pool, whole);
      flip(pool, offset);
      boolean hitsRecipe = offset >= recipe && offset < recipe + FileRecipeLayout.BYTES + 8;
      VerifyReport report = StoreVerifier.verify(pool);
      assertThat(report.verdict()).as("byte %d", offset).isEqualTo(VerifyReport.Verdict.DAMAGED);
      try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().fileRoot("books", folder))) {
        assertThat(ask(store.component("other"), "add state 0 1")).isEqualTo("1");
        store.forEach(
            component -> {
              if (hitsRecipe && component.id().recordOffset() != store.component("other").id().recordOffset()) {
                assertThatThrownBy(() -> ask(component, "read 0 1")).isInstanceOf(TurnFailed.class).hasCauseInstanceOf(Damaged.class);
              }
            });
      }
      assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(VerifyReport.Verdict.DAMAGED);
    }
  }

  @Test
  void aComponentWhoseNameIsDamagedIsNotHalfDestroyed() throws IOException {
    ComponentId id;
    long annex;
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB))) {
      Component cart = store.create("cart", ErrorsTest::script);
      id = cart.id();
      annex = store.engine().media().getLong(id.recordOffset() + ComponentLayout.ANNEX_OFFSET);
    }
    flip(pool, annex + AnnexLayout.BYTES);
    int before = StoreVerifier.verify(pool).findings().size();
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThatThrownBy(() -> store.component(id).destroy()).isInstanceOf(Quarantined.class);
      assertThat(store.component(id).invoke(ByteBuffer.allocate(0)).remaining()).isZero();
    }
    assertThat(StoreVerifier.verify(pool).findings()).as("no worse than before").hasSize(before);
  }

  @Test
  void inspectingChangesNothing() throws IOException {
    onAStore(MIB, store -> ask(store.create("cart", ErrorsTest::script), "put state 0 5"));
    byte[] before = Files.readAllBytes(pool);
    try (ProcessStore store = ProcessStore.inspect(pool)) {
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("6");
      store.component("cart").destroy();
      store.create("other", ErrorsTest::script);
    }
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
  }
}
