package dev.dormouse.emulation;

import java.util.Arrays;
import java.util.Collection;
import java.util.SplittableRandom;

/**
 * The images that a crash at one moment can leave. A choice has one number per loose line: which of its distinct contents
 * is left, 0 being the durable one.
 */
final class ImageChooser {
  /** Is shown a choice, which it must not keep; returns whether it wants more. */
  interface Visitor {
    boolean visit(int[] choice);
  }

  private final CrashImage durable;
  private final LooseLine[] lines;
  private final int[][] versions;

  ImageChooser(CrashImage durable, Collection<LooseLine> loose) {
    this.durable = durable;
    LooseLine[] candidates = loose.toArray(LooseLine[]::new);
    LooseLine[] kept = new LooseLine[candidates.length];
    int[][] distinct = new int[candidates.length][];
    int count = 0;
    for (LooseLine line : candidates) {
      int[] versionsOfLine = line.distinctVersions();
      if (versionsOfLine.length > 1) {
        kept[count] = line;
        distinct[count++] = versionsOfLine;
      }
    }
    this.lines = Arrays.copyOf(kept, count);
    this.versions = Arrays.copyOf(distinct, count);
  }

  /** The number of distinct images, or {@code Long.MAX_VALUE} if there are more. */
  long count() {
    long count = 1;
    for (int[] options : versions) {
      if (count > Long.MAX_VALUE / options.length) {
        return Long.MAX_VALUE;
      }
      count *= options.length;
    }
    return count;
  }

  /** Shows every choice if there are at most {@code bound}, otherwise {@code bound} of them that {@code seed} decides. */
  void visit(long bound, long seed, Visitor visitor) {
    if (count() <= bound) {
      visitAll(visitor);
    } else {
      visitSome(bound, new SplittableRandom(seed), visitor);
    }
  }

  private void visitAll(Visitor visitor) {
    int[] choice = new int[lines.length];
    int line;
    do {
      if (!visitor.visit(choice)) {
        return;
      }
      line = 0;
      while (line < choice.length && ++choice[line] == versions[line].length) {
        choice[line++] = 0;
      }
    } while (line < choice.length);
  }

  /**
   * The images in which most mistakes show first: nothing kept, all kept, each line alone kept, each line alone dropped;
   * then random ones. Where the lines alone would take more than half of the bound, a random part of them is shown.
   */
  private void visitSome(long bound, SplittableRandom random, Visitor visitor) {
    int[] none = new int[lines.length];
    int[] all = all();
    long left = bound - 1;
    if (!visitor.visit(none) || left-- == 0 || !visitor.visit(all)) {
      return;
    }
    int[] order = shuffled(random);
    int singles = 2L * lines.length <= left ? lines.length : (int) (left / 4);
    for (int i = 0; i < singles && left >= 2; i++, left -= 2) {
      int line = order[i];
      none[line] = all[line];
      boolean more = visitor.visit(none);
      none[line] = 0;
      int last = all[line];
      all[line] = 0;
      more = more && visitor.visit(all);
      all[line] = last;
      if (!more) {
        return;
      }
    }
    while (left-- > 0 && visitor.visit(random(random))) {
      // The visitor counts.
    }
  }

  /** The choice that loses nothing. */
  int[] all() {
    int[] all = new int[lines.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = versions[i].length - 1;
    }
    return all;
  }

  /** A random choice; some are dense, some sparse, because the mean alone would leave every large one alike. */
  int[] random(SplittableRandom random) {
    int[] choice = new int[lines.length];
    int keepOf8 = 1 + random.nextInt(7);
    for (int i = 0; i < choice.length; i++) {
      if (random.nextInt(8) < keepOf8) {
        choice[i] = random.nextBoolean() ? versions[i].length - 1 : 1 + random.nextInt(versions[i].length - 1);
      }
    }
    return choice;
  }

  private int[] shuffled(SplittableRandom random) {
    int[] order = new int[lines.length];
    for (int i = 0; i < order.length; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  long contentHash(int[] choice) {
    long hash = durable.contentHash();
    for (int i = 0; i < choice.length; i++) {
      if (choice[i] != 0) {
        hash ^= lines[i].hash(0) ^ lines[i].hash(versions[i][choice[i]]);
      }
    }
    return hash;
  }

  /** Names a choice by what is kept, whatever the bytes are; 0 if nothing is. */
  long key(int[] choice) {
    long key = 0;
    for (int i = 0; i < choice.length; i++) {
      if (choice[i] != 0) {
        key ^= Mix.of(lines[i].line(), versions[i][choice[i]]);
      }
    }
    return key;
  }

  CrashImage image(int[] choice) {
    int count = 0;
    for (int one : choice) {
      count += one == 0 ? 0 : 1;
    }
    long[] patched = new long[count];
    long[] words = new long[count * CrashImage.LINE_WORDS];
    int at = 0;
    for (int i = 0; i < choice.length; i++) {
      if (choice[i] != 0) {
        patched[at] = lines[i].line();
        lines[i].copyWords(versions[i][choice[i]], words, at * CrashImage.LINE_WORDS);
        at++;
      }
    }
    return durable.with(patched, words, contentHash(choice));
  }

  /** For a report: which loose lines are left, and how much of each. */
  String describe(int[] choice) {
    StringBuilder text = new StringBuilder();
    int kept = 0;
    for (int i = 0; i < choice.length; i++) {
      if (choice[i] != 0) {
        kept++;
        if (kept <= 8) {
          text.append(
              String.format(
                  "%s0x%x: %d of %d pieces",
                  kept == 1 ? " [" : ", ",
                  lines[i].line() << CrashImage.LINE_SHIFT,
                  versions[i][choice[i]],
                  lines[i].versions() - 1));
        }
      }
    }
    String list = kept == 0 ? "" : text + (kept > 8 ? ", ...]" : "]");
    return kept + " of " + lines.length + " loose lines kept" + list;
  }
}
