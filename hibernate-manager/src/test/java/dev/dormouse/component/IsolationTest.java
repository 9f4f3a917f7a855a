package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionRights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody reaches what is not his: views end with their turn (I7), identities do not come back, capabilities are exactly what was granted (I5). */
final class IsolationTest {
  private static final long POOL_BYTES = 8 << 20;

  @TempDir Path folder;
  private Path books;
  private CrashMedia media;
  private ProcessStore store;

  /** Does what the test put in. */
  public static final class InnerProgram implements Program {
    static volatile Consumer<Turn> inside = turn -> {};

    @Override
    public void turn(Turn turn) {
      inside.accept(turn);
    }
  }

  private static void inside(Component component, Consumer<Turn> what) {
    InnerProgram.inside = what;
    try {
      component.invoke(ByteBuffer.allocate(0));
    } finally {
      InnerProgram.inside = turn -> {};
    }
  }

  @BeforeEach
  void open() throws IOException {
    books = Files.createDirectories(folder.resolve("books"));
    Files.writeString(books.resolve("book.txt"), "abcdefghijklmnopqrstuvwxyz");
    media = CrashMedia.zeroed(POOL_BYTES);
    store = ProcessStore.open(media, StoreOptions.create(POOL_BYTES).fileRoot("books", books).awake(8));
  }

  @AfterEach
  void everyByteIsOwnedOnce() {
    assertThat(StoreVerifier.verify(media.processKilled(), BootIdentity.ofThisMachine()).findings()).as("I3").isEmpty();
  }

  private void reopen(Path root) {
    store.close();
    media = new CrashMedia(media.processKilled());
    store = ProcessStore.open(media, StoreOptions.existing().fileRoot("books", root).awake(8));
  }

  private void kill(Path root) {
    media = new CrashMedia(media.processKilled());
    store = ProcessStore.open(media, StoreOptions.existing().fileRoot("books", root).awake(8));
  }

