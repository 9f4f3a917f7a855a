package dev.dormouse.emulation;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The choices that make one state out of those that a crash may leave: which of several possibilities, again and again, as
 * the questions come up. The first possibility is always the one in which most survives. A walk through all of them is
 * depth first: {@link #next} changes the last choice that can still be changed. Not thread-safe.
 */
final class Choices {
  private static final int RADIX = 36;

  /** A question about which release stores were executed. */
  static final long RELEASES = -1;

  /** A question about where the first new store is. */
  static final long PART = -2;

  /** How a question is answered that was not answered before; {@code number} counts the questions from 0. */
  private interface Policy {
    int answer(int number, int count);
  }

  private static final Policy NEWEST = (number, count) -> 0;

  private final Policy policy;
  private int[] taken = new int[16];
  private int[] counts = new int[16];
  private long[] questions = new long[16];
  private int size;
  private int asked;
  private boolean clamped;
  private IllegalStateException contradiction;

  private Choices(Policy policy) {
    this.policy = policy;
  }

  /** The first of all. */
  static Choices first() {
    return new Choices(NEWEST);
  }

  /** The last of all: as little as possible survives. */
  static Choices last() {
    return new Choices((number, count) -> count - 1);
  }

  /** Nothing survives but what one question is about, or everything but that. */
  static Choices alone(int question, boolean survives) {
    return new Choices((number, count) -> number == question == survives ? 0 : count - 1);
  }

  /** One at random; some keep most, some little, because the mean alone would leave every large one alike. */
  static Choices random(SplittableRandom random) {
    int keepOf8 = 1 + random.nextInt(7);
    return new Choices(
        (number, count) -> {
          if (random.nextInt(8) < keepOf8) {
            return random.nextBoolean() ? 0 : random.nextInt(count);
          }
          return count - 1;
        });
  }

  /**
   * Those that {@link #toString} printed.
   *
   * @throws NumberFormatException if it did not print that
   */
  static Choices parse(String text) {
    Choices choices = new Choices(NEWEST);
    int at = 0;
    while (at < text.length()) {
      int end = at + 1;
      int start = at;
      if (text.charAt(at) == '(') {
        end = text.indexOf(')', at);
        if (end < 0) {
          throw new NumberFormatException("no ) after ( in \"" + text + '"');
        }
        start = at + 1;
      }
      choices.append(Integer.parseUnsignedInt(text.substring(start, end), start > at ? 10 : RADIX), Integer.MAX_VALUE);
      at = start > at ? end + 1 : end;
    }
    return choices;
  }

  /**
   * Which of {@code count} possibilities, 0 for the first.
   *
   * @param about what is asked: a word, or one of the negative numbers above
   */
  int choose(int count, long about) {
    if (count == 1) {
      return 0;
    }
    if (asked == size) {
      append(policy.answer(asked, count), count);
      questions[asked] = about;
    } else if (counts[asked] == Integer.MAX_VALUE) {
      counts[asked] = count;
      clamped |= taken[asked] >= count;
      taken[asked] = Math.min(taken[asked], count - 1);
      questions[asked] = about;
    } else if (counts[asked] != count || questions[asked] != about) {
      contradiction =
          new IllegalStateException(
              "crash exploration: the recovery or the check read something else from the same content than a moment ago; they"
                  + " must not depend on time, chance, other threads or what an earlier crash left in memory");
      throw contradiction;
    }
    return taken[asked++];
  }

  /** The same, where the answer is known already. */
  int take(int choice, int count) {
    if (count > 1) {
      append(choice, count);
      asked++;
    }
    return choice;
  }

  private void append(int choice, int count) {
    if (size == taken.length) {
      taken = Arrays.copyOf(taken, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
      questions = Arrays.copyOf(questions, size * 2);
    }
    taken[size] = choice;
    counts[size++] = count;
  }

  /** Throws again what {@link #choose} threw, which the code under test may have caught. */
  void requireConsistent() {
    if (contradiction != null) {
      throw contradiction;
    }
  }

  /** Whether every choice that was given was asked for, and was possible. */
  boolean fitted() {
    for (int i = asked; i < size; i++) {
      if (taken[i] != 0) {
        return false;
      }
    }
    return !clamped;
  }

  /** How many questions there were. */
  int size() {
    return size;
  }

  int taken(int question) {
    return taken[question];
  }

  /** The first so many choices as text, none left out. */
  String prefix(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(length, size); i++) {
      append(text, taken[i]);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, int choice) {
    if (choice < RADIX) {
      text.append(Character.forDigit(choice, RADIX));
    } else {
      text.append('(').append(choice).append(')');
    }
  }

  /** These choices with another one, and nothing decided after it. */
  Choices with(int question, int choice) {
    Choices changed = new Choices(NEWEST);
    for (int i = 0; i <= question; i++) {
      changed.append(i == question ? choice : taken[i], Integer.MAX_VALUE);
    }
    for (int i = question + 1; i < size; i++) {
      changed.append(taken[i], Integer.MAX_VALUE);
    }
    return changed;
  }

  /** The same questions will be asked once more. */
  void restart() {
    asked = 0;
  }

  /** Forgets what was not asked, and goes to the next choices; false if these were the last. */
  boolean next() {
    size = asked;
    asked = 0;
    while (size > 0 && taken[size - 1] + 1 >= counts[size - 1]) {
      size--;
    }
    if (size == 0) {
      return false;
    }
    taken[size - 1]++;
    return true;
  }

  long hash() {
    long hash = 0;
    for (int i = 0; i < Math.min(asked, size); i++) {
      hash = Mix.of(hash, taken[i]);
    }
    return hash;
  }

  /** A character for each choice, without those at the end that keep all. */
  @Override
  public String toString() {
    return text(size);
  }

  /** The same for what was asked since {@link #restart} alone. */
  String askedText() {
    return text(Math.min(asked, size));
  }

  private String text(int length) {
    int end = length;
    while (end > 0 && taken[end - 1] == 0) {
      end--;
    }
    return end == 0 ? "0" : prefix(end);
  }
}
