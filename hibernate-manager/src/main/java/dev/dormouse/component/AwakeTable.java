package dev.dormouse.component;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Who is awake: a fixed number of seats, found by the offset of the component's record. A bucket is claimed by one
 * compare-and-set for the few instructions that it takes to look a seat up or to change it; nothing is allocated. Where no
 * seat is free, a component that nobody pins and that was not used lately loses its own.
 */
final class AwakeTable {
  private static final int CLAIMED = -1;
  private static final int SPINS_BEFORE_YIELD = 64;
  private static final int NOBODY = -1;

  private final Awake[] seats;
  // Index of the first seat plus one, 0 where the bucket is empty, CLAIMED while somebody looks at it.
  private final AtomicIntegerArray buckets;
  // Treiber stack of free seats: index plus one below, a counter against reuse above.
  private final AtomicLong free = new AtomicLong();
  private final AtomicInteger hand = new AtomicInteger();

  /**
   * @param clocks whether the turns of each seat are timed
   */
  AwakeTable(int most, boolean clocks) {
    seats = new Awake[most];
    buckets = new AtomicIntegerArray(Math.max(16, Integer.highestOneBit(most) * 4));
    for (int i = most - 1; i >= 0; i--) {
      seats[i] = new Awake(i, clocks ? new TurnClock() : null);
      pushFree(seats[i]);
    }
  }

  /** The seat of a component, found or newly taken (then not {@code loaded}), and pinned. */
  Awake pin(long recordOffset) {
    int bucket = bucketOf(recordOffset);
    Awake spare = null;
    while (true) {
      int head = claim(bucket);
      Awake found = search(head, recordOffset);
      if (found != null) {
        found.pin();
        found.recentlyUsed = true;
        buckets.setRelease(bucket, head);
        if (spare != null) {
          pushFree(spare);
        }
        return found;
      }
      if (spare != null) {
        spare.recordOffset = recordOffset;
        spare.loaded = false;
        spare.recentlyUsed = false;
        spare.next = head;
        spare.pin();
        buckets.setRelease(bucket, spare.index + 1);
        return spare;
      }
      buckets.setRelease(bucket, head);
      spare = takeSeat();
    }
  }

  /** Whether a component has a seat. */
  boolean contains(long recordOffset) {
    int bucket = bucketOf(recordOffset);
    int head = claim(bucket);
    boolean found = search(head, recordOffset) != null;
    buckets.setRelease(bucket, head);
    return found;
  }

  /** Takes a component's seat away, unless it is pinned; whether it has none now. */
  boolean remove(long recordOffset) {
    Awake seat = unseat(recordOffset);
    if (seat != null) {
      seat.forget();
      pushFree(seat);
      return true;
    }
    return !contains(recordOffset);
  }

  int count() {
    int count = 0;
    for (Awake seat : seats) {
      count += seat.recordOffset != 0 ? 1 : 0;
    }
    return count;
  }

  void forEachSeat(Consumer<Awake> action) {
    for (Awake seat : seats) {
      action.accept(seat);
    }
  }

  private Awake takeSeat() {
    for (int round = 0; ; round++) {
      Awake seat = popFree();
      for (int i = 0; seat == null && i < 2 * seats.length; i++) {
        seat = evictAtHand();
      }
      if (seat != null) {
        return seat;
      }
      // Every seat is pinned by a thread that is between a turn and the next; none waits while it runs one.
      pause(round + SPINS_BEFORE_YIELD);
    }
  }

  /** The clock algorithm: one step of the hand. */
  private Awake evictAtHand() {
    Awake seat = seats[Math.floorMod(hand.getAndIncrement(), seats.length)];
    long seated = seat.recordOffset;
    if (seated == 0 || seat.isPinned()) {
      return null;
    }
    if (seat.recentlyUsed) {
      seat.recentlyUsed = false;
      return null;
    }
    Awake unseated = unseat(seated);
    if (unseated != null) {
      // The seat belongs to the caller alone by now.
      unseated.forget();
    }
    return unseated;
  }

  private Awake unseat(long recordOffset) {
    int bucket = bucketOf(recordOffset);
    int head = claim(bucket);
    int before = NOBODY;
    int at = head;
    while (at != 0 && seats[at - 1].recordOffset != recordOffset) {
      before = at - 1;
      at = seats[at - 1].next;
    }
    if (at == 0 || seats[at - 1].isPinned()) {
      buckets.setRelease(bucket, head);
      return null;
    }
    Awake seat = seats[at - 1];
    if (before == NOBODY) {
      head = seat.next;
    } else {
      seats[before].next = seat.next;
    }
    seat.recordOffset = 0;
    buckets.setRelease(bucket, head);
    return seat;
  }

  private Awake search(int head, long recordOffset) {
    for (int at = head; at != 0; at = seats[at - 1].next) {
      if (seats[at - 1].recordOffset == recordOffset) {
        return seats[at - 1];
      }
    }
    return null;
  }

  private int bucketOf(long recordOffset) {
    return (int) (((recordOffset >>> 6) * 0x9E3779B97F4A7C15L) >>> 40) & (buckets.length() - 1);
  }

  private int claim(int bucket) {
    for (int round = 0; ; round++) {
      int head = buckets.get(bucket);
      if (head != CLAIMED && buckets.compareAndSet(bucket, head, CLAIMED)) {
        return head;
      }
      pause(round);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // A holder that lost its processor gets it back sooner; nothing depends on it.
  static void pause(int round) {
    if (round < SPINS_BEFORE_YIELD) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  private void pushFree(Awake seat) {
    while (true) {
      long head = free.get();
      seat.nextFree = (int) head;
      if (free.compareAndSet(head, ((head >>> 32) + 1) << 32 | (seat.index + 1))) {
        return;
      }
    }
  }

  private Awake popFree() {
    while (true) {
      long head = free.get();
      if ((int) head == 0) {
        return null;
      }
      Awake seat = seats[(int) head - 1];
      if (free.compareAndSet(head, ((head >>> 32) + 1) << 32 | (seat.nextFree & 0xffff_ffffL))) {
        return seat;
      }
    }
  }
}
