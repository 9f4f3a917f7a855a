package dev.dormouse.emulation.junit;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;

// region structure
/** Numbers, one behind the other, and how many they are. */
class NumberLog {
  static final long COUNT = 0;
  static final long NUMBERS = 64;

  final Media media;

  NumberLog(Media media) {
    this.media = media;
  }

  void append(long number) {
    long count = media.getLong(COUNT);
    long at = NUMBERS + count * Long.BYTES;
    // (a) The number, where nobody looks yet.
    media.putLong(at, number);
    media.persist(at, Long.BYTES);
    // (b) Commit point. Not before (a) is durable, or the count could name a number that is not there.
    media.putLong(COUNT, count + 1);
    media.persist(COUNT, Long.BYTES);
  }

  List<Long> numbers() {
    List<Long> numbers = new ArrayList<>();
    for (long i = 0; i < media.getLong(COUNT); i++) {
      numbers.add(media.getLong(NUMBERS + i * Long.BYTES));
    }
    return numbers;
  }
}
// endregion
