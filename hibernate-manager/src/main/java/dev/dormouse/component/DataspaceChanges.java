package dev.dormouse.component;

import dev.dormouse.heap.Check;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.SharedDataspaces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one epoch attaches and detaches of the store's dataspaces. It is noted in memory; the counts, which others share,
 * change by intents that are logged just before the commit, under locks that are held until the lane is done (R3). So no
 * turn ever waits for another's end while it holds a dataspace's lock. Under the seat's turn lock.
 */
final class DataspaceChanges implements SharedDataspaces {
  /** A dataspace, how many attachments it gains, and whether it is pinned. */
  private static final class Change {
    final DataspaceHead head;
    long delta;
    boolean pinned;

    Change(DataspaceHead head) {
      this.head = head;
    }
  }

  private final Media media;
  private final Symbols symbols;
  private final DataspaceTable table;
  private final List<Change> changes = new ArrayList<>();
  private long seenUpTo;

  DataspaceChanges(Media media, Symbols symbols, DataspaceTable table) {
    this.media = media;
    this.symbols = symbols;
    this.table = table;
  }

  @Override
  public Extent find(String dataspace) {
    int symbol = symbols.find(dataspace);
    ReentrantLock lock = table.lock(DataspaceTable.lockIndexOf(symbol));
    lock.lock();
    try {
      DataspaceHead head = table.find(symbol);
      // Under the lock: what the turn tells of it, there or gone, was ordered before.
      seenUpTo = media.journal() == null ? 0 : media.journal().tail();
      if (head == null) {
        throw new NoSuchDataspace(media.describe() + ": there is no dataspace named " + dataspace);
      }
      Change change = of(head);
      if (!change.pinned) {
        // (c) Under the lock, so that nobody destroys it between here and the commit, or while the program reads it.
        table.pin(head);
        change.pinned = true;
      }
      return head.content();
    } finally {
      lock.unlock();
    }
  }

  /** Up to where the medium's journal must be durable before what was seen of dataspaces may be told. */
  long seenUpTo() {
    return seenUpTo;
  }

  @Override
  public void attached(long offset) {
    of(table.around(offset)).delta++;
  }

  @Override
  public void detached(long offset) {
    DataspaceHead head;
    try {
      head = table.around(offset);
    } catch (Damaged damaged) {
      // There is no count that could be believed; a component must be able to let go of it all the same. Verify names it.
      return;
    }
    of(head).delta--;
  }

  @Override
  public void check(long offset) {
    table.around(offset);
  }

  private Change of(DataspaceHead head) {
    for (Change change : changes) {
      if (change.head.offset() == head.offset()) {
        return change;
      }
    }
    Change change = new Change(head);
    changes.add(change);
    return change;
  }

  /** Commits the epoch and with it what was noted. Errors as for {@link Epoch#commit}. */
  void commit(Epoch epoch) {
    if (changes.isEmpty()) {
      epoch.commit();
      return;
    }
    // (d) The counts, just before the commit, so that their locks are held for no longer than it takes.
    int[] locks = lockIndexes();
    try {
      lock(locks);
      for (Change change : changes) {
        count(epoch, change);
      }
      epoch.commit();
    } finally {
      // The lane is done; or it was not committed, and no word was touched.
      unlock(locks);
    }
    discard();
  }

  /** In the order in which they are taken, each once, so that two epochs that change the same dataspaces never wait for each other. */
  private int[] lockIndexes() {
    return changes.stream()
        .filter(change -> change.delta != 0)
        .mapToInt(change -> DataspaceTable.lockIndexOf(change.head.nameSymbol()))
        .sorted()
        .distinct()
        .toArray();
  }

  private void lock(int[] indexes) {
    for (int index : indexes) {
      table.lock(index).lock();
    }
  }

  private void unlock(int[] indexes) {
    for (int index : indexes) {
      // Where an error struck in between, it was not taken.
      if (table.lock(index).isHeldByCurrentThread()) {
        table.lock(index).unlock();
      }
    }
  }

  private void count(Epoch epoch, Change change) {
    if (change.delta == 0) {
      return;
    }
    long place = change.head.attachmentsOffset();
    long count;
    try {
      count = change.head.attachments(media) + change.delta;
    } catch (Damaged damaged) {
      if (change.delta < 0) {
        // There is no count that could be believed: it stays as it is, so that nobody destroys the dataspace, and who shows it can let go.
        return;
      }
      throw damaged;
    }
    if (count < 0) {
      // Fewer than there were: it stays at none, and verify has named it before.
      count = 0;
    }
    epoch.putShared(place, Check.seal(count, place));
  }

  /** Forgets what was noted: the epoch has ended. */
  void discard() {
    for (Change change : changes) {
      if (change.pinned) {
        table.unpin(change.head);
      }
    }
    changes.clear();
  }
}
