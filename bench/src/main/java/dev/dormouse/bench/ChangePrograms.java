package dev.dormouse.bench;

import dev.dormouse.component.Program;
import dev.dormouse.component.Turn;
import dev.dormouse.heap.Media;
import dev.dormouse.region.Region;

/** What components on a journaled file do in a turn. Their state is their first region. */
public final class ChangePrograms {
  static final int CHANGED_BYTES = DurableTurns.CHANGED_BYTES;
  static final int LOOP_BYTES = 64 << 10;

  private static final byte[] CHANGED = new byte[CHANGED_BYTES];

  /** How long the loop took that ran last, for whoever invoked it. */
  static long loopNanos;

  private ChangePrograms() {}

  /** Stores 256 bytes where its state begins if there is a request, and reads a word there if there is none. */
  public static final class StoresOrReads implements Program {
    @Override
    public void turn(Turn turn) {
      if (turn.request().hasRemaining()) {
        turn.region(0).put(0, CHANGED, 0, CHANGED.length);
      } else {
        Programs.sink = turn.region(0).getLong(0);
      }
    }
  }

  /** Stores 256 bytes to the place in its state that the request says. */
  public static final class StoresThere implements Program {
    @Override
    public void turn(Turn turn) {
      turn.region(0).put(turn.request().getLong(), CHANGED, 0, CHANGED.length);
    }
  }

  /** Stores a line where its state begins if there is a request, and reads a word there if there is none. */
  public static final class StoresALineOrReads implements Program {
    @Override
    public void turn(Turn turn) {
      if (turn.request().hasRemaining()) {
        turn.region(0).put(0, CHANGED, 0, Media.LINE_BYTES);
      } else {
        Programs.sink = turn.region(0).getLong(0);
      }
    }
  }

  /** Stores to every word of its state, in sequence, once it has said so; and looks at the clock before and after. */
  public static final class LoopsThroughWords implements Program {
    @Override
    public void turn(Turn turn) {
      Region state = turn.region(0);
      state.prepareWrite(0, LOOP_BYTES);
      // Once for the first touch of its pages, which is the kernel's affair.
      store(state, turn.request().get());
      long start = System.nanoTime();
      store(state, 1);
      loopNanos = System.nanoTime() - start;
    }

    private static void store(Region state, long value) {
      for (long at = 0; at < LOOP_BYTES; at += Long.BYTES) {
        state.putLong(at, value + at);
      }
    }
  }
}
