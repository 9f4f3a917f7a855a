package dev.dormouse.recovery;

import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a verify has seen: each extent that some record refers to is claimed once, for the owner that the heap knows; what is
 * owned and was not claimed is lost (I3).
 */
public final class Claims {
  /** How many findings a report for people has at most. */
  static final int MOST_FINDINGS = 1000;

  private static final int LINE_SHIFT = 6;
  private static final int LEAF_BITS = 1 << 15;
  private static final List<Account> ACCOUNTS = List.of(Account.values());

  private final Heap heap;
  private final int mostFindings;
  // A bit for the first line of each claimed extent; leaves are made as they are needed.
  private final long[][] claimed;
  private final List<Finding> findings = new ArrayList<>();
  private final Set<Long> hitComponents = new HashSet<>();
  private final Set<Long> keepers = new HashSet<>();
  private long findingCount;
  // Whom sentences are about, until somebody else is named.
  private boolean incomplete;
  private Finding.Kind kind = Finding.Kind.SUM;
  private String object = "the pool";
  private long place = -1;
  private final long[] claimedBytes = new long[ACCOUNTS.size()];
  private long componentCount;
  private long dataspaceCount;
  private long ownedBytes;

  /** For what the bytes of an extent are used. */
  public enum Account {
    /** What components hold: their quotas bound it. */
    COMPONENTS,
    /** The directory, its root and its nodes. */
    DIRECTORY,
    /** The symbols and the tables that they are the index of. */
    SYMBOLS,
    /** The dataspaces of the store. */
    DATASPACES
  }

  Claims(Pool pool, int mostFindings) {
    this.mostFindings = mostFindings;
    this.heap = pool.heap();
    this.claimed = new long[(int) ((pool.header().geometry().sizeBytes() >>> LINE_SHIFT) / LEAF_BITS) + 1][];
  }

  /**
   * Says what the following claims and sentences are about.
   *
   * @param where it lies, in bytes from the pool's start; of a component always its record; -1 where that is not known
   */
  public void about(Finding.Kind what, String name, long where) {
    kind = what;
    object = name;
    place = where;
  }

  /**
   * Claims whatever the heap's owner words give to {@code owner} and nobody claims by its place: for a component that is
   * quarantined, whose records are not believed.
   */
  public void keepAll(long owner) {
    keepers.add(owner);
  }

  /**
   * Claims an extent of a component, of the directory or of the symbols, as its owner says.
   *
   * @param lengthBytes how much of it is used; the extent may be longer
   * @param what it is, for the finding
   * @return whether it is sound, so that it may be read
   */
  public boolean claim(long offset, long lengthBytes, long owner, String what) {
    return claim(offset, lengthBytes, owner, accountOf(owner), what);
  }

  private static Account accountOf(long owner) {
    return owner == Owner.DIRECTORY ? Account.DIRECTORY : owner == Owner.SYMBOLS ? Account.SYMBOLS : Account.COMPONENTS;
  }

  /**
   * Claims an extent.
   *
   * @param lengthBytes how much of it is used; the extent may be longer
   * @param account for what it is used
   * @param what it is, for the finding
   * @return whether it is sound, so that it may be read
   */
  public boolean claim(long offset, long lengthBytes, long owner, Account account, String what) {
    Extent extent;
    try {
      extent = heap.extentOf(offset);
      if (extent == null || extent.offset() != offset || lengthBytes > extent.lengthBytes()) {
        damage(what + " at " + offset + " of " + lengthBytes + " bytes is no extent of the heap");
        return false;
      }
      long found = heap.ownerOf(offset);
      if (found != owner) {
        damage(what + " at " + offset + " is owned by " + Owner.describe(found) + ", " + Owner.describe(owner) + " refers to it");
        return false;
      }
    } catch (DormouseException | IndexOutOfBoundsException e) {
      damage(what + " at " + offset + ": " + e.getMessage());
      return false;
    }
    if (!mark(offset)) {
      damage(what + " at " + offset + " is referred to twice");
      return false;
    }
    claimedBytes[ACCOUNTS.indexOf(account)] += extent.lengthBytes();
    return true;
  }

  /** The lengths of all extents that were claimed so far for an account, slack included. */
  public long claimedBytes(Account account) {
    return claimedBytes[ACCOUNTS.indexOf(account)];
  }

  /** Says that not all records can be reached, so that of what nobody claims nothing can be said to be lost. */
  public void incomplete() {
    incomplete = true;
  }

  /** Counts a component. */
  public void component() {
    componentCount++;
  }

