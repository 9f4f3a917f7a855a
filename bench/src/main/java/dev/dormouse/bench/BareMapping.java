package dev.dormouse.bench;

import dev.dormouse.heap.Media;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/**
 * The floor: a file of the pool's size, mapped and filled, with nothing but a record and a state per component, a log line and
 * a sequence word. Its operations are what the hardware has to do at the least; nothing here could be rolled back.
 */
final class BareMapping implements AutoCloseable {
  private static final int RECORD_BYTES = 128;
  private static final int CLAIM = 0;
  private static final int STATE_OFFSET = 8;
  private static final int LOG_LINES = 64;
  private static final long LOG_OFFSET = 4096;
  private static final long RECORDS_OFFSET = LOG_OFFSET + LOG_LINES * (long) Media.LINE_BYTES;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();

  private final Scratch scratch = new Scratch();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final MemorySegment line = MemorySegment.ofArray(new byte[Media.LINE_BYTES]);
  private final long[] records;
  private int next;
  private int logLine;

  /** A mapping of {@code sizeBytes} with a record and a state for each of the population's measured components. */
  BareMapping(Population population) {
    this(population.poolBytes(), population.measured(), population.stateBytes());
  }

  /** A mapping of zeros without records. */
  BareMapping(long sizeBytes) {
    this(sizeBytes, 0, 0);
  }

  private BareMapping(long sizeBytes, int count, long stateBytes) {
    try (FileChannel channel =
        FileChannel.open(
            scratch.file("bare.floor"), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_BYTES);
      for (long at = 0; at < sizeBytes; at += zeros.position()) {
        zeros.clear().limit((int) Math.min(CHUNK_BYTES, sizeBytes - at));
        channel.write(zeros, at);
      }
      memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, arena);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // Populated for writing, like the store's own mapping.
    for (long at = 0; at < sizeBytes; at += 4096) {
      memory.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
    }
    records = new long[count];
    int[] order = Sleepers.shuffled(count);
    long states = RECORDS_OFFSET + (long) count * RECORD_BYTES;
    for (int i = 0; i < count; i++) {
      records[i] = RECORDS_OFFSET + (long) order[i] * RECORD_BYTES;
      memory.set(LONG, records[i] + STATE_OFFSET, states + order[i] * stateBytes);
    }
  }

  MemorySegment memory() {
    return memory;
  }

  /** The record that comes next in the shuffled order. */
  long nextRecord() {
    long record = records[next];
    next = next + 1 == records.length ? 0 : next + 1;
    return record;
  }

  /** Reads a record, claims it by a compare-and-set, and reads its state. */
  long wake(long record) {
    claim(record);
    return memory.get(LONG, memory.get(LONG, record + STATE_OFFSET) + Programs.READ_OFFSET);
  }

  /** Claims a record, or gives it back. */
  boolean claim(long record) {
    long seen = (long) WORD.getVolatile(memory, record + CLAIM);
    return WORD.compareAndSet(memory, record + CLAIM, seen, seen ^ 1);
  }

  /** Three lines, each ordered before the next: the log's, the state's, and the one with the sequence word. */
  void persistThreeLines(long record) {
    logLine = (logLine + 1) % LOG_LINES;
    store(LOG_OFFSET + (long) logLine * Media.LINE_BYTES);
    store(memory.get(LONG, record + STATE_OFFSET));
    store(0);
  }

  /** The same where there are no records. */
  void persistThreeLines() {
    logLine = (logLine + 1) % LOG_LINES;
    store(LOG_OFFSET + (long) logLine * Media.LINE_BYTES);
    store(RECORDS_OFFSET);
    store(0);
  }

  /** Zeroes bytes behind the log. */
  void zero(long lengthBytes) {
    zero(0, lengthBytes);
  }

  /** Zeroes bytes from some byte behind the log on. */
  void zero(long from, long lengthBytes) {
    memory.asSlice(RECORDS_OFFSET + from, lengthBytes).fill((byte) 0);
  }

  private void store(long offset) {
    MemorySegment.copy(line, 0, memory, offset, Media.LINE_BYTES);
    VarHandle.releaseFence();
  }

  @Override
  public void close() {
    arena.close();
    scratch.close();
  }
}
