package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A text of eight characters that is replaced by one store. That is atomic where it lies in one aligned word, and nowhere
 * else.
 *
 * <pre>
 *  offset  size  field
 *       0     4  magic
 *       8     8  text       at 4 in the faulty layout, which saves the padding
 * </pre>
 */
record Label(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The text lies across two words. */
    STRADDLES
  }

  private static final List<String> TEXTS = List.of("dormouse", "squirrel", "hedgehog");

  @Override
  public long sizeBytes() {
    return 64;
  }

  @Override
  public void format(Media media) {
    media.putInt(0, 0x4c41424c);
    write(media, "nobody..");
  }

  @Override
  public int steps() {
    return TEXTS.size();
  }

  @Override
  public void step(Media media, int number) {
    write(media, TEXTS.get(number));
    Structure.persist(media, offset(), 8);
  }

  private void write(Media media, String text) {
    long word = 0;
    for (byte character : text.getBytes(StandardCharsets.US_ASCII)) {
      word = word >>> 8 | (long) character << 56;
    }
    media.putLong(offset(), word);
  }

  private long offset() {
    return fault == Fault.STRADDLES ? 4 : 8;
  }

  @Override
  public String contents(Media media) {
    byte[] text = new byte[8];
    media.read(offset(), text, 0, text.length);
    return new String(text, StandardCharsets.US_ASCII);
  }

  @Override
  public String expected(int steps) {
    return steps == 0 ? "nobody.." : TEXTS.get(steps - 1);
  }
}
