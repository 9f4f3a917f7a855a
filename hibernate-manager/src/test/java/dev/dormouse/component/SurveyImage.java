package dev.dormouse.component;

import dev.dormouse.heap.PoolReader;
import java.util.Objects;

/** A pool's bytes in an array, which nobody changes while they are read. */
final class SurveyImage implements PoolReader {
  private final byte[] content;

  SurveyImage(byte[] content) {
    this.content = content;
  }

  @Override
  public String describe() {
    return "survey";
  }

  @Override
  public long sizeBytes() {
    return content.length;
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    Objects.checkFromIndexSize(offset, length, content.length);
    System.arraycopy(content, (int) offset, destination, index, length);
  }

  @Override
  public void close() {
    // The array is the caller's.
  }
}
