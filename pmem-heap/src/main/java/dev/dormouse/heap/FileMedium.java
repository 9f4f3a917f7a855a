package dev.dormouse.heap;

import java.nio.file.Path;

/** The ways in which a pool's file can be reached. A file may be opened now in one way and now in another. */
public enum FileMedium {
  /** Through the page cache, on any file system: {@link MappedMedia}. */
  MAPPED {
    @Override
    Media create(Path path, long sizeBytes) {
      return MappedMedia.create(path, sizeBytes);
    }

    @Override
    Media open(Path path, long sizeBytes) {
      return MappedMedia.open(path, sizeBytes);
    }
  },

  /** Without the page cache, on a DAX file system on persistent memory: {@link DaxMedia}. */
  DAX {
    @Override
    Media create(Path path, long sizeBytes) {
      return DaxMedia.create(path, sizeBytes);
    }

    @Override
    Media open(Path path, long sizeBytes) {
      return DaxMedia.open(path, sizeBytes);
    }
  };

  /** Makes a file of zeros. */
  abstract Media create(Path path, long sizeBytes);

  /** Opens a file that has at least {@code sizeBytes} bytes. */
  abstract Media open(Path path, long sizeBytes);
}
