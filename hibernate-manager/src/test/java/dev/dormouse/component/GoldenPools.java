package dev.dormouse.component;

import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.LlplMedia;
import dev.dormouse.heap.MachineIdentity;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.VerifyReport.Verdict;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Makes the golden pools of the version that this build writes. What they have to be is said beside each, so that none is kept that is something else. */
final class GoldenPools {
  /** The run of the machine in which they are made, and in which they are looked at: a killed process is no machine that went down. */
  static final BootIdentity BOOT = new BootIdentity(7, 7);

  private static final MachineIdentity MAKER = new MachineIdentity(0x60_1d_e7, 1);
  private static final long MIB = 1 << 20;
  private static final int FILLERS = 12;

  private final Path folder;
  private final Path books;

  /** A pool to be made. */
  record Recipe(String name, FileMedium medium, Verdict verdict, Opening opening, Maker maker) {}

  /** Makes the pool in a file that is not there yet. */
  @FunctionalInterface
  interface Maker {
    void make(GoldenPools kitchen, Path pool) throws IOException;
  }

  static final List<Recipe> RECIPES =
      List.of(
          new Recipe("mapped-closed", FileMedium.MAPPED, Verdict.CLEAN, Opening.CLEAN, (kitchen, pool) -> kitchen.closed(pool, FileMedium.MAPPED)),
          new Recipe("mapped-killed", FileMedium.MAPPED, Verdict.NOT_CLOSED, Opening.ROLLED_BACK, (kitchen, pool) -> kitchen.killed(pool, FileMedium.MAPPED, false)),
          new Recipe("mapped-copied-while-open", FileMedium.MAPPED, Verdict.MACHINE_WENT_DOWN, Opening.MACHINE_WENT_DOWN, GoldenPools::copiedWhileOpen),
          new Recipe("mapped-grown", FileMedium.MAPPED, Verdict.CLEAN, Opening.CLEAN, GoldenPools::grown),
          new Recipe("emulated-dax-closed", FileMedium.EMULATED_DAX, Verdict.CLEAN, Opening.CLEAN, (kitchen, pool) -> kitchen.closed(pool, FileMedium.EMULATED_DAX)),
          new Recipe("power-loss-killed", FileMedium.MAPPED, Verdict.NOT_CLOSED, Opening.ROLLED_BACK, (kitchen, pool) -> kitchen.killed(pool, FileMedium.MAPPED, true)),
          new Recipe("llpl-closed", FileMedium.LLPL, Verdict.CLEAN, Opening.CLEAN, (kitchen, pool) -> kitchen.closed(pool, FileMedium.LLPL)),
          new Recipe("llpl-killed", FileMedium.LLPL, Verdict.NOT_CLOSED, Opening.ROLLED_BACK, (kitchen, pool) -> kitchen.killed(pool, FileMedium.LLPL, false)));

  /** @param folder where pools are made; nothing of it is kept */
  GoldenPools(Path folder) throws IOException {
    this.folder = folder;
    this.books = Files.createDirectories(folder.resolve("books"));
    Files.writeString(books.resolve("book.txt"), "Down, down, down.");
    Files.writeString(books.resolve("page.txt"), "Would the fall never come to an end?");
  }

  /** Makes a pool, and answers where it is. */
  Path make(Recipe recipe) throws IOException {
    Path pool = folder.resolve(recipe.name + ".pool");
    recipe.maker.make(this, pool);
    return pool;
  }

  private StoreOptions with(StoreOptions options) {
    return options.bootIdentity(BOOT).machineIdentity(MAKER).awake(16).fileRoot("books", books).salts(opening -> opening * 0x9E3779B97F4A7C15L);
  }

  private StoreOptions existing(FileMedium medium) {
    return with(StoreOptions.existing().medium(medium));
  }

  private void closed(Path pool, FileMedium medium) {
    try (ProcessStore store = ProcessStore.open(pool, with(StoreOptions.create(MIB).medium(medium)))) {
      fill(store);
    }
  }

  /** As a backup program finds it that takes no notice of who has it open. */
  private void copiedWhileOpen(Path pool) throws IOException {
    byte[] copied;
    try (ProcessStore store = ProcessStore.open(pool, with(StoreOptions.create(MIB)))) {
      fill(store);
      copied = Files.readAllBytes(pool);
    }
    Files.write(pool, copied);
  }

