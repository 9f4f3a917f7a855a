package dev.dormouse.heap;

import dev.dormouse.heap.llpl.PmdkHeap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The block of an LLPL heap in which a pool lies, as the file itself shows it, before anything of it is mapped:
 *
 * <pre>
 * PMDK's header, descriptor, lanes, heap      the records of PMDK; their CRC32C is in our guide
 * root object of LLPL                         holds the handle of the block
 * the block: its length, 8 bytes of LLPL      at the handle
 *   guide                                    {@link LlplGuideLayout}
 *   unused, up to the alignment
 *   the pool                                  poolBytes, from poolOffset on
 * </pre>
 *
 * PMDK follows offsets in its records without looking at them twice, and a wrong one ends the JVM. So all of them are compared
 * with what they were when the pool was made; nothing changes them later, because nothing else is ever allocated in the heap.
 *
 * @param handle offset of the block's 8 bytes of length
 * @param poolOffset where the pool begins, from the file's start
 * @param identity the heap's own, by which PMDK tells heaps apart
 */
record LlplBlock(long handle, long poolOffset, long poolBytes, UUID identity) {
  /** Below it the pool begins at a page, from it on at a multiple of it, so that large pages can be had. */
  static final long LARGE_PAGE_BYTES = 2 << 20;

  private static final long LEAST_LARGE_POOL_BYTES = 64 << 20;
  private static final byte[] PMDK_SIGNATURE = {'P', 'M', 'E', 'M', 'O', 'B', 'J', 0};
  private static final byte[] LLPL_LAYOUT = "llpl_persistent_heap\0".getBytes(StandardCharsets.US_ASCII);
  private static final long MAGIC = Bytes.getLong("DORMLLPL".getBytes(StandardCharsets.US_ASCII), 0);
  private static final int VERSION = 1;
  /** PMDK's header, of which the first half does not change; its descriptor, up to what changes at each open; its lanes. */
  private static final int HEADER_BYTES = 2048;

  private static final int DESCRIPTOR_OFFSET = 4096;
  private static final int ROOT_OFFSET = 6144;
  private static final int LANES_OFFSET = 8192;
  private static final int SCANNED_BYTES = 16 << 20;
  private static final int TRANSFER_BYTES = 1 << 18;

  /** How long a block must be for a pool of that length. */
  static long blockBytes(long poolBytes) {
    return LlplGuideLayout.BYTES + alignmentOf(poolBytes) + poolBytes;
  }

  /** Where the pool will lie in a new block. */
  static LlplBlock at(PoolReader file, long handle, long poolBytes) {
    long poolOffset = Geometry.alignUp(handle + Long.BYTES + LlplGuideLayout.BYTES, alignmentOf(poolBytes));
    return new LlplBlock(handle, poolOffset, poolBytes, identity(file));
  }

  private static UUID identity(PoolReader file) {
    // As pmempool shows it.
    return new UUID(
        Long.reverseBytes(wordAt(file, PmdkHeap.IDENTITY_OFFSET)), Long.reverseBytes(wordAt(file, PmdkHeap.IDENTITY_OFFSET + Long.BYTES)));
  }

  private static long alignmentOf(long poolBytes) {
    return poolBytes < LEAST_LARGE_POOL_BYTES ? Geometry.PAGE_BYTES : LARGE_PAGE_BYTES;
  }

  /** Whether a file says of itself that libpmemobj made it. */
  static boolean isPmdk(PoolReader file) {
    return startsWith(file, 0, PMDK_SIGNATURE);
  }

  /**
   * Finds the block.
   *
   * @throws NotAPool if the file is none of PMDK's, or not LLPL's, or no pool lies in it
   * @throws UnsupportedFormat if a newer build made it
   * @throws Damaged if there is a pool, and the records that lead to it, or those by which PMDK would open the file, are not as they were
   */
  static LlplBlock find(PoolReader file) {
    String path = file.describe();
    if (!isPmdk(file)) {
      throw new NotAPool(
          path, "it does not begin with PMEMOBJ, as a heap of LLPL does; open it with FileMedium.MAPPED if it is a mapped file, nothing was changed");
    }
    if (!startsWith(file, DESCRIPTOR_OFFSET, LLPL_LAYOUT)) {
      throw new NotAPool(path, "it is a file of PMDK, but not made by the PersistentHeap of LLPL; nothing was changed");
    }
    long root = wordAt(file, ROOT_OFFSET);
    long handle = wordAt(file, root);
    byte[] guide = new byte[LlplGuideLayout.BYTES];
    boolean inside = root > 0 && handle > 0 && handle <= file.sizeBytes() - Long.BYTES - guide.length;
    if (inside) {
      file.read(handle + Long.BYTES, guide, 0, guide.length);
    }
    if (!inside || Bytes.getLong(guide, LlplGuideLayout.MAGIC) != MAGIC) {
      throw lost(file, "LLPL's root does not lead to it");
    }
    int crc = new Checksum().ofRecord(guide, 0, guide.length, LlplGuideLayout.CRC32C);
    if (crc != Bytes.getInt(guide, LlplGuideLayout.CRC32C)) {
      throw lost(
          file, String.format("its guide has crc32c 0x%08x, stored 0x%08x", crc, Bytes.getInt(guide, LlplGuideLayout.CRC32C)));
    }
    if (Bytes.getInt(guide, LlplGuideLayout.VERSION) != VERSION) {
      throw new UnsupportedFormat(
          path,
          "its guide has version " + Bytes.getInt(guide, LlplGuideLayout.VERSION) + ", this build reads " + VERSION
              + "; use the version of Dormouse that wrote it");
    }
    long poolBytes = Bytes.getLong(guide, LlplGuideLayout.POOL_BYTES);
    LlplBlock block = new LlplBlock(handle, Bytes.getLong(guide, LlplGuideLayout.POOL_OFFSET), poolBytes, identity(file));
    if (poolBytes <= 0 || block.poolOffset <= handle) {
      throw new Damaged(
          path, "its guide says that " + poolBytes + " bytes of pool begin at byte " + block.poolOffset + ", which cannot be; restore it from a backup");
    }
    if (block.poolOffset > file.sizeBytes() - poolBytes) {
      throw new Damaged(
          path,
          "the file has " + file.sizeBytes() + " bytes, its pool ends behind byte " + block.poolOffset + " + " + poolBytes
              + "; it was truncated, restore it from a backup");
    }
    int pmdk = block.pmdkChecksum(file);
    int stored = Bytes.getInt(guide, LlplGuideLayout.PMDK_CRC32C);
    if (pmdk != stored) {
      throw lost(
          file,
          String.format(
              "PMDK's records have crc32c 0x%08x, 0x%08x when the pool was made, so somebody allocated in this heap or they are damaged",
              pmdk, stored));
    }
    return block;
  }

