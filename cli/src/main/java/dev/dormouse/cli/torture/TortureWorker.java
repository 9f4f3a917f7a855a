package dev.dormouse.cli.torture;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreClosed;
import dev.dormouse.component.StoreOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The process that is killed: opens a pool and runs turns on it in several threads without end. It is told by lines what to
 * send again, to go, and to close the pool, and says by lines where it is. Nobody's end of its input ends it, too.
 */
public final class TortureWorker {
  static final String GO = "GO";
  static final String CLOSE = "CLOSE";

  static final String OPENING = "OPENING";
  /** Followed by how the pool was found, and the nanoseconds that opening it took. */
  static final String OPENED = "OPENED";
  /** As many operations were acknowledged as it was told. */
  static final String WORKING = "WORKING";
  static final String CLOSING = "CLOSING";
  static final String CLOSED = "CLOSED";
  /** Followed by a sentence. */
  static final String FAILED = "FAILED";

  private final PrintStream out = System.out;
  private final Assignment assignment;
  private final AtomicLong operations = new AtomicLong();
  private volatile boolean closing;

  private TortureWorker(Assignment assignment) {
    this.assignment = assignment;
  }

  /**
   * What it is to do.
   *
   * @param folder where the ledgers lie, and the file that components read
   * @param medium what the pool lies on
   * @param pool where it is; the ledgers are named after it
   * @param operations after how many of them it says that it is at work
   * @param rehearse whether to open the pool once before, on a copy in memory, so that all classes are there and opening takes
   *     little else than what it does to the pool
   * @param hasty whether to acknowledge some turns before they are committed; for the test of whoever reads the ledgers
   */
  record Assignment(
      Path folder,
      TortureMedium medium,
      Path pool,
      long life,
      long seed,
      int threads,
      int components,
      long operations,
      boolean rehearse,
      boolean hasty) {
    List<String> toArguments() {
      return List.of(
          folder.toString(),
          medium.name(),
          pool.toString(),
          Long.toString(life),
          Long.toString(seed),
          Integer.toString(threads),
          Integer.toString(components),
          Long.toString(operations),
          Boolean.toString(rehearse),
          Boolean.toString(hasty));
    }

    static Assignment of(String[] arguments) {
      return new Assignment(
          Path.of(arguments[0]),
          TortureMedium.valueOf(arguments[1]),
          Path.of(arguments[2]),
          Long.parseLong(arguments[3]),
          Long.parseLong(arguments[4]),
          Integer.parseInt(arguments[5]),
          Integer.parseInt(arguments[6]),
          Long.parseLong(arguments[7]),
          Boolean.parseBoolean(arguments[8]),
          Boolean.parseBoolean(arguments[9]));
    }

    /** Few seats, so that components are put to sleep all the time. */
    StoreOptions options() {
      return medium.on(StoreOptions.existing()).awake(2 * threads + 2).fileRoot(Letters.ROOT, folder);
    }
  }

  /** A request that is to be sent again by a thread, as a line. */
  static String again(int thread, Operation request) {
    return thread + " " + request.number() + " " + request.slot() + " " + request.seed();
  }

  /** For a child JVM. */
  public static void main(String[] arguments) throws IOException {
    TortureWorker worker = new TortureWorker(Assignment.of(arguments));
    try {
      worker.run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    } catch (RuntimeException | Error e) {
      worker.fail(e);
    }
    // Threads of the load may still run, and nothing is left to be done in an orderly way.
    Runtime.getRuntime().halt(0);
  }

  private void run(BufferedReader input) throws IOException {
    Map<Integer, Operation> again = new HashMap<>();
    for (String line = input.readLine(); !GO.equals(line); line = input.readLine()) {
      if (line == null) {
        return;
      }
      String[] words = line.split(" ", -1);
      Operation request =
          new Operation(
              Long.parseLong(words[1]), Operation.Kind.AGAIN, Integer.parseInt(words[2]), Long.parseLong(words[3]), null);
      again.put(Integer.valueOf(words[0]), request);
    }
    if (assignment.rehearse()) {
      ProcessStore.inspect(assignment.pool()).close();
    }
    say(OPENING);
    ProcessStore store = ProcessStore.open(assignment.pool(), assignment.options());
    say(OPENED + " " + store.opening().how().name() + " " + store.opening().nanos());
    for (int thread = 0; thread < assignment.threads(); thread++) {
      start(store, thread, again.get(thread));
    }
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      if (line.equals(CLOSE)) {
        closing = true;
        say(CLOSING);
        store.close();
        say(CLOSED);
      }
    }
  }

  private void start(ProcessStore store, int thread, Operation again) throws IOException {
    String pool = assignment.pool().getFileName().toString();
    Ledger ledger = Ledger.create(Ledger.path(assignment.folder(), pool, assignment.life(), thread));
    Load load = new Load(store, ledger, assignment, thread);
    Thread.Builder builder = thread % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
    builder.start(
        () -> {
          try {
            if (again != null) {
              load.again(again);
            }
            while (true) {
              load.step();
              if (operations.incrementAndGet() == assignment.operations()) {
                say(WORKING);
              }
            }
          } catch (StoreClosed e) {
            if (!closing) {
              fail(e);
            }
          } catch (RuntimeException | Error e) {
            fail(e);
          }
        });
  }

  private void fail(Throwable e) {
    e.printStackTrace();
    say(FAILED + " " + String.valueOf(e).replace('\n', ' '));
  }

  private synchronized void say(String line) {
    out.println(line);
    out.flush();
  }
}
