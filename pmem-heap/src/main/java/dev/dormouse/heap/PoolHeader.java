package dev.dormouse.heap;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What the pool's header says. A value: changing the header is making another and writing it over the older copy.
 *
 * @param serial rises by one with every header that is written
 * @param durabilityClass of the medium that the pool lay on when it was last opened
 * @param open whether the pool was open, and not closed since
 * @param openCount how often the pool was opened; the first half of every incarnation and birth. Never less than an anchor
 *     beside it had seen
 * @param salt random at every open; stamped into every log record
 * @param boot the boot identity of the machine that opened the pool last
 * @param file in which the pool was opened last
 * @param machine that opened the pool last
 * @param journal the name of the journal without which the pool is not what it was last; 0 if there is none, as in every pool that
 *     was closed
 * @param roots offsets where the modules above find their first record; zero where unused
 */
public record PoolHeader(
    long serial,
    UUID uuid,
    Geometry geometry,
    DurabilityClass durabilityClass,
    boolean open,
    long openCount,
    long salt,
    BootIdentity boot,
    FileIdentity file,
    MachineIdentity machine,
    long journal,
    Roots roots) {
  /** The format that this build writes. A reader refuses a greater major. */
  public static final int MAJOR = 1;

  public static final int MINOR = 0;

  private static final long MAGIC = Bytes.getLong("DORMOUSE".getBytes(StandardCharsets.US_ASCII), 0);
  /** Births, of which it is the first half, have no room for more. */
  static final long MOST_OPENINGS = (1L << 24) - 1;

  private static final int COPIES = 2;
  private static final long MOST_SERIAL = Long.MAX_VALUE >>> 1;
  private static final byte UNDER_REPAIR = 2;

  /** Both copies, each in a page of its own, at the pool's start. */
  static final long BYTES = (long) COPIES * Geometry.PAGE_BYTES;

  /** Offsets of the first records of the modules above, set once when the pool is made. */
  public record Roots(long root0, long root1, long root2, long root3) {
    public static final Roots NONE = new Roots(0, 0, 0, 0);
  }

  /** A header as it was read, and what is to be said about the copies. */
  public record Found(PoolHeader header, String damage, boolean underRepair) {
    Found(PoolHeader header, String damage) {
      this(header, damage, false);
    }

    /** The same, where more was to be said before. */
    Found withDamage(String before) {
      return new Found(header, damage.isEmpty() ? before : damage, underRepair);
    }
  }

  PoolHeader next(
      DurabilityClass newClass, boolean nowOpen, long newOpenCount, long newSalt, BootIdentity newBoot, Roots newRoots) {
    return new PoolHeader(
        serial + 1, uuid, geometry, newClass, nowOpen, newOpenCount, newSalt, newBoot, file, machine, nowOpen ? journal : 0, newRoots);
  }

  /** The same header, of a pool that is there. */
  PoolHeader at(Place place) {
    return new PoolHeader(
        serial,
        uuid,
        geometry,
        durabilityClass,
        open,
        openCount,
        salt,
        place.host().boot(),
        place.file(),
        place.host().machine(),
        journal,
        roots);
  }

  /** The same header, of a pool whose newest state is in home and that journal; 0 for home alone. */
  PoolHeader withJournal(long newJournal) {
    return new PoolHeader(
        serial + 1, uuid, geometry, durabilityClass, open, openCount, salt, boot, file, machine, newJournal, roots);
  }

  /** The header of the same pool with another length. */
  PoolHeader resized(long newSizeBytes) {
    return new PoolHeader(
        serial + 1, uuid, geometry.withSize(newSizeBytes), durabilityClass, open, openCount, salt, boot, file, machine, journal, roots);
  }

  /** The header of a copy of the pool, closed, that is a pool of its own and was never open anywhere. */
  PoolHeader ofAnother(UUID newUuid, DurabilityClass newClass, long newOpenCount, long newSalt) {
    return new PoolHeader(
        serial + 1, newUuid, geometry, newClass, false, newOpenCount, newSalt, BootIdentity.UNKNOWN, FileIdentity.UNKNOWN, MachineIdentity.UNKNOWN, 0, roots);
  }

  /** Whether the machine went down while the pool was open, on a medium that does not survive that. */
  public boolean machineWentDown(BootIdentity thisBoot) {
    return open && durabilityClass != DurabilityClass.POWER_LOSS && !boot.isSameBootAs(thisBoot);
  }

  /**
   * Reads both copies and picks the valid one with the greater serial.
   *
   * @throws NotAPool if neither copy has the magic
   * @throws UnsupportedFormat if the newest valid copy has a greater major version
   * @throws Damaged if the magic is there and neither copy is sound, or the file is shorter than its header says
   */
  public static Found read(PoolReader reader) {
    Found found = readForRepair(reader);
    if (found.underRepair()) {
      throw new Damaged(
          reader.describe(),
          "a repair of it was cut short; run ./dormouse repair again, which finishes it, or with --undo FILE, which puts back what it was");
    }
    return found;
  }

  /** As {@link #read}, also where a repair was cut short. */
  static Found readForRepair(PoolReader reader) {
    String pool = reader.describe();
    boolean underRepair = false;
    PoolHeader best = null;
    boolean magicSeen = false;
    int zeroCopies = 0;
    StringBuilder damage = new StringBuilder();
    for (int copy = 0; copy < COPIES; copy++) {
      long offset = (long) copy * Geometry.PAGE_BYTES;
      if (reader.sizeBytes() < offset + HeaderLayout.BYTES) {
        continue;
      }
      byte[] bytes = new byte[HeaderLayout.BYTES];
      reader.read(offset, bytes, 0, bytes.length);
      boolean magic = Bytes.getLong(bytes, HeaderLayout.MAGIC) == MAGIC;
      magicSeen |= magic;
      if (isZero(bytes, 0, bytes.length)) {
        zeroCopies++;
        continue;
      }
      int crc = new Checksum().ofRecord(bytes, 0, bytes.length, HeaderLayout.CRC32C);
      int stored = Bytes.getInt(bytes, HeaderLayout.CRC32C);
      if (!magic || crc != stored) {
        damage.append(String.format("header copy %d has crc32c 0x%08x, stored 0x%08x; ", copy, crc, stored));
        continue;
      }
      if (Bytes.getShort(bytes, HeaderLayout.MAJOR) != MAJOR) {
        throw new UnsupportedFormat(
            pool,
            "format " + Bytes.getShort(bytes, HeaderLayout.MAJOR) + "." + Bytes.getShort(bytes, HeaderLayout.MINOR)
                + ", this build reads " + MAJOR + ".x; use the version of Dormouse that wrote it");
      }
      PoolHeader header = decode(bytes);
      if (!header.geometry.isConsistent() || header.durabilityClass == null || !header.countsArePossible() || !isZero(bytes, HeaderLayout.RESERVED, bytes.length)) {
        damage.append("header copy ").append(copy).append(" has impossible fields; ");
      } else if (best == null || header.serial > best.serial) {
        best = header;
        underRepair = bytes[HeaderLayout.STATE] == UNDER_REPAIR;
      }
    }
    if (best == null) {
      if (magicSeen) {
        throw new Damaged(pool, damage + "no sound copy of the header is left; restore the pool from a backup");
      }
      throw new NotAPool(pool, "no copy of the header begins with DORMOUSE; nothing was changed");
    }
    if (best.openCount > 0 && damage.length() == 0 && zeroCopies > 0) {
      // The first opening has written both.
      damage.append("a copy of the header is all zero; ");
    }
    if (reader.sizeBytes() < best.geometry.sizeBytes()) {
      throw new Damaged(
          pool,
          "the file has " + reader.sizeBytes() + " bytes, its header says " + best.geometry.sizeBytes()
              + "; it was truncated, restore it from a backup");
    }
    if (damage.length() > 0) {
      damage.append("using the copy with serial ").append(best.serial);
    }
    return new Found(best, damage.toString(), underRepair);
  }

  /** Whether both numbers can have come about by counting from zero, with room to count on: what follows is computed from them. */
  private boolean countsArePossible() {
    return serial >= 0 && serial <= MOST_SERIAL && openCount >= 0 && openCount <= MOST_OPENINGS;
  }

  /** The header after this one, which keeps everybody but a repair away; it is not to be written in any other way. */
  byte[] encodedUnderRepair() {
    byte[] bytes = resized(geometry.sizeBytes()).encode();
    bytes[HeaderLayout.STATE] = UNDER_REPAIR;
    Bytes.putInt(bytes, HeaderLayout.CRC32C, new Checksum().ofRecord(bytes, 0, bytes.length, HeaderLayout.CRC32C));
    return bytes;
  }

  /** The header with that much greater a serial that says that the pool was closed. */
  PoolHeader closed(int steps) {
    PoolHeader header = this;
    for (int i = 0; i < steps; i++) {
      header = header.next(durabilityClass, false, openCount, salt, boot, roots);
    }
    return header;
  }

  /** Where the copy lies that this header is written over. */
  long copyOffset() {
    return offsetOfCopy(serial);
  }

  /** Where the copy with that serial lies, from the pool's start. */
  static long offsetOfCopy(long serial) {
    return (serial % COPIES) * Geometry.PAGE_BYTES;
  }

  /** Whether a copy of a header, sound or not, lies at the start of {@code bytes}. */
  static boolean hasMagic(byte[] bytes) {
    return Bytes.getLong(bytes, HeaderLayout.MAGIC) == MAGIC;
  }

  /**
   * Writes this header over the older copy and waits until it is durable.
   *
   * <p>Commit point of every change to the header: before it the other copy counts, after it this one, because its serial
   * is greater. A torn copy fails its CRC.
   */
  void write(Media media) {
    byte[] bytes = encode();
    long offset = copyOffset();
    media.write(offset, bytes, 0, bytes.length);
    media.persist(offset, bytes.length);
    media.sync();
  }

  byte[] encode() {
    byte[] bytes = new byte[HeaderLayout.BYTES];
    Bytes.putLong(bytes, HeaderLayout.MAGIC, MAGIC);
    Bytes.putShort(bytes, HeaderLayout.MAJOR, (short) MAJOR);
    Bytes.putShort(bytes, HeaderLayout.MINOR, (short) MINOR);
    Bytes.putLong(bytes, HeaderLayout.SERIAL, serial);
    Bytes.putLong(bytes, HeaderLayout.UUID_HIGH, uuid.getMostSignificantBits());
    Bytes.putLong(bytes, HeaderLayout.UUID_LOW, uuid.getLeastSignificantBits());
    Bytes.putLong(bytes, HeaderLayout.SIZE_BYTES, geometry.sizeBytes());
    Bytes.putLong(bytes, HeaderLayout.MAX_BYTES, geometry.maxBytes());
    bytes[HeaderLayout.DURABILITY_CLASS] = (byte) durabilityClass.code();
    bytes[HeaderLayout.STATE] = (byte) (open ? 1 : 0);
    Bytes.putShort(bytes, HeaderLayout.SLAB_PAGES, (short) geometry.slabPages());
    Bytes.putInt(bytes, HeaderLayout.LANE_COUNT, geometry.laneCount());
    Bytes.putLong(bytes, HeaderLayout.LANE_BYTES, geometry.laneBytes());
    Bytes.putLong(bytes, HeaderLayout.LANE_TABLE_OFFSET, geometry.laneTableOffset());
    Bytes.putLong(bytes, HeaderLayout.PAGE_TABLE_OFFSET, geometry.pageTableOffset());
    Bytes.putLong(bytes, HeaderLayout.ARENA_OFFSET, geometry.arenaOffset());
    Bytes.putLong(bytes, HeaderLayout.OPEN_COUNT, openCount);
    Bytes.putLong(bytes, HeaderLayout.SALT, salt);
    Bytes.putLong(bytes, HeaderLayout.BOOT_HIGH, boot.high());
    Bytes.putLong(bytes, HeaderLayout.BOOT_LOW, boot.low());
    Bytes.putLong(bytes, HeaderLayout.ROOT0, roots.root0);
    Bytes.putLong(bytes, HeaderLayout.ROOT0 + 8, roots.root1);
    Bytes.putLong(bytes, HeaderLayout.ROOT0 + 16, roots.root2);
    Bytes.putLong(bytes, HeaderLayout.ROOT0 + 24, roots.root3);
    Bytes.putLong(bytes, HeaderLayout.FILE_INODE, file.inode());
    Bytes.putLong(bytes, HeaderLayout.FILE_BIRTH, file.birthNanos());
    Bytes.putLong(bytes, HeaderLayout.FILE_DEVICE, file.device());
    Bytes.putLong(bytes, HeaderLayout.PATH_HASH, file.pathHash());
    Bytes.putLong(bytes, HeaderLayout.MACHINE_HIGH, machine.high());
    Bytes.putLong(bytes, HeaderLayout.MACHINE_LOW, machine.low());
    Bytes.putLong(bytes, HeaderLayout.JOURNAL, journal);
    Bytes.putInt(
        bytes, HeaderLayout.CRC32C, new Checksum().ofRecord(bytes, 0, bytes.length, HeaderLayout.CRC32C));
    return bytes;
  }

  private static PoolHeader decode(byte[] bytes) {
    Geometry geometry =
        new Geometry(
            Bytes.getLong(bytes, HeaderLayout.SIZE_BYTES),
            Bytes.getLong(bytes, HeaderLayout.MAX_BYTES),
            Bytes.getInt(bytes, HeaderLayout.LANE_COUNT),
            Bytes.getLong(bytes, HeaderLayout.LANE_BYTES),
            Bytes.getShort(bytes, HeaderLayout.SLAB_PAGES),
            Bytes.getLong(bytes, HeaderLayout.LANE_TABLE_OFFSET),
            Bytes.getLong(bytes, HeaderLayout.PAGE_TABLE_OFFSET),
            Bytes.getLong(bytes, HeaderLayout.ARENA_OFFSET));
    return new PoolHeader(
        Bytes.getLong(bytes, HeaderLayout.SERIAL),
        new UUID(Bytes.getLong(bytes, HeaderLayout.UUID_HIGH), Bytes.getLong(bytes, HeaderLayout.UUID_LOW)),
        geometry,
        DurabilityClass.ofCode(bytes[HeaderLayout.DURABILITY_CLASS]),
        bytes[HeaderLayout.STATE] != 0,
        Bytes.getLong(bytes, HeaderLayout.OPEN_COUNT),
        Bytes.getLong(bytes, HeaderLayout.SALT),
        new BootIdentity(Bytes.getLong(bytes, HeaderLayout.BOOT_HIGH), Bytes.getLong(bytes, HeaderLayout.BOOT_LOW)),
        new FileIdentity(
            Bytes.getLong(bytes, HeaderLayout.FILE_INODE),
            Bytes.getLong(bytes, HeaderLayout.FILE_BIRTH),
            Bytes.getLong(bytes, HeaderLayout.FILE_DEVICE),
            Bytes.getLong(bytes, HeaderLayout.PATH_HASH)),
        new MachineIdentity(Bytes.getLong(bytes, HeaderLayout.MACHINE_HIGH), Bytes.getLong(bytes, HeaderLayout.MACHINE_LOW)),
        Bytes.getLong(bytes, HeaderLayout.JOURNAL),
        new Roots(
            Bytes.getLong(bytes, HeaderLayout.ROOT0),
            Bytes.getLong(bytes, HeaderLayout.ROOT0 + 8),
            Bytes.getLong(bytes, HeaderLayout.ROOT0 + 16),
            Bytes.getLong(bytes, HeaderLayout.ROOT0 + 24)));
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
