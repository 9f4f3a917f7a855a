package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;

/**
 * A binary search tree of which nothing that is reachable is ever changed: an insertion copies the path from the new leaf
 * up, and then swaps the root in one store.
 *
 * <pre>
 *  offset  size  field
 *       0     8  root       its offset; 0 if the tree is empty
 *     512    24  first node: key, left, right (offsets); the next 64 further on
 * </pre>
 */
record CopyOnWriteTree(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The new root is durable before the nodes are handed over. */
    COMMIT_BEFORE_FLUSH
  }

  private static final long ROOT = 0;
  private static final long NODES = 512;
  private static final long NODE_BYTES = 64;
  private static final int LEFT = 8;
  private static final int RIGHT = 16;
  private static final List<Long> KEYS = List.of(50L, 30L, 40L);

  @Override
  public long sizeBytes() {
    return 1024;
  }

  @Override
  public int steps() {
    return KEYS.size();
  }

  @Override
  public void step(Media media, int number) {
    long oldRoot = media.getLong(ROOT);
    // Parents are made after their children, so that a root is the last node of its tree and free space begins behind it.
    long free = oldRoot == 0 ? NODES : oldRoot + NODE_BYTES;
    // (a) The copied path. Nothing points to it yet.
    long newRoot = insert(media, oldRoot, KEYS.get(number), free);
    if (fault != Fault.COMMIT_BEFORE_FLUSH) {
      Structure.persist(media, free, newRoot + NODE_BYTES - free);
    }
    // (b) Commit point. Not before (a) is durable, or the root could name what is not there.
    media.putLong(ROOT, newRoot);
    Structure.persist(media, ROOT, 8);
    if (fault == Fault.COMMIT_BEFORE_FLUSH) {
      Structure.persist(media, free, newRoot + NODE_BYTES - free);
    }
  }

  /** Copies the path to where {@code key} belongs; returns the copy of {@code node}. */
  private static long insert(Media media, long node, long key, long free) {
    if (node == 0) {
      return write(media, free, key, 0, 0);
    }
    long nodeKey = media.getLong(node);
    long left = media.getLong(node + LEFT);
    long right = media.getLong(node + RIGHT);
    if (key < nodeKey) {
      left = insert(media, left, key, free);
      return write(media, left + NODE_BYTES, nodeKey, left, right);
    }
    right = insert(media, right, key, free);
    return write(media, right + NODE_BYTES, nodeKey, left, right);
  }

  private static long write(Media media, long node, long key, long left, long right) {
    media.putLong(node, key);
    media.putLong(node + LEFT, left);
    media.putLong(node + RIGHT, right);
    return node;
  }

  /** The keys in order. */
  @Override
  public List<Long> contents(Media media) {
    List<Long> keys = new ArrayList<>();
    collect(media, media.getLong(ROOT), keys);
    return keys;
  }

  private static void collect(Media media, long node, List<Long> keys) {
    if (node != 0) {
      collect(media, media.getLong(node + LEFT), keys);
      keys.add(media.getLong(node));
      collect(media, media.getLong(node + RIGHT), keys);
    }
  }

  @Override
  public List<Long> expected(int steps) {
    return KEYS.subList(0, steps).stream().sorted().toList();
  }
}
