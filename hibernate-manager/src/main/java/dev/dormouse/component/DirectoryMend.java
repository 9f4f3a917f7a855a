package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;

/** Takes out of the directory what leads nowhere, and puts in what no name leads to. */
final class DirectoryMend {
  private static final int NODE_WORDS = 8;
  private static final int NODE_BITS = 3;

  private final Mending mending;
  private final Media media;
  private final WordTable root;
  private final int rootBits;
  private final Directory directory;
  private final ComponentNames names;
  private final Set<Long> seen = new HashSet<>();

  DirectoryMend(Mending mending, WordTable root) {
    this.mending = mending;
    this.media = mending.media();
    this.root = root;
    this.rootBits = Integer.numberOfTrailingZeros(root.wordCount());
    this.directory = new Directory(media, root);
    this.names = new ComponentNames(media);
  }

  /** Forgets every word: nobody knows the keys any more by which they were chosen. */
  void clear() {
    for (int i = 0; i < root.wordCount(); i++) {
      if (media.getLong(root.placeOf(i)) != 0) {
        media.putLong(root.placeOf(i), 0);
      }
    }
    mending.changed(root.placeOf(0), "the directory: its names are written anew");
  }

  /** Sees the records that the words lead to, whatever else is wrong. */
  interface Visitor {
    void record(long offset);
  }

  /** Claims the nodes, mends words by their one flipped bit, and shows the records that the words lead to. */
  void gather(Visitor visitor) {
    for (int i = 0; i < root.wordCount(); i++) {
      gather(root.placeOf(i), rootBits, visitor);
    }
  }

  private void gather(long place, int bits, Visitor visitor) {
    long word = media.getLong(place);
    if (word == 0) {
      return;
    }
    if (!isSound(word, place)) {
      mendWord(word, place);
      word = media.getLong(place);
    }
    if (!isSound(word, place) || bits > Long.SIZE + NODE_BITS) {
      return;
    }
    long target = WordTable.target(word);
    if (WordTable.kind(word) == WordTable.LEAF) {
      visitor.record(target);
    } else if (mending.isInside(target, Directory.NODE_BYTES) && seen.add(target)) {
      mending.claim(target, Directory.NODE_BYTES, Owner.DIRECTORY);
      for (int i = 0; i < NODE_WORDS; i++) {
        gather(target + (long) i * Long.BYTES, bits + NODE_BITS, visitor);
      }
    }
  }

  /** Where the words lead to for a name, whoever is there; 0 where they lead nowhere. */
  long leafOf(byte[] name) {
    long hash = root.hash(name);
    long place = root.placeOf((int) (hash & root.wordCount() - 1));
    long word = media.getLong(place);
    for (int bits = rootBits; word != 0 && bits <= Long.SIZE && isSound(word, place); bits += NODE_BITS) {
      long target = WordTable.target(word);
      if (WordTable.kind(word) == WordTable.LEAF) {
        return target;
      }
      if (!mending.isInside(target, Directory.NODE_BYTES)) {
        return 0;
      }
      place = placeInNode(target, hash, bits);
      word = media.getLong(place);
    }
    return 0;
  }

  private boolean isSound(long word, long place) {
    return WordTable.isSound(word, place, media.sizeBytes());
  }

  private void mendWord(long word, long place) {
    for (int bit = 0; bit < Long.SIZE; bit++) {
      long tried = word ^ 1L << bit;
      if (isSound(tried, place)) {
        long target = WordTable.target(tried);
        Extent extent = mending.extentOf(target);
        boolean leaf = WordTable.kind(tried) == WordTable.LEAF && mending.isRecordSlot(target);
        boolean node = WordTable.kind(tried) == WordTable.NODE && extent != null && extent.offset() == target && mending.ownerOf(target) == Owner.DIRECTORY;
        if (leaf || node) {
          media.putLong(place, tried);
          mending.changed(place, "a word of the directory: one bit was flipped, and is put back");
          return;
        }
      }
    }
  }

  /**
   * Makes the directory lead to components, and to nothing else. After the heap was mended.
   *
   * @param components where their records lie
   */
  void settle(NavigableSet<Long> components) {
    seen.clear();
    for (int i = 0; i < root.wordCount(); i++) {
      settle(root.placeOf(i), rootBits, components);
    }
  }

  private void settle(long place, int bits, NavigableSet<Long> components) {
    long word = media.getLong(place);
    if (word == 0) {
      return;
    }
    long target = WordTable.target(word);
    boolean keep = isSound(word, place) && bits <= Long.SIZE + NODE_BITS && seen.add(target);
    if (keep && WordTable.kind(word) == WordTable.NODE) {
      Extent extent = mending.extentOf(target);
      keep = extent != null && extent.offset() == target && mending.ownerOf(target) == Owner.DIRECTORY;
      for (int i = 0; keep && i < NODE_WORDS; i++) {
        settle(target + (long) i * Long.BYTES, bits + NODE_BITS, components);
      }
    } else if (keep) {
      keep = components.contains(target) && isFoundHere(target);
    }
    if (!keep) {
      media.putLong(place, 0);
      mending.changed(place, "a word of the directory led nowhere: cleared");
    }
  }

