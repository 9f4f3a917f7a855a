package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.Media;
import dev.dormouse.region.RegionEntry;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Wakes components: reads the record, checks it, takes it. Under the seat's turn lock. */
final class Waker {
  private final Media media;
  private final Journal journal;
  private final Heap heap;
  private final ComponentNames names;
  // Scratch for the thread that holds the lane.
  private final byte[][] records;
  private final Checksum[] checksums;
  private final AtomicLong incarnations = new AtomicLong();

  Waker(Media media, Heap heap, ComponentNames names, int lanes) {
    this.media = media;
    this.journal = media.journal();
    this.heap = heap;
    this.names = names;
    this.records = new byte[lanes][ComponentLayout.BYTES];
    this.checksums = new Checksum[lanes];
    Arrays.setAll(checksums, lane -> new Checksum());
  }

  private void read(Awake awake, long birth, byte[] record, Checksum checksum) {
    if (!heap.isRecordSlot(awake.recordOffset)) {
      throw noSuch(awake.recordOffset, birth);
    }
    media.read(awake.recordOffset, record, 0, record.length);
    // Looked at again, and not before it was read: a slab that was given back meanwhile may hold anybody's bytes by now.
    VarHandle.acquireFence();
    boolean wasRecord = heap.isRecordSlot(awake.recordOffset);
    if (!wasRecord || Bytes.getLong(record, ComponentLayout.BIRTH) != birth || birth == 0) {
      throw noSuch(awake.recordOffset, birth);
    }
    if (!ComponentLayout.isSound(record, checksum)) {
      throw new Quarantined(
          "component " + names.textOf(awake.recordOffset) + ": its record at " + awake.recordOffset
              + " fails its crc32c; it does not run, the others go on; run verify");
    }
    awake.take(record);
    if (awake.firstRegionIsPlain && !RegionEntry.liesIn(media, awake.firstRegionExtent, awake.firstRegionBytes)) {
      throw new Quarantined(
          "component " + names.textOf(awake.recordOffset) + ": its record at " + awake.recordOffset + " says that a region of "
              + awake.firstRegionBytes + " bytes lies at " + awake.firstRegionExtent + ", which cannot be; it does not run, the others go on; run verify");
    }
  }

  /** Takes what the record says, without waking the component. */
  void look(Awake awake, long birth) {
    read(awake, birth, new byte[ComponentLayout.BYTES], new Checksum());
  }

  /** Whether the record says that the component must not run; takes what it says. */
  boolean isQuarantined(Awake awake, long birth) {
    look(awake, birth);
    return awake.isQuarantined();
  }

  /** A remap: reads the record, checks it, takes it. */
  void wake(Awake awake, long birth, int lane) {
    if (!awake.loaded || awake.recordChanged) {
      // Changed: whether the last epoch was committed or undone, the record says how the component is now.
      read(awake, birth, records[lane], checksums[lane]);
      awake.recordChanged = false;
    }
    if (!awake.loaded) {
      awake.incarnation = incarnations.incrementAndGet();
      awake.resumes++;
      awake.position = journal == null ? 0 : journal.tail();
      awake.loaded = true;
    }
    if (awake.birth != birth) {
      throw noSuch(awake.recordOffset, birth);
    }
    if (awake.isQuarantined()) {
      throw new Quarantined(
          "component " + names.textOf(awake.recordOffset)
              + ": the log of its last epoch was damaged, so its bytes may be torn; it does not run, the others go on; run verify");
    }
  }

  NoSuchComponent noSuch(long recordOffset, long birth) {
    return new NoSuchComponent(
        media.describe() + ": there is no component " + new ComponentId(recordOffset, birth)
            + "; it was destroyed, or never was in this pool");
  }
}
