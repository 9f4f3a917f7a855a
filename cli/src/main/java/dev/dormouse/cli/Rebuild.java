package dev.dormouse.cli;

import dev.dormouse.cli.Messages.Token;
import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.function.LongConsumer;

/**
 * Writes the input of a concordance from the pool alone, and proves on the way that every byte of it came from exactly one
 * position of one token. It goes through the output in windows, so that it needs the same memory for any input; every token
 * is asked for its positions once per window.
 *
 * <p>Of a concordance that is not finished it writes what is certain: everything before the token that was handed out last.
 */
final class Rebuild {
  static final int DEFAULT_WINDOW_BYTES = 64 << 20;

  private final ProcessStore store;
  private final OutputStream out;
  private final LongConsumer progress;
  private final byte[] window;
  private final BitSet covered;
  private final long length;
  private final boolean finished;
  private long windowStart;
  private long windowEnd;
  private long positions;
  private long tokens;

  private Rebuild(ProcessStore store, Token standing, OutputStream out, int windowBytes, LongConsumer progress) {
    this.store = store;
    this.out = out;
    this.progress = progress;
    this.finished = standing.isEnd();
    this.length = standing.start();
    this.window = new byte[(int) Math.min(length, windowBytes)];
    this.covered = new BitSet(window.length);
  }

  /**
   * What was written.
   *
   * @param bytes length of the output
   * @param tokens distinct tokens
   * @param positions positions of all tokens in the output
   * @param finished whether this is the whole input
   */
  record Result(long bytes, long tokens, long positions, boolean finished) {}

  /**
   * Rebuilds the input of the concordance in {@code store}.
   *
   * @param windowBytes how much of the output is held in memory
   * @param progress is told how many bytes were written, now and then
   * @throws ConcordanceException if there is no concordance, or a byte is missing or came twice
   */
  static Result run(ProcessStore store, OutputStream out, int windowBytes, LongConsumer progress) throws IOException {
    Rebuild rebuild = new Rebuild(store, requireConcordance(store), out, windowBytes, progress);
    rebuild.writeAll();
    return new Result(rebuild.length, rebuild.tokens, rebuild.positions, rebuild.finished);
  }

  /**
   * Where the concordance in {@code store} stands.
   *
   * @throws ConcordanceException if there is none
   */
  static Token requireConcordance(ProcessStore store) {
    return Concordance.standing(store)
        .orElseThrow(
            () ->
                new ConcordanceException(
                    store.describe() + " holds no concordance: it has no component named " + Concordance.READER
                        + "; make one with the verb demo and the option --pool"));
  }

  private void writeAll() throws IOException {
    do {
      windowEnd = Math.min(length, windowStart + window.length);
      covered.clear();
      tokens = 0;
      store.forEach(this::fill);
      int size = (int) (windowEnd - windowStart);
      int missing = covered.nextClearBit(0);
      if (missing < size) {
        throw new ConcordanceException(
            "byte " + (windowStart + missing) + " of the input is lost: no token was there, of " + length + " bytes");
      }
      out.write(window, 0, size);
      progress.accept(windowEnd);
      windowStart = windowEnd;
    } while (windowStart < length);
    out.flush();
  }

  private void fill(Component component) {
    if (!TokenNames.isToken(component.name())) {
      return;
    }
    ByteBuffer summary = Messages.littleEndian(component.invoke(Messages.request(Messages.SUMMARY)));
    long count = summary.getLong();
    long textBytes = summary.getLong();
    if (count == 0) {
      // A crash came between its creation and its first position, and the input was not gone on with.
      return;
    }
    tokens++;
    if (textBytes == 0) {
      throw new ConcordanceException("token " + component.name() + " has " + count + " positions and no text");
    }
    byte[] text = textBytes <= Messages.PIECE_BYTES ? textAt(component, 0, (int) textBytes) : Messages.NOTHING;
    // A token that begins before the window may reach into it.
    long from = Math.max(0, windowStart - textBytes + 1);
    while (true) {
      ByteBuffer page =
          Messages.littleEndian(component.invoke(Messages.request(Messages.POSITIONS, from, windowEnd)));
      if (!page.hasRemaining()) {
        return;
      }
      while (page.hasRemaining()) {
        from = page.getLong();
        place(component, from, textBytes, text);
        from++;
      }
    }
  }

  private void place(Component component, long position, long textBytes, byte[] text) {
    long start = Math.max(position, windowStart);
    long end = Math.min(position + textBytes, windowEnd);
    int index = (int) (start - windowStart);
    int count = (int) (end - start);
    int taken = covered.nextSetBit(index);
    if (taken >= 0 && taken < index + count) {
      throw new ConcordanceException(
          "byte " + (windowStart + taken) + " of the input is there twice: token " + component.name() + " at " + position
              + " is not the first that has it");
    }
    covered.set(index, index + count);
    if (position >= windowStart) {
      positions++;
    }
    if (text.length > 0) {
      System.arraycopy(text, (int) (start - position), window, index, count);
      return;
    }
    for (int done = 0; done < count; done += Messages.PIECE_BYTES) {
      byte[] piece = textAt(component, start - position + done, Math.min(Messages.PIECE_BYTES, count - done));
      System.arraycopy(piece, 0, window, index + done, piece.length);
    }
  }

  private static byte[] textAt(Component component, long offset, int length) {
    return Messages.rest(component.invoke(Messages.request(Messages.TEXT_AT, offset, length)).duplicate());
  }
}
