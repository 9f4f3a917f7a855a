package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Media;
import java.nio.charset.StandardCharsets;

/**
 * How a file capability is obtained again, as it is stored.
 *
 * @param slot the number of the slot that leads to it: a sound recipe of another slot is not taken for this one
 * @param device and {@code inode}: which file it was when it was granted
 * @param positionBytes where the next read begins
 * @param path below the root
 */
record FileRecipe(long birth, int slot, int rootSymbol, long device, long inode, long positionBytes, String path) {
  byte[] encode() {
    byte[] pathBytes = path.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[FileRecipeLayout.BYTES + pathBytes.length];
    Bytes.putLong(bytes, FileRecipeLayout.BIRTH, birth);
    Bytes.putInt(bytes, FileRecipeLayout.ROOT_SYMBOL, rootSymbol);
    Bytes.putLong(bytes, FileRecipeLayout.DEVICE, device);
    Bytes.putLong(bytes, FileRecipeLayout.INODE, inode);
    Bytes.putLong(bytes, FileRecipeLayout.POSITION_BYTES, positionBytes);
    Bytes.putShort(bytes, FileRecipeLayout.PATH_BYTES, (short) pathBytes.length);
    Bytes.putShort(bytes, FileRecipeLayout.SLOT, (short) slot);
    System.arraycopy(pathBytes, 0, bytes, FileRecipeLayout.BYTES, pathBytes.length);
    Bytes.putInt(bytes, FileRecipeLayout.CRC32C, new Checksum().ofRecord(bytes, 0, bytes.length, FileRecipeLayout.CRC32C));
    return bytes;
  }

  FileRecipe at(long newPositionBytes) {
    return new FileRecipe(birth, slot, rootSymbol, device, inode, newPositionBytes, path);
  }

  /**
   * Reads a component's recipe, checking everything.
   *
   * @throws Damaged if it is not what was written
   */
  static FileRecipe read(Media media, long offset, long birth, int slot) {
    if (offset > 0 && offset <= media.sizeBytes() - FileRecipeLayout.BYTES) {
      int pathBytes = media.getShort(offset + FileRecipeLayout.PATH_BYTES) & 0xffff;
      int length = FileRecipeLayout.BYTES + pathBytes;
      if (pathBytes <= Names.MAX_BYTES && length <= media.sizeBytes() - offset) {
        byte[] bytes = new byte[length];
        media.read(offset, bytes, 0, length);
        if (Bytes.getLong(bytes, FileRecipeLayout.BIRTH) == birth
            && Bytes.getShort(bytes, FileRecipeLayout.SLOT) == slot
            && Bytes.getInt(bytes, FileRecipeLayout.CRC32C)
                == new Checksum().ofRecord(bytes, 0, length, FileRecipeLayout.CRC32C)) {
          return new FileRecipe(
              birth,
              slot,
              Bytes.getInt(bytes, FileRecipeLayout.ROOT_SYMBOL),
              Bytes.getLong(bytes, FileRecipeLayout.DEVICE),
              Bytes.getLong(bytes, FileRecipeLayout.INODE),
              Bytes.getLong(bytes, FileRecipeLayout.POSITION_BYTES),
              Names.decode(bytes, FileRecipeLayout.BYTES, pathBytes));
        }
      }
    }
    throw new Damaged(
        media.describe(), "a file's recipe of component " + Long.toHexString(birth) + " is not what was written; run verify");
  }
}
