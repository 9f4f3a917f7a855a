package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Quarantine;

/** Marks a component's record so that it does not run. The flag and the CRC lie in one word of 8 bytes: one store does it. */
final class ComponentQuarantine implements Quarantine {
  private final Media media;
  private final Heap heap;

  ComponentQuarantine(Media media, Heap heap) {
    this.media = media;
    this.heap = heap;
  }

  @Override
  public void quarantine(long birth, long recordOffset, String reason) {
    if (!heap.isRecordSlot(recordOffset)) {
      return;
    }
    Awake seat = new Awake(0);
    media.read(recordOffset, seat.record, 0, seat.record.length);
    if (seat.birth() != birth) {
      return;
    }
    int flags = Bytes.getShort(seat.record, ComponentLayout.FLAGS) | ComponentLayout.QUARANTINED;
    Bytes.putShort(seat.record, ComponentLayout.FLAGS, (short) flags);
    Bytes.putInt(
        seat.record,
        ComponentLayout.CRC32C,
        seat.checksum.ofRecord(seat.record, 0, seat.record.length, ComponentLayout.CRC32C));
    media.putLong(recordOffset + ComponentLayout.CRC32C, Bytes.getLong(seat.record, ComponentLayout.CRC32C));
    media.persist(recordOffset + ComponentLayout.CRC32C, Long.BYTES);
  }
}
