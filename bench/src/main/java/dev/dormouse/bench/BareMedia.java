package dev.dormouse.bench;

import dev.dormouse.emulation.slow.LatencyProfile;
import dev.dormouse.emulation.slow.SlowMedia;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The floor on a slow medium: what {@link BareMapping} is on a bare mapping, through the verbs of a medium and with what it makes
 * of flushes, fences and syncs. Nothing here could be rolled back.
 */
final class BareMedia implements AutoCloseable {
  private static final int RECORD_BYTES = 128;
  private static final int CLAIM = 0;
  private static final int STATE_OFFSET = 8;
  private static final int LOG_LINES = 64;
  private static final long LOG_OFFSET = 4096;
  private static final long RECORDS_OFFSET = LOG_OFFSET + LOG_LINES * (long) Media.LINE_BYTES;

  private final Scratch scratch = new Scratch();
  private final Media media;
  private final Runnable closing;
  private final byte[] line = new byte[Media.LINE_BYTES];
  private final long[] records;
  private final long stateBytes;
  private int next;
  private int logLine;

  /** A slow medium with a record and a state for each of the population's measured components. */
  BareMedia(Population population, LatencyProfile profile) {
    this(
        population,
        path -> {
          Media mapped = MappedMedia.create(path, population.poolBytes());
          return new Opened(mapped, filled -> new SlowMedia(filled, profile), mapped::close);
        });
  }

  /** The same on a medium of its own. There was a pool on it, of which nothing is left. */
  BareMedia(Population population, BenchMedium medium) {
    this(
        population,
        path -> {
          Pool pool = medium.createPool(path, population.poolBytes());
          return new Opened(pool.media(), UnaryOperator.identity(), pool::abandon);
        });
  }

  /** A medium that is to be filled, what is measured then, and what closes it. */
  private record Opened(Media media, UnaryOperator<Media> measured, Runnable closing) {}

  private BareMedia(Population population, Function<Path, Opened> opening) {
    stateBytes = population.stateBytes();
    Opened opened = opening.apply(scratch.file("bare.floor"));
    closing = opened.closing;
    int count = population.measured();
    records = new long[count];
    int[] order = Sleepers.shuffled(count);
    long states = RECORDS_OFFSET + (long) count * RECORD_BYTES;
    for (int i = 0; i < count; i++) {
      records[i] = RECORDS_OFFSET + (long) order[i] * RECORD_BYTES;
      opened.media.putLong(records[i] + STATE_OFFSET, states + order[i] * stateBytes);
    }
    media = opened.measured.apply(opened.media);
  }

  /** The record that comes next in the shuffled order. */
  long nextRecord() {
    long record = records[next];
    next = next + 1 == records.length ? 0 : next + 1;
    return record;
  }

  /** Reads a record, claims it, and reads its state. */
  long wake(long record) {
    claim(record);
    return media.getLong(media.getLong(record + STATE_OFFSET) + Programs.READ_OFFSET);
  }

  /** Claims a record, or gives it back. A medium has no compare-and-set; the store stands for it. */
  void claim(long record) {
    media.putLongRelease(record + CLAIM, media.getLongAcquire(record + CLAIM) ^ 1);
  }

  /** Three lines, each persisted before the next: the log's, the state's, and the one with the sequence word; then a sync. */
  void persistThreeLines(long record) {
    logLine = (logLine + 1) % LOG_LINES;
    persist(LOG_OFFSET + (long) logLine * Media.LINE_BYTES);
    persist(media.getLong(record + STATE_OFFSET));
    persist(0);
    media.sync();
  }

  private void persist(long offset) {
    media.write(offset, line, 0, line.length);
    media.persist(offset, line.length);
  }

  /** The first component's state copied away and persisted; a word of each of its pages stored, and persisted; a sync. */
  void copyAndStore() {
    long state = media.getLong(records[0] + STATE_OFFSET);
    long log = state + 2 * stateBytes;
    media.copy(state, log, stateBytes);
    media.persist(log, stateBytes);
    for (long at = 0; at < stateBytes; at += Geometry.PAGE_BYTES) {
      media.putLong(state + at, at);
      media.flush(state + at, Long.BYTES);
    }
    media.fence();
    media.sync();
  }

  @Override
  public void close() {
    closing.run();
    scratch.close();
  }
}