  /** A pool of large slabs and several chunks, longer than it was made, and not as long as it may become. */
  private void grown(Path pool) {
    StoreOptions options = with(StoreOptions.create(MIB)).geometry(Geometry.of(MIB, 6 * MIB, 8, 16 << 10, 16));
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      fill(store);
      for (int i = 0; i < 3; i++) {
        String name = "large-" + i;
        long bytes = 300_000L + 200_000L * i;
        Component large = store.create(name, spec -> spec.program(GoldenProgram.class).region("state", 64).region("large", bytes).quota(bytes * 2));
        large.invoke(GoldenProgram.request(GoldenProgram.FILL, "large"));
      }
      store.component("large-1").destroy();
      store.createDataspace("wide picture", 70_000, region -> region.fill(0, 70_000, (byte) 0x55));
      store.create("wide shower", spec -> spec.program(GoldenProgram.class).region("state", 64).share("all of it", "wide picture"));
    }
  }

  private static void fill(ProcessStore store) {
    store.createDataspace("picture", 150, region -> region.fill(20, 100, (byte) 0x33));
    store.createDataspace("unseen", 70, region -> region.fill(0, 70, (byte) 0x44));
    store.createDataspace("gone", 5000, region -> region.fill(0, 5000, (byte) 0x45));
    store.destroyDataspace("gone");
    store.create("one", spec -> spec.program(GoldenProgram.class).region("state", 64).outcomes(4, 24).quota(9000));
    store.create("many", GoldenPools::many);
    for (int i = 0; i < FILLERS; i++) {
      store.create("filler-" + i, spec -> spec.program(GoldenProgram.class).region("state", 64).outcomes(0, 0));
    }
    store.create("nested", spec -> spec.program(GoldenProgram.class).region("state", 64)).invoke(GoldenProgram.request(GoldenProgram.NEST));
    Component tree = store.create("tree", spec -> spec.program(GoldenProgram.class).region("state", 64).region("tree", 16 << 10));
    tree.invoke(GoldenProgram.request(GoldenProgram.TREE, "tree"));
    Component rearranged =
        store.create("rearranged", spec -> spec.program(GoldenProgram.class).region("state", 300).region("longer", 200).region("shorter", 6000).outcomes(1, 8));
    rearranged.invoke(GoldenProgram.request(GoldenProgram.REARRANGE));
    store.create("l\u00f6wenm\u00e4ulchen \u96c0 \ud83d\udc2d", spec -> spec.program(GoldenProgram.class).region("z\u00fcstand", 128));
    store.create(SurveyPools.collidingWith(store, "one"), spec -> spec.program(GoldenProgram.class).region("state", 64).outcomes(0, 0));
    for (int i = 0; i < FILLERS; i += 2) {
      store.component("filler-" + i).destroy();
    }
    for (String name : List.of("one", "many", "rearranged")) {
      store.component(name).invoke(GoldenProgram.request(GoldenProgram.FILL, "state"));
    }
    for (int i = 1; i <= 6; i++) {
      store.component("one").invoke(RequestId.of(i), GoldenProgram.request(GoldenProgram.COUNT));
      store.component("many").invoke(RequestId.of(i + 1), GoldenProgram.request(GoldenProgram.COUNT));
      store.component("rearranged").invoke(RequestId.of(i + 2), GoldenProgram.request(GoldenProgram.COUNT));
    }
    store.component("many").invoke(GoldenProgram.request(GoldenProgram.FILL, "more"));
    store.component("many").invoke(GoldenProgram.request(GoldenProgram.READ));
    store.component("many").revoke(1);
  }

  private static void many(ComponentSpec spec) {
    spec.program(GoldenProgram.class).region("state", 200).region("more", 4500).region("deep", 700).share("picture", "picture");
    spec.region("read", 64, 1L << 50, RegionRights.READ).share("part", "picture", RegionMap.ANY_ADDRESS, 15, 20);
    spec.file("books", "book.txt", 5).file("books", "page.txt").file("books", "book.txt", -1).outcomes(2, 40);
  }

  /**
   * In one lane a turn of "worker" is committed and none of its intents is carried out; in another a turn of "runner", whose
   * log has grown out of the lane, has stored what must be undone.
   *
   * @param powerLoss whether it was on a medium of that class, as DAX is; the bytes are its bytes
   */
  private void killed(Path pool, FileMedium medium, boolean powerLoss) throws IOException {
    try (ProcessStore store = ProcessStore.open(pool, with(StoreOptions.create(MIB).medium(medium)))) {
      fill(store);
      store.create("runner", spec -> spec.program(GoldenProgram.class).region("state", 64).region("wide", 40_000).region("more", 200));
      store.create("worker", spec -> spec.program(GoldenProgram.class).region("state", 64).region("old", 100).outcomes(0, 0));
      store.component("runner").invoke(GoldenProgram.request(GoldenProgram.FILL, "wide"));
    }
    AtomicReference<byte[]> killed = new AtomicReference<>();
    Media plain = medium == FileMedium.LLPL ? LlplMedia.open(pool, MIB) : MappedMedia.open(pool, MIB);
    StopBehindCommit media = new StopBehindCommit(powerLoss ? new PowerLoss(plain) : plain, Geometry.forNewPool(MIB), () -> bytesOf(pool), killed);
    try (ProcessStore store = ProcessStore.open(media, existing(medium))) {
      GoldenProgram.middle = () -> inAnotherThread(media, store);
      store.component("runner").invoke(GoldenProgram.request(GoldenProgram.STOP_IN_THE_MIDDLE));
    } finally {
      GoldenProgram.middle = () -> {};
    }
    Files.write(pool, killed.get());
  }

  private static void inAnotherThread(StopBehindCommit media, ProcessStore store) {
    Thread other =
        new Thread(
            () -> {
              media.armed = Thread.currentThread();
              store.component("worker").invoke(GoldenProgram.request(GoldenProgram.WORK));
            });
    other.start();
    try {
      other.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytesOf(Path pool) {
    try {
      return Files.readAllBytes(pool);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says of another medium that it survives the loss of power. */
  private static final class PowerLoss extends HookedMedia {
    PowerLoss(Media media) {
      super(media);
    }

    @Override
    public DurabilityClass durabilityClass() {
      return DurabilityClass.POWER_LOSS;
    }
  }
}
