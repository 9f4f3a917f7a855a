package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.FileMedium;
import dev.dormouse.recovery.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After its store was closed, a call reaches neither the medium nor anybody's memory (I7, I8). */
final class ClosedStoreTest {
  /** What tells what is known in memory, or changes nothing where everybody sleeps. */
  private static final Set<String> HARMLESS =
      Set.of(
          "ProcessStore.awakeCount()",
          "ProcessStore.close()",
          "ProcessStore.component(ComponentId)",
          "ProcessStore.describe()",
          "ProcessStore.hibernateAll()",
          "ProcessStore.opening()",
          "ProcessStore.overdueTurns()",
          "ProcessStore.statistics()",
          "Component.equals(Object)",
          "Component.hashCode()",
          "Component.hibernate()",
          "Component.id()",
          "Component.isAwake()",
          "Component.toString()");

  @TempDir Path folder;

  private void requireRefused(Object object, byte[] before, Path pool) throws IOException {
    for (java.lang.reflect.Method method : PublicMethods.of(object.getClass())) {
      if (Set.of("equals", "hashCode", "toString").contains(method.getName())) {
        continue;
      }
      PublicMethods.Call call = PublicMethods.call(object, method);
      String name = object.getClass().getSimpleName() + "." + call.signature();
      if (HARMLESS.contains(name)) {
        assertThat(call.thrown()).as(name).isNull();
      } else {
        assertThat(call.thrown()).as(name).isExactlyInstanceOf(StoreClosed.class);
        assertThat(call.thrown()).as(name).hasMessageContaining(pool.toString()).hasMessageContaining("the store was closed");
      }
    }
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
  }

  @Test
  void everyCallOfAClosedStoreIsRefusedOrHarmless() throws IOException {
    Path pool = folder.resolve("a.pool");
    ProcessStore store = ProcessStore.open(pool, StoreOptions.create(1 << 20).medium(FileMedium.MAPPED));
    Component asleep = store.create("asleep", spec -> spec.program(ScriptProgram.class).region("state", 64));
    Component awake = store.create("awake", spec -> spec.program(ScriptProgram.class).region("state", 64));
    assertThat(ask(awake, "add state 0 1")).isEqualTo("1");
    store.close();
    byte[] before = Files.readAllBytes(pool);
    requireRefused(store, before, pool);
    requireRefused(asleep, before, pool);
    requireRefused(awake, before, pool);
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
  }
}
