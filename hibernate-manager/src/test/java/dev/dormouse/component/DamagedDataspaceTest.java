package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.recovery.VerifyReport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A dataspace whose count of attachments is not what was written: nobody is kept from letting go of it, and nobody destroys it under others. */
final class DamagedDataspaceTest {
  private static final Geometry SMALL = Geometry.of(512 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);

  private CrashMedia damaged;

  @BeforeEach
  void damageTheCount() {
    CrashMedia memory = CrashMedia.zeroed(SMALL.sizeBytes());
    long count;
    try (ProcessStore store =
        ProcessStore.open(memory, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3))) {
      store.createDataspace("picture", 100, region -> region.fill(0, 100, (byte) 7));
      store.createDataspace("other", 100, region -> region.fill(0, 100, (byte) 8));
      for (String name : new String[] {"first", "second"}) {
        store.create(name, spec -> spec.program(ScriptProgram.class).region("state", 64).share("seen", "picture").share("more", "other"));
      }
      DataspaceTable table = store.engine().dataspaceTable();
      count = table.find(store.engine().symbols().find("picture")).attachmentsOffset();
    }
    damaged = new CrashMedia(memory.processKilled());
    damaged.putByte(count, (byte) (damaged.getByte(count) ^ 1));
  }

  @Test
  void whoShowsItReadsItLetsGoOfItAndCanBeDestroyed() {
    try (ProcessStore store = ProcessStore.open(damaged, StoreOptions.existing().bootIdentity(BOOT).awake(3))) {
      Component first = store.component("first");
      assertThat(ask(first, "get seen 0")).isEqualTo(Long.toString(0x0707070707070707L));
      assertThat(ask(first, "detach seen; detach more; add state 0 3")).isEqualTo("3");
      assertThat(store.dataspace("other").attachments()).as("the count beside it").isEqualTo(1);
      store.component("second").destroy();
      assertThat(store.dataspace("other").attachments()).isZero();
      store.destroyDataspace("other");
      assertThat(ask(first, "get state 0")).isEqualTo("3");
      first.destroy();
    }
    assertThat(StoreVerifier.verify(damaged.processKilled(), BOOT).verdict()).isEqualTo(VerifyReport.Verdict.DAMAGED);
  }

  @Test
  void itIsNeitherAttachedAnewNorDestroyed() {
    try (ProcessStore store = ProcessStore.open(damaged, StoreOptions.existing().bootIdentity(BOOT).awake(3))) {
      assertThatThrownBy(() -> ask(store.component("first"), "show again picture")).isInstanceOf(Damaged.class);
      assertThatThrownBy(() -> store.destroyDataspace("picture")).isInstanceOf(Damaged.class);
      assertThatThrownBy(() -> store.dataspace("picture")).isInstanceOf(Damaged.class);
      assertThat(ask(store.component("first"), "show again other; get again 0")).isEqualTo(Long.toString(0x0808080808080808L));
    }
  }
}
