package dev.dormouse.heap;

import dev.dormouse.heap.llpl.MemoryEvidence;
import java.nio.file.Files;
import java.nio.file.Path;

/** The ways in which a pool's file can be reached. A file may be opened now in one way and now in another. */
public enum FileMedium {
  /** Through the page cache, on any file system: {@link MappedMedia}. */
  MAPPED {
    @Override
    Media create(Path path, long sizeBytes, long maxBytes) {
      return MappedMedia.create(path, sizeBytes, maxBytes);
    }

    @Override
    Media open(Path path, long sizeBytes, long maxBytes, JournalOptions journal) {
      return MappedMedia.open(path, sizeBytes, maxBytes);
    }
  },

  /** Through the page cache, but written back and fenced as on persistent memory: {@link EmulatedDaxMedia}. */
  EMULATED_DAX {
    @Override
    Media create(Path path, long sizeBytes, long maxBytes) {
      return EmulatedDaxMedia.create(path, sizeBytes, maxBytes);
    }

    @Override
    Media open(Path path, long sizeBytes, long maxBytes, JournalOptions journal) {
      return EmulatedDaxMedia.open(path, sizeBytes, maxBytes);
    }
  },

  /** By way of a journal beside it, so that the loss of power costs nothing that was acknowledged: {@link JournaledMedia}. */
  JOURNALED {
    @Override
    Media create(Path path, long sizeBytes, long maxBytes) {
      // Nobody has the pool before it is whole and settled.
      return MappedMedia.create(path, sizeBytes, maxBytes);
    }

    @Override
    Media open(Path path, long sizeBytes, long maxBytes, JournalOptions journal) {
      return JournaledMedia.open(path, sizeBytes, maxBytes, journal);
    }

    @Override
    FileMedium offline() {
      return MAPPED;
    }
  },
  /** Without the page cache, on a DAX file system on persistent memory: {@link DaxMedia}. */
  DAX {
    @Override
    Media create(Path path, long sizeBytes, long maxBytes) {
      return DaxMedia.create(path, sizeBytes, maxBytes);
    }

    @Override
    Media open(Path path, long sizeBytes, long maxBytes, JournalOptions journal) {
      return DaxMedia.open(path, sizeBytes, maxBytes);
    }
  },

  /** In a block of an LLPL heap, a file or {@code /dev/dax} device of PMDK's: {@link LlplMedia}. */
  LLPL {
    @Override
    Media create(Path path, long sizeBytes, long maxBytes) {
      return LlplMedia.create(path, sizeBytes, maxBytes);
    }

    @Override
    Media open(Path path, long sizeBytes, long maxBytes, JournalOptions journal) {
      return LlplMedia.open(path, sizeBytes);
    }

    @Override
    boolean makesInPlace(Path path) {
      return MemoryEvidence.isDevice(path);
    }

    @Override
    public PoolReader reader(Path path) {
      return LlplWindow.in(MemoryEvidence.isDevice(path) ? PmdkReader.ofDevice(path) : new FileReader(path));
    }

    @Override
    public void requireResizable(Path path) {
      throw new MediaUnavailable(
          path.toString(),
          "lies in a block of an LLPL heap, whose length was decided when it was made; make a shorter pool and move the components");
    }
  };

  /**
   * The medium by which a file must be opened: {@link #LLPL} for a file that PMDK made and for {@code /dev/dax} devices, {@link
   * #MAPPED} for everything else, and where there is no such file. What is to be opened for its durability, as {@link #DAX}, nothing
   * in the file says.
   *
   * @throws MediaUnavailable if the file cannot be read
   */
  public static FileMedium of(Path path) {
    if (MemoryEvidence.isDevice(path)) {
      return LLPL;
    }
    if (!Files.isRegularFile(path)) {
      return MAPPED;
    }
    try (FileReader reader = new FileReader(path)) {
      return LlplBlock.isPmdk(reader) ? LLPL : MAPPED;
    }
  }

  /** Makes a file of {@code sizeBytes} zeros, which may be extended up to {@code maxBytes}. */
  abstract Media create(Path path, long sizeBytes, long maxBytes);

  /**
   * Opens a file that has at least {@code sizeBytes} bytes and may be extended up to {@code maxBytes}.
   *
   * @param journal what its journal may use, on the medium that has one
   */
  abstract Media open(Path path, long sizeBytes, long maxBytes, JournalOptions journal);

  /** In which way a pool that nobody runs is worked on. */
  FileMedium offline() {
    return this;
  }

  /** Whether a pool cannot be made under another name first, because {@code path} is not a file. */
  boolean makesInPlace(Path path) {
    return false;
  }

  /**
   * Opens the bytes of the pool in a file for reading only, without mapping it. Needs nothing of what the medium needs, except on
   * devices. Must be closed.
   *
   * @throws MediaUnavailable if there is no such file, or it cannot be read
   * @throws NotAPool if it is a file of another medium; the message says of which
   * @throws Damaged if what leads to the pool inside of the file is not what was written
   */
  public PoolReader reader(Path path) {
    if (of(path) == LLPL) {
      throw new NotAPool(
          path.toString(),
          "it is a file of PMDK, as LLPL makes them, and not a mapped file; open it with FileMedium.LLPL (--media llpl), nothing was changed");
    }
    return new FileReader(path);
  }

  /**
   * Does nothing where a pool can be made shorter.
   *
   * @throws MediaUnavailable if it cannot; the message says what to do
   */
  public void requireResizable(Path path) {
    // A file can have any length.
  }
}
