package dev.dormouse.emulation.junit;

import dev.dormouse.heap.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

// region structure
/** Two numbers in two sectors of a file. They change together, by way of a record in a second file. */
class Pair {
  static final long SECOND = 512;

  final DiskFile home;
  final DiskFile journal;

  Pair(DiskFile home, DiskFile journal) throws IOException {
    this.home = home;
    this.journal = journal;
    ByteBuffer record = ByteBuffer.allocate(3 * Long.BYTES);
    journal.read(0, record);
    if (record.getLong(16) == 1) {
      carryOut(record.getLong(0), record.getLong(8));
    }
  }

  void put(long first, long second) throws IOException {
    // (a) Commit point: the record, in one sector. The word that makes it count comes last.
    write(journal, 0, first, second, 1);
    sync(journal);
    carryOut(first, second);
  }

  private void carryOut(long first, long second) throws IOException {
    // (b) Home. Not before (a) is durable, or one number could be there without the other.
    write(home, 0, first);
    write(home, SECOND, second);
    sync(home);
    // (c) The record does not count any more. Not before (b) is durable, which only a sync of home sees to.
    write(journal, 16, 0);
  }

  List<Long> numbers() throws IOException {
    ByteBuffer both = ByteBuffer.allocate(2 * Long.BYTES);
    home.read(0, both.limit(8));
    home.read(SECOND, both.limit(16));
    return List.of(both.getLong(0), both.getLong(8));
  }

  void sync(DiskFile file) throws IOException {
    file.sync();
  }

  private static void write(DiskFile file, long position, long... words) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES);
    bytes.asLongBuffer().put(words);
    file.write(position, bytes);
  }
}
