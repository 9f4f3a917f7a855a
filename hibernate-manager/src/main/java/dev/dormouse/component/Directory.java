package dev.dormouse.component;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.recovery.Epoch;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds components by name: a hash trie whose root is a wide table and whose nodes are lines of eight words. Every change is
 * one word that gets a new value by an intent of the epoch that makes it (R3), so readers take no lock.
 *
 * <p>A change is prepared under the lock of its root word, which the epoch holds until its lane is done.
 */
final class Directory {
  private static final int NODE_WORDS = 8;
  private static final int NODE_BITS = 3;
  static final int NODE_BYTES = NODE_WORDS * Long.BYTES;
  private static final int LOCKS = 256;

  private final Media media;
  private final WordTable root;
  private final int rootBits;
  private final ComponentNames names;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  Directory(Media media, WordTable root) {
    this.media = media;
    this.root = root;
    this.rootBits = Integer.numberOfTrailingZeros(root.wordCount());
    this.names = new ComponentNames(media);
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** How wide the root of a new pool is: a word for each KiB, from 64 up to 8 million, so that most names need one node or none. */
  static int rootWords(long poolBytes) {
    return Math.clamp(Long.highestOneBit(poolBytes / 1024), 64, 1 << 23);
  }

  /** The lock that guards a name, for the epoch that inserts or removes it. */
  ReentrantLock lockOf(byte[] name) {
    return locks[(int) (root.hash(name) & Math.min(root.wordCount(), LOCKS) - 1)];
  }

  /** The offset of the record of the component of that name, or 0. Takes no lock. */
  long find(byte[] name) {
    long hash = root.hash(name);
    long word = read(placeInRoot(hash));
    for (int bits = rootBits; word != 0; bits += NODE_BITS) {
      long target = WordTable.target(word);
      if (WordTable.kind(word) == WordTable.LEAF) {
        return names.isNamed(target, name) ? target : 0;
      }
      word = read(placeInNode(target, hash, bits));
    }
    return 0;
  }

  /** Whether the record there is of a component of that name, as it is now. */
  boolean isNamed(long record, byte[] name) {
    return names.isNamed(record, name);
  }

  /** Makes the record at {@code record} found by its name from the epoch's commit on. The caller holds the name's lock and knows that it is not taken. */
  void insert(Epoch epoch, byte[] name, long record) {
    long hash = root.hash(name);
    long place = placeInRoot(hash);
    int bits = rootBits;
    long word = read(place);
    while (word != 0 && WordTable.kind(word) == WordTable.NODE) {
      place = placeInNode(WordTable.target(word), hash, bits);
      bits += NODE_BITS;
      word = read(place);
    }
    long value =
        word == 0
            ? WordTable.word(WordTable.LEAF, record, place)
            : WordTable.word(WordTable.NODE, split(epoch, word, hash, record, bits), place);
    epoch.putShared(place, value);
  }

  /** New nodes that hold the leaf that is there and the one to be; they are nobody's until the epoch commits. */
  private long split(Epoch epoch, long oldWord, long hash, long record, int bits) {
    long oldRecord = WordTable.target(oldWord);
    byte[] oldName = names.readSound(oldRecord);
    if (oldName == null) {
      throw new Damaged(
          media.describe(),
          "the component at " + oldRecord + " has a damaged annex, and the name meets its name in the directory; choose another"
              + " name, or run verify");
    }
    long oldHash = root.hash(oldName);
    if (bits > Long.SIZE - NODE_BITS) {
      throw new InvalidName("the name has the same hash of 64 bits as another; choose another name");
    }
    Extent node = epoch.allocate(NODE_BYTES, Owner.DIRECTORY);
    epoch.willStore(node.offset(), NODE_BYTES);
    long newPlace = placeInNode(node.offset(), hash, bits);
    long oldPlace = placeInNode(node.offset(), oldHash, bits);
    if (newPlace == oldPlace) {
      long below = split(epoch, oldWord, hash, record, bits + NODE_BITS);
      media.putLong(newPlace, WordTable.word(WordTable.NODE, below, newPlace));
    } else {
      media.putLong(newPlace, WordTable.word(WordTable.LEAF, record, newPlace));
      media.putLong(oldPlace, WordTable.word(WordTable.LEAF, oldRecord, oldPlace));
    }
    return node.offset();
  }

  /** Makes the name unknown from the epoch's commit on. The caller holds the name's lock. */
  void remove(Epoch epoch, byte[] name, long record) {
    long hash = root.hash(name);
    long place = placeInRoot(hash);
    int bits = rootBits;
    long word = read(place);
    while (word != 0 && WordTable.kind(word) == WordTable.NODE) {
      place = placeInNode(WordTable.target(word), hash, bits);
      bits += NODE_BITS;
      word = read(place);
    }
    if (word != 0 && WordTable.target(word) == record) {
      epoch.putShared(place, 0);
    }
  }

  /** Sees what a walk of the directory meets. */
  interface Visitor {
    /** A component's record. */
    void record(long offset);

    /** A node of the trie, {@link #NODE_BYTES} long. */
    default void node(long offset) {}

    /** A word that makes no sense; what was below it is lost to the walk. */
    default void damage(Damaged damaged) {
      throw damaged;
    }
  }

  /** Walks all of it, as the words are when they are read. */
  void walk(Visitor visitor) {
    for (int i = 0; i < root.wordCount(); i++) {
      walk(root.placeOf(i), visitor, rootBits);
    }
  }

  private void walk(long place, Visitor visitor, int bits) {
    long word;
    try {
      word = read(place);
      if (bits > Long.SIZE + NODE_BITS) {
        throw new Damaged(media.describe(), "the directory's word at " + place + " is in a circle; run verify");
      }
    } catch (Damaged damaged) {
      visitor.damage(damaged);
      return;
    }
    if (word == 0) {
      return;
    }
    long target = WordTable.target(word);
    if (WordTable.kind(word) == WordTable.LEAF) {
      visitor.record(target);
      return;
    }
    visitor.node(target);
    for (int i = 0; i < NODE_WORDS; i++) {
      walk(target + (long) i * Long.BYTES, visitor, bits + NODE_BITS);
    }
  }

  private long placeInRoot(long hash) {
    return root.placeOf((int) (hash & root.wordCount() - 1));
  }

  private static long placeInNode(long node, long hash, int bits) {
    return node + (hash >>> bits & NODE_WORDS - 1) * Long.BYTES;
  }

  private long read(long place) {
    long word = media.getLongAcquire(place);
    if (word != 0 && !WordTable.isSound(word, place, media.sizeBytes())) {
      throw new Damaged(
          media.describe(), String.format("the directory's word at %d is 0x%016x, which nobody wrote; run verify", place, word));
    }
    return word;
  }
}
