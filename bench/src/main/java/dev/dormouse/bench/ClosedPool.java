package dev.dormouse.bench;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import java.nio.file.Path;

/** A pool with its sleepers, closed. */
final class ClosedPool implements AutoCloseable {
  private final Scratch scratch;
  private final Path path;

  private ClosedPool(Scratch scratch, Path path) {
    this.scratch = scratch;
    this.path = path;
  }

  /** With everybody in it. */
  static ClosedPool create(Population population) {
    return create(population, population.others());
  }

  /** As large as the population's, and nobody in it. */
  static ClosedPool createEmpty(Population population) {
    return create(population, 0);
  }

  private static ClosedPool create(Population population, int count) {
    Scratch scratch = new Scratch();
    Path path = scratch.file("closed.pool");
    try (ProcessStore store = ProcessStore.open(path, StoreOptions.create(population.poolBytes()))) {
      Sleepers.add(store, "other-", count, Population.SMALL_BYTES, Programs.ReadsOneLong.class);
    }
    return new ClosedPool(scratch, path);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    scratch.close();
  }
}
