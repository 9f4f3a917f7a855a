package dev.dormouse.heap;

/** Shows an open medium as a reader. Closing it leaves the medium open. */
public final class MediaReader implements PoolReader {
  private final Media media;

  public MediaReader(Media media) {
    this.media = media;
  }

  @Override
  public String describe() {
    return media.describe();
  }

  @Override
  public long sizeBytes() {
    return media.sizeBytes();
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    try {
      media.read(offset, destination, index, length);
    } catch (InternalError fault) {
      // What the JVM makes of a signal; a reader's errors have a type.
      throw new MediaUnavailable(
          describe(), "bytes [" + offset + ", +" + length + ") cannot be read: " + fault.getMessage() + "; restore them from a backup", fault);
    }
  }

  @Override
  public void close() {
    // The medium belongs to whoever opened it.
  }
}
