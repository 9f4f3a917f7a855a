package dev.dormouse.daxvm;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.FileMedium;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The program in the virtual machine. What it says goes to the serial console, whose other end is outside of the machine
 * whose power is cut, in lines that begin with {@code @}: that is the ledger.
 */
public final class Guest {
  private static final long POOL_BYTES = 96 << 20;
  private static final int AWAKE = 8;

  private final PrintStream out;
  private final Path pool;

  private Guest(PrintStream out, Path pool) {
    this.out = out;
    this.pool = pool;
  }

  /**
   * One of:
   *
   * <ul>
   *   <li>{@code medium FILE}: checks the medium in a file;
   *   <li>{@code refused FOLDER...}: sees that files there are refused;
   *   <li>{@code create POOL}: makes the pool and leaves it without closing it;
   *   <li>{@code recover POOL ROUND ACKNOWLEDGED TAKEN}: opens the pool, checks it, and waits for the end;
   *   <li>{@code load ...}: the same, then empties the lists and works in the round after that until the end;
   *   <li>{@code finish ...}: the same, but closes the pool instead.
   * </ul>
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream out =
        new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false, StandardCharsets.US_ASCII);
    Guest guest = new Guest(out, Path.of(arguments[1]));
    try {
      guest.run(arguments);
    } catch (RuntimeException | IOException e) {
      guest.say("@failed " + e);
      throw e;
    }
  }

  private void run(String[] arguments) throws IOException {
    switch (arguments[0]) {
      case "medium" -> say("@medium " + MediumCheck.run(pool));
      case "refused" -> Arrays.stream(arguments).skip(1).forEach(folder -> say("@refused " + MediumCheck.refusal(Path.of(folder))));
      case "create" -> create();
      default ->
          open(
              arguments[0],
              Integer.parseInt(arguments[2]),
              Arrays.stream(arguments[3].split(",", -1)).mapToInt(Integer::parseInt).toArray(),
              Long.parseLong(arguments[4]));
    }
  }

  private static StoreOptions options(StoreOptions creation) {
    return creation.medium(FileMedium.DAX).awake(AWAKE);
  }

  @SuppressWarnings("MustBeClosedChecker") // The next open finds a pool that was left without closing.
  private void create() {
    ProcessStore store = ProcessStore.open(pool, options(StoreOptions.create(POOL_BYTES)));
    Work.listNames().forEach(name -> store.create(name, ListProgram::spec));
    say("@created " + store.opening().durabilityClass() + " on " + store.describe());
  }

  private void open(String verb, int round, int[] acknowledged, long taken) {
    say("@opening");
    try (ProcessStore store = ProcessStore.open(pool, options(StoreOptions.existing()))) {
      if (store.opening().durabilityClass() != DurabilityClass.POWER_LOSS) {
        throw new IllegalStateException("its class is " + store.opening().durabilityClass());
      }
      say(
          "@opened " + store.opening().how() + " " + store.opening().recovery().lanesRolledBack() + " "
              + store.opening().recovery().lanesRedone() + " " + store.opening().nanos() / 1000);
      LedgerCheck check = new LedgerCheck(store, round, acknowledged);
      int[] done = check.check(taken);
      long operations = Arrays.stream(done).limit(Work.APPENDERS).sum();
      say(
          "@checked " + Arrays.stream(done).mapToObj(Integer::toString).collect(Collectors.joining(",")) + " "
              + (taken + operations));
      if (!verb.equals("recover")) {
        check.empty();
      }
      if (verb.equals("load")) {
        work(new Work(store, round + 1));
      }
      if (!verb.equals("finish")) {
        waitForTheEnd();
      }
    }
    say("@closed");
  }

  private void work(Work work) {
    say("@ready");
    for (int i = 0; i < Work.THREADS; i++) {
      int thread = i;
      // Both kinds: a virtual thread may change its carrier between two turns.
      Thread.Builder builder = thread == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
      builder.start(
          () -> {
            try {
              work.run(thread, (who, number) -> say("@a " + who + " " + number));
            } catch (RuntimeException | Error e) {
              say("@failed " + e);
            }
          });
    }
  }

  private static void waitForTheEnd() {
    try {
      Thread.sleep(Duration.ofDays(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void say(String line) {
    out.println(line);
    out.flush();
  }
}
