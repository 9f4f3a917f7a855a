package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.VerifyReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sleeper costs: bytes of the pool beyond its state, and nothing of the Java heap (decision 11, section 8 of the design). */
final class FootprintTest {
  private static final int GOAL_BYTES = 192;
  private static final int STATE_BYTES = 256;

  @TempDir Path folder;

  private static void sleeper(ComponentSpec spec) {
    spec.program(IdleProgram.class).region("state", STATE_BYTES).outcomes(0, 0);
  }

  private static String name(int index) {
    return String.format("s%07d", index);
  }

  /** Writes once. */
  public static final class IdleProgram implements Program {
    @Override
    public void turn(Turn turn) {
      turn.region(0).putLong(0, turn.region(0).getLong(0) + 1);
    }
  }

  /** What a pool's extents hold, and what of it is nodes of the directory, in bytes. */
  private record Usage(long ownedBytes, long directoryBytes) {}

  private Usage usageOf(Path pool, long sizeBytes, int components) {
    long[] directoryBytes = new long[1];
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(sizeBytes).awake(8))) {
      for (int i = 0; i < components; i++) {
        store.create(name(i), FootprintTest::sleeper);
      }
      store
          .engine()
          .directory()
          .walk(
              new Directory.Visitor() {
                @Override
                public void record(long offset) {}

                @Override
                public void node(long offset) {
                  directoryBytes[0] += Directory.NODE_BYTES;
                }
              });
    }
    return new Usage(StoreVerifier.verify(pool).ownedBytes(), directoryBytes[0]);
  }

  @Test
  void aSleeperOwnsAtMost192BytesBeyondItsState() {
    int components = 10_000;
    Usage many = usageOf(folder.resolve("many.pool"), 64 << 20, components);
    Usage none = usageOf(folder.resolve("none.pool"), 64 << 20, 0);
    // The two symbols that all of them share are lost in the average.
    double owned = (double) (many.ownedBytes - many.directoryBytes - none.ownedBytes) / components - STATE_BYTES;
    assertThat(owned).as("bytes of the component itself beyond its state, a name of 8 bytes included").isLessThanOrEqualTo(GOAL_BYTES + 0.5);
    // The directory is shared by all; how many nodes it needs is chance, at most 8 / 7 for each collision.
    assertThat((double) many.directoryBytes / components).as("bytes of the directory for each, besides its root").isLessThanOrEqualTo(40);
  }

  @Test
  void aPoolHoldsAsManyAsItsPagesGive() {
    long poolBytes = 64 << 20;
    int count = 0;
    Path pool = folder.resolve("full.pool");
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(poolBytes).awake(8))) {
      try {
        while (true) {
          store.create(name(count), FootprintTest::sleeper);
          count++;
        }
      } catch (PoolFull full) {
        assertThat(count).isPositive();
      }
    }
    VerifyReport report = StoreVerifier.verify(pool);
    assertThat(report.findings()).isEmpty();
    assertThat(report.components()).isEqualTo(count);
    Geometry geometry = Geometry.forNewPool(poolBytes);
    double each = (double) (geometry.sizeBytes() - geometry.arenaOffset()) / count;
    // All there is: three owner words of 8 bytes, the directory with its root, and what is left over at the ends of slabs.
    assertThat(each - STATE_BYTES).as("bytes of the arena for each, beyond the state: %d fit", count).isLessThanOrEqualTo(GOAL_BYTES + 64);
  }

  @Test
  void sleepersHaveNoSeatAndNoObject() throws InterruptedException {
    int components = 100_000;
    try (ProcessStore store = ProcessStore.open(folder.resolve("sleepers.pool"), StoreOptions.create(96 << 20).awake(16))) {
      long before = usedHeap();
      WeakReference<Component> handle = null;
      for (int i = 0; i < components; i++) {
        Component component = store.create(name(i), FootprintTest::sleeper);
        if (i % 10 == 0) {
          component.invoke(ByteBuffer.allocate(0));
        }
        handle = new WeakReference<>(component);
      }
      assertThat(store.awakeCount()).isLessThanOrEqualTo(16);
      store.hibernateAll();
      assertThat(store.awakeCount()).isZero();
      long after = usedHeap();
      for (int i = 0; i < 50 && handle.get() != null; i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertThat(handle.get()).as("a handle that nobody holds").isNull();
      // A single object of 16 bytes for each would be 1.6 MB. What the heap learnt of its open slabs and free pages is bounded by those.
      assertThat(after - before).as("bytes of Java heap that %d sleepers left", components).isLessThan(800_000);
    }
  }

  private static long usedHeap() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Thread.sleep(20);
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  @Test
  void aHibernatedComponentsFileIsClosed() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(descriptors), "the system has no /proc/self/fd");
    List<Component> readers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Files.writeString(folder.resolve("book-" + i), "abcdef");
    }
    try (ProcessStore store = ProcessStore.open(folder.resolve("readers.pool"), StoreOptions.create(1 << 20).awake(4).fileRoot("books", folder))) {
      for (int i = 0; i < 6; i++) {
        int number = i;
        readers.add(store.create("reader-" + i, spec -> spec.program(ScriptProgram.class).file("books", "book-" + number)));
      }
      ScriptProgram.ask(readers.getFirst(), "read 0 1");
      assertThat(openBooks(descriptors)).isEqualTo(1);
      readers.getFirst().hibernate();
      assertThat(openBooks(descriptors)).isZero();
      readers.forEach(reader -> ScriptProgram.ask(reader, "read 0 1"));
      assertThat(openBooks(descriptors)).as("of six, four have seats").isLessThanOrEqualTo(4);
      readers.forEach(Component::destroy);
      assertThat(openBooks(descriptors)).isZero();
    }
    assertThat(openBooks(descriptors)).isZero();
  }

  private static long openBooks(Path descriptors) throws IOException {
    try (Stream<Path> all = Files.list(descriptors)) {
      return all.filter(FootprintTest::isBook).count();
    }
  }

  private static boolean isBook(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).getFileName().toString().startsWith("book-");
    } catch (IOException e) {
      // It was that of the listing itself.
      return false;
    }
  }
}
