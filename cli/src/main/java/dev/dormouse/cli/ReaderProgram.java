package dev.dormouse.cli;

import dev.dormouse.component.FileCapability;
import dev.dormouse.component.Program;
import dev.dormouse.component.Turn;
import dev.dormouse.region.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Hands out the tokens of a file one by one. It is asked for a token by its number, so that asking again is harmless in two
 * ways: the recorded outcome is returned without a turn; and if that were forgotten, the region still says where token
 * <i>n</i> was, and token <i>n</i> + 1 is handed out only to somebody who asks for that.
 */
public final class ReaderProgram implements Program {
  /** The slot of the file in the capability table. */
  static final int INPUT_SLOT = 0;

  /** For the store. */
  public ReaderProgram() {}

  @Override
  public void turn(Turn turn) throws IOException {
    ByteBuffer request = Messages.littleEndian(turn.request());
    byte operation = request.get();
    long a = request.getLong();
    long b = request.getLong();
    switch (operation) {
      case Messages.NEXT -> next(turn, a);
      case Messages.WHERE -> where(turn);
      case Messages.READ -> turn.reply(read(turn.file(INPUT_SLOT), a, (int) b));
      case Messages.SET_PATH -> setPath(turn.region(ReaderLayout.REGION), Messages.rest(request));
      default -> throw new IllegalArgumentException("reader: operation " + operation + " is none of its operations");
    }
  }

  private static void next(Turn turn, long wanted) throws IOException {
    Region state = turn.region(ReaderLayout.REGION);
    long number = state.getLong(ReaderLayout.NUMBER);
    long start = state.getLong(ReaderLayout.START);
    if (wanted == number + 1) {
      start += state.getLong(ReaderLayout.LENGTH);
    } else if (wanted != number) {
      throw new IllegalStateException("reader: it stands at token " + number + " and was asked for token " + wanted);
    }
    FileCapability file = turn.file(INPUT_SLOT);
    Tokenizer tokenizer =
        new Tokenizer(
            (position, into, index, length) -> {
              file.position(position);
              return file.read(into, index, length);
            });
    long length = tokenizer.endOfToken(start) - start;
    file.position(start + length);
    if (wanted != number) {
      state.prepareWrite(ReaderLayout.NUMBER, 3 * Long.BYTES);
      state.putLong(ReaderLayout.NUMBER, wanted);
      state.putLong(ReaderLayout.START, start);
      state.putLong(ReaderLayout.LENGTH, length);
    }
    byte[] bytes = tokenizer.bytesUpTo(Messages.SHORT_TOKEN_BYTES, length);
    turn.reply(new Messages.Token(wanted, start, length, bytes).encode());
  }

  private static void where(Turn turn) {
    Region state = turn.region(ReaderLayout.REGION);
    byte[] path = new byte[Math.toIntExact(state.getLong(ReaderLayout.PATH_LENGTH))];
    state.get(ReaderLayout.PATH, path, 0, path.length);
    turn.reply(
        new Messages.Token(
                state.getLong(ReaderLayout.NUMBER),
                state.getLong(ReaderLayout.START),
                state.getLong(ReaderLayout.LENGTH),
                path)
            .encode());
  }

  /** A piece of a long token. The file's own position is put back, because it says where the next token begins. */
  private static byte[] read(FileCapability file, long position, int length) throws IOException {
    long before = file.position();
    file.position(position);
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      int count = file.read(bytes, done, length - done);
      if (count < 0) {
        throw new IllegalStateException("the input ends at byte " + (position + done) + " and was longer before; it was changed");
      }
      done += count;
    }
    file.position(before);
    return bytes;
  }

  private static void setPath(Region state, byte[] path) {
    state.put(ReaderLayout.PATH, path, 0, path.length);
    state.putLong(ReaderLayout.PATH_LENGTH, path.length);
  }

  /** What a new reader's region needs for the path of its input. */
  static long regionBytes(String path) {
    return ReaderLayout.PATH + (path.getBytes(StandardCharsets.UTF_8).length + 63L) / 64 * 64;
  }
}
