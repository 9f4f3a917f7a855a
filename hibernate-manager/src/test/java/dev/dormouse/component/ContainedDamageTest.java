package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Damage stays where it is: it hits the components that hang on it, by name, and nobody else's bytes (I3, I8). */
final class ContainedDamageTest {
  private static final Geometry SMALL = Geometry.of(512 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final StoreOptions EXISTING = StoreOptions.existing().bootIdentity(BOOT).awake(3);

  private static CrashImage prepared(Consumer<ProcessStore> setup) {
    CrashMedia media = CrashMedia.zeroed(SMALL.sizeBytes());
    try (ProcessStore store =
        ProcessStore.open(media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3))) {
      setup.accept(store);
    }
    return media.processKilled();
  }

  private static CrashMedia flipped(CrashImage image, long offset, int mask) {
    CrashMedia media = new CrashMedia(image);
    media.putByte(offset, (byte) (media.getByte(offset) ^ mask));
    return media;
  }

  private static byte[] bytes(CrashMedia media) {
    byte[] bytes = new byte[(int) media.sizeBytes()];
    media.processKilled().read(0, bytes, 0, bytes.length);
    return bytes;
  }

  private static void requireDamaged(CrashMedia media) {
    assertThat(StoreVerifier.verify(media.processKilled(), BOOT).verdict()).isEqualTo(VerifyReport.Verdict.DAMAGED);
  }

  @Test
  void anAnnexWhoseHeadIsDamagedStopsRequestsWithIdsAndTouchesNoNeighbour() {
    long[] annexes = new long[3];
    CrashImage image =
        prepared(
            store -> {
              for (int i = 0; i < 3; i++) {
                Component cart = store.create("cart-" + i, spec -> spec.program(ScriptProgram.class).region("state", 64));
                ask(cart, 1, "add state 0 1");
                annexes[i] = store.engine().media().getLong(cart.id().recordOffset() + ComponentLayout.ANNEX_OFFSET);
              }
            });
    for (int field : new int[] {AnnexLayout.NAME_BYTES, AnnexLayout.OUTCOME_COUNT, AnnexLayout.REPLY_BYTES}) {
      for (int bit = 0; bit < 16; bit++) {
        CrashMedia media = flipped(image, annexes[1] + field + bit / 8, 1 << bit % 8);
        ProcessStore store = ProcessStore.open(media, EXISTING);
        List<Component> carts = new ArrayList<>();
        store.forEach(carts::add);
        carts.sort((a, b) -> Long.compare(a.id().birth(), b.id().birth()));
        byte[] before = bytes(media);
        for (long id = 1; id < 9; id++) {
          long request = id;
          assertThatThrownBy(() -> ask(carts.get(1), request, "add state 0 1"))
              .as("field at %s, bit %s, request %s", field, bit, id)
              .isInstanceOf(Quarantined.class);
        }
        assertThat(bytes(media)).as("field at %s, bit %s: refused requests change no byte of anybody", field, bit).isEqualTo(before);
        assertThat(ask(carts.get(1), "add state 0 1")).as("without an id it runs").isEqualTo("2");
        for (int i : new int[] {0, 2}) {
          assertThat(ask(carts.get(i), 1, "add state 0 1")).as("its outcome is remembered").isEqualTo("1");
          assertThat(ask(carts.get(i), 2, "add state 0 1")).isEqualTo("2");
        }
        store.close();
        requireDamaged(media);
      }
    }
  }

  private static final class Symbol {
    private Symbol() {}

    /** Where the text with that number lies. */
    static long offset(ProcessStore store, String text) {
      Pool pool = store.engine().pool();
      WordTable table = WordTable.open(pool.media(), pool.header().roots().root1(), "the symbol table");
      return WordTable.target(pool.media().getLong(table.placeOf(store.engine().symbols().find(text))));
    }
  }

  @Test
  void aDamagedSymbolHitsOnlyThoseThatUseIt() {
    long[] offsets = new long[2];
    CrashImage image =
        prepared(
            store -> {
              store.create("user", spec -> spec.program(CartProgram.class).region("rare", 64));
              store.create("early", spec -> spec.program(ScriptProgram.class).region("state", 64));
              store.create("late", spec -> spec.program(ScriptProgram.class).region("late-state", 64));
              offsets[0] = Symbol.offset(store, CartProgram.class.getName());
              offsets[1] = Symbol.offset(store, "rare");
            });
    for (long offset : offsets) {
      for (int at = 0; at < SymbolLayout.BYTES + 4; at++) {
        CrashMedia media = flipped(image, offset + at, 0x20);
        ProcessStore store = ProcessStore.open(media, EXISTING);
        assertThat(ask(store.component("early"), "add state 0 1")).as("byte %s", at).isEqualTo("1");
        assertThat(ask(store.component("late"), "add late-state 0 1")).as("byte %s", at).isEqualTo("1");
        assertThatThrownBy(() -> store.component("user").invoke(ByteBuffer.allocate(0))).as("byte %s", at).isInstanceOf(DormouseException.class);
        // Also one that uses the same text: it gets a number of its own.
        Component next = store.create("next", spec -> spec.program(ScriptProgram.class).region("rare", 64).region("never-seen", 64));
        assertThat(ask(next, "add rare 0 1; add never-seen 0 2")).isEqualTo("1 2");
        store.close();
        requireDamaged(media);
        ProcessStore again = ProcessStore.open(new CrashMedia(media.processKilled()), EXISTING);
        assertThat(ask(again.component("next"), "get rare 0; get never-seen 0")).isEqualTo("1 2");
        again.close();
      }
    }
  }

  @Test
  void thePagesBehindADamagedHeadAreGivenToNobodyAndTheOthersWork() {
    long[] extent = new long[1];
    CrashImage image =
        prepared(
            store -> {
              Component victim = store.create("victim", spec -> spec.program(ScriptProgram.class).region("state", 20_000));
              ask(victim, "fill state 7");
              extent[0] =
                  store.engine().media().getLong(victim.id().recordOffset() + ComponentLayout.REGION0 + RegionLayout.EXTENT_OFFSET);
              store.create("other", spec -> spec.program(ScriptProgram.class).region("state", 9_000));
              ask(store.component("other"), "fill state 8");
            });
    long page = (extent[0] - SMALL.arenaOffset()) / Geometry.PAGE_BYTES;
    for (int bit = 0; bit < 64; bit++) {
      CrashMedia media = flipped(image, SMALL.pageTableOffset() + page * 16 + bit / 8, 1 << bit % 8);
      ProcessStore store = ProcessStore.open(media, EXISTING);
      String before = ask(store.component("other"), "sum state");
      int made = 0;
      try {
        while (true) {
          Component filler = store.create("filler-" + made, spec -> spec.program(ScriptProgram.class).region("state", 8192));
          ask(filler, "put state 0 1; put state 4096 1; put state 8184 1");
          made++;
        }
      } catch (PoolFull full) {
        assertThat(made).as("bit %s", bit).isGreaterThan(5);
      }
      assertThat(ask(store.component("other"), "sum state")).isEqualTo(before);
      byte[] region = new byte[20_000];
      media.read(extent[0], region, 0, region.length);
      for (byte value : region) {
        assertThat(value).as("bit %s: a byte of the component behind the damaged head", bit).isEqualTo((byte) 7);
      }
      store.close();
      requireDamaged(media);
    }
  }
}
