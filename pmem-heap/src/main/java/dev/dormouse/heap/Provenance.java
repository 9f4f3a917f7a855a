package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a pool has been since it was last opened, as its header, its anchor and the place in which it was found tell. Nothing of
 * it is damage. What it can and cannot tell is in docs/media.md.
 *
 * @param kinds what holds; one of them at least
 * @param recorded where the pool was last opened, as its header says; its path is not known
 * @param here where it was found
 * @param missingOpenings how many openings the anchor has seen that the pool has not; not 0 only for an old copy
 * @param knownOpenings how often the pool was opened at least, this copy of it or another
 * @param copiedWhileOpen whether it is a copy that was made while the pool was open, or after it was left without closing
 * @param notes what there is to say, in sentences
 */
public record Provenance(
    Set<Kind> kinds,
    Place recorded,
    Place here,
    AnchorState anchor,
    long missingOpenings,
    long knownOpenings,
    boolean copiedWhileOpen,
    List<String> notes) {
  private static final int MOST_ANCHORS = 1000;

  /** What can have become of a pool. */
  public enum Kind {
    /** It is where it was, and the newest that is known. */
    SAME,
    /** The same file under another path. */
    RENAMED,
    /** Another file under another path; copied, or moved from another file system. */
    COPIED,
    /** Another file, or another pool, where this one, or another pool, was last opened. */
    REPLACED,
    /** Another machine opened it last. */
    OTHER_MACHINE,
    /** An older state of a pool that was opened or closed since. */
    OLD_COPY,
    /** There is nothing to compare with. */
    UNKNOWN
  }

  /** What the anchor beside the pool says, compared with the pool. */
  public enum AnchorState {
    /** There is none, or the pool lies in no file. */
    NONE,
    /** It cannot be read, or is not what was written. */
    UNREADABLE,
    /** It speaks of another pool. */
    OTHER_POOL,
    /** It has seen less than the pool. */
    BEHIND,
    /** It has seen what the pool has. */
    IN_STEP,
    /** It has seen more: the pool is an old copy. */
    AHEAD
  }

  /** Compares what a pool says of itself with where it is. Only reads. */
  public static Provenance of(PoolHeader.Found found, Place here) {
    return new Comparison(found, here).result();
  }

  /** Whether that is among what holds. */
  public boolean is(Kind kind) {
    return kinds.contains(kind);
  }

  /** Under which name the pool was last opened, where it was renamed and an anchor in the same folder tells. */
  static Optional<Path> formerName(PoolHeader header, Place here) {
    return new Comparison(new PoolHeader.Found(header, ""), here).lookAround();
  }

  /** The same, with one more sentence. */
  Provenance with(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new Provenance(kinds, recorded, here, anchor, missingOpenings, knownOpenings, copiedWhileOpen, List.copyOf(more));
  }

  /** All that there is to say, in one line. */
  public String sentence() {
    return String.join("; ", notes);
  }

  /** One look at everything; the order of the sentences is that of their weight. */
  private static final class Comparison {
    private final PoolHeader header;
    private final boolean headerIsWhole;
    private final Place here;
    private final Place recorded;
    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    private final List<String> notes = new ArrayList<>();
    private AnchorState state = AnchorState.NONE;
    private Optional<Anchor> anchor = Optional.empty();
    private long missing;

    Comparison(PoolHeader.Found found, Place here) {
      this.header = found.header();
      this.headerIsWhole = found.damage().isEmpty();
      this.here = here;
      this.recorded = Place.recordedIn(header);
    }

    Provenance result() {
      readAnchor();
      compareAge();
      boolean comparable = recorded.file().isComparableWith(here.file());
      boolean otherFile = comparable && (!recorded.file().isSameFileAs(here.file()) || isSnapshot());
      // What says that it is open, and of which something newer is known, was written back into the file that it was copied from.
      boolean copiedWhileOpen = header.open() && (otherFile || state == AnchorState.AHEAD);
      if (copiedWhileOpen) {
        notes.add("it was copied while it was open, or after it was left without closing: no copy of an open pool can be trusted to be whole");
      }
      boolean otherMachine = recorded.host().machine().differsFrom(here.host().machine());
      if (comparable) {
        compareFiles(otherFile, otherMachine);
      }
      if (otherMachine) {
        kinds.add(Kind.OTHER_MACHINE);
        notes.add("machine " + recorded.host().machine() + " opened it last, this is " + here.host().machine());
      }
      if (kinds.isEmpty()) {
        kinds.add(comparable ? Kind.SAME : Kind.UNKNOWN);
        notes.addFirst(
            comparable
                ? "it is where it was last opened, and nothing newer is known"
                : "there is nothing to compare with: it lies in no file, or was never opened in one");
      }
      return new Provenance(
          Collections.unmodifiableSet(kinds),
          recorded,
          here,
          state,
          missing,
          header.openCount() + missing,
          copiedWhileOpen,
          List.copyOf(notes));
    }

    /** Devices keep their numbers as long as the machine runs. */
    private boolean isSnapshot() {
      return recorded.host().boot().isSameBootAs(here.host().boot()) && here.file().isInSnapshotOf(recorded.file());
    }

    private void readAnchor() {
      if (here.path() == null) {
        return;
      }
      try {
        anchor = Anchor.read(here.path().toRealPath(), header.uuid());
      } catch (IOException e) {
        state = AnchorState.UNREADABLE;
        notes.add("its anchor " + Anchor.pathFor(here.path()) + " is not believed: " + e.getMessage() + "; the next opening writes another");
      }
    }

    private void compareAge() {
      if (anchor.isEmpty()) {
        return;
      }
      Anchor seen = anchor.get();
      if (!seen.uuid().equals(header.uuid())) {
        state = AnchorState.OTHER_POOL;
        kinds.add(Kind.REPLACED);
        notes.add("another pool, with uuid " + seen.uuid() + ", was last opened under this name");
        return;
      }
      long ahead = seen.openCount() - header.openCount();
      // A header that lost its newer copy is behind without being old; no single copy takes back an opening, though.
      boolean endIsMissing = ahead == 0 && headerIsWhole && seen.serial() > header.serial();
      if (ahead > 0 || endIsMissing) {
        state = AnchorState.AHEAD;
        kinds.add(Kind.OLD_COPY);
        missing = ahead;
        notes.add(ahead > 0 ? missingOpenings(ahead) : missingEnd(seen));
        return;
      }
      state = ahead < 0 || seen.serial() < header.serial() ? AnchorState.BEHIND : AnchorState.IN_STEP;
      if (ahead < 0) {
        notes.add(
            ahead == -1
                ? "its anchor has not seen its last opening, which was cut short at its beginning or made elsewhere"
                : "its anchor has not seen its last " + -ahead + " openings, which were made elsewhere");
      }
    }

    private String missingOpenings(long ahead) {
      long first = header.openCount() + 1;
      return "it is an OLD COPY: its anchor has seen opening " + (header.openCount() + ahead) + ", the last one in the file is "
          + header.openCount() + (ahead == 1 ? "; opening " + first + " is missing" : "; openings " + first + " to " + (header.openCount() + ahead) + " are missing");
    }

    private String missingEnd(Anchor seen) {
      return "it is an OLD COPY: it was copied during or before the end of opening " + header.openCount() + ", which is missing (header serial "
          + header.serial() + ", its anchor has seen " + seen.serial() + ")";
    }

    private void compareFiles(boolean otherFile, boolean otherMachine) {
      boolean samePath = recorded.file().isSamePathAs(here.file());
      if (!otherFile) {
        if (!samePath) {
          kinds.add(Kind.RENAMED);
          notes.add("it was last opened under another path: it was renamed, or is reached by another way");
        }
      } else if (samePath && !otherMachine) {
        kinds.add(Kind.REPLACED);
        notes.add("another file is where it was last opened: a copy was put in its place");
      } else {
        kinds.add(Kind.COPIED);
        notes.add(original().map(this::whatBecameOf).orElse("it was copied, or moved here from another file system; which of the two cannot be told"));
      }
    }

    private String whatBecameOf(Path original) {
      if (!Files.exists(original)) {
        return "it was " + original + ", which is no more: it was moved here, or copied before that was deleted";
      }
      return recorded.file().isSameFileAs(FileIdentity.of(original))
          ? "it is a copy of " + original + ", which is still there"
          : "it was " + original + ", where another file is now";
    }

    /** The path of the pool that this is a copy of, where an anchor in the same folder knows it. */
    private Optional<Path> original() {
      Optional<Path> own = anchor.filter(this::isOfAnother).flatMap(Anchor::path);
      return own.isPresent() || here.path() == null ? own : lookAround();
    }

    private boolean isOfAnother(Anchor seen) {
      return seen.uuid().equals(header.uuid()) && seen.path().filter(path -> !FileIdentity.of(path).isSamePathAs(here.file())).isPresent();
    }

    Optional<Path> lookAround() {
      Path folder = here.path().toAbsolutePath().getParent();
      try (DirectoryStream<Path> anchors = Files.newDirectoryStream(folder, "*.anchor")) {
        Iterator<Path> each = anchors.iterator();
        for (int i = 0; i < MOST_ANCHORS && each.hasNext(); i++) {
          Optional<Path> found = readQuietly(each.next()).filter(this::isOfAnother).flatMap(Anchor::path);
          if (found.isPresent()) {
            return found;
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        // A folder that cannot be read has nothing to say.
        return Optional.empty();
      }
      return Optional.empty();
    }

    private Optional<Anchor> readQuietly(Path file) {
      try {
        return Anchor.readFile(file, header.uuid());
      } catch (IOException e) {
        // Some other pool's, or none at all.
        return Optional.empty();
      }
    }
  }
}
