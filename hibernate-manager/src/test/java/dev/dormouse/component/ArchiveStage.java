package dev.dormouse.component;

import dev.dormouse.emulation.MediaDisk;
import dev.dormouse.emulation.MediaFolder;
import dev.dormouse.heap.ArchiveFolder;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.RestorePoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** A small pool, its journal and its archive on one medium, so that they crash together. */
final class ArchiveStage {
  static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);

  /** Of those who do not go on from one another. */
  static final long OTHER_SALTS = 1000;

  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final JournalOptions JOURNAL = new JournalOptions(32 << 10, 16 << 10, 64 << 10, false);
  private static final long JOURNAL_AT = SMALL.sizeBytes();
  private static final long ARCHIVE_AT = JOURNAL_AT + (2 * 4096) + JOURNAL.journalBytes();
  private static final int FILES = 10;
  private static final long FILE_BYTES = SMALL.sizeBytes();

  private ArchiveStage() {}

  static long mediaBytes() {
    return ARCHIVE_AT + MediaFolder.bytes(FILES, FILE_BYTES);
  }

  static MediaFolder archive(Media media) {
    return new MediaFolder("archive", media, ARCHIVE_AT, FILES, FILE_BYTES);
  }

  static ProcessStore open(Media media, ArchiveFolder archive, StoreOptions options) {
    Media journaled =
        JournaledMedia.over(
            new MediaDisk("home", media, 0, SMALL.sizeBytes()),
            new MediaDisk("journal", media, JOURNAL_AT, ARCHIVE_AT - JOURNAL_AT),
            archive,
            number -> number + 77,
            JOURNAL);
    return ProcessStore.open(journaled, options);
  }

  static StoreOptions existing() {
    return with(StoreOptions.existing());
  }

  private static StoreOptions with(StoreOptions options) {
    return options.bootIdentity(BOOT).salts(opening -> opening);
  }

  static ProcessStore open(Media media) {
    return open(media, archive(media), existing());
  }

  /** A store with a component, which is closed, and its archive, without a base. */
  static void make(Media media) {
    try (ProcessStore store = open(media, archive(media), with(StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL)))) {
      store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 256).region("more", 300));
    }
  }

  /** The archive as files, in a new folder. */
  static Path copied(MediaFolder archive, Path parent) throws IOException {
    Path files = Files.createTempDirectory(parent, "archive");
    for (String name : archive.names()) {
      try (DiskFile file = archive.open(name)) {
        byte[] bytes = new byte[(int) file.sizeBytes()];
        file.read(0, ByteBuffer.wrap(bytes));
        Files.write(files.resolve(name), bytes);
      }
    }
    return files;
  }

  static Map<String, String> restored(Path files, RestorePoint point) throws IOException {
    Path target = files.resolve("restored");
    ProcessStore.restore(files, point, target, bytes -> {});
    try (ProcessStore store = ProcessStore.inspect(target)) {
      return Snapshot.of(store);
    } finally {
      Files.delete(target);
    }
  }

  static void delete(Path files) throws IOException {
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
