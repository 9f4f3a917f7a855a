package dev.dormouse.cli.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one thread of one life was about to do, and what it was told was done. A line is written by one call before the
 * operation begins, and another after it returned. Lines have {@value #LINE_BYTES} bytes, so that none crosses a page of the
 * page cache: a kill during the call leaves all of it or nothing.
 *
 * <pre>
 * I NUMBER KIND SLOT SEED
 * A NUMBER ORDER DIGEST
 * </pre>
 */
final class Ledger implements AutoCloseable {
  private static final int LINE_BYTES = 64;

  private final FileChannel channel;
  private final byte[] line = new byte[LINE_BYTES];

  private Ledger(FileChannel channel) {
    this.channel = channel;
  }

  static Path path(Path folder, String pool, long life, int thread) {
    return folder.resolve(prefix(pool) + life + "-" + thread);
  }

  /** With what the names of all ledgers of a pool begin. */
  static String prefix(String pool) {
    return pool + ".ledger-";
  }

  /** Of which life the ledger at that path is. */
  static long life(Path path) {
    String name = path.getFileName().toString();
    int end = name.lastIndexOf('-');
    return Long.parseLong(name.substring(name.lastIndexOf('-', end - 1) + 1, end));
  }

  static Ledger create(Path path) throws IOException {
    return new Ledger(FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  void intend(Operation operation) {
    write(
        "I " + operation.number() + " " + operation.kind().name() + " " + operation.slot() + " "
            + Long.toHexString(operation.seed()));
  }

  void acknowledge(Operation operation, Answer answer) {
    write("A " + operation.number() + " " + answer.order() + " " + Long.toHexString(answer.digest()));
  }

  private void write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, line, 0, bytes.length);
    Arrays.fill(line, bytes.length, LINE_BYTES - 1, (byte) ' ');
    line[LINE_BYTES - 1] = '\n';
    try {
      channel.write(ByteBuffer.wrap(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The operations of a ledger in their order; none if there is no such file. */
  static List<Operation> read(Path path) throws IOException {
    List<Operation> operations = new ArrayList<>();
    if (!Files.exists(path)) {
      return operations;
    }
    for (String each : Files.readAllLines(path, StandardCharsets.US_ASCII)) {
      List<String> words = List.of(each.strip().split(" ", -1));
      long number = Long.parseLong(words.get(1));
      if (words.getFirst().equals("I")) {
        if (!operations.isEmpty() && !operations.getLast().isAcknowledged()) {
          throw new IOException(path + ": " + operations.getLast() + " was not acknowledged, and another came after it");
        }
        operations.add(
            new Operation(
                number,
                Operation.Kind.valueOf(words.get(2)),
                Integer.parseInt(words.get(3)),
                Long.parseUnsignedLong(words.get(4), 16),
                null));
      } else {
        Operation last = operations.removeLast();
        if (last.number() != number) {
          throw new IOException(path + ": operation " + number + " was acknowledged after " + last);
        }
        operations.add(
            last.acknowledge(new Answer(Long.parseLong(words.get(2)), Long.parseUnsignedLong(words.get(3), 16))));
      }
    }
    return operations;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