  /** The guide for this block, over PMDK's records as they are now. */
  byte[] guide(PoolReader file) {
    byte[] bytes = new byte[LlplGuideLayout.BYTES];
    Bytes.putLong(bytes, LlplGuideLayout.MAGIC, MAGIC);
    Bytes.putInt(bytes, LlplGuideLayout.VERSION, VERSION);
    Bytes.putLong(bytes, LlplGuideLayout.POOL_OFFSET, poolOffset);
    Bytes.putLong(bytes, LlplGuideLayout.POOL_BYTES, poolBytes);
    Bytes.putInt(bytes, LlplGuideLayout.PMDK_CRC32C, pmdkChecksum(file));
    Bytes.putInt(bytes, LlplGuideLayout.CRC32C, new Checksum().ofRecord(bytes, 0, bytes.length, LlplGuideLayout.CRC32C));
    return bytes;
  }

  /** Over what PMDK reads when it opens the file, but for what it changes then. */
  private int pmdkChecksum(PoolReader file) {
    CRC32C crc = new CRC32C();
    update(crc, file, 0, HEADER_BYTES);
    update(crc, file, DESCRIPTOR_OFFSET, ROOT_OFFSET + Long.BYTES);
    update(crc, file, LANES_OFFSET, handle + Long.BYTES);
    return (int) crc.getValue();
  }

  private static void update(CRC32C crc, PoolReader file, long from, long to) {
    byte[] transfer = new byte[(int) Math.min(TRANSFER_BYTES, to - from)];
    for (long at = from; at < to; at += transfer.length) {
      int length = (int) Math.min(transfer.length, to - at);
      file.read(at, transfer, 0, length);
      crc.update(transfer, 0, length);
    }
  }

  /** The records do not lead to a pool: says where it lies all the same, or that there is none. */
  private static PoolException lost(PoolReader file, String why) {
    OptionalLong found = scan(file);
    if (found.isEmpty()) {
      return new NotAPool(
          file.describe(), "it is a heap of LLPL in which no pool of Dormouse lies (" + why + "); nothing was changed");
    }
    long offset = found.getAsLong();
    long sizeBytes = PoolHeader.read(new LlplWindow(file, offset, file.sizeBytes() - offset)).header().geometry().sizeBytes();
    return new Damaged(
        file.describe(),
        why + "; PMDK is not let near it, but the pool itself begins at byte " + offset + " and may be whole: copy it out (tail -c +"
            + (offset + 1) + " FILE | head -c " + sizeBytes + "), verify the copy and open it as a mapped file, or restore a backup");
  }

  /** Where a pool begins, by a sound copy of its header. Its metadata are few, so it begins near the file's start. */
  private static OptionalLong scan(PoolReader file) {
    byte[] bytes = new byte[HeaderLayout.BYTES];
    long end = Math.min(SCANNED_BYTES, file.sizeBytes() - Geometry.LEAST_POOL_BYTES);
    for (long at = LANES_OFFSET; at < end; at += Geometry.PAGE_BYTES) {
      file.read(at, bytes, 0, bytes.length);
      if (PoolHeader.hasMagic(bytes)) {
        // It may be the second copy, where the first is lost: which one it is, its serial says.
        long start = at - PoolHeader.offsetOfCopy(Bytes.getLong(bytes, HeaderLayout.SERIAL));
        if (isPool(new LlplWindow(file, start, file.sizeBytes() - start))) {
          return OptionalLong.of(start);
        }
      }
    }
    return OptionalLong.empty();
  }

  private static boolean isPool(PoolReader window) {
    try {
      PoolHeader.read(window);
      return true;
    } catch (NotAPool | Damaged e) {
      return false;
    }
  }

  private static boolean startsWith(PoolReader file, long offset, byte[] expected) {
    if (file.sizeBytes() < LANES_OFFSET) {
      return false;
    }
    byte[] found = new byte[expected.length];
    file.read(offset, found, 0, found.length);
    return Arrays.equals(found, expected);
  }

  /** The word there; 0 if it is not in the file. */
  private static long wordAt(PoolReader file, long offset) {
    if (offset < 0 || offset > file.sizeBytes() - Long.BYTES) {
      return 0;
    }
    byte[] word = new byte[Long.BYTES];
    file.read(offset, word, 0, word.length);
    return Bytes.getLong(word, 0);
  }
}
