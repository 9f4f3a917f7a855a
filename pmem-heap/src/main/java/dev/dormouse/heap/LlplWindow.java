package dev.dormouse.heap;

/**
 * The pool in the file of an LLPL heap, read through a channel: so that it can be verified and inspected without LLPL, without PMDK,
 * and without a mapping.
 */
final class LlplWindow implements PoolReader {
  private final PoolReader file;
  private final long offset;
  private final long lengthBytes;

  /** Shows a part of {@code file}, and closes it when it is closed. */
  LlplWindow(PoolReader file, long offset, long lengthBytes) {
    this.file = file;
    this.offset = offset;
    this.lengthBytes = lengthBytes;
  }

  /** Finds the pool in a file, which is closed if there is none. Errors as for {@link LlplBlock#find}. */
  static LlplWindow in(PoolReader file) {
    try {
      LlplBlock block = LlplBlock.find(file);
      return new LlplWindow(file, block.poolOffset(), block.poolBytes());
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public String describe() {
    return file.describe();
  }

  @Override
  public long sizeBytes() {
    return lengthBytes;
  }

  @Override
  public void read(long at, byte[] destination, int index, int length) {
    if (at < 0 || length < 0 || at > lengthBytes - length) {
      throw new IndexOutOfBoundsException(
          describe() + ": bytes [" + at + ", +" + length + ") are outside its " + lengthBytes + " bytes");
    }
    file.read(offset + at, destination, index, length);
  }

  @Override
  public void close() {
    file.close();
  }
}
