package dev.dormouse.emulation;

/** A set of well-mixed 64-bit numbers, by open addressing: 16 to 32 bytes an element. Not thread-safe. */
final class LongSet {
  private long[] slots = new long[64];
  private boolean hasZero;
  private int size;

  boolean add(long value) {
    if (value == 0) {
      boolean added = !hasZero;
      hasZero = true;
      return added;
    }
    int slot = slotOf(slots, value);
    if (slots[slot] == value) {
      return false;
    }
    slots[slot] = value;
    size++;
    if (size > slots.length / 2) {
      grow();
    }
    return true;
  }

  boolean contains(long value) {
    return value == 0 ? hasZero : slots[slotOf(slots, value)] == value;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    for (long value : slots) {
      if (value != 0) {
        larger[slotOf(larger, value)] = value;
      }
    }
    slots = larger;
  }

  private static int slotOf(long[] slots, long value) {
    int slot = (int) (value ^ (value >>> 32)) & (slots.length - 1);
    while (slots[slot] != 0 && slots[slot] != value) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }
}
