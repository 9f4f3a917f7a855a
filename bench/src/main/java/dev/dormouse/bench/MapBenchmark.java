package dev.dormouse.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A map from 16 bytes to 100 bytes with a commit for each change: the tree, alone and in turns, beside LMDB and MVStore. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MapBenchmark {
  /** Without these LMDB's Java side would not reach its buffers; nobody else needs them. */
  static final String[] FLAGS = {
    "--enable-native-access=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
  };

  /** A filled map, and the entries in the order in which they are visited. */
  @State(Scope.Thread)
  public static class Filled {
    @Param({"epoch"})
    public String map;

    @Param({"100000"})
    public int entries;

    BenchMap measured;
    private BenchKeys keys;
    private final byte[] key = new byte[BenchMap.KEY_BYTES];
    private final byte[] value = new byte[BenchMap.VALUE_BYTES];
    private int visited;
    private int oldest;
    private int newest;

    @Setup(Level.Trial)
    public void create() {
      keys = new BenchKeys(2 * entries);
      measured = BenchMap.create(map, entries);
      measured.fill(keys, entries);
      newest = entries;
    }

    @TearDown(Level.Trial)
    public void close() {
      measured.close();
    }

    /** The next of the entries that are there from the beginning. */
    byte[] known() {
      keys.get(visited, key);
      visited = visited + 1 == entries ? 0 : visited + 1;
      return key;
    }

    byte[] next() {
      keys.get(newest, key);
      newest = newest + 1 == keys.count() ? 0 : newest + 1;
      return key;
    }

    byte[] last() {
      keys.get(oldest, key);
      oldest = oldest + 1 == keys.count() ? 0 : oldest + 1;
      return key;
    }

    /** Other bytes than the last time. */
    byte[] value() {
      value[visited % value.length]++;
      return value;
    }
  }

  @Benchmark
  public byte[] get(Filled filled) {
    if (!filled.measured.get(filled.known(), filled.value)) {
      throw new IllegalStateException("an entry is missing");
    }
    return filled.value;
  }

  /** A new value for a key that is there. */
  @Benchmark
  public void put(Filled filled) {
    filled.measured.put(filled.known(), filled.value());
  }

  /** A new entry and, in a commit of its own, the end of another: pages split and join, and the map stays as large. */
  @Benchmark
  public void putAndRemove(Filled filled) {
    filled.measured.put(filled.next(), filled.value());
    filled.measured.remove(filled.last());
  }
}
