package dev.dormouse.component;

import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A file that the component may read, for the length of one turn. The position belongs to the component's state: it moves
 * with the turn's commit, and is where it was if the turn does not commit.
 *
 * <p>For the thread that runs the turn; afterwards every method throws {@link OutOfTurn}.
 */
public final class FileCapability {
  private final Turn turn;
  private final Media media;
  private final Awake awake;
  private final FileSession session;
  private final long recipeOffset;
  private final int slot;

  FileCapability(Turn turn, Media media, Awake awake, FileSession session, long recipeOffset, int slot) {
    this.turn = turn;
    this.media = media;
    this.awake = awake;
    this.session = session;
    this.recipeOffset = recipeOffset;
    this.slot = slot;
  }

  /** Read anew each time: the program may have asked for the same slot twice, and it has one position. */
  private FileRecipe recipe() {
    return FileRecipe.read(media, recipeOffset, awake.birth, slot);
  }

  /** Where the next read begins, in bytes from the file's start. */
  public long position() {
    turn.running();
    return recipe().positionBytes();
  }

  /** Moves to a position, which may be beyond the file's end. */
  public void position(long positionBytes) {
    Epoch epoch = turn.running();
    if (positionBytes < 0) {
      throw new IllegalArgumentException("position " + positionBytes + " of " + session.object + ": at least 0 expected");
    }
    byte[] bytes = recipe().at(positionBytes).encode();
    epoch.prepare(awake.birth, awake.recordOffset, recipeOffset, bytes.length);
    epoch.whole(() -> media.write(recipeOffset, bytes, 0, bytes.length));
  }

  /**
   * Reads at the position, and moves it on by what was read.
   *
   * @return how many bytes were read, at least 1, or -1 at the file's end
   */
  public int read(byte[] into, int index, int length) throws IOException {
    turn.running();
    Objects.checkFromIndexSize(index, length, into.length);
    long positionBytes = recipe().positionBytes();
    int count = session.channel().read(ByteBuffer.wrap(into, index, length), positionBytes);
    if (count > 0) {
      position(positionBytes + count);
    }
    return count;
  }

  /** The file's length in bytes, as it is now. */
  public long size() throws IOException {
    turn.running();
    return session.channel().size();
  }
}
