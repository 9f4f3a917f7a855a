package dev.dormouse.emulation.fuzz;

import dev.dormouse.heap.Bytes;
import java.util.Arrays;
import java.util.Random;

/**
 * One change of a record's bytes. A value: what it prints can be {@linkplain #parse parsed}, and makes the same change again.
 *
 * @param way what is done
 * @param at where in the record, in bytes; of {@link Way#BIT}, in bits. What is too large counts modulo the record's length
 * @param value what is put there, as many of its low bytes as the way says; of {@link Way#SPLICE}, where the other bytes come from; of
 *     {@link Way#NOISE}, what they are made of
 */
public record Mutation(Way way, int at, long value) {
  private static final int LONGEST_SPLICE = 256;
  private static final int SMALL = 300;

  /** What can be done to bytes. */
  public enum Way {
    /** A bit is another. */
    BIT(1),
    BYTE(Byte.BYTES),
    SHORT(Short.BYTES),
    INT(Integer.BYTES),
    LONG(Long.BYTES),
    /** All from there on is the low byte of the value: a record that ends early. */
    CUT(1),
    /** From there on lie bytes of another record. */
    SPLICE(1),
    /** From there on lie random bytes, which the value is the seed of. */
    NOISE(1);

    private final int bytes;

    Way(int bytes) {
      this.bytes = bytes;
    }
  }

  /**
   * Thinks of a change to a record of so many bytes.
   *
   * @param poolBytes how long all is that the record lies in: numbers near it are tried more often than others
   */
  public static Mutation random(Random random, int recordBytes, long poolBytes) {
    Way way = Way.values()[random.nextInt(Way.values().length)];
    int places = way == Way.BIT ? recordBytes * Byte.SIZE : recordBytes;
    int at = random.nextInt(places);
    if (random.nextInt(8) != 0) {
      // Where fields begin.
      at -= at % way.bytes;
    }
    long value =
        switch (way) {
          case BIT -> 1;
          case CUT -> random.nextBoolean() ? 0 : random.nextInt(256);
          case SPLICE -> random.nextLong(poolBytes) & -Long.BYTES;
          case NOISE -> random.nextInt(1 << 20);
          default -> number(random, poolBytes);
        };
    return new Mutation(way, at, value);
  }

  /** Numbers that readers mistake: ends of ranges, ends of the pool, places in it, and sums that overflow. */
  private static long number(Random random, long poolBytes) {
    return switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
      case 3 -> (1L << random.nextInt(Long.SIZE)) - random.nextInt(3);
      case 4 -> -(1L << random.nextInt(Long.SIZE)) + random.nextInt(3);
      case 5 -> poolBytes + (random.nextInt(33) - 16) * (random.nextBoolean() ? 1L : 64L);
      case 6 -> Long.MAX_VALUE - poolBytes + (random.nextInt(33) - 16) * (random.nextBoolean() ? 1L : 64L);
      case 7 -> random.nextLong(poolBytes) & -64;
      case 8 -> random.nextLong(poolBytes);
      case 9 -> -random.nextLong(poolBytes);
      case 10 -> random.nextLong();
      default -> random.nextInt(SMALL);
    };
  }

  /** Makes the change in {@code length} bytes from {@code from} on. */
  public void change(byte[] bytes, int from, int length) {
    if (way == Way.BIT) {
      int bit = at % (length * Byte.SIZE);
      bytes[from + bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      return;
    }
    int place = from + Math.min(at % length, Math.max(0, length - way.bytes));
    int room = from + length - place;
    switch (way) {
      case CUT -> Arrays.fill(bytes, place, from + length, (byte) value);
      case NOISE -> {
        byte[] noise = new byte[room];
        new Random(value).nextBytes(noise);
        System.arraycopy(noise, 0, bytes, place, room);
      }
      case SPLICE -> {
        int source = (int) (value % bytes.length);
        System.arraycopy(bytes, source, bytes, place, Math.min(Math.min(room, LONGEST_SPLICE), bytes.length - source));
      }
      default -> {
        byte[] number = new byte[Long.BYTES];
        Bytes.putLong(number, 0, value);
        System.arraycopy(number, 0, bytes, place, Math.min(room, way.bytes));
      }
    }
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return way + " " + at + " 0x" + Long.toHexString(value);
  }

  /**
   * The change that printed itself so.
   *
   * @throws IllegalArgumentException if none did
   */
  public static Mutation parse(String text) {
    String[] parts = text.strip().split(" ", -1);
    if (parts.length != 3 || !parts[2].startsWith("0x")) {
      throw new IllegalArgumentException(text + ": WAY PLACE 0xVALUE expected");
    }
    return new Mutation(Way.valueOf(parts[0]), Integer.parseInt(parts[1]), Long.parseUnsignedLong(parts[2], 2, parts[2].length(), 16));
  }
}
