package dev.dormouse.heap;

import java.util.Locale;

/** The ways in which {@link EmulatedDaxMedia} can write lines back. */
public enum FlushWay {
  /** The JVM's own intrinsic. Needs {@code --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED}. */
  INSTRUCTION("the JVM's write-back instruction"),
  /** The library libpmem. Needs {@code --enable-native-access=ALL-UNNAMED}, and the library. */
  PMDK("pmem_flush of libpmem"),
  /** A system call for each flush. Can be had everywhere. */
  FORCE("msync, a system call for each flush");

  /** The system property that names the way to take, in lower case; where it is not set, the fastest is taken. */
  public static final String PROPERTY = "dormouse.flush";

  private final String description;

  FlushWay(String description) {
    this.description = description;
  }

  String describe() {
    return description;
  }

  /**
   * The way that the property names; null if it is not set.
   *
   * @throws IllegalArgumentException if it names something else
   */
  static FlushWay pinned() {
    String name = System.getProperty(PROPERTY);
    if (name == null) {
      return null;
    }
    for (FlushWay way : values()) {
      if (way.toString().equals(name)) {
        return way;
      }
    }
    throw new IllegalArgumentException("-D" + PROPERTY + "=" + name + ": instruction, pmdk or force expected");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
