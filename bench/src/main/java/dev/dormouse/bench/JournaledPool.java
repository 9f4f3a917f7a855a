package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.ComponentId;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A store of components over a medium that a benchmark looks at, too. It is made as a mapped file, which waits for no disk, closed, and
 * opened again on its medium.
 */
final class JournaledPool implements AutoCloseable {
  private static final long OVERHEAD_BYTES = 64L << 20;
  private static final long COMPONENT_BYTES = 1024;

  private final Scratch scratch = new Scratch();
  private final Pool pool;
  private final ProcessStore store;
  private final ComponentId[] ids;

  /**
   * @param stateBytes the length of each component's only region
   * @param options what else the store is opened with
   */
  JournaledPool(
      FileMedium medium,
      JournalOptions journal,
      int components,
      long stateBytes,
      Class<? extends Program> program,
      UnaryOperator<StoreOptions> options) {
    Path path = scratch.file("journaled.pool");
    long bytes = OVERHEAD_BYTES + components * (stateBytes + stateBytes / 8 + COMPONENT_BYTES);
    try {
      try (ProcessStore making = ProcessStore.open(path, StoreOptions.create(bytes))) {
        List<ComponentId> made = Sleepers.add(making, "", components, stateBytes, program);
        ids = made.toArray(ComponentId[]::new);
      }
      pool = Pool.open(path, medium, Host.ofThisMachine(), journal);
      try {
        store = ProcessStore.open(pool.media(), options.apply(StoreOptions.existing()));
      } catch (RuntimeException e) {
        pool.abandon();
        throw e;
      }
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  ProcessStore store() {
    return store;
  }

  Component component(int index) {
    return store.component(ids[index]);
  }

  int count() {
    return ids.length;
  }

  Media media() {
    return pool.media();
  }

  Journal journal() {
    return pool.media().journal();
  }

  /** Waits until everything that was committed is in its place, and nothing goes on behind. */
  void rest() {
    media().settle(0, Long.BYTES);
  }

  /** Closes the store, so that everything is in its place. The file stays. */
  void settle() {
    store.close();
  }

  @Override
  public void close() {
    try {
      store.close();
    } finally {
      try {
        // The lock is its own; the medium is closed by now.
        pool.abandon();
      } finally {
        scratch.close();
      }
    }
  }
}
