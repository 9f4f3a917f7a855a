package dev.dormouse.daxvm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A disk with a cache that is lost with the power. A write is in the cache as soon as it was asked for, and from then on the disk
 * may keep it at any time, whole or some of its sectors; it is kept for certain when a flush was answered that was asked for after
 * the write had been answered.
 */
final class LossyDisk {
  private static final int SECTOR_BYTES = 512;
  private static final int PAGE_BYTES = 4096;

  private final byte[][] kept;
  private final BitSet all = new BitSet();
  private final Map<Integer, Write> cached = new LinkedHashMap<>();
  private final Map<Integer, List<Integer>> flushes = new HashMap<>();

  /** Which of the cached writes a cut leaves on the disk. */
  enum Leftover {
    /** None of them. */
    NONE,
    /** All of them. */
    ALL,
    /** The first ones, the last of them up to one of its sectors. */
    PREFIX,
    /** Any of them, each whole. */
    SOME,
    /** Any of their sectors. */
    SECTORS
  }

  private static final class Write {
    final long offset;
    final byte[] bytes;
    boolean done;

    Write(long offset, byte[] bytes) {
      this.offset = offset;
      this.bytes = bytes;
    }
  }

  /** The disk as a file has it. */
  LossyDisk(Path file) throws IOException {
    kept = new byte[Math.toIntExact(Files.size(file) / PAGE_BYTES)][];
    all.set(0, kept.length);
    byte[] zeros = new byte[PAGE_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int page = 0; page < kept.length; page++) {
        byte[] bytes = in.readNBytes(PAGE_BYTES);
        kept[page] = Arrays.equals(bytes, zeros) ? null : bytes;
      }
    }
  }

  /** A write was asked for. */
  void write(int request, long offset, byte[] bytes) {
    cached.put(request, new Write(offset, bytes));
  }

  /** A flush was asked for. */
  void flush(int request) {
    flushes.put(request, cached.entrySet().stream().filter(entry -> entry.getValue().done).map(Map.Entry::getKey).toList());
  }

  /**
   * A write or a flush was answered.
   *
   * @return whether it keeps more for certain than before
   */
  boolean done(int request) {
    List<Integer> flushed = flushes.remove(request);
    if (flushed == null) {
      cached.get(request).done = true;
      return false;
    }
    boolean more = false;
    for (Integer one : flushed) {
      Write write = cached.remove(one);
      // Two flushes may have been on their way at once.
      if (write != null) {
        put(kept, all, write, 0, write.bytes.length);
        more = true;
      }
    }
    return more;
  }

  /** How many writes a cut may take. */
  int cachedWrites() {
    return cached.size();
  }

  /** Writes the image that a cut leaves now, over whatever the file holds. */
  void leave(Leftover leftover, RandomGenerator random, Path file) throws IOException {
    byte[][] image = kept.clone();
    BitSet own = new BitSet();
    List<Write> writes = new ArrayList<>(cached.values());
    int prefix = leftover == Leftover.PREFIX ? random.nextInt(writes.size() + 1) : 0;
    for (int i = 0; i < writes.size(); i++) {
      Write write = writes.get(i);
      int length = write.bytes.length;
      // The file system's first page has a checksum over two sectors, and no second copy that a mount would look at.
      int unit = write.offset < PAGE_BYTES ? length : SECTOR_BYTES;
      switch (leftover) {
        case NONE -> {}
        case ALL -> put(image, own, write, 0, length);
        case PREFIX -> {
          if (i < prefix) {
            put(image, own, write, 0, i == prefix - 1 ? (random.nextInt(length / unit) + 1) * unit : length);
          }
        }
        case SOME -> {
          if (random.nextBoolean()) {
            put(image, own, write, 0, length);
          }
        }
        case SECTORS -> {
          for (int at = 0; at < length; at += unit) {
            if (random.nextBoolean()) {
              put(image, own, write, at, unit);
            }
          }
        }
      }
    }
    store(image, file);
  }

  /** Puts a part of a write into an image; pages that are not its own yet are copied before. */
  private static void put(byte[][] image, BitSet own, Write write, int from, int length) {
    for (int at = from; at < from + length; ) {
      int page = Math.toIntExact((write.offset + at) / PAGE_BYTES);
      int within = (int) ((write.offset + at) % PAGE_BYTES);
      int bytes = Math.min(from + length - at, PAGE_BYTES - within);
      if (image[page] == null) {
        image[page] = new byte[PAGE_BYTES];
      } else if (!own.get(page)) {
        image[page] = image[page].clone();
      }
      own.set(page);
      System.arraycopy(write.bytes, at, image[page], within, bytes);
      at += bytes;
    }
  }

  private static void store(byte[][] image, Path file) throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int page = 0; page < image.length; page++) {
        if (image[page] != null || page == image.length - 1) {
          ByteBuffer bytes = image[page] == null ? ByteBuffer.allocate(PAGE_BYTES) : ByteBuffer.wrap(image[page]);
          while (bytes.hasRemaining()) {
            channel.write(bytes, (long) page * PAGE_BYTES + bytes.position());
          }
        }
      }
    }
  }
}
