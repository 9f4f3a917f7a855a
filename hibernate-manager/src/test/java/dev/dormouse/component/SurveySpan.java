package dev.dormouse.component;

import java.util.Set;
import java.util.TreeSet;

/**
 * Bytes of a pool that belong together, and whom damage to them concerns: by the format, not by what the code does.
 *
 * @param what for messages
 * @param must who cannot be as before when any bit of it is flipped
 * @param may who may be hit by damage to it; contains {@code must}
 */
record SurveySpan(int offset, int length, Kind kind, String what, Set<String> must, Set<String> may) {
  /** The kinds of records, and what is expected where a byte of them is not what was written. */
  enum Kind {
    /** One of two copies. The other is used, and verify notes it. */
    HEADER(Expected.NOTED),
    LANE_WORD(Expected.REFUSED),
    /** Records of an epoch that is committed and not carried out. */
    COMMITTED_LOG(Expected.REFUSED),
    /** Records of an epoch that runs; hits whom it names. */
    RUNNING_LOG(Expected.CONTAINED),
    /** The same, of the last fence. A record that is not sound is not told from one that was never written whole. */
    LAST_FENCE(Expected.CONTAINED),
    PAGE_STATE(Expected.CONTAINED),
    PAGE_OWNER(Expected.CONTAINED),
    CHUNK_WORD(Expected.CONTAINED),
    TABLE_HEAD(Expected.REFUSED),
    DIRECTORY_WORD(Expected.CONTAINED),
    SYMBOL_WORD(Expected.CONTAINED),
    DATASPACE_WORD(Expected.CONTAINED),
    SLAB_OWNER(Expected.CONTAINED),
    RECORD(Expected.CONTAINED),
    TABLE(Expected.CONTAINED),
    ANNEX(Expected.CONTAINED),
    OUTCOME(Expected.CONTAINED),
    RECIPE(Expected.CONTAINED),
    SYMBOL(Expected.CONTAINED),
    DATASPACE_HEAD(Expected.CONTAINED),
    DATASPACE_COUNT(Expected.CONTAINED),
    /** Payload with a checksum that verify looks at. */
    DATASPACE_CONTENT(Expected.CHECKED_PAYLOAD),
    /** What a component keeps in a region of its own: nobody can tell what it should be. */
    STATE(Expected.PAYLOAD),
    /** Nobody reads it. */
    UNUSED(Expected.NOTHING);

    final Expected expected;

    Kind(Expected expected) {
      this.expected = expected;
    }

    /** Whether somebody reads it who has to notice. */
    boolean isMetadata() {
      return expected != Expected.NOTHING && expected != Expected.PAYLOAD;
    }
  }

  /** What damage leads to. */
  enum Expected {
    /** Everybody is as before, and verify notes the copy. */
    NOTED,
    /** The pool is not opened. */
    REFUSED,
    /** Verify says that the pool is damaged; nobody is hit but those who must or may be. */
    CONTAINED,
    /** Verify says that the pool is damaged; those who may be hit read the bytes as they are now. */
    CHECKED_PAYLOAD,
    /** Those who may be hit read the bytes as they are now. */
    PAYLOAD,
    /** Nothing differs. */
    NOTHING
  }

  static SurveySpan of(long offset, long length, Kind kind, String what, Set<String> must, Set<String> may) {
    Set<String> all = new TreeSet<>(may);
    all.addAll(must);
    return new SurveySpan((int) offset, (int) length, kind, what, Set.copyOf(must), Set.copyOf(all));
  }

  int end() {
    return offset + length;
  }
}
