package dev.dormouse.component;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Anchor;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.VerifyReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Where the damaged bytes lie while they are looked at. For any number of threads; a copy is for one. */
interface SurveyMedium {
  /** Bytes on the medium. */
  interface Copy extends AutoCloseable {
    VerifyReport verify();

    ProcessStore open();

    /** Whether the bytes are there, as the store left them, when it was closed. */
    boolean outlivesItsStore();

    @Override
    void close();
  }

  /** Puts bytes there, which stay as they are meanwhile. */
  Copy copy(byte[] pool);

  /** The emulator's content in an array: a case costs a fraction of a millisecond. */
  static SurveyMedium memory(StoreOptions options) {
    return pool ->
        new InMemory(pool) {
          @Override
          public ProcessStore open() {
            return ProcessStore.open(new SurveyMemory(pool), options);
          }

          @Override
          public boolean outlivesItsStore() {
            return false;
          }
        };
  }

  /** The emulator itself. */
  static SurveyMedium emulator(StoreOptions options) {
    return pool ->
        new InMemory(pool) {
          private CrashMedia media = new CrashMedia(new SurveyImage(pool));

          @Override
          public ProcessStore open() {
            // What a store left there is what the next one finds.
            media = new CrashMedia(media.processKilled());
            return ProcessStore.open(media, options);
          }

          @Override
          public boolean outlivesItsStore() {
            return true;
          }
        };
  }

  /** What the two have in common. */
  abstract class InMemory implements Copy {
    private final byte[] pool;

    InMemory(byte[] pool) {
      this.pool = pool;
    }

    @Override
    public VerifyReport verify() {
      return StoreVerifier.verify(new SurveyImage(pool), SurveyPools.BOOT);
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  /** Files in a folder, each made once by a medium and written over for each case. */
  static SurveyMedium files(Path folder, StoreOptions fresh, StoreOptions existing) {
    ConcurrentLinkedQueue<Place> idle = new ConcurrentLinkedQueue<>();
    AtomicInteger made = new AtomicInteger();
    return pool -> {
      Place found = idle.poll();
      Place place = found != null ? found : make(folder.resolve("survey-" + made.incrementAndGet() + ".pool"), fresh);
      place.write(pool);
      return new InFile(place.path, existing, () -> idle.add(place));
    };
  }

  /** Where a pool begins in its file: with it, unless the medium has something of its own before it. */
  private static Place make(Path path, StoreOptions fresh) {
    ProcessStore.open(path, fresh).close();
    byte[] magic = "DORMOUSE".getBytes(StandardCharsets.US_ASCII);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] found = new byte[magic.length];
      long start = 0;
      file.readFully(found);
      while (!Arrays.equals(found, magic)) {
        start += Media.LINE_BYTES;
        file.seek(start);
        file.readFully(found);
      }
      return new Place(path, start);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A pool in a file. */
  record Place(Path path, long start) {
    void write(byte[] pool) {
      try {
        // It speaks of the life of another case.
        Files.deleteIfExists(Anchor.pathFor(path));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.seek(start);
        file.write(pool);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A pool's file. */
  record InFile(Path path, StoreOptions options, Runnable whenClosed) implements Copy {
    @Override
    public VerifyReport verify() {
      try (PoolReader reader = options.medium().reader(path)) {
        return StoreVerifier.verify(reader, SurveyPools.BOOT);
      }
    }

    @Override
    public ProcessStore open() {
      return ProcessStore.open(path, options);
    }

    @Override
    public boolean outlivesItsStore() {
      return true;
    }

    @Override
    public void close() {
      whenClosed.run();
    }
  }
}
