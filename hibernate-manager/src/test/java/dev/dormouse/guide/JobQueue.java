package dev.dormouse.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dormouse.region.Region;
import java.util.ArrayList;
import java.util.List;

// region layout
/**
 * Jobs in the order in which they came, in a ring of lines of a region: the guide's example.
 *
 * <pre>
 *  offset  size  field
 *       0     8  format    what this is, and how it is laid out
 *       8     8  capacity  how many slots the ring has
 *      16     8  head      the slot of the oldest job
 *      24     8  count     how many jobs there are
 *      64        slots of 64 bytes: u16 length, text
 * </pre>
 */
final class JobQueue {
  static final int MOST_BYTES = 62;
  // "JOBS" and the format's number, little-endian.
  private static final long JOBS_1 = 0x0000_0001_5342_4f4aL;
  private static final long FORMAT = 0;
  private static final long CAPACITY = 8;
  private static final long HEAD = 16;
  private static final long COUNT = 24;
  private static final long SLOTS = 64;
  private static final long SLOT_BYTES = 64;

  private final Region region;

  private JobQueue(Region region) {
    this.region = region;
  }
  // endregion

  // region open
  /** Makes an empty queue as long as the region. */
  static JobQueue format(Region region) {
    region.prepareWrite(0, SLOTS);
    region.fill(0, SLOTS, (byte) 0);
    region.putLong(FORMAT, JOBS_1);
    region.putLong(CAPACITY, slots(region));
    return new JobQueue(region);
  }

  /** The queue in a region, which may be longer than when it was last opened. */
  static JobQueue open(Region region) {
    if (region.lengthBytes() < SLOTS || region.getLong(FORMAT) != JOBS_1) {
      throw new IllegalStateException("region of " + region.lengthBytes() + " bytes: no queue of jobs in it");
    }
    JobQueue queue = new JobQueue(region);
    queue.check();
    if (slots(region) > queue.capacity()) {
      queue.takeUp(slots(region));
    }
    return queue;
  }

  private static long slots(Region region) {
    return (region.lengthBytes() - SLOTS) / SLOT_BYTES;
  }
  // endregion

  // region verbs
  /** Adds a job behind all others; false, and nothing is stored, if there is no room. */
  boolean add(String job) {
    byte[] text = job.getBytes(UTF_8);
    if (text.length > MOST_BYTES) {
      throw new IllegalArgumentException("a job of " + text.length + " bytes: at most " + MOST_BYTES + " expected");
    }
    long count = region.getLong(COUNT);
    if (count == capacity()) {
      return false;
    }
    long slot = slot(count);
    // Both lines at first: whatever fails, fails before anything is stored.
    region.prepareWrite(slot, SLOT_BYTES);
    region.prepareWrite(0, SLOTS);
    region.putShort(slot, (short) text.length);
    region.put(slot + Short.BYTES, text, 0, text.length);
    region.putLong(COUNT, count + 1);
    return true;
  }

  /** Takes the oldest job; null if there is none. */
  String take() {
    long count = region.getLong(COUNT);
    if (count == 0) {
      return null;
    }
    String job = job(0);
    region.prepareWrite(0, SLOTS);
    region.putLong(HEAD, (region.getLong(HEAD) + 1) % capacity());
    region.putLong(COUNT, count - 1);
    return job;
  }

  List<String> jobs() {
    List<String> jobs = new ArrayList<>();
    for (long i = 0; i < region.getLong(COUNT); i++) {
      jobs.add(job(i));
    }
    return jobs;
  }

  private String job(long index) {
    long slot = slot(index);
    int length = region.getShort(slot);
    if (length < 0 || length > MOST_BYTES) {
      throw new IllegalStateException("job " + index + " has " + length + " bytes, at most " + MOST_BYTES + " expected");
    }
    byte[] text = new byte[length];
    region.get(slot + Short.BYTES, text, 0, length);
    return new String(text, UTF_8);
  }

  /** Where the slot is of the job before which {@code index} others came. */
  private long slot(long index) {
    return SLOTS + (region.getLong(HEAD) + index) % capacity() * SLOT_BYTES;
  }

  private long capacity() {
    return region.getLong(CAPACITY);
  }
  // endregion

  // region grow
  /** A longer ring goes round at another place: what lies between the head and the old end moves to the new end. */
  private void takeUp(long newCapacity) {
    long head = region.getLong(HEAD);
    long moved = capacity() - head;
    region.prepareWrite(0, SLOTS);
    if (head + region.getLong(COUNT) > capacity()) {
      long newHead = newCapacity - moved;
      region.copy(SLOTS + head * SLOT_BYTES, SLOTS + newHead * SLOT_BYTES, moved * SLOT_BYTES);
      region.putLong(HEAD, newHead);
    }
    region.putLong(CAPACITY, newCapacity);
  }
  // endregion

  // region check
  /** What holds whenever a turn begins; bytes that nobody of us stored are told from ours before they are used. */
  void check() {
    long capacity = capacity();
    long head = region.getLong(HEAD);
    long count = region.getLong(COUNT);
    if (capacity < 1 || capacity > slots(region) || head < 0 || head >= capacity || count < 0 || count > capacity) {
      throw new IllegalStateException(
          "queue of jobs: " + count + " of " + capacity + " slots from slot " + head + ", in a region with room for " + slots(region));
    }
  }
  // endregion
}
