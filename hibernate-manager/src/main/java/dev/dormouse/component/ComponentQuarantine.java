package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
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
    byte[] record = new byte[ComponentLayout.BYTES];
    media.read(recordOffset, record, 0, record.length);
    long found = Bytes.getLong(record, ComponentLayout.BIRTH);
    boolean halfDestroyed = found == 0 && heap.ownerOf(recordOffset) == birth;
    if (found != birth && !halfDestroyed) {
      return;
    }
    if (halfDestroyed) {
      // The epoch that would have destroyed it never committed: its name still leads here.
      media.putLong(recordOffset + ComponentLayout.BIRTH, birth);
      media.persist(recordOffset + ComponentLayout.BIRTH, Long.BYTES);
      Bytes.putLong(record, ComponentLayout.BIRTH, birth);
    }
    int flags = Bytes.getShort(record, ComponentLayout.FLAGS) | ComponentLayout.QUARANTINED;
    Bytes.putShort(record, ComponentLayout.FLAGS, (short) flags);
    ComponentLayout.seal(record, new Checksum());
    media.putLong(recordOffset + ComponentLayout.CRC32C, Bytes.getLong(record, ComponentLayout.CRC32C));
    media.persist(recordOffset + ComponentLayout.CRC32C, Long.BYTES);
  }
}
