package dev.dormouse.bench;

import java.nio.ByteBuffer;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/** RocksDB as it comes, with a write-ahead log that is synced for every put; it puts those that wait into one sync by itself. */
final class RocksTurns implements DurableTurns {
  private final Scratch scratch = new Scratch();
  private final Options options;
  private final WriteOptions durably;
  private final RocksDB database;

  RocksTurns(int count) {
    try {
      RocksDB.loadLibrary();
      options = new Options().setCreateIfMissing(true);
      durably = new WriteOptions().setSync(true);
      database = RocksDB.open(options, scratch.folder().toString());
      byte[] record = new byte[RECORD_BYTES];
      for (int i = 0; i < count; i++) {
        database.put(keyOf(i), record);
      }
    } catch (RocksDBException | RuntimeException | LinkageError e) {
      scratch.close();
      throw new IllegalStateException("RocksDB: " + e.getMessage(), e);
    }
  }

  private static byte[] keyOf(int key) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(key).array();
  }

  @Override
  public Turner turner() {
    byte[] record = new byte[RECORD_BYTES];
    return (key, place, number) -> {
      try {
        byte[] keyBytes = keyOf(key);
        if (database.get(keyBytes, record) != RECORD_BYTES) {
          throw new IllegalStateException("RocksDB: record " + key + " is not there");
        }
        long before = DurableTurns.change(record, place, number);
        database.put(durably, keyBytes, record);
        return before;
      } catch (RocksDBException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  @Override
  public void close() {
    database.close();
    durably.close();
    options.close();
    scratch.close();
  }
}
