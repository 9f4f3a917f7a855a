package dev.dormouse.cli;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Durations in nanoseconds, collected by one thread, that can be sent from process to process in pieces. */
final class Latencies {
  private static final long MOST_NANOS = 60_000_000_000L;
  private static final int DIGITS = 3;

  private final Histogram histogram = new Histogram(1, MOST_NANOS, DIGITS);

  void add(long nanos) {
    histogram.recordValue(Math.clamp(nanos, 1, MOST_NANOS));
  }

  /** What was collected since the last call, as text. */
  String take() {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    histogram.reset();
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
  }

  /** Adds what {@link #take} gave elsewhere. */
  void add(String taken) {
    try {
      histogram.add(Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(taken)), MOST_NANOS));
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("not latencies: " + e.getMessage(), e);
    }
  }

  Summary summary() {
    return new Summary(
        histogram.getTotalCount(),
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(99),
        histogram.getValueAtPercentile(99.9));
  }

  /** Percentiles, in nanoseconds. */
  record Summary(long count, long medianNanos, long p99Nanos, long p999Nanos) {
    @Override
    public String toString() {
      return count == 0
          ? "none"
          : "median " + Durations.of(medianNanos) + ", p99 " + Durations.of(p99Nanos) + ", p99.9 " + Durations.of(p999Nanos)
              + String.format(" (of %,d)", count);
    }
  }
}
