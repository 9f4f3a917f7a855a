package dev.dormouse.component;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes the two pools that the damage survey damages: one that was closed, and one that was killed while a lane had its
 * intents to carry out and another was in the middle of its turn. Both hold something of every record that there is.
 */
final class SurveyPools {
  /** Slabs of one page, so that a small pool has several of a class: damage to one of them has somebody to spare. */
  static final Geometry GEOMETRY = Geometry.of(192 << 10, 3, 4096, 1);

  static final BootIdentity BOOT = new BootIdentity(7, 7);

  private static final RequestId[] REQUESTS = {RequestId.of(11), RequestId.of(12), RequestId.of(13)};
  private static final int FILLERS = 28;

  private final Path books;

  SurveyPools(Path folder) {
    books = folder;
    try {
      Files.writeString(folder.resolve("book.txt"), "Down, down, down.");
      Files.writeString(folder.resolve("page.txt"), "Would the fall never come to an end?");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  StoreOptions existing() {
    return with(StoreOptions.existing());
  }

  StoreOptions fresh() {
    return with(StoreOptions.create(GEOMETRY.sizeBytes()).geometry(GEOMETRY));
  }

  private StoreOptions with(StoreOptions options) {
    return options.bootIdentity(BOOT).awake(16).fileRoot("books", books).salts(opening -> opening * 0x9E3779B97F4A7C15L);
  }

  /** The requests with ids that were answered. */
  static RequestId[] requests() {
    return REQUESTS.clone();
  }

  /** All bytes of a pool that was closed. */
  byte[] closed() {
    CrashMedia media = CrashMedia.zeroed(GEOMETRY.sizeBytes());
    try (ProcessStore store = ProcessStore.open(media, fresh())) {
      fill(store);
    }
    return bytes(media.processKilled());
  }

  private void fill(ProcessStore store) {
    store.createDataspace("picture", 150, region -> region.fill(0, 150, (byte) 0x33));
    store.createDataspace("unseen", 70, region -> region.fill(0, 70, (byte) 0x44));
    store.create("one", spec -> spec.program(SurveyProgram.class).region("state", 64).outcomes(4, 24));
    store.create("many", SurveyPools::many);
    for (int i = 0; i < FILLERS; i++) {
      store.create("filler-" + i, spec -> spec.program(SurveyProgram.class).outcomes(0, 0));
    }
    // From here on the records lie in another slab.
    store.create("plain", spec -> spec.program(SurveyProgram.class).region("state", 300).outcomes(2, 40));
    store.create("shower", spec -> spec.program(SurveyProgram.class).region("state", 64).share("picture", "picture").outcomes(1, 8));
    store.create("runner", spec -> spec.program(SurveyProgram.class).region("state", 256).region("more", 200).outcomes(0, 0));
    store.create("worker", spec -> spec.program(SurveyProgram.class).region("state", 64).region("old", 100).outcomes(0, 0));
    store.create(collidingWith(store, "plain"), spec -> spec.program(SurveyProgram.class).region("state", 64).outcomes(0, 0));
    for (int i = 0; i < FILLERS; i++) {
      store.component("filler-" + i).destroy();
    }
    for (RequestId id : REQUESTS) {
      store.component("one").invoke(id, SurveyProgram.COUNT);
      store.component("many").invoke(id, SurveyProgram.COUNT);
      store.component("plain").invoke(id, SurveyProgram.COUNT);
    }
    store.component("many").revoke(2);
  }

  private static void many(ComponentSpec spec) {
    spec.program(SurveyProgram.class).region("state", 200).region("more", 4500).region("deep", 700).share("picture", "picture");
    spec.region("read", 64, RegionMap.ANY_ADDRESS, RegionRights.READ);
    spec.file("books", "book.txt").file("books", "page.txt").file("books", "book.txt").file("books", "page.txt").outcomes(2, 40);
  }

  /** A name that the directory's root leads to by the same word, so that a node is below it. */
  static String collidingWith(ProcessStore store, String name) {
    WordTable root = WordTable.open(store.engine().media(), store.engine().pool().header().roots().root0(), "the directory");
    long mask = root.wordCount() - 1L;
    int number = 0;
    while ((root.hash(Names.encode("name", "twin-" + number)) & mask) != (root.hash(Names.encode("name", name)) & mask)) {
      number++;
    }
    return "twin-" + number;
  }

  /**
   * All bytes of a pool whose process was killed: in one lane a turn of the component "worker" is committed and none of its
   * intents is carried out, in another a turn of "runner" has stored what must be undone.
   */
  byte[] killed(byte[] closed) {
    CrashMedia media = new CrashMedia(new SurveyImage(closed));
    AtomicReference<byte[]> killed = new AtomicReference<>();
    StopBehindCommit hooked = new StopBehindCommit(media, GEOMETRY, () -> bytes(media.processKilled()), killed);
    try (ProcessStore store = ProcessStore.open(hooked, existing())) {
      SurveyProgram.middle =
          () -> {
            Thread other =
                new Thread(
                    () -> {
                      hooked.armed = Thread.currentThread();
                      store.component("worker").invoke(SurveyProgram.WORK);
                    });
            other.start();
            try {
              other.join();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          };
      store.component("runner").invoke(SurveyProgram.STOP_IN_THE_MIDDLE);
    } finally {
      SurveyProgram.middle = () -> {};
    }
    return killed.get();
  }

  static byte[] bytes(PoolReader reader) {
    byte[] bytes = new byte[(int) reader.sizeBytes()];
    reader.read(0, bytes, 0, bytes.length);
    return bytes;
  }
}
