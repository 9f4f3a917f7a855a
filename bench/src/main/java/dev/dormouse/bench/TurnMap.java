package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.Turn;
import dev.dormouse.heap.Bytes;
import dev.dormouse.region.tree.RegionTree;
import java.nio.ByteBuffer;

/** A component whose state is a tree: every call is a turn of it, with a request and a reply. */
final class TurnMap implements BenchMap {
  private static final byte FORMAT = 0;
  private static final byte GET = 1;
  private static final byte PUT = 2;
  private static final byte REMOVE = 3;
  private static final byte EXTENT = 4;
  private static final int ENTRIES_PER_TURN = 256;

  private final Scratch scratch = new Scratch();
  private final ProcessStore store;
  private final Component component;
  private final ByteBuffer request = ByteBuffer.allocate(1 + ENTRIES_PER_TURN * (KEY_BYTES + VALUE_BYTES));

  TurnMap(int entries) {
    try {
      store = ProcessStore.open(scratch.file("map.pool"), StoreOptions.create(EpochMap.poolBytes(entries)));
      component =
          store.create(
              "map", spec -> spec.program(MapProgram.class).region("tree", EpochMap.regionBytes(entries)).outcomes(0, 0));
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
    component.invoke(request.clear().put(FORMAT).flip());
  }

  /** Carries out what the first byte of the request says on a tree in its first region. */
  public static final class MapProgram implements Program {
    @Override
    public void turn(Turn turn) {
      ByteBuffer request = turn.request();
      byte verb = request.get();
      if (verb == FORMAT) {
        RegionTree.format(turn.region(0), KEY_BYTES, VALUE_BYTES);
        return;
      }
      RegionTree tree = RegionTree.open(turn.region(0));
      byte[] key = new byte[KEY_BYTES];
      byte[] value = new byte[VALUE_BYTES];
      switch (verb) {
        case GET -> {
          request.get(key);
          if (tree.get(key, value) != RegionTree.ABSENT) {
            turn.reply(value);
          }
        }
        case REMOVE -> {
          request.get(key);
          tree.remove(key);
        }
        case EXTENT -> turn.reply(tree.extentBytes());
        default -> {
          while (request.hasRemaining()) {
            request.get(key).get(value);
            tree.put(key, value);
          }
        }
      }
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    component.invoke(request.clear().put(PUT).put(key).put(value).flip());
  }

  @Override
  public void remove(byte[] key) {
    component.invoke(request.clear().put(REMOVE).put(key).flip());
  }

  @Override
  public boolean get(byte[] key, byte[] value) {
    ByteBuffer reply = component.invoke(request.clear().put(GET).put(key).flip());
    if (!reply.hasRemaining()) {
      return false;
    }
    reply.get(value);
    return true;
  }

  @Override
  public void fill(BenchKeys keys, int count) {
    byte[] key = new byte[KEY_BYTES];
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < count; ) {
      request.clear().put(PUT);
      for (int end = Math.min(count, i + ENTRIES_PER_TURN); i < end; i++) {
        keys.getForFill(i, count, key);
        request.put(key).put(value);
      }
      component.invoke(request.flip());
    }
  }

  /** How much of the region was ever used: the file's length was chosen by the benchmark. */
  @Override
  public long fileBytes() {
    byte[] reply = new byte[Long.BYTES];
    component.invoke(request.clear().put(EXTENT).flip()).get(reply);
    return Bytes.getLong(reply, 0);
  }

  @Override
  public void close() {
    store.close();
    scratch.close();
  }
}