  /** The name of a component; null where it is not what was written, or lies in what may be given to somebody else. */
  private byte[] nameOf(long record) {
    byte[] name = names.readSound(record);
    if (name == null) {
      return null;
    }
    long annex = media.getLong(record + ComponentLayout.ANNEX_OFFSET);
    Extent extent = mending.extentOf(annex);
    boolean isOwned = extent != null && extent.contains(annex, AnnexLayout.BYTES + (long) name.length) && mending.ownerOf(annex) == media.getLong(record + ComponentLayout.BIRTH);
    return isOwned ? name : null;
  }

  private boolean isFoundHere(long record) {
    byte[] name = nameOf(record);
    return name != null && find(name) == record;
  }

  /** The record that a name leads to; 0 where there is none, or the way to it is damaged. */
  private long find(byte[] name) {
    try {
      return directory.find(name);
    } catch (Damaged damaged) {
      return 0;
    }
  }

  /**
   * Makes a component found by its name; one without a readable name, or whose name another one has, gets another name.
   *
   * @return whether it has got another name, so that it must be quarantined
   */
  boolean ensureNamed(long record, long birth, RepairHeap heap) {
    byte[] name = nameOf(record);
    if (name != null && find(name) == record) {
      return false;
    }
    boolean renamed = name == null || isTaken(name);
    if (renamed) {
      name = rename(record, birth, heap);
    }
    insert(name, record, heap);
    mending.changed(record, "component " + Names.decode(name, 0, name.length) + ": the directory leads to it again");
    return renamed;
  }

  /** Gives a component an annex with a name that tells who it is; the old one stays its own. */
  private byte[] rename(long record, long birth, RepairHeap heap) {
    byte[] name = freeName("quarantined-" + Long.toHexString(birth) + "-" + record);
    byte[] annex = new byte[AnnexLayout.BYTES + name.length];
    Bytes.putLong(annex, AnnexLayout.BIRTH, birth);
    Bytes.putShort(annex, AnnexLayout.NAME_BYTES, (short) name.length);
    System.arraycopy(name, 0, annex, AnnexLayout.BYTES, name.length);
    long offset = heap.allocate(Mending.sealed(annex, AnnexLayout.CRC32C), birth);
    byte[] bytes = mending.read(record, ComponentLayout.BYTES);
    Bytes.putLong(bytes, ComponentLayout.ANNEX_OFFSET, offset);
    mending.write(record, Mending.sealed(bytes, ComponentLayout.CRC32C));
    mending.changed(record, "the component at " + record + ": its name is lost, it has another one now");
    return name;
  }

  private byte[] freeName(String wanted) {
    byte[] name = wanted.getBytes(StandardCharsets.UTF_8);
    for (int number = 2; isTaken(name); number++) {
      name = (wanted + "-" + number).getBytes(StandardCharsets.UTF_8);
    }
    return name;
  }

  /** Whether somebody has the name, or one whose hash the directory could not tell from its own: no node would part them. */
  private boolean isTaken(byte[] name) {
    long leaf = leafOf(name);
    byte[] other = leaf == 0 ? null : nameOf(leaf);
    return leaf != 0 && (other == null || (root.hash(name) ^ root.hash(other)) << NODE_BITS == 0);
  }

  /** The same records, those first whose names can be read: nobody's name is taken for somebody who has lost his. */
  List<Long> namedFirst(NavigableSet<Long> records) {
    List<Long> sorted = new ArrayList<>(records);
    sorted.sort(Comparator.comparing(record -> nameOf(record) == null));
    return sorted;
  }

  private void insert(byte[] name, long record, RepairHeap heap) {
    long hash = root.hash(name);
    long place = root.placeOf((int) (hash & root.wordCount() - 1));
    int bits = rootBits;
    long word = media.getLong(place);
    while (word != 0 && WordTable.kind(word) == WordTable.NODE) {
      place = placeInNode(WordTable.target(word), hash, bits);
      bits += NODE_BITS;
      word = media.getLong(place);
    }
    media.putLong(
        place,
        word == 0
            ? WordTable.word(WordTable.LEAF, record, place)
            : WordTable.word(WordTable.NODE, split(WordTable.target(word), hash, record, bits, heap), place));
  }

  /** A node that leads to both, whose names {@link #isTaken} has told apart; answers where it lies. */
  private long split(long other, long hash, long record, int bits, RepairHeap heap) {
    long otherHash = root.hash(nameOf(other));
    long node = heap.allocate(new byte[Directory.NODE_BYTES], Owner.DIRECTORY);
    long place = placeInNode(node, hash, bits);
    long otherPlace = placeInNode(node, otherHash, bits);
    if (place == otherPlace) {
      media.putLong(place, WordTable.word(WordTable.NODE, split(other, hash, record, bits + NODE_BITS, heap), place));
    } else {
      media.putLong(place, WordTable.word(WordTable.LEAF, record, place));
      media.putLong(otherPlace, WordTable.word(WordTable.LEAF, other, otherPlace));
    }
    return node;
  }

  private static long placeInNode(long node, long hash, int bits) {
    return node + (hash >>> bits & NODE_WORDS - 1) * Long.BYTES;
  }
}
