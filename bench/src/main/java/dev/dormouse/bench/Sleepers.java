package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.ComponentId;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.emulation.slow.LatencyProfile;
import dev.dormouse.emulation.slow.SlowMedia;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A store full of sleeping components, and the order in which a benchmark visits the measured ones: shuffled once, with
 * the ids laid out in that order, so that choosing the next costs no cache miss of its own. Creating a component writes to
 * all of it through the store's mapping, so the page tables are filled when the benchmark begins.
 */
final class Sleepers implements AutoCloseable {
  static final ByteBuffer NO_REQUEST = ByteBuffer.allocate(0).asReadOnlyBuffer();
  static final long SEED = 0x5EED;

  private final Scratch scratch;
  private final Path pool;
  private final ProcessStore store;
  private final ComponentId[] ids;
  private final String[] names;
  private int next;

  private Sleepers(Scratch scratch, Path pool, ProcessStore store, List<ComponentId> measured, String prefix) {
    this.scratch = scratch;
    this.pool = pool;
    this.store = store;
    this.ids = new ComponentId[measured.size()];
    this.names = new String[measured.size()];
    int[] order = shuffled(measured.size());
    for (int i = 0; i < order.length; i++) {
      ComponentId id = measured.get(order[i]);
      ids[i] = new ComponentId(id.recordOffset(), id.birth());
      names[i] = prefix + order[i];
    }
  }

  /** Makes a pool and puts everybody to sleep in it. */
  static Sleepers create(Population population, Class<? extends Program> program) {
    return create(population, program, FileMedium.MAPPED);
  }

  private static Sleepers create(Population population, Class<? extends Program> program, FileMedium medium) {
    Scratch scratch = new Scratch();
    try {
      Path pool = scratch.file("sleepers.pool");
      ProcessStore store = ProcessStore.open(pool, StoreOptions.create(population.poolBytes()).medium(medium));
      List<ComponentId> measured = add(store, "other-", population.others(), Population.SMALL_BYTES, program);
      if (!population.measuresTheOthers()) {
        measured = add(store, "measured-", population.measured(), population.stateBytes(), program);
      }
      return new Sleepers(
          scratch, pool, store, measured, population.measuresTheOthers() ? "other-" : "measured-");
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  /** The same on an emulated slow medium: made at full speed, closed, and opened again slowed down. */
  static Sleepers create(Population population, Class<? extends Program> program, LatencyProfile profile) {
    Sleepers fast = create(population, program);
    try {
      fast.store.close();
      Media slow = new SlowMedia(MappedMedia.open(fast.pool, population.poolBytes()), profile);
      return new Sleepers(fast, ProcessStore.open(slow, StoreOptions.existing()));
    } catch (RuntimeException e) {
      fast.scratch.close();
      throw e;
    }
  }

  /** The same on a medium. Where that can be had on any file, it is made as a mapped one, closed, and opened again. */
  static Sleepers create(Population population, Class<? extends Program> program, BenchMedium medium) {
    if (!medium.isMadeAsMappedFile()) {
      return create(population, program, medium.medium());
    }
    Sleepers mapped = create(population, program);
    try {
      mapped.store.close();
      return new Sleepers(mapped, medium.open(mapped.pool, StoreOptions.existing()));
    } catch (RuntimeException e) {
      mapped.scratch.close();
      throw e;
    }
  }

  private Sleepers(Sleepers closed, ProcessStore store) {
    this.scratch = closed.scratch;
    this.pool = closed.pool;
    this.store = store;
    this.ids = closed.ids;
    this.names = closed.names;
  }

  static List<ComponentId> add(
      ProcessStore store, String prefix, int count, long stateBytes, Class<? extends Program> program) {
    List<ComponentId> added = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Component component =
          store.create(
              prefix + i, spec -> spec.program(program).region("state", stateBytes).outcomes(0, 0));
      component.hibernate();
      added.add(component.id());
    }
    return added;
  }

  static int[] shuffled(int count) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  ProcessStore store() {
    return store;
  }

  Path pool() {
    return pool;
  }

  Component nextById() {
    return store.component(ids[advance()]);
  }

  Component nextByName() {
    return store.component(names[advance()]);
  }

  private int advance() {
    int current = next;
    next = current + 1 == ids.length ? 0 : current + 1;
    return current;
  }

  @Override
  public void close() {
    try {
      store.close();
    } finally {
      scratch.close();
    }
  }
}
