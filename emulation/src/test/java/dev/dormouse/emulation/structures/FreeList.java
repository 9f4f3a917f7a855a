package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;

/**
 * A stack of free blocks, threaded through the blocks themselves. Whoever takes a block fills it, link included.
 *
 * <pre>
 *  offset  size  field
 *       0     8  head       offset of the first free block; 0 if there is none
 *     512     8  first block: the offset of the next one while it is free; the next block 64 further on
 * </pre>
 */
record FreeList(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** A block is filled before it is durable that it is no longer free. */
    REUSED_TOO_EARLY
  }

  private static final long HEAD = 0;
  private static final long BLOCKS = 512;
  private static final long BLOCK_BYTES = 64;
  private static final int COUNT = 3;
  private static final long FILLING = 0x7777;

  @Override
  public long sizeBytes() {
    return BLOCKS + COUNT * BLOCK_BYTES;
  }

  @Override
  public void format(Media media) {
    for (int block = 0; block < COUNT; block++) {
      media.putLong(block(block), block + 1 < COUNT ? block(block + 1) : 0);
    }
    media.putLong(HEAD, BLOCKS);
  }

  /** Takes two and gives them back, the first one first. */
  @Override
  public int steps() {
    return 4;
  }

  @Override
  public void step(Media media, int number) {
    if (number < 2) {
      take(media);
    } else {
      give(media, block(number - 2));
    }
  }

  private void take(Media media) {
    long block = media.getLong(HEAD);
    // (a) The head. The block is nobody's when it is durable.
    media.putLong(HEAD, media.getLong(block));
    if (fault == Fault.REUSED_TOO_EARLY) {
      media.putLong(block, FILLING);
    }
    Structure.persist(media, HEAD, 8);
    // (b) The content, over the link. Not before (a) is durable, or the old head could lead into it. When the content
    // itself becomes durable is the taker's business.
    media.putLong(block, FILLING);
  }

  private static void give(Media media, long block) {
    // (a) The link. (b) The head. Not before (a) is durable.
    media.putLong(block, media.getLong(HEAD));
    Structure.persist(media, block, 8);
    media.putLong(HEAD, block);
    Structure.persist(media, HEAD, 8);
  }

  private static long block(int number) {
    return BLOCKS + number * BLOCK_BYTES;
  }

  /** The free blocks from the top. A link to where no block can be ends the walk and is listed. */
  @Override
  public List<Long> contents(Media media) {
    List<Long> free = new ArrayList<>();
    for (long block = media.getLong(HEAD); block != 0 && free.size() <= COUNT; block = media.getLong(block)) {
      free.add(block);
      if (block == FILLING) {
        break;
      }
    }
    return free;
  }

  @Override
  public List<Long> expected(int steps) {
    return switch (steps) {
      case 0 -> List.of(block(0), block(1), block(2));
      case 1 -> List.of(block(1), block(2));
      case 2 -> List.of(block(2));
      case 3 -> List.of(block(0), block(2));
      default -> List.of(block(1), block(0), block(2));
    };
  }
}
