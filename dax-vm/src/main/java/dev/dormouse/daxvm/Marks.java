package dev.dormouse.daxvm;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How far a machine said that it had come: a number for each thread's last acknowledged operation, and one for the life of the
 * store. It says so on a disk that is nothing else, and goes on when that disk has answered, so that in the record of both disks
 * what it says stands before everything that it did afterwards.
 */
final class Marks {
  /** Each number stands at the begin of a page of its own. */
  static final int PAGE_BYTES = 4096;

  /** Behind those of the threads: three numbers for each life of the store, see {@link Life}. */
  static final int LIFE = Work.THREADS;

  static final int COUNT = LIFE + 1;

  /** What a life comes to, in this order. */
  enum Life {
    BEGUN(0),
    OPEN(1),
    CLOSED(2);

    private static final int COUNT = 3;
    private final int index;

    Life(int index) {
      this.index = index;
    }

    /** The number that is said when the store has come to this. */
    long mark(int life) {
      return (long) life * COUNT + index;
    }
  }

  private final long[] numbers;

  Marks() {
    this(new long[COUNT]);
  }

  private Marks(long[] numbers) {
    this.numbers = numbers;
  }

  /** What {@link #toString} said. */
  static Marks of(String text) {
    return new Marks(Arrays.stream(text.split(",", -1)).mapToLong(Long::parseLong).toArray());
  }

  void set(int index, long number) {
    numbers[index] = number;
  }

  /** The number of a thread's last acknowledged operation. */
  int acknowledged(int thread) {
    return Math.toIntExact(numbers[thread]);
  }

  int[] acknowledged() {
    return Arrays.stream(numbers).limit(Work.THREADS).mapToInt(Math::toIntExact).toArray();
  }

  /** Acknowledged operations in all. */
  long sum() {
    return Arrays.stream(numbers).limit(Work.THREADS).sum();
  }

  /** Whether anything was promised: the store was there once, with its components. */
  boolean wasEverOpen() {
    return numbers[LIFE] >= Life.OPEN.mark(1);
  }

  /** Whether the last thing that was said of the store is that it was closed. */
  boolean isClosed() {
    return numbers[LIFE] % Life.COUNT == Life.CLOSED.index;
  }

  @Override
  public String toString() {
    return Arrays.stream(numbers).mapToObj(Long::toString).collect(Collectors.joining(","));
  }

  /** The machine's end. Threads: any, one for each number. */
  static final class Disk implements Closeable {
    private final FileChannel channel;

    /** DSYNC: a write returns when the disk has answered it. */
    Disk(Path device) throws IOException {
      channel = FileChannel.open(device, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    }

    void say(int index, long number) throws IOException {
      ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES).putLong(0, number);
      for (long at = (long) index * PAGE_BYTES; page.hasRemaining(); ) {
        at += channel.write(page, at);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