  private static void assertStale(ThrowingCallable use) {
    assertThatThrownBy(use)
        .isInstanceOfSatisfying(
            RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.STALE_VIEW));
  }

  private static Component inner(ProcessStore store, String name) {
    return store.create(
        name, spec -> spec.program(InnerProgram.class).region("first", 64).region("second", 64).file("books", "book.txt"));
  }

  @Test
  void aViewKeptBeyondItsTurnThrowsAndReadsNobodysMemory() {
    Component component = inner(store, "keeper");
    List<Region> kept = new ArrayList<>();
    inside(
        component,
        turn -> {
          kept.add(turn.region("first"));
          kept.add(turn.region("second"));
          kept.forEach(view -> view.putLong(0, 5));
        });
    Runnable outside =
        () ->
            kept.forEach(
                view -> {
                  assertStale(() -> view.getLong(0));
                  assertStale(() -> view.putLong(0, 1));
                  assertStale(() -> view.get(0, new byte[8], 0, 8));
                  assertStale(() -> view.fill(0, 8, (byte) 1));
                  assertStale(() -> view.copy(0, 8, 8));
                  assertStale(() -> view.prepareWrite(0, 8));
                });
    outside.run();
    // Neither in a later turn of the same component in the same thread.
    inside(component, turn -> outside.run());
    inside(component, turn -> assertThat(turn.region("first").getLong(0)).isEqualTo(5));
  }

  @Test
  void aTurnAndWhatItGaveEndWithIt() {
    Component component = inner(store, "keeper");
    AtomicReference<Turn> kept = new AtomicReference<>();
    AtomicReference<FileCapability> file = new AtomicReference<>();
    inside(
        component,
        turn -> {
          kept.set(turn);
          file.set(turn.file(0));
        });
    List<ThrowingCallable> uses =
        List.of(
            () -> kept.get().region("first"),
            () -> kept.get().region(0),
            () -> kept.get().regionAt(0),
            () -> kept.get().attach("third", 64),
            () -> kept.get().detach("first"),
            () -> kept.get().resize("first", 128),
            () -> kept.get().protect("first", RegionRights.READ),
            () -> kept.get().reply(1),
            () -> kept.get().request(),
            () -> kept.get().file(0),
            () -> kept.get().account(),
            () -> kept.get().name(),
            () -> kept.get().id(),
            () -> kept.get().incarnation(),
            () -> file.get().read(new byte[1], 0, 1),
            () -> file.get().position(),
            () -> file.get().position(1),
            () -> file.get().size());
    uses.forEach(use -> assertThatThrownBy(use).isInstanceOf(OutOfTurn.class));
    inside(component, turn -> uses.forEach(use -> assertThatThrownBy(use).isInstanceOf(OutOfTurn.class)));
  }

  @Test
  void aViewIsOfNoUseToAnotherThreadEvenWhileItsTurnRuns() {
    Component component = inner(store, "keeper");
    inside(
        component,
        turn -> {
          Region view = turn.region("first");
          try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            other
                .submit(
                    () -> {
                      assertStale(() -> view.getLong(0));
                      assertStale(() -> view.putLong(0, 1));
                      assertThatThrownBy(() -> turn.region("first")).isInstanceOf(OutOfTurn.class);
                      assertThatThrownBy(() -> turn.attach("third", 1)).isInstanceOf(OutOfTurn.class);
                      assertThatThrownBy(() -> turn.file(0)).isInstanceOf(OutOfTurn.class);
                      return null;
                    })
                .get();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          view.putLong(0, 1);
        });
  }

  @Test
  void aViewEndsWhenItsRegionIsDetachedResizedOrProtected() {
    Component component = inner(store, "keeper");
    inside(
        component,
        turn -> {
          Region view = turn.region("first");
          turn.resize("first", 128);
          assertStale(() -> view.getLong(0));
          Region second = turn.region("second");
          turn.detach("second");
          assertStale(() -> second.getLong(0));
          Region again = turn.region("first");
          turn.protect("first", RegionRights.READ);
          assertStale(() -> again.putLong(0, 1));
          assertThatThrownBy(() -> turn.region("first").putLong(0, 1))
              .isInstanceOfSatisfying(
                  RegionException.class, e -> assertThat(e.reason()).isEqualTo(RegionException.Reason.READ_ONLY));
        });
  }

  @Test
  void anIdentityIsNotInheritedByWhoGetsTheSlot() {
    Component old = store.create("old", spec -> spec.program(ScriptProgram.class).region("state", 64));
    ask(old, "put state 0 1");
    old.destroy();
    Component heir = store.create("heir", spec -> spec.program(ScriptProgram.class).region("state", 64));
    assertThat(heir.id().recordOffset()).as("the slot is used again").isEqualTo(old.id().recordOffset());
    assertThat(ask(heir, "get state 0")).as("I4").isEqualTo("0");
    for (Component stale : List.of(old, store.component(old.id()), store.component(ComponentId.parse(old.id().toString())))) {
      assertThatThrownBy(() -> ask(stale, "put state 0 7")).isInstanceOf(NoSuchComponent.class);
      assertThatThrownBy(stale::destroy).isInstanceOf(NoSuchComponent.class);
      assertThatThrownBy(stale::info).isInstanceOf(NoSuchComponent.class);
      assertThatThrownBy(stale::name).isInstanceOf(NoSuchComponent.class);
      assertThatThrownBy(stale::resume).isInstanceOf(NoSuchComponent.class);
      assertThatThrownBy(() -> stale.revoke(0)).isInstanceOf(NoSuchComponent.class);
    }
    heir.hibernate();
    assertThatThrownBy(() -> ask(old, "put state 0 7")).isInstanceOf(NoSuchComponent.class);
    assertThat(ask(heir, "get state 0")).isEqualTo("0");
  }

  @Test
  void aBirthDoesNotComeBackAfterAKill() {
    Component first = store.create("first", spec -> spec.program(ScriptProgram.class));
    kill(books);
    store.component("first").destroy();
    Component second = store.create("second", spec -> spec.program(ScriptProgram.class));
    assertThat(second.id().birth()).as("R11").isGreaterThan(first.id().birth());
    assertThatThrownBy(() -> ask(store.component(first.id()), "say hello")).isInstanceOf(NoSuchComponent.class);
  }

  @Test
  void aForgedIdentityReachesNobody() {
    Component victim = store.create("victim", spec -> spec.program(ScriptProgram.class).region("state", 64));
    Component forger = store.create("forger", spec -> spec.program(InnerProgram.class).region("copy", 8192));
    // Somebody who knows the victim's record writes copies of it into his own memory, at every line.
    byte[] record = new byte[ComponentLayout.BYTES];
    media.read(victim.id().recordOffset(), record, 0, record.length);
    inside(
        forger,
        turn -> {
          for (int at = 0; at <= 8192 - record.length; at += 64) {
            turn.region("copy").put(at, record, 0, record.length);
          }
        });
    long copies = forgerExtent(forger);
    long birth = victim.id().birth();
    Random random = new Random(0x5EED);
    List<ComponentId> forged = new ArrayList<>();
    for (int at = 0; at < 8192; at += 64) {
      forged.add(new ComponentId(copies + at, birth));
    }
    for (int i = 0; i < 2000; i++) {
      forged.add(new ComponentId(random.nextLong(), random.nextLong()));
      forged.add(new ComponentId(random.nextLong(), birth));
      forged.add(new ComponentId(random.nextLong(POOL_BYTES), birth));
      forged.add(new ComponentId(random.nextLong(POOL_BYTES) & -64, birth));
      forged.add(new ComponentId(victim.id().recordOffset(), random.nextLong()));
    }
    for (long offset : new long[] {0, -1, 64, Long.MIN_VALUE, Long.MAX_VALUE, POOL_BYTES, POOL_BYTES - 1, POOL_BYTES - 128, victim.id().recordOffset() + 1}) {
      forged.add(new ComponentId(offset, birth));
    }
    forged.add(new ComponentId(victim.id().recordOffset(), 0));
    forged.add(new ComponentId(victim.id().recordOffset() + 128, 0));
    forged.removeIf(id -> id.equals(victim.id()) || id.equals(forger.id()));
    for (ComponentId id : forged) {
      Component nobody = store.component(id);
      assertThatThrownBy(() -> nobody.invoke(ByteBuffer.allocate(0))).as("%s", id).isInstanceOf(NoSuchComponent.class);
      assertThatThrownBy(nobody::info).as("%s", id).isInstanceOf(NoSuchComponent.class);
      assertThatThrownBy(nobody::destroy).as("%s", id).isInstanceOf(NoSuchComponent.class);
      nobody.hibernate();
    }
    assertThat(ask(victim, "get state 0")).isEqualTo("0");
    assertThat(store.engine().freeLanes()).isEqualTo(7);
  }

  private long forgerExtent(Component forger) {
    byte[] record = new byte[ComponentLayout.BYTES];
    media.read(forger.id().recordOffset(), record, 0, record.length);
    return dev.dormouse.heap.Bytes.getLong(record, ComponentLayout.REGION0 + dev.dormouse.region.RegionLayout.EXTENT_OFFSET);
  }

  @Test
  void whatOneRegionHadNobodyReadsInAnother() {
    // I4: growing, attaching anew, and a component in the place of another.
    Component first = store.create("first", spec -> spec.program(ScriptProgram.class).region("state", 5000));
    ask(first, "fill state 7");
    ask(first, "resize state 64; resize state 5000");
    assertThat(ask(first, "get state 0; get state 56; get state 64; get state 4992")).isEqualTo(0x0707070707070707L + " " + 0x0707070707070707L + " 0 0");
    ask(first, "fill state 7");
    ask(first, "detach state");
    ask(first, "attach other 5000");
    assertThat(ask(first, "sum other")).isEqualTo("5000#0");
    ask(first, "fill other 7");
    first.destroy();
    Component second = store.create("second", spec -> spec.program(ScriptProgram.class).region("state", 5000));
    assertThat(ask(second, "sum state")).isEqualTo("5000#0");
    assertThatThrownBy(() -> ask(second, "fill state 9; resize state 6000; throw oops")).isInstanceOf(TurnFailed.class);
    assertThat(ask(second, "resize state 6000; sum state")).isEqualTo("6000#0");
  }

  // Capabilities.

  private Component reader(String name, String... paths) {
    return store.create(
        name,
        spec -> {
          spec.program(ScriptProgram.class).region("state", 64);
          for (String path : paths) {
            spec.file("books", path);
          }
        });
  }

  private static void assertRefused(ThrowingCallable use, int slot, ResumeAccount.Outcome outcome, String reason) {
    assertThatThrownBy(use)
        .satisfies(
            thrown -> {
              Throwable refusal = thrown instanceof TurnFailed ? thrown.getCause() : thrown;
              assertThat(refusal).isInstanceOf(CapabilityException.class).hasMessageContaining(reason);
              assertThat(((CapabilityException) refusal).slot()).isEqualTo(slot);
              assertThat(((CapabilityException) refusal).outcome()).isEqualTo(outcome);
            });
  }

  @Test
  void aFileIsReadOnFromWhereItsLastCommittedTurnStopped() {
    Component reader = reader("reader", "book.txt");
    assertThat(ask(reader, "read 0 3")).isEqualTo("abc");
    reopen(books);
    assertThat(ask(store.component("reader"), "read 0 2")).isEqualTo("de");
    assertThatThrownBy(() -> ask(store.component("reader"), "read 0 5; throw oops")).isInstanceOf(TurnFailed.class);
    assertThat(ask(store.component("reader"), "tell 0; read 0 1")).isEqualTo("5 f");
    kill(books);
    assertThat(ask(store.component("reader"), "read 0 2")).isEqualTo("gh");
    store.component("reader").hibernate();
    assertThat(ask(store.component("reader"), "seek 0 25; read 0 9; read 0 9; tell 0")).isEqualTo("z END 26");
    assertThat(store.component("reader").info().slots().getFirst().positionBytes()).isEqualTo(26);
  }

  @Test
  void aSlotHasOnePositionHoweverOftenItIsAskedFor() {
    Component component = inner(store, "twice");
    inside(
        component,
        turn -> {
          FileCapability first = turn.file(0);
          FileCapability second = turn.file(0);
          byte[] bytes = new byte[4];
          try {
            assertThat(first.read(bytes, 0, 2)).isEqualTo(2);
            assertThat(second.read(bytes, 2, 2)).isEqualTo(2);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          assertThat(new String(bytes, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("abcd");
          assertThat(first.position()).isEqualTo(4);
        });
  }

  @Test
  void aThreadThatIsInterruptedWhileItReadsLeavesTheSlotUsable() {
    Component reader = reader("reader", "book.txt");
    ask(reader, "read 0 1");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> ask(reader, "read 0 1")).isInstanceOf(TurnFailed.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(ask(reader, "read 0 1")).isEqualTo("b");
  }

  @Test
  void aPathThatLeavesItsRootIsNeverGranted() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret.txt"), "secret");
    Files.createSymbolicLink(books.resolve("link.txt"), secret);
    Files.createSymbolicLink(books.resolve("up"), folder);
    Files.createSymbolicLink(books.resolve("inside.txt"), books.resolve("book.txt"));
    for (String path : List.of("../secret.txt", secret.toString(), "link.txt", "up/secret.txt", ".", "..", "missing.txt", "x\0y", "up/books/../secret.txt")) {
      assertRefused(() -> reader("thief", path), 0, ResumeAccount.Outcome.UNAVAILABLE, "path " + path.replace("\0", "\\u0000"));
      assertThat(store.find("thief")).isEmpty();
    }
    assertThatThrownBy(() -> reader("thief", "")).isInstanceOf(InvalidName.class);
    assertRefused(
        () -> store.create("thief", spec -> spec.program(ScriptProgram.class).file("other", "book.txt")),
        0,
        ResumeAccount.Outcome.UNAVAILABLE,
        "without a file root named other");
    // A link that stays below the root leads to nothing that was not granted.
    assertThat(ask(reader("honest", "inside.txt"), "read 0 3")).isEqualTo("abc");
  }

  @Test
  void aLinkThatIsSwappedInLaterLeadsNowhere() throws IOException {
    reader("reader", "book.txt");
    Path secret = Files.writeString(folder.resolve("secret.txt"), "secret");
    store.component("reader").hibernate();
    Files.delete(books.resolve("book.txt"));
    Files.createSymbolicLink(books.resolve("book.txt"), secret);
    assertRefused(() -> ask(store.component("reader"), "read 0 3"), 0, ResumeAccount.Outcome.UNAVAILABLE, "leads out of root");
  }

  @Test
  void aSwappedFileIsStaleAndTheOldOneIsTakenAgainWhenItIsBack() throws IOException {
    Component reader = reader("reader", "book.txt");
    assertThat(ask(reader, "read 0 3")).isEqualTo("abc");
    reader.hibernate();
    Path aside = books.resolve("aside.txt");
    Files.move(books.resolve("book.txt"), aside);
    Files.writeString(books.resolve("book.txt"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    assertRefused(() -> ask(reader, "read 0 3"), 0, ResumeAccount.Outcome.STALE, "another file is at path book.txt now");
    assertThat(reader.resume().entries().getFirst().outcome()).isEqualTo(ResumeAccount.Outcome.STALE);
    Files.move(aside, books.resolve("book.txt"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(ask(reader, "read 0 3")).isEqualTo("def");
  }

  @Test
  void aRootThatIsNotThereMakesTheSlotUnavailableAndSaysWhy() {
    reader("reader", "book.txt");
    store.close();
    media = new CrashMedia(media.processKilled());
    store = ProcessStore.open(media, StoreOptions.existing().awake(8));
    Component reader = store.component("reader");
    assertRefused(() -> ask(reader, "read 0 3"), 0, ResumeAccount.Outcome.UNAVAILABLE, "opened without a file root named books");
    assertThat(reader.resume().entries())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.outcome()).isEqualTo(ResumeAccount.Outcome.UNAVAILABLE);
              assertThat(entry.isUsable()).isFalse();
              assertThat(entry.object()).isEqualTo("file books/book.txt");
              assertThat(entry.reason()).contains("fileRoot(\"books\", ...)");
            });
    assertThat(ask(reader, "add state 0 1")).as("it runs without it").isEqualTo("1");
    reopen(folder.resolve("gone"));
    assertRefused(() -> ask(store.component("reader"), "read 0 3"), 0, ResumeAccount.Outcome.UNAVAILABLE, "the system said");
    reopen(books);
    assertThat(ask(store.component("reader"), "read 0 3")).isEqualTo("abc");
  }

  @Test
  void aResumeGivesAnAccountOfEverySlot() throws IOException {
    Files.writeString(books.resolve("b.txt"), "b");
    Files.writeString(books.resolve("c.txt"), "c");
    Files.writeString(books.resolve("d.txt"), "d");
    Component reader = reader("reader", "book.txt", "b.txt", "c.txt", "d.txt");
    ask(reader, "read 0 1; read 1 1; read 2 1; read 3 1");
    reader.revoke(3);
    assertThat(reader.resume().entries())
        .extracting(ResumeAccount.Entry::outcome)
        .containsExactly(
            ResumeAccount.Outcome.KEPT, ResumeAccount.Outcome.KEPT, ResumeAccount.Outcome.KEPT, ResumeAccount.Outcome.REVOKED);
    Incarnation before = reader.resume().incarnation();
    reader.hibernate();
    Files.delete(books.resolve("b.txt"));
    Files.move(books.resolve("c.txt"), books.resolve("old-c.txt"));
    Files.writeString(books.resolve("c.txt"), "another");
    ResumeAccount account = reader.resume();
    assertThat(account.incarnation()).isNotEqualTo(before);
    assertThat(account.entries())
        .extracting(ResumeAccount.Entry::outcome)
        .containsExactly(
            ResumeAccount.Outcome.REOBTAINED,
            ResumeAccount.Outcome.UNAVAILABLE,
            ResumeAccount.Outcome.STALE,
            ResumeAccount.Outcome.REVOKED);
    assertThat(account.entries()).extracting(ResumeAccount.Entry::slot).containsExactly(0, 1, 2, 3);
    assertThat(account.entries()).extracting(ResumeAccount.Entry::object).containsExactly("file books/book.txt", "file books/b.txt", "file books/c.txt", "file books/d.txt");
    assertThat(account.entries()).filteredOn(entry -> !entry.isUsable()).allSatisfy(entry -> assertThat(entry.reason()).isNotEmpty());
  }

  @Test
  void whatWasRevokedStaysRevoked() {
    Component reader = reader("reader", "book.txt", "book.txt", "book.txt");
    ask(reader, "read 0 1; read 1 1; read 2 1");
    reader.revoke(0);
    reader.revoke(2);
    for (int round = 0; round < 3; round++) {
      Component again = store.component("reader");
      assertRefused(() -> ask(again, "read 0 1"), 0, ResumeAccount.Outcome.REVOKED, "revoked");
      assertRefused(() -> ask(again, "read 2 1"), 2, ResumeAccount.Outcome.REVOKED, "revoked");
      assertRefused(() -> ask(again, "seek 0 0"), 0, ResumeAccount.Outcome.REVOKED, "revoked");
      assertThat(ask(again, "read 1 1")).hasSize(1);
      again.revoke(0);
      if (round == 0) {
        kill(books);
      } else {
        reopen(books);
      }
    }
    assertThat(store.component("reader").info().slots()).extracting(ComponentInfo.SlotInfo::revoked).containsExactly(true, false, true);
    assertRefused(() -> store.component("reader").revoke(3), 3, ResumeAccount.Outcome.UNAVAILABLE, "no such slot");
    assertRefused(() -> ask(store.component("reader"), "read 3 1"), 3, ResumeAccount.Outcome.UNAVAILABLE, "nothing was granted there");
    assertRefused(() -> ask(store.component("reader"), "read -1 1"), -1, ResumeAccount.Outcome.UNAVAILABLE, "nothing was granted there");
  }

  /** Whatever number of regions fills the table to its end: the last of them goes, and the others stay as they are. */
  @Test
  void theLastRegionOfAFullTableCanBeDetached() {
    for (int regions = 2; regions <= 20; regions++) {
      String name = "full-" + regions;
      store.create(name, spec -> spec.program(ScriptProgram.class).region("r0", 64));
      for (int i = 1; i < regions; i++) {
        ask(store.component(name), "attach r" + i + " 64; put r" + i + " 0 " + i);
      }
      ask(store.component(name), "detach r" + (regions - 1));
      assertThat(store.component(name).info().regions()).hasSize(regions - 1);
      assertThat(ask(store.component(name), "get r" + (regions - 2) + " 0")).isEqualTo(Integer.toString(regions - 2));
    }
  }

  @Test
  void regionsAndSlotsGoUpToTheirLimits() {
    Component full =
        store.create(
            "full",
            spec -> {
              spec.program(ScriptProgram.class);
              for (int i = 0; i < 255; i++) {
                spec.region("r" + i, 64).file("books", "book.txt");
              }
            });
    assertThat(full.info().regions()).hasSize(255);
    assertThat(full.info().slots()).hasSize(255);
    assertThat(ask(full, "put r0 0 1; put r254 0 2; put r100 0 3; get r254 0; seek 254 3; read 254 1; read 0 1")).isEqualTo("2 d a");
    assertThatThrownBy(() -> ask(full, "attach one-more 64")).isInstanceOf(TurnFailed.class).hasMessageContaining("at most 255");
    assertThat(ask(full, "detach r0; detach r253; attach new 64; get r100 0; get r254 0; get new 0")).isEqualTo("3 2 0");
    full.revoke(200);
    reopen(books);
    Component again = store.component("full");
    assertThat(ask(again, "get r100 0; get r254 0; get new 0; tell 254; tell 0")).isEqualTo("3 2 0 4 1");
    assertRefused(() -> ask(again, "read 200 1"), 200, ResumeAccount.Outcome.REVOKED, "revoked");
    for (int i = 1; i < 253; i++) {
      ask(again, "detach r" + i);
    }
    assertThat(ask(again, "get r254 0; get new 0")).isEqualTo("2 0");
    assertThatThrownBy(
            () ->
                store.create(
                    "too-full",
                    spec -> {
                      spec.program(ScriptProgram.class);
                      for (int i = 0; i < 256; i++) {
                        spec.file("books", "book.txt");
                      }
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 255");
    assertThat(store.find("too-full")).isEmpty();
    again.destroy();
  }
}
