package dev.dormouse.component;

import dev.dormouse.heap.Bytes;

/**
 * A capability slot as it is stored.
 *
 * @param object what it names: for a file, the offset of its recipe; 0 where the slot is empty
 * @param badge what the grantor wrote on it; the holder cannot change it
 * @param generation rises when the slot is revoked
 * @param rights bits of {@link #READ}; none where it was revoked
 * @param kind {@link #FILE}, or 0 where the slot is empty
 */
record Slot(long object, long badge, int generation, int rights, int kind) {
  static final int FILE = 1;
  static final int READ = 1;

  static Slot read(byte[] bytes, int index) {
    return new Slot(
        Bytes.getLong(bytes, index + SlotLayout.OBJECT),
        Bytes.getLong(bytes, index + SlotLayout.BADGE),
        Bytes.getInt(bytes, index + SlotLayout.GENERATION),
        Bytes.getShort(bytes, index + SlotLayout.RIGHTS),
        Bytes.getShort(bytes, index + SlotLayout.KIND));
  }

  void write(byte[] bytes, int index) {
    Bytes.putLong(bytes, index + SlotLayout.OBJECT, object);
    Bytes.putLong(bytes, index + SlotLayout.BADGE, badge);
    Bytes.putInt(bytes, index + SlotLayout.GENERATION, generation);
    Bytes.putShort(bytes, index + SlotLayout.RIGHTS, (short) rights);
    Bytes.putShort(bytes, index + SlotLayout.KIND, (short) kind);
  }

  boolean isRevoked() {
    return kind != 0 && rights == 0;
  }
}
