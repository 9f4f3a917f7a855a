package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a file on tmpfs gets pages of 2 MiB. The option {@code huge} of its mount decides, unless the system's switch overrides
 * every mount; files keep the pages that they have when either is changed.
 */
final class HugePages {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final Path SWITCH = Path.of("/sys/kernel/mm/transparent_hugepage/shmem_enabled");

  /** Below that, small pages have little to miss. */
  private static final long WORTH_IT_BYTES = 64L << 20;

  // Fields of a line of mountinfo, by place.
  private static final int MOUNT_POINT = 4;
  private static final int FIRST_OPTIONAL = 6;

  private HugePages() {}

  /**
   * What was found, and what to do where it would help.
   *
   * @param path of a file on tmpfs
   * @param sizeBytes its length, or what it may become
   */
  static List<String> notes(Path path, long sizeBytes) {
    try {
      String chosen = Files.isReadable(SWITCH) ? chosen(Files.readString(SWITCH)) : "";
      return notes(path.toRealPath(), sizeBytes, Files.readAllLines(MOUNTS), chosen);
    } catch (IOException e) {
      return List.of("whether it has large pages cannot be told: " + e.getMessage());
    }
  }

  /**
   * The same of what the system says.
   *
   * @param mountinfo the lines of {@code /proc/self/mountinfo}
   * @param override the system's switch; empty if it has none
   */
  static List<String> notes(Path file, long sizeBytes, List<String> mountinfo, String override) {
    Optional<String[]> mount = mountOf(file, mountinfo);
    String place = mount.map(fields -> unescaped(fields[MOUNT_POINT])).orElse(file.toString());
    String huge = mount.map(HugePages::hugeOption).orElse("never");
    if (override.isEmpty()) {
      return advice(sizeBytes, place + " has small pages: this system has no large ones for tmpfs");
    }
    if (override.equals("deny")) {
      return advice(sizeBytes, place + " has small pages: " + SWITCH + " says deny; echo never to it, and mount with huge=always");
    }
    if (override.equals("force") || huge.equals("always") || huge.equals("within_size")) {
      String by = override.equals("force") ? SWITCH + " says force" : "mounted huge=" + huge;
      return List.of(place + " has large pages of 2 MiB (" + by + ") for what was stored there since");
    }
    return advice(
        sizeBytes,
        place + " has small pages (huge=" + huge + "): random access to a large pool is faster with large ones; mount -o remount,huge=always "
            + place + ", then copy the closed pool");
  }

  private static List<String> advice(long sizeBytes, String sentence) {
    return sizeBytes < WORTH_IT_BYTES ? List.of() : List.of(sentence);
  }

  /** The mount that a file lies on: of those with the longest place, the last, which hides the others. */
  static Optional<String[]> mountOf(Path file, List<String> mountinfo) {
    Optional<String[]> best = Optional.empty();
    int longest = -1;
    for (String line : mountinfo) {
      String[] fields = line.split(" ", -1);
      if (fields.length > FIRST_OPTIONAL) {
        Path place = Path.of(unescaped(fields[MOUNT_POINT]));
        if (file.startsWith(place) && place.getNameCount() >= longest) {
          longest = place.getNameCount();
          best = Optional.of(fields);
        }
      }
    }
    return best;
  }

  /** The options of the file system are the last field, behind a dash, the type and the source. */
  private static String hugeOption(String[] fields) {
    return Arrays.stream(fields[fields.length - 1].split(",", -1))
        .filter(option -> option.startsWith("huge="))
        .map(option -> option.substring("huge=".length()))
        .findFirst()
        .orElse("never");
  }

  /** The word in brackets: {@code always within_size advise [never] deny force}. */
  static String chosen(String words) {
    return Arrays.stream(words.strip().split(" ", -1))
        .filter(word -> word.startsWith("[") && word.endsWith("]"))
        .map(word -> word.substring(1, word.length() - 1).toLowerCase(Locale.ROOT))
        .findFirst()
        .orElse("");
  }

  /** The kernel writes what would end a field as three octal digits behind a backslash. */
  static String unescaped(String field) {
    return field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
  }
}
