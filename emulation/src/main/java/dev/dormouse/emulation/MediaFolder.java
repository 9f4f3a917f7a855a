package dev.dormouse.emulation;

import dev.dormouse.heap.ArchiveFolder;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Media;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A range of a medium as a folder of a few files, so that it can crash together with them: each has a slot of the same length, whose
 * first sector says its name, durably when it is made. A file is as long as its slot has room, and zeros where nothing was written.
 * Models as for {@link MediaDisk}.
 *
 * <p>Threads: one at a time.
 */
public final class MediaFolder implements ArchiveFolder {
  private static final int SECTOR = MediaDisk.SECTOR_BYTES;

  private final String name;
  private final Media media;
  private final long offset;
  private final int slots;
  private final long fileBytes;

  /**
   * The bytes from {@code offset} on, {@link #bytes} of them; zeros are an empty folder.
   *
   * @param slots how many files there may be
   * @param fileBytes how long each may be, a multiple of {@link MediaDisk#SECTOR_BYTES}
   */
  public MediaFolder(String name, Media media, long offset, int slots, long fileBytes) {
    this.name = name;
    this.media = media;
    this.offset = offset;
    this.slots = slots;
    this.fileBytes = fileBytes;
  }

  /** How many bytes of a medium a folder takes. */
  public static long bytes(int slots, long fileBytes) {
    return slots * (SECTOR + fileBytes);
  }

  @Override
  public String describe() {
    return name;
  }

  private long slot(int number) {
    return offset + number * (SECTOR + fileBytes);
  }

  /** Empty where the slot is free. */
  private String nameIn(int slot) {
    byte[] bytes = new byte[SECTOR];
    media.read(slot(slot), bytes, 0, SECTOR);
    int length = 0;
    while (length < SECTOR && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private int find(String file) {
    for (int i = 0; i < slots; i++) {
      if (nameIn(i).equals(file)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      String file = nameIn(i);
      if (!file.isEmpty()) {
        names.add(file);
      }
    }
    return names;
  }

  @Override
  public DiskFile open(String file) throws FileNotFoundException {
    int slot = find(file);
    if (slot < 0) {
      throw new FileNotFoundException(name + ": there is no file " + file);
    }
    return fileIn(slot, file);
  }

  private DiskFile fileIn(int slot, String file) {
    return new MediaDisk(name + "/" + file, media, slot(slot) + SECTOR, fileBytes);
  }

  @Override
  public DiskFile create(String file) throws IOException {
    delete(file);
    int slot = find("");
    if (slot < 0) {
      throw new IOException("no room for another file in " + name + ", which has " + slots);
    }
    clear(slot(slot) + SECTOR, fileBytes);
    say(slot, file);
    return fileIn(slot, file);
  }

  private void clear(long from, long length) {
    byte[] bytes = new byte[Math.toIntExact(length)];
    media.read(from, bytes, 0, bytes.length);
    if (!Arrays.equals(bytes, new byte[bytes.length])) {
      media.fill(from, length, (byte) 0);
      media.settle(from, length);
    }
  }

  private void say(int slot, String file) {
    byte[] bytes = Arrays.copyOf(file.getBytes(StandardCharsets.UTF_8), SECTOR);
    media.write(slot(slot), bytes, 0, SECTOR);
    media.settle(slot(slot), SECTOR);
  }

  @Override
  public void delete(String file) {
    int slot = find(file);
    if (slot >= 0) {
      say(slot, "");
    }
  }

  /** Does nothing: the medium is not this folder's. */
  @Override
  public void close() {
    // See above.
  }
}
