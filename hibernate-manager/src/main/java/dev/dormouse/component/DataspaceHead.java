package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Check;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import java.util.zip.CRC32C;

/**
 * What the head of a dataspace says, but for who has it attached.
 *
 * @param offset where the head lies; the content follows it
 * @param birth who owns the extent: the dataspace itself
 */
record DataspaceHead(long offset, long birth, int nameSymbol, long lengthBytes, int contentCrc32c) {
  private static final int CHUNK_BYTES = 64 << 10;

  /** How long an extent has to be for that much content. */
  static long bytesFor(long lengthBytes) {
    return DataspaceLayout.BYTES + lengthBytes;
  }

  /** Where the content of a dataspace begins whose head lies there. */
  static long contentOf(long head) {
    return head + DataspaceLayout.BYTES;
  }

  /** Where the content lies, and how long it is. */
  Extent content() {
    return new Extent(contentOf(offset), lengthBytes);
  }

  /** The word that counts who has it attached. */
  long attachmentsOffset() {
    return offset + DataspaceLayout.ATTACHMENTS;
  }

  /** Writes the head, with nobody attached. */
  void write(Media media) {
    byte[] head = new byte[DataspaceLayout.BYTES];
    Bytes.putLong(head, DataspaceLayout.BIRTH, birth);
    Bytes.putInt(head, DataspaceLayout.NAME_SYMBOL, nameSymbol);
    Bytes.putLong(head, DataspaceLayout.LENGTH_BYTES, lengthBytes);
    Bytes.putInt(head, DataspaceLayout.CONTENT_CRC32C, contentCrc32c);
    Bytes.putInt(head, DataspaceLayout.CRC32C, crcOf(head));
    Bytes.putLong(head, DataspaceLayout.ATTACHMENTS, Check.seal(0, attachmentsOffset()));
    media.write(offset, head, 0, head.length);
  }

  private static int crcOf(byte[] head) {
    return new Checksum().ofRecord(head, 0, DataspaceLayout.ATTACHMENTS, DataspaceLayout.CRC32C);
  }

  /**
   * Reads the head that lies there, checking everything but the content.
   *
   * @throws Damaged if there is none, or it is not what was written
   */
  static DataspaceHead read(Media media, Heap heap, long offset) {
    byte[] bytes = new byte[DataspaceLayout.BYTES];
    if (offset > 0 && offset <= media.sizeBytes() - bytes.length) {
      media.read(offset, bytes, 0, bytes.length);
      DataspaceHead head =
          new DataspaceHead(
              offset,
              Bytes.getLong(bytes, DataspaceLayout.BIRTH),
              Bytes.getInt(bytes, DataspaceLayout.NAME_SYMBOL),
              Bytes.getLong(bytes, DataspaceLayout.LENGTH_BYTES),
              Bytes.getInt(bytes, DataspaceLayout.CONTENT_CRC32C));
      if (Bytes.getInt(bytes, DataspaceLayout.CRC32C) == crcOf(bytes) && head.isAt(heap.extentOf(offset)) && heap.ownerOf(offset) == head.birth) {
        return head;
      }
    }
    throw new Damaged(media.describe(), "the head of the dataspace at " + offset + " is not what was written; run verify");
  }

  private boolean isAt(Extent extent) {
    return extent != null && extent.offset() == offset && nameSymbol > 0 && lengthBytes > 0 && lengthBytes <= extent.lengthBytes() - DataspaceLayout.BYTES;
  }

  /**
   * How many regions show it.
   *
   * @throws Damaged if the word is not what was written
   */
  long attachments(Media media) {
    long word = media.getLongAcquire(attachmentsOffset());
    if (!Check.isSealed(word, attachmentsOffset())) {
      throw new Damaged(
          media.describe(), String.format("the count of the dataspace at %d is 0x%016x, which nobody wrote; run verify", offset, word));
    }
    return Check.open(word);
  }

  /** The CRC32C of a range of the pool. */
  static int crcOf(Media media, long from, long length) {
    CRC32C crc = new CRC32C();
    byte[] chunk = new byte[(int) Math.min(length, CHUNK_BYTES)];
    for (long at = 0; at < length; at += chunk.length) {
      int count = (int) Math.min(chunk.length, length - at);
      media.read(from + at, chunk, 0, count);
      crc.update(chunk, 0, count);
    }
    return (int) crc.getValue();
  }
}
