package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Media;
import java.util.List;

/** Structures of a few lines, right and wrong, that say which number was acknowledged last. */
final class TinyStructures {
  static final long SIZE = 1024;
  static final long UPDATES = 3;

  /** Does nothing. */
  static final CrashExplorer.Recovery NO_RECOVERY = media -> {};

  private TinyStructures() {}

  /** Durable in every model. */
  private static void persist(Media media, long offset, long length) {
    media.persist(offset, length);
    media.sync();
  }

  private static void fence(Media media) {
    media.fence();
    media.sync();
  }

  /** A record kept twice, each copy with its serial and a check over its words; an update overwrites the older copy. */
  static final class TwoCopies {
    private TwoCopies() {}

    static void update(CrashMedia media) {
      for (long serial = 1; serial <= UPDATES; serial++) {
        write(media, serial);
        persist(media, copyOf(serial), 128);
        media.mark(serial);
      }
    }

    /** The payload lies in the copy's second line, so that the order of stores cannot make up for a missing check. */
    static void write(Media media, long serial) {
      long at = copyOf(serial);
      media.putLong(at, serial);
      media.putLong(at + 64, serial * 1000);
      media.putLong(at + 8, check(serial, serial * 1000));
    }

    private static long copyOf(long serial) {
      return serial % 2 * 128;
    }

    private static long check(long serial, long payload) {
      return Mix.of(serial, payload);
    }

    static void isAtTheLastMarkOrTheNext(Media media, List<Object> marks) {
      isAtTheLastMarkOrTheNext(latest(media, true), marks);
    }

    static void ignoringTheCheckIsAtTheLastMarkOrTheNext(Media media, List<Object> marks) {
      isAtTheLastMarkOrTheNext(latest(media, false), marks);
    }

    private static void isAtTheLastMarkOrTheNext(long payload, List<Object> marks) {
      assertThat(payload).isIn(marks.size() * 1000L, (marks.size() + 1) * 1000L);
    }

    private static long latest(Media media, boolean checked) {
      long serial = 0;
      long payload = 0;
      for (long at : new long[] {0, 128}) {
        long itsSerial = media.getLong(at);
        long itsPayload = media.getLong(at + 64);
        if (itsSerial > serial && (!checked || media.getLong(at + 8) == check(itsSerial, itsPayload))) {
          serial = itsSerial;
          payload = itsPayload;
        }
      }
      return payload;
    }
  }

  /** Nodes in lines of their own and a head that points to the newest: data first, then the pointer. */
  static final class PointedTo {
    static final long HEAD = 0;

    private PointedTo() {}

    static void publish(CrashMedia media) {
      for (long node = 1; node <= UPDATES; node++) {
        // (a) The node, before anything points to it. (b) The head. Not before (a) is durable.
        media.putLong(node * 64, node * 1000);
        persist(media, node * 64, 8);
        media.putLong(HEAD, node);
        persist(media, HEAD, 8);
        media.mark(node);
      }
    }

    static void publishPointerFirst(CrashMedia media) {
      for (long node = 1; node <= UPDATES; node++) {
        media.putLong(HEAD, node);
        persist(media, HEAD, 8);
        media.putLong(node * 64, node * 1000);
        persist(media, node * 64, 8);
        media.mark(node);
      }
    }

    static void isWholeAndAtTheLastMarkOrTheNext(Media media, List<Object> marks) {
      long node = media.getLong(HEAD);
      assertThat(node).isIn((long) marks.size(), marks.size() + 1L);
      assertThat(media.getLong(node * 64)).isEqualTo(node * 1000);
    }
  }

  /**
   * Two words in two lines that always have one sum, under an undo log: {@code valid} at 0, the old values at 8 and 16, the
   * words at 64 and 128.
   */
  static final class UndoLogged {
    static final long VALID = 0;
    static final long FIRST = 64;
    static final long SECOND = 128;

    private UndoLogged() {}

    static void transfer(CrashMedia media) {
      for (long amount = 1; amount <= 2; amount++) {
        // (a) The old values, then the word that makes them count; both lie in one line, which keeps the order of release.
        media.putLong(8, media.getLong(FIRST));
        media.putLong(16, media.getLong(SECOND));
        media.putLongRelease(VALID, 1);
        persist(media, 0, 24);
        // (b) In place. Not before (a) is durable, or there is nothing to go back to.
        media.putLong(FIRST, media.getLong(FIRST) + amount);
        media.putLong(SECOND, media.getLong(SECOND) - amount);
        media.flush(FIRST, 8);
        media.flush(SECOND, 8);
        fence(media);
        // (c) Commit point.
        media.putLong(VALID, 0);
        persist(media, VALID, 8);
        media.mark(amount);
      }
    }

    static void restore(Media media) {
      if (media.getLong(VALID) == 1) {
        media.putLong(FIRST, media.getLong(8));
        media.putLong(SECOND, media.getLong(16));
        media.flush(FIRST, 8);
        media.flush(SECOND, 8);
        // The log is voided only when what it restored is durable.
        fence(media);
        media.putLong(VALID, 0);
        persist(media, VALID, 8);
      }
    }

    /** Looks right until it is cut short itself: nothing keeps the voiding behind the restore. */
    static void restoreWithoutOrder(Media media) {
      if (media.getLong(VALID) == 1) {
        media.putLong(FIRST, media.getLong(8));
        media.putLong(SECOND, media.getLong(16));
        media.putLong(VALID, 0);
        persist(media, 0, 192);
      }
    }

    /** Changes the log's own word while it works, and puts it back: right unless it is cut short in between. */
    static void restoreBorrowingTheLog(Media media) {
      if (media.getLong(VALID) == 1) {
        long first = media.getLong(8);
        media.putLong(8, first + 7);
        persist(media, 8, 8);
        media.putLong(8, first);
        persist(media, 8, 8);
        restore(media);
      }
    }

    static void sumsToZero(Media media, List<Object> marks) {
      long first = media.getLong(FIRST);
      assertThat(first).isEqualTo(-media.getLong(SECOND));
      assertThat(first).isIn(marks.isEmpty() ? List.of(0L, 1L) : marks.size() == 1 ? List.of(1L, 3L) : List.of(3L));
    }
  }
}