  /** Counts a dataspace of the store. */
  public void dataspace() {
    dataspaceCount++;
  }

  /** How many sentences there are. */
  public long findingCount() {
    return findingCount;
  }

  /** Adds a sentence about that of which {@link #about} told: something is not as it should be. */
  public void damage(String sentence) {
    damage(kind, object, place, sentence);
  }

  private void damage(Finding.Kind what, String name, long where, String sentence) {
    findingCount++;
    if (what == Finding.Kind.COMPONENT || what == Finding.Kind.QUARANTINE) {
      hitComponents.add(where);
    }
    if (findings.size() < mostFindings) {
      findings.add(new Finding(what, name, where, sentence));
    }
  }

  /**
   * Looks for owned extents that nobody claimed. Each claimed one has the owner that it was claimed for and is claimed once,
   * so where there are none, every owner holds just what its record leads to, and all of them together what is used.
   */
  void finish() {
    long[] owned = new long[ACCOUNTS.size()];
    heap.walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            ownedBytes += extent.lengthBytes();
            owned[ACCOUNTS.indexOf(accountOf(owner))] += extent.lengthBytes();
            if (!isMarked(extent.offset())) {
              leftOver(extent, owner, record);
            }
          }

          @Override
          public void damage(String message) {
            Claims.this.damage(Finding.Kind.PAGE, "the page table", -1, message);
          }

          @Override
          public void damagedPage(long page, long entryOffset, String message) {
            Claims.this.damage(Finding.Kind.PAGE, "page " + page, entryOffset, message);
          }

          @Override
          public void damagedChunk(int chunk, long wordOffset, long needed, String message) {
            Claims.this.damage(Finding.Kind.CHUNK, "chunk " + chunk, wordOffset, message);
          }
        });
    if (!incomplete) {
      compareSums(owned);
    }
    if (findingCount > findings.size()) {
      about(Finding.Kind.SUM, "the pool", -1);
      findings.add(new Finding(kind, object, place, (findingCount - findings.size()) + " more findings"));
    }
  }

  private void leftOver(Extent extent, long owner, boolean record) {
    if (keepers.contains(owner)) {
      claimedBytes[ACCOUNTS.indexOf(Account.COMPONENTS)] += extent.lengthBytes();
    } else if (!incomplete) {
      damage(
          Finding.Kind.LOST,
          Owner.describe(owner),
          extent.offset(),
          (record ? "the component record at " : "the extent at ") + extent.offset() + " of " + extent.lengthBytes()
              + " bytes is owned by " + Owner.describe(owner) + ", and nothing leads to it");
    }
  }

  private void compareSums(long[] owned) {
    about(Finding.Kind.SUM, "the pool", -1);
    for (Account account : List.of(Account.COMPONENTS, Account.DIRECTORY, Account.SYMBOLS)) {
      // An owner word does not tell a dataspace from a component.
      long claimed = claimedBytes(account) + (account == Account.COMPONENTS ? claimedBytes(Account.DATASPACES) : 0);
      long found = owned[ACCOUNTS.indexOf(account)];
      if (claimed != found) {
        damage("account " + account + ": records lead to " + claimed + " bytes, and the heap's owner words say " + found);
      }
    }
  }

  private boolean mark(long offset) {
    if (isMarked(offset)) {
      return false;
    }
    long line = offset >>> LINE_SHIFT;
    int leaf = (int) (line / LEAF_BITS);
    if (claimed[leaf] == null) {
      claimed[leaf] = new long[LEAF_BITS / Long.SIZE];
    }
    claimed[leaf][(int) (line % LEAF_BITS) >>> 6] |= 1L << line;
    return true;
  }

  private boolean isMarked(long offset) {
    long line = offset >>> LINE_SHIFT;
    long[] leaf = claimed[(int) (line / LEAF_BITS)];
    return leaf != null && (leaf[(int) (line % LEAF_BITS) >>> 6] >>> line & 1) != 0;
  }

  List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** How many components something was found of. */
  long hitComponentCount() {
    return hitComponents.size();
  }

  VerifyReport.Usage usage() {
    return new VerifyReport.Usage(
        claimedBytes(Account.COMPONENTS), claimedBytes(Account.DIRECTORY), claimedBytes(Account.SYMBOLS), claimedBytes(Account.DATASPACES));
  }

  long dataspaceCount() {
    return dataspaceCount;
  }

  long componentCount() {
    return componentCount;
  }

  long ownedBytes() {
    return ownedBytes;
  }
}
