package dev.dormouse.bench;

import dev.dormouse.component.Program;
import dev.dormouse.component.Turn;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.region.Region;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/** What the measured components do in a turn. Their state is their first region. */
public final class Programs {
  /** Where the state is read, in bytes from its start. */
  static final long READ_OFFSET = 64;

  private static final byte[] LINE = new byte[Media.LINE_BYTES];
  private static final byte[] PAGE = new byte[Geometry.PAGE_BYTES];

  /** Keeps a read from being optimised away. */
  static long sink;

  private Programs() {}

  /** Reads 8 bytes at a fixed offset of its state. */
  public static final class ReadsOneLong implements Program {
    @Override
    public void turn(Turn turn) {
      sink = turn.region(0).getLong(READ_OFFSET);
    }
  }

  /** Writes one line of 64 bytes. */
  public static final class WritesOneLine implements Program {
    @Override
    public void turn(Turn turn) {
      turn.region(0).put(0, LINE, 0, LINE.length);
    }
  }

  /** Fills one line of 64 bytes with the first byte of the request. */
  public static final class FillsOneLine implements Program {
    @Override
    public void turn(Turn turn) {
      byte[] line = new byte[Media.LINE_BYTES];
      Arrays.fill(line, turn.request().get(0));
      turn.region(0).put(0, line, 0, line.length);
    }
  }

  /** Declares all pages of its state and stores a number to each: what is left is undo and commit. */
  public static final class DeclaresPages implements Program {
    @Override
    public void turn(Turn turn) {
      Region state = turn.region(0);
      state.prepareWrite(0, state.lengthBytes());
      for (long at = 0; at < state.lengthBytes(); at += Geometry.PAGE_BYTES) {
        state.putLong(at, at);
      }
    }
  }

  /** Overwrites all pages of its state one by one, without declaring anything. */
  public static final class OverwritesPages implements Program {
    @Override
    public void turn(Turn turn) {
      Region state = turn.region(0);
      for (long at = 0; at < state.lengthBytes(); at += Geometry.PAGE_BYTES) {
        state.put(at, PAGE, 0, PAGE.length);
      }
    }
  }

  /** Overwrites a page and then waits inside its turn, so that the pool can be copied while the epoch runs. */
  public static final class StopsInsideItsTurn implements Program {
    static final Semaphore STOPPED = new Semaphore(0);
    static final Semaphore MAY_GO_ON = new Semaphore(0);

    @Override
    public void turn(Turn turn) {
      turn.region(0).put(0, PAGE, 0, PAGE.length);
      STOPPED.release();
      MAY_GO_ON.acquireUninterruptibly();
    }
  }
}
