package dev.dormouse.bench;

import java.nio.ByteBuffer;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/**
 * LMDB, with a write transaction for every change and a renewed read transaction for every get. How it commits:
 *
 * <ul>
 *   <li>{@code lmdb}: {@code MDB_WRITEMAP | MDB_NOSYNC}. Pages are stored through the mapping, nothing waits for the disk. Old
 *       pages are not overwritten before the page that names the root is: what was committed survives the end of the process,
 *       and a machine that goes down may leave anything. That is the class of a mapped pool.
 *   <li>{@code lmdb-pwrite}: {@code MDB_NOSYNC} alone, the same promise; pages are written by system calls.
 *   <li>{@code lmdb-sync}: LMDB as it comes. Every commit waits for the disk twice and survives a loss of power.
 * </ul>
 */
final class LmdbMap implements BenchMap {
  private static final int ENTRIES_PER_TRANSACTION = 1024;

  private final Scratch scratch = new Scratch();
  private final Env<ByteBuffer> environment;
  private final Dbi<ByteBuffer> map;
  private final Txn<ByteBuffer> reader;
  private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(KEY_BYTES);
  private final ByteBuffer valueBuffer = ByteBuffer.allocateDirect(VALUE_BYTES);

  private LmdbMap(int entries, EnvFlags... flags) {
    try {
      environment =
          Env.create().setMapSize((64L << 20) + 1024L * entries).setMaxDbs(1).open(scratch.folder().toFile(), flags);
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
    map = environment.openDbi("map", DbiFlags.MDB_CREATE);
    reader = environment.txnRead();
    reader.reset();
  }

  static LmdbMap create(String kind, int entries) {
    return switch (kind) {
      case "lmdb" -> new LmdbMap(entries, EnvFlags.MDB_WRITEMAP, EnvFlags.MDB_NOSYNC);
      case "lmdb-pwrite" -> new LmdbMap(entries, EnvFlags.MDB_NOSYNC);
      case "lmdb-sync" -> new LmdbMap(entries);
      default -> throw new IllegalArgumentException("no map is called " + kind);
    };
  }

  @Override
  public void put(byte[] key, byte[] value) {
    keyBuffer.clear().put(key).flip();
    valueBuffer.clear().put(value).flip();
    try (Txn<ByteBuffer> writer = environment.txnWrite()) {
      map.put(writer, keyBuffer, valueBuffer);
      writer.commit();
    }
  }

  @Override
  public void remove(byte[] key) {
    keyBuffer.clear().put(key).flip();
    try (Txn<ByteBuffer> writer = environment.txnWrite()) {
      map.delete(writer, keyBuffer);
      writer.commit();
    }
  }

  @Override
  public boolean get(byte[] key, byte[] value) {
    keyBuffer.clear().put(key).flip();
    reader.renew();
    ByteBuffer found = map.get(reader, keyBuffer);
    if (found != null) {
      found.get(value);
    }
    reader.reset();
    return found != null;
  }

  @Override
  public void fill(BenchKeys keys, int count) {
    byte[] key = new byte[KEY_BYTES];
    valueBuffer.clear();
    for (int i = 0; i < count; ) {
      try (Txn<ByteBuffer> writer = environment.txnWrite()) {
        for (int end = Math.min(count, i + ENTRIES_PER_TRANSACTION); i < end; i++) {
          keys.getForFill(i, count, key);
          keyBuffer.clear().put(key).flip();
          map.put(writer, keyBuffer, valueBuffer);
        }
        writer.commit();
      }
    }
  }

  /** How many pages were ever used: the length of a file that is stored to through a mapping is that of the mapping. */
  @Override
  public long fileBytes() {
    return (environment.info().lastPageNumber + 1) * environment.stat().pageSize;
  }

  @Override
  public void close() {
    reader.close();
    map.close();
    environment.close();
    scratch.close();
  }
}
