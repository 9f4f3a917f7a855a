package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import dev.dormouse.region.tree.RegionTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The program of all components in golden pools. Those pools name this class and its {@link #stateVersion}, for good: it stays
 * under this name, and {@link #SHOW}, {@link #COUNT} and {@link #ENTRY} go on doing what they do. The other verbs made what is in the
 * pools, and may change with what is to be in the next ones.
 */
public final class GoldenProgram implements Program {
  /** Replies with the bytes of the region whose path follows, a slash before each name that lies in a managed dataspace. */
  static final int SHOW = 0;

  /** Adds 1 to the first 8 bytes of region 0, and replies with the sum. */
  static final int COUNT = 1;

  /** Opens the tree in the region whose path follows, checks it, puts one more entry into it, and replies with how many there are. */
  static final int ENTRY = 2;

  /** Fills the region whose path follows with a pattern of its own. */
  static final int FILL = 3;

  /** Makes a tree of some pages in the region whose path follows. */
  static final int TREE = 4;

  /** Attaches managed dataspaces, one in the other, with a region and a window in them. */
  static final int NEST = 5;

  /** Attaches and detaches, protects, and makes longer and shorter. */
  static final int REARRANGE = 6;

  /** Commits something of each kind of intent. */
  static final int WORK = 7;

  /** Stores more than the log of a lane holds, and what else must be undone; then runs {@link #middle}. */
  static final int STOP_IN_THE_MIDDLE = 8;

  /** Moves the position in the file of slot 0, and reads a little from there. */
  static final int READ = 9;

  static volatile Runnable middle = () -> {};

  private static final String PATTERN = "Curiouser and curiouser! ";
  private static final int STATE_VERSION = 7;
  private static final int PAGE_BYTES = 256;
  private static final int ENTRIES = 60;

  static ByteBuffer request(int verb) {
    return request(verb, "");
  }

  static ByteBuffer request(int verb, String path) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + name.length).put((byte) verb).put(name).flip();
  }

  @Override
  public int stateVersion() {
    return STATE_VERSION;
  }

  @Override
  public void turn(Turn turn) throws IOException {
    ByteBuffer request = turn.request().duplicate();
    int verb = request.get();
    String path = StandardCharsets.UTF_8.decode(request).toString();
    switch (verb) {
      case SHOW -> turn.reply(bytes(region(turn, path)));
      case COUNT -> {
        long sum = turn.region(0).getLong(0) + 1;
        turn.region(0).putLong(0, sum);
        turn.reply(sum);
      }
      case ENTRY -> {
        RegionTree tree = RegionTree.open(region(turn, path));
        tree.check();
        put(tree, tree.size());
        turn.reply(tree.size());
      }
      case FILL -> fill(region(turn, path), path);
      case TREE -> {
        RegionTree tree = RegionTree.format(region(turn, path), Long.BYTES, Long.BYTES, PAGE_BYTES);
        for (int i = 0; i < ENTRIES; i++) {
          put(tree, i);
        }
      }
      case NEST -> nest(turn);
      case REARRANGE -> rearrange(turn);
      case WORK -> work(turn);
      case STOP_IN_THE_MIDDLE -> stopInTheMiddle(turn);
      case READ -> {
        turn.file(0).position(3);
        turn.file(0).read(new byte[5], 0, 5);
      }
      default -> throw new IllegalArgumentException("verb " + verb);
    }
  }

  private static void nest(Turn turn) {
    RegionMap outer = turn.regions().attachManaged("house", 1 << 20, 1L << 40, RegionRights.READ_WRITE);
    outer.attach("hall", 96);
    RegionMap inner = outer.attachManaged("room", 1 << 16, 8192, RegionRights.READ_WRITE);
    inner.attach("table", 640, 4096, RegionRights.READ_WRITE);
    inner.attachShared("window", "picture", RegionMap.ANY_ADDRESS, 10, 50);
    outer.attachManaged("empty", 4096, RegionMap.ANY_ADDRESS, RegionRights.READ);
    fill(outer.region("hall"), "hall");
    fill(inner.region("table"), "table");
  }

  private static void rearrange(Turn turn) {
    turn.attach("passing", 5000);
    turn.attach("kept", 900, 1L << 41, RegionRights.READ_WRITE);
    turn.detach("passing");
    turn.resize("longer", 8000);
    turn.resize("shorter", 65);
    fill(turn.region("kept"), "kept");
    turn.protect("kept", RegionRights.READ);
  }

  private static void work(Turn turn) {
    turn.region(0).putLong(0, 5);
    turn.detach("old");
    turn.attach("slot", 100);
    turn.attach("run", 7000);
    turn.regions().attachShared("picture", "picture");
  }

  private static void stopInTheMiddle(Turn turn) {
    turn.region(0).putLong(0, -1);
    turn.region("wide").fill(0, turn.region("wide").lengthBytes(), (byte) -1);
    turn.attach("half-way", 100);
    turn.resize("more", 8000);
    turn.region("more").fill(0, 8000, (byte) -1);
    middle.run();
  }

  private static void put(RegionTree tree, long number) {
    byte[] key = new byte[Long.BYTES];
    byte[] value = new byte[Long.BYTES];
    // Not in order, so that pages are split in the middle.
    Bytes.putLong(key, 0, number * 37 % 1021);
    Bytes.putLong(value, 0, number);
    tree.put(key, value);
  }

  private static void fill(Region region, String seed) {
    byte[] bytes = new byte[(int) region.lengthBytes()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) PATTERN.charAt((i + seed.length()) % PATTERN.length());
    }
    region.put(0, bytes, 0, bytes.length);
    if (bytes.length >= Long.BYTES) {
      // The place for counting.
      region.putLong(0, seed.length());
    }
  }

  private static byte[] bytes(Region region) {
    byte[] bytes = new byte[(int) region.lengthBytes()];
    region.get(0, bytes, 0, bytes.length);
    return bytes;
  }

  private static Region region(Turn turn, String path) {
    RegionMap map = turn.regions();
    int start = 0;
    for (int slash; (slash = path.indexOf('/', start)) >= 0; start = slash + 1) {
      map = map.managed(path.substring(start, slash));
    }
    return map.region(path.substring(start));
  }
}
