package dev.dormouse.component;

import dev.dormouse.emulation.fuzz.Mutation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What is done to a pool: changes of records, each of which is sealed anew or not. It prints itself as it is written in the corpus:
 * {@code closed; sealed the record of one: LONG 24 0x40; plain symbol 3: CUT 4 0x0}.
 *
 * @param pool {@code closed} or {@code killed}
 */
record FuzzCase(String pool, List<Hit> hits) {
  private static final int MOST_HITS = 3;
  private static final int MIXED_ONE_IN = 4;

  /**
   * One change.
   *
   * @param record what it changes, as {@link SurveyMap} calls it
   */
  record Hit(boolean sealed, String record, Mutation mutation) {
    @Override
    public String toString() {
      return (sealed ? "sealed " : "plain ") + record + ": " + mutation;
    }

    static Hit parse(String text) {
      int blank = text.indexOf(' ');
      int colon = text.lastIndexOf(": ");
      return new Hit(text.startsWith("sealed "), text.substring(blank + 1, colon), Mutation.parse(text.substring(colon + 2)));
    }
  }

  /** Thinks of something to do to one of the kinds of records that there are: each kind as often as the others, however many it has; most often to several of one kind. */
  static FuzzCase random(Random random, FuzzSubject subject) {
    return random(random, subject, subject.spansOfOneKind(random));
  }

  /** The same, most often to some of these records. */
  static FuzzCase random(Random random, FuzzSubject subject, List<SurveySpan> some) {
    List<Hit> hits = new ArrayList<>();
    List<SurveySpan> chosen = some;
    for (int count = 1 + random.nextInt(MOST_HITS); count > 0; count--) {
      if (random.nextInt(MIXED_ONE_IN) == 0) {
        chosen = subject.spansOfOneKind(random);
      }
      SurveySpan span = chosen.get(random.nextInt(chosen.size()));
      hits.add(new Hit(random.nextInt(4) != 0, span.what(), Mutation.random(random, span.length(), SurveyPools.GEOMETRY.sizeBytes())));
    }
    return new FuzzCase(subject.name(), hits);
  }

  static FuzzCase parse(String line) {
    List<String> parts = List.of(line.split("; ", -1));
    return new FuzzCase(parts.getFirst(), parts.stream().skip(1).map(Hit::parse).toList());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(pool);
    hits.forEach(hit -> text.append("; ").append(hit));
    return text.toString();
  }
}
