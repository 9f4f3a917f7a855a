package dev.dormouse.daxvm;

import dev.dormouse.heap.DaxMedia;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.FileReader;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaUnavailable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What the contract of media asks for, of the real one, as far as it goes without a test framework. */
final class MediumCheck {
  private static final int SIZE = 2 * 4096 + 100;
  private static final int RANDOM_CHANGES = 2000;

  private int checks;

  /** Checks a medium in a new file, which is deleted again; answers how many checks that were. */
  static int run(Path file) throws IOException {
    MediumCheck check = new MediumCheck();
    byte[] expected;
    try (DaxMedia media = DaxMedia.create(file, SIZE)) {
      check.says(media);
      check.isMappedSynchronously(file);
      check.numbers(media);
      check.bounds(media);
      expected = check.randomChanges(media);
    }
    check.isStillThere(file, expected);
    Files.delete(file);
    return check.checks;
  }

  /** What is said of a folder that is not on persistent memory, or whose file system cannot do it. */
  static String refusal(Path folder) {
    try (DaxMedia _ = DaxMedia.create(folder.resolve("refused.pool"), SIZE)) {
      throw new IllegalStateException(folder + " was taken for persistent memory");
    } catch (MediaUnavailable e) {
      return e.getMessage();
    }
  }

  private void says(Media media) {
    require(media.durabilityClass() == DurabilityClass.POWER_LOSS && media.flushes(), "its promise");
    require(media.sizeBytes() == SIZE && Arrays.equals(content(media), new byte[SIZE]), "zeros at first");
  }

  /** The kernel marks such a mapping with the letters sf. */
  private void isMappedSynchronously(Path file) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    int at = 0;
    while (!lines.get(at).endsWith(file.toString())) {
      at++;
    }
    while (!lines.get(at).startsWith("VmFlags:")) {
      at++;
    }
    require(List.of(lines.get(at).split(" ")).contains("sf"), "MAP_SYNC, of " + lines.get(at));
  }

  private void numbers(Media media) {
    for (long offset : new long[] {0, 1, 7, 8, 61, 4089, 4093, 4096, SIZE - 8}) {
      media.putLong(offset, 0x8877665544332211L);
      media.putInt(offset, 0xFFEEDDCC);
      media.putShort(offset, (short) 0xBBAA);
      media.putByte(offset, (byte) 0x99);
      media.persist(offset, Long.BYTES);
      require(media.getLong(offset) == 0x88776655FFEEBB99L, "numbers at " + offset);
    }
    media.putLongRelease(4096, -2);
    require(media.getLongAcquire(4096) == -2, "a word");
  }

  private void bounds(Media media) {
    for (long offset : new long[] {-1, Long.MIN_VALUE, SIZE, SIZE - 7, Long.MAX_VALUE - 3}) {
      refuses(() -> media.getLong(offset), "a read at " + offset);
      refuses(() -> media.putLong(offset, 1), "a write at " + offset);
      refuses(() -> media.flush(offset, 8), "a flush at " + offset);
      refuses(() -> media.fill(offset, 8, (byte) 1), "a fill at " + offset);
    }
    media.flush(SIZE, 0);
    media.flush(5, 0);
    media.sync();
  }

  private void refuses(Runnable access, String what) {
    try {
      access.run();
    } catch (IndexOutOfBoundsException _) {
      checks++;
      return;
    }
    throw new IllegalStateException(what + " was not refused");
  }

  /** Changes of every kind, made in an array as well. */
  private byte[] randomChanges(Media media) {
    Random random = new Random(0x5EED);
    byte[] expected = content(media);
    for (int i = 0; i < RANDOM_CHANGES; i++) {
      int length = random.nextInt(300);
      int to = random.nextInt(SIZE - length);
      int from = random.nextInt(SIZE - length);
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      switch (i % 4) {
        case 0 -> {
          media.write(to, bytes, 0, length);
          System.arraycopy(bytes, 0, expected, to, length);
        }
        case 1 -> {
          media.copy(from, to, length);
          System.arraycopy(expected, from, expected, to, length);
        }
        case 2 -> {
          media.fill(to, length, (byte) i);
          Arrays.fill(expected, to, to + length, (byte) i);
        }
        default -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(Math.max(1, length)).asSlice(0, length);
            media.read(from, segment);
            media.write(to, segment);
            System.arraycopy(expected, from, expected, to, length);
          }
        }
      }
      media.persist(to, length);
      require(i % 50 != 0 || Arrays.equals(content(media), expected), "change " + i);
    }
    media.settle(0, SIZE);
    return expected;
  }

  private void isStillThere(Path file, byte[] expected) {
    byte[] bytes = new byte[SIZE];
    try (FileReader reader = new FileReader(file)) {
      reader.read(0, bytes, 0, SIZE);
    }
    require(Arrays.equals(bytes, expected), "the file's content, read without a mapping");
    try (DaxMedia media = DaxMedia.open(file, SIZE)) {
      require(Arrays.equals(content(media), expected), "the content, mapped again");
    }
  }

  private static byte[] content(Media media) {
    byte[] bytes = new byte[SIZE];
    media.read(0, bytes, 0, SIZE);
    return bytes;
  }

  private void require(boolean holds, String what) {
    checks++;
    if (!holds) {
      throw new IllegalStateException("the medium fails at: " + what);
    }
  }
}
