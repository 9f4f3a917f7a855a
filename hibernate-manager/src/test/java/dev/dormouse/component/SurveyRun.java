package dev.dormouse.component;

import dev.dormouse.component.SurveyJudge.Damage;
import dev.dormouse.component.SurveyJudge.Outcome;
import dev.dormouse.component.SurveySpan.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;

/** Runs the cases of one pool, in as many threads as there are processors; none may take longer than some seconds. */
final class SurveyRun {
  private static final int LINE_BYTES = 64;
  private static final int MOST_FAILURES = 40;
  private static final long MOST_CASE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final byte[] pool;
  private final List<SurveySpan> spans;
  private final int[] spanOf;
  private final SurveyJudge judge;
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, LongAdder> sums = new ConcurrentHashMap<>();
  private final LongAdder cases = new LongAdder();

  SurveyRun(byte[] pool, List<SurveySpan> spans, SurveyJudge judge) {
    this.pool = pool;
    this.spans = spans;
    this.judge = judge;
    this.spanOf = new int[pool.length];
    for (int i = 0; i < spans.size(); i++) {
      for (int at = spans.get(i).offset(); at < spans.get(i).end(); at++) {
        spanOf[at] = i;
      }
    }
  }

  /** What went wrong; empty if nothing did. */
  List<String> failures() {
    return failures;
  }

  long cases() {
    return cases.sum();
  }

  /** How often damage to a kind of record led to an outcome. */
  long count(Kind kind, Outcome outcome) {
    LongAdder sum = sums.get(kind + " " + outcome);
    return sum == null ? 0 : sum.sum();
  }

  /**
   * Flips bits, one at a time.
   *
   * @param stride of the bits of a span, each whose number is a multiple of it
   */
  void flipBits(ToIntFunction<SurveySpan> stride) {
    List<Integer> bits = new ArrayList<>();
    for (SurveySpan span : spans) {
      int step = stride.applyAsInt(span);
      int first = Math.floorMod(-span.offset() * 8, step);
      for (int bit = span.offset() * 8 + first; bit < span.end() * 8; bit += step) {
        bits.add(bit);
      }
    }
    run(
        bits.size(),
        copy -> i -> {
          int bit = bits.get(i);
          copy[bit / 8] ^= (byte) (1 << bit % 8);
          try {
            judge(copy, Damage.FLIPPED, bit / 8, bit / 8 + 1, "bit " + bit % 8 + " of byte " + bit / 8);
          } finally {
            copy[bit / 8] = pool[bit / 8];
          }
        });
  }

  /** Zeroes each record. */
  void zeroRecords() {
    List<SurveySpan> records = spans.stream().filter(span -> span.kind().isMetadata()).toList();
    run(
        records.size(),
        copy -> i -> {
          SurveySpan span = records.get(i);
          Arrays.fill(copy, span.offset(), span.end(), (byte) 0);
          try {
            judge(copy, Damage.ZEROED, span.offset(), span.end(), "zeros in place of");
          } finally {
            System.arraycopy(pool, span.offset(), copy, span.offset(), span.length());
          }
        });
  }

  /** Swaps each line with the next. */
  void swapLines() {
    run(
        pool.length / LINE_BYTES - 1,
        copy -> i -> {
          int at = i * LINE_BYTES;
          System.arraycopy(pool, at, copy, at + LINE_BYTES, LINE_BYTES);
          System.arraycopy(pool, at + LINE_BYTES, copy, at, LINE_BYTES);
          try {
            judge(copy, Damage.SWAPPED, at, at + 2 * LINE_BYTES, "the line at " + at + " and the next swapped");
          } finally {
            System.arraycopy(pool, at, copy, at, 2 * LINE_BYTES);
          }
        });
  }

  private void judge(byte[] damaged, Damage damage, int from, int to, String what) {
    BitSet changed = new BitSet();
    for (int at = from; at < to; at++) {
      if (damaged[at] != pool[at]) {
        changed.set(at);
      }
    }
    if (changed.isEmpty()) {
      return;
    }
    List<SurveySpan> hit = spans.subList(spanOf[from], spanOf[to - 1] + 1);
    cases.increment();
    try {
      Outcome outcome = judge.judge(damaged, damage, hit, changed);
      for (SurveySpan span : hit) {
        sums.computeIfAbsent(span.kind() + " " + outcome, _ -> new LongAdder()).increment();
      }
    } catch (RuntimeException | Error e) {
      if (failures.size() < MOST_FAILURES) {
        failures.add(what + " " + describe(hit) + ": " + e + at(e));
      }
    }
  }

  private static String describe(List<SurveySpan> hit) {
    StringBuilder text = new StringBuilder();
    for (SurveySpan span : hit) {
      text.append(" [").append(span.what()).append(" at ").append(span.offset()).append(" +").append(span.length()).append(']');
    }
    return text.length() > 300 ? text.substring(0, 300) : text.toString();
  }

  private static String at(Throwable thrown) {
    if (thrown instanceof AssertionError) {
      return "";
    }
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    StackTraceElement[] trace = cause.getStackTrace();
    return " " + cause + " at " + String.join(" ", Arrays.stream(trace).limit(6).map(Object::toString).toList());
  }

  private interface Worker {
    IntConsumer over(byte[] copy);
  }

  private void run(int count, Worker worker) {
    AtomicInteger next = new AtomicInteger();
    int threads = Runtime.getRuntime().availableProcessors();
    List<Thread> workers = new ArrayList<>();
    long[] startedNanos = new long[threads];
    for (int t = 0; t < threads; t++) {
      int self = t;
      Thread thread =
          new Thread(
              () -> {
                IntConsumer run = worker.over(pool.clone());
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                  startedNanos[self] = System.nanoTime();
                  run.accept(i);
                }
              },
              "survey-" + t);
      thread.setDaemon(true);
      workers.add(thread);
      startedNanos[t] = System.nanoTime();
      thread.start();
    }
    for (int t = 0; t < threads; t++) {
      await(workers.get(t), startedNanos, t);
    }
  }

  private void await(Thread worker, long[] startedNanos, int index) {
    try {
      while (!worker.join(Duration.ofSeconds(1))) {
        if (System.nanoTime() - startedNanos[index] > MOST_CASE_NANOS) {
          StringBuilder where = new StringBuilder("a case hangs:");
          for (StackTraceElement frame : worker.getStackTrace()) {
            where.append("\n    ").append(frame);
          }
          failures.add(where.toString());
          return;
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
