package dev.dormouse.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * How large a pool the concordance of a file needs. The rule: {@value #BASE_BYTES} bytes, {@value #TOKEN_BYTES} for every
 * token, {@value #DISTINCT_TOKEN_BYTES} for every distinct one, and {@value #INPUT_FACTOR} times the input; more than twice
 * what is used in the end. A position has 8 bytes, a list is doubled when it is full, and while it is copied both are there.
 *
 * <p>The file is gone through once to count. Distinct tokens are estimated by linear counting (Whang and others, 1990) in 4
 * MiB, within a percent up to some 100 million.
 */
final class PoolSizing {
  static final long BASE_BYTES = 32 << 20;
  static final long TOKEN_BYTES = 24;
  static final long DISTINCT_TOKEN_BYTES = 768;
  static final long INPUT_FACTOR = 4;

  private static final int SKETCH_BITS = 1 << 25;
  private static final int UNIT_BYTES = 4096;

  private PoolSizing() {}

  /**
   * Counts and applies the rule.
   *
   * @param progress is told the position, now and then
   */
  static long poolBytes(Path input, LongConsumer progress) throws IOException {
    try (FileChannel channel = FileChannel.open(input)) {
      CachedFile file = new CachedFile(channel);
      Tokenizer tokenizer = new Tokenizer(file);
      BitSet sketch = new BitSet(SKETCH_BITS);
      long tokens = 0;
      long start = 0;
      for (long end = tokenizer.endOfToken(0); end > start; end = tokenizer.endOfToken(start)) {
        sketch.set(hash(tokenizer, file, start, end - start));
        tokens++;
        start = end;
        if ((tokens & 0xfff) == 0) {
          progress.accept(end);
        }
      }
      double clear = Math.max(1, SKETCH_BITS - sketch.cardinality());
      long distinct = Math.round(-SKETCH_BITS * Math.log(clear / SKETCH_BITS));
      return bytesFor(start, tokens, distinct);
    }
  }

  static long bytesFor(long inputBytes, long tokens, long distinctTokens) {
    long bytes =
        BASE_BYTES + TOKEN_BYTES * tokens + DISTINCT_TOKEN_BYTES * distinctTokens + INPUT_FACTOR * inputBytes;
    return (bytes + UNIT_BYTES - 1) / UNIT_BYTES * UNIT_BYTES;
  }

  /** Long tokens are told apart by their beginning and length, which is good enough to count them. */
  private static int hash(Tokenizer tokenizer, CachedFile file, long start, long length) throws IOException {
    byte[] bytes = tokenizer.bytesUpTo(Messages.SHORT_TOKEN_BYTES, length);
    if (bytes.length == 0) {
      bytes = new byte[Tokenizer.FIRST_READ_BYTES];
      file.read(start, bytes, 0, (int) Math.min(bytes.length, length));
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    long mixed = (crc.getValue() ^ length << 32) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & (SKETCH_BITS - 1);
  }

  /** Reads the file in large pieces, because the tokeniser asks for small ones. */
  private static final class CachedFile implements ByteSource {
    private final FileChannel channel;
    private final byte[] cache = new byte[1 << 18];
    private long cacheStart;
    private int cacheLength;

    CachedFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read(long position, byte[] into, int index, int length) throws IOException {
      if (position < cacheStart || position >= cacheStart + cacheLength) {
        cacheStart = position;
        cacheLength = channel.read(ByteBuffer.wrap(cache), position);
        if (cacheLength <= 0) {
          cacheLength = 0;
          return -1;
        }
      }
      int from = (int) (position - cacheStart);
      int count = Math.min(length, cacheLength - from);
      System.arraycopy(cache, from, into, index, count);
      return count;
    }
  }
}
