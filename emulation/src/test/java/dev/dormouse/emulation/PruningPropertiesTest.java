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
 * read, are explored with and without it, and the checks see the same. A recovery counts its lives and does something else
 * in each, and the check looks elsewhere after each, so that what one life does not read another does.
 */
class PruningPropertiesTest {
  private static final int LINES = 3;

  /** Where the recoveries count their lives: in a line that is nobody else's. */
  private static final long COUNTER = LINES * 64;

  private static final int SIZE = LINES * 64 + 64;

  /** Does one thing to a medium; what it stores depends on what it reads. */
  private interface Step {
    void act(Media media);
  }

  @Property(tries = 150)
  void theSameIsSeenAndTheSameIsFound(@ForAll long seed, @ForAll PersistencyModel model) {
    Random random = new Random(seed);
    List<Step> scenario = steps(random, 3 + random.nextInt(6), true);
    List<List<Step>> lives = new ArrayList<>();
    for (int life = 0; life < 3; life++) {
      lives.add(steps(random, random.nextInt(4), false));
    }
    int depth = random.nextInt(3);
    long[] looksAt = {word(random), word(random), word(random)};
    CrashOptions options = CrashOptions.of(model).withImages(1 << 22, 1 << 22).withRecoveryDepth(depth);
    boolean ascending = random.nextBoolean();
    Set<String> all = seen(ascending ? options.withBulkAscending().withoutPruning() : options.withoutPruning(), scenario, lives, looksAt);
    Set<String> pruned = seen(ascending ? options.withBulkAscending() : options, scenario, lives, looksAt);
    assertThat(pruned).as("%s, depth %d", model, depth).isEqualTo(all);
  }

  private static Set<String> seen(CrashOptions options, List<Step> scenario, List<List<Step>> lives, long[] looksAt) {
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
            media -> recover(media, lives),
            (media, marks) -> seen.add(observe(media, looksAt) + " after " + marks),
            options);
    report.requireClean();
    assertThat(report.exhaustive()).isTrue();
    return seen;
  }

  private static void recover(Media media, List<List<Step>> lives) {
    int life = (int) media.getLong(COUNTER);
    media.putLong(COUNTER, life + 1L);
    media.persist(COUNTER, Long.BYTES);
    media.sync();
    lives.get(life % lives.size()).forEach(step -> step.act(media));
  }

  /** Looks at a second word only if the first says so, as a reader of a commit word does; which is the first, the life says. */
  private static String observe(Media media, long[] looksAt) {
    int life = (int) media.getLong(COUNTER);
    long first = media.getLong(looksAt[life % looksAt.length]);
    long second = first % 2 == 0 ? -1 : media.getLong(looksAt[(life + 1) % looksAt.length]);
    return life + ": " + first + " " + second + " " + (second == 3 ? 0 : media.getLong(looksAt[(life + 2) % looksAt.length]));
  }

  private static long word(Random random) {
    return random.nextInt(LINES * 64 / 24) * 24L;
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
            case 4 -> media -> media.putShort(Math.min(to + 7, COUNTER - 2), (short) value);
            case 5 -> media -> media.persist(to, Math.min(COUNTER - to, 8 + value * 16));
            case 6 ->
                media -> {
                  if (media.getLong(from) % 2 == 1) {
                    media.fill(Math.min(to, COUNTER - 24), 24, (byte) value);
                  }
                };
            default -> Media::sync;
          });
    }
    return steps;
  }
}
