package dev.dormouse.component;

import dev.dormouse.region.Region;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** The JVM that {@link KillTest} kills: runs turns without end, and writes into ledgers what it is about to do and did. */
public final class KilledWorker {
  static final long POOL_BYTES = 48 << 20;
  static final int COMPONENTS = 64;
  /** The first so many are used by all threads; behind them each thread has one of its own. */
  static final int SHARED = 56;
  static final int THREADS = 5;
  static final String READY = "ready";

  private static final int AWAKE = 8;
  private static final int MOST_NUMBERS = 3000;

  private KilledWorker() {}

  static void spec(ComponentSpec spec) {
    spec.program(ListProgram.class).region("list", 128).region("mirror", 128);
  }

  /**
   * Keeps the numbers that it is sent in two regions, which grow. An empty request answers with both, and empties them.
   */
  public static final class ListProgram implements Program {
    @Override
    public void turn(Turn turn) {
      if (turn.request().hasRemaining()) {
        long number = turn.request().getLong(turn.request().position());
        append(turn, "list", number);
        append(turn, "mirror", number);
      } else {
        byte[] list = take(turn, "list");
        byte[] mirror = take(turn, "mirror");
        turn.reply(ByteBuffer.allocate(list.length + mirror.length).put(list).put(mirror).flip());
      }
    }

    private static void append(Turn turn, String name, long number) {
      Region region = turn.region(name);
      long count = region.getLong(0);
      if ((count + 2) * Long.BYTES > region.lengthBytes()) {
        turn.resize(name, region.lengthBytes() * 2);
        region = turn.region(name);
      }
      region.putLong((count + 1) * Long.BYTES, number);
      region.putLong(0, count + 1);
    }

    private static byte[] take(Turn turn, String name) {
      Region region = turn.region(name);
      byte[] bytes = new byte[(int) (region.getLong(0) + 1) * Long.BYTES];
      region.get(0, bytes, 0, bytes.length);
      region.putLong(0, 0);
      if (region.lengthBytes() > 4096) {
        turn.resize(name, 128);
      }
      return bytes;
    }
  }

  /** One thread's ledger. A line is one write, so that a kill cannot tear it: the page cache has it whole, or not at all. */
  private record Ledger(FileChannel channel) {
    static Ledger open(Path pool, int thread) throws IOException {
      return new Ledger(
          FileChannel.open(pool.resolveSibling("ledger-" + thread), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    void intend(long number, String what) {
      write("I " + number + " " + what);
    }

    void acknowledge(long number) {
      write("A " + number);
    }

    private void write(String line) {
      try {
        channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public static void main(String[] arguments) throws IOException {
    Path pool = Path.of(arguments[0]);
    int round = Integer.parseInt(arguments[1]);
    // Never closed: it ends by SIGKILL.
    ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().awake(AWAKE));
    for (int thread = 0; thread < THREADS; thread++) {
      Ledger ledger = Ledger.open(pool, thread);
      long firstNumber = ((long) round * THREADS + thread) << 32;
      Random random = new Random(firstNumber);
      int number = thread;
      Runnable work = thread == 0 ? () -> churn(store, ledger, firstNumber) : () -> append(store, ledger, firstNumber, "c" + (SHARED + number), random);
      Thread.Builder builder = thread % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      builder.start(
          () -> {
            try {
              work.run();
            } catch (Throwable e) {
              e.printStackTrace(System.out);
            }
          });
    }
    System.out.println(READY);
    System.out.flush();
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void append(ProcessStore store, Ledger ledger, long firstNumber, String own, Random random) {
    // Bounded, so that a child that lives longer than usual does not fill the pool.
    for (long number = firstNumber + 1; number < firstNumber + MOST_NUMBERS; number++) {
      boolean isOwn = random.nextInt(8) == 0;
      String name = isOwn ? own : "c" + random.nextInt(SHARED);
      Component component = store.component(name);
      ledger.intend(number, name);
      component.invoke(RequestId.of(number), request(number));
      if (isOwn) {
        // At once, and nobody else's requests can have pushed the outcome out: it must not be done again.
        component.invoke(RequestId.of(number), request(number));
      }
      ledger.acknowledge(number);
      if (random.nextInt(20) == 0) {
        component.hibernate();
      }
    }
  }

  static ByteBuffer request(long number) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.BIG_ENDIAN).putLong(0, number);
  }

  private static void churn(ProcessStore store, Ledger ledger, long firstNumber) {
    for (long number = firstNumber; number < firstNumber + MOST_NUMBERS; number += 2) {
      ledger.intend(number, "+");
      Component component =
          store.create("t" + number, spec -> spec.program(ScriptProgram.class).region("state", 512).region("more", 70));
      ledger.acknowledge(number);
      if (number % 3 == 0) {
        ledger.intend(number + 1, "-");
        component.destroy();
        ledger.acknowledge(number + 1);
      }
    }
  }
}
