package dev.dormouse.bench;

import java.nio.ByteBuffer;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/** LMDB as it comes: one write transaction at a time, each of which waits for the disk when it commits. */
final class LmdbTurns implements DurableTurns {
  private static final long MAP_BYTES = 64L << 20;
  private static final int RECORDS_PER_TRANSACTION = 1024;

  private final Scratch scratch = new Scratch();
  private final Env<ByteBuffer> environment;
  private final Dbi<ByteBuffer> records;

  LmdbTurns(int count) {
    try {
      environment = Env.create().setMapSize(MAP_BYTES + 4L * RECORD_BYTES * count).setMaxDbs(1).open(scratch.folder().toFile());
    } catch (RuntimeException | LinkageError e) {
      scratch.close();
      throw e;
    }
    records = environment.openDbi("records", DbiFlags.MDB_CREATE);
    ByteBuffer key = ByteBuffer.allocateDirect(Integer.BYTES);
    ByteBuffer value = ByteBuffer.allocateDirect(RECORD_BYTES);
    for (int i = 0; i < count; ) {
      try (Txn<ByteBuffer> writer = environment.txnWrite()) {
        for (int end = Math.min(count, i + RECORDS_PER_TRANSACTION); i < end; i++) {
          records.put(writer, key.putInt(0, i), value);
        }
        writer.commit();
      }
    }
  }

  @Override
  public Turner turner() {
    ByteBuffer keyBuffer = ByteBuffer.allocateDirect(Integer.BYTES);
    ByteBuffer value = ByteBuffer.allocateDirect(RECORD_BYTES);
    byte[] record = new byte[RECORD_BYTES];
    return (key, place, number) -> {
      keyBuffer.putInt(0, key);
      try (Txn<ByteBuffer> writer = environment.txnWrite()) {
        records.get(writer, keyBuffer).get(record);
        long before = DurableTurns.change(record, place, number);
        records.put(writer, keyBuffer, value.clear().put(record).flip());
        writer.commit();
        return before;
      }
    };
  }

  @Override
  public void close() {
    records.close();
    environment.close();
    scratch.close();
  }
}
