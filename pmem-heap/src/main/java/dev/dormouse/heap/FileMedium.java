package dev.dormouse.heap;

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
    Media open(Path path, long sizeBytes, long maxBytes) {
      return MappedMedia.open(path, sizeBytes, maxBytes);
    }
  },

  /** Without the page cache, on a DAX file system on persistent memory: {@link DaxMedia}. */
  DAX {
    @Override
    Media create(Path path, long sizeBytes, long maxBytes) {
      return DaxMedia.create(path, sizeBytes, maxBytes);
    }

    @Override
    Media open(Path path, long sizeBytes, long maxBytes) {
      return DaxMedia.open(path, sizeBytes, maxBytes);
    }
  };

  /** Makes a file of {@code sizeBytes} zeros, which may be extended up to {@code maxBytes}. */
  abstract Media create(Path path, long sizeBytes, long maxBytes);

  /** Opens a file that has at least {@code sizeBytes} bytes and may be extended up to {@code maxBytes}. */
  abstract Media open(Path path, long sizeBytes, long maxBytes);
}
