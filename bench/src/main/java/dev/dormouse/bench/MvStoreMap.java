package dev.dormouse.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

/**
 * H2's MVStore as it comes, with its cache of 16 MiB, but for the commits of its background thread, which are off: every change is
 * one commit, which appends the changed pages to the file by a write and does not wait for the disk. What was committed survives
 * the end of the process.
 */
final class MvStoreMap implements BenchMap {
  private static final int ENTRIES_PER_COMMIT = 1024;

  private final Scratch scratch = new Scratch();
  private final Path file = scratch.file("map.mv");
  private final MVStore store;
  private final MVMap<byte[], byte[]> map;

  MvStoreMap() {
    try {
      store = new MVStore.Builder().fileName(file.toString()).autoCommitDisabled().open();
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
    map =
        store.openMap(
            "map", new MVMap.Builder<byte[], byte[]>().keyType(ByteArrayDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE));
  }

  @Override
  public void put(byte[] key, byte[] value) {
    // It keeps the arrays it is given.
    map.put(key.clone(), value.clone());
    store.commit();
  }

  @Override
  public void remove(byte[] key) {
    map.remove(key);
    store.commit();
  }

  @Override
  public boolean get(byte[] key, byte[] value) {
    byte[] found = map.get(key);
    if (found == null) {
      return false;
    }
    System.arraycopy(found, 0, value, 0, found.length);
    return true;
  }

  @Override
  public void fill(BenchKeys keys, int count) {
    for (int i = 0; i < count; i++) {
      byte[] key = new byte[KEY_BYTES];
      keys.getForFill(i, count, key);
      map.put(key, new byte[VALUE_BYTES]);
      if (i % ENTRIES_PER_COMMIT == ENTRIES_PER_COMMIT - 1) {
        store.commit();
      }
    }
    store.commit();
  }

  @Override
  public long fileBytes() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    // Without the compaction that a close begins with: the file is thrown away.
    store.closeImmediately();
    scratch.close();
  }
}
