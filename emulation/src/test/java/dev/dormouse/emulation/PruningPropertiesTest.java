package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * What pruning leaves out, nobody misses: random scenarios, with random recoveries that store what they make of what they
 * read, are explored with and without it, and the checks see the same.
 */
class PruningPropertiesTest {
  private static final int LINES = 3;
  private static final int SIZE = LINES * 64;

  /** Does one thing to a medium; what it stores depends on what it reads. */
  private interface Step {
    void act(Media media);
  }

  @Property(tries = 150)
  void theSameIsSeenAndTheSameIsFound(@ForAll long seed, @ForAll PersistencyModel model) {
    Random random = new Random(seed);
    List<Step> scenario = steps(random, 3 + random.nextInt(6), true);
    List<Step> recovery = steps(random, random.nextInt(5), false);
    int depth = random.nextInt(3);
    long[] looksAt = {word(random), word(random), word(random)};
    CrashOptions options = CrashOptions.of(model).withImages(1 << 22, 1 << 22).withRecoveryDepth(depth);
    boolean ascending = random.nextBoolean();
    Set<String> all = seen(ascending ? options.withBulkAscending().withoutPruning() : options.withoutPruning(), scenario, recovery, looksAt);
    Set<String> pruned = seen(ascending ? options.withBulkAscending() : options, scenario, recovery, looksAt);
    assertThat(pruned).as("%s, depth %d", model, depth).isEqualTo(all);
  }

  private static Set<String> seen(CrashOptions options, List<Step> scenario, List<Step> recovery, long[] looksAt) {
    Set<String> seen = new TreeSet<>();
    CrashReport report =
        CrashExplorer.explore(
            CrashMedia.zeros(SIZE),
            media -> {
              media.putLong(0, 5);
              media.fence();
              for (int i = 0; i < scenario.size(); i++) {
                scenario.get(i).act(media);
                if (i % 3 == 2) {
                  media.mark(i);
                }
              }
            },
            media -> recovery.forEach(step -> step.act(media)),
            (media, marks) -> seen.add(observe(media, looksAt) + " after " + marks),
            options);
    report.requireClean();
    assertThat(report.exhaustive()).isTrue();
    return seen;
  }

  /** Looks at a second word only if the first says so, as a reader of a commit word does. */
  private static String observe(Media media, long[] looksAt) {
    long first = media.getLong(looksAt[0]);
    long second = first % 2 == 0 ? -1 : media.getLong(looksAt[1]);
    return first + " " + second + " " + (second == 3 ? 0 : media.getLong(looksAt[2]));
  }

  private static long word(Random random) {
    return random.nextInt(SIZE / 24) * 24L;
  }

  private static List<Step> steps(Random random, int count, boolean syncs) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long from = word(random);
      long to = word(random);
      long value = random.nextInt(4);
      steps.add(
          switch (random.nextInt(syncs ? 8 : 7)) {
            case 0, 1 -> media -> media.putLong(to, value);
            case 2 -> media -> media.putLongRelease(to, value);
            case 3 -> media -> media.putLong(to, media.getLong(from) + value);
            case 4 -> media -> media.putShort(Math.min(to + 7, SIZE - 2), (short) value);
            case 5 -> media -> media.persist(to, Math.min(SIZE - to, 8 + value * 16));
            case 6 ->
                media -> {
                  if (media.getLong(from) % 2 == 1) {
                    media.fill(Math.min(to, SIZE - 24), 24, (byte) value);
                  }
                };
            default -> Media::sync;
          });
    }
    return steps;
  }
}
