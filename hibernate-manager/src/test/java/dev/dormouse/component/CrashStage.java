package dev.dormouse.component;

import dev.dormouse.emulation.MediaDisk;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;

/** On what a store runs that is crashed, and what a crash leaves of it. */
enum CrashStage {
  PX86(PersistencyModel.PX86, false),
  EADR(PersistencyModel.EADR, false),
  PAGE_CACHE(PersistencyModel.PAGE_CACHE, false),
  /** A journaled file whose machine loses power: of what was written since the last sync any sector is left, or is not. */
  JOURNALED_POWER_LOST(PersistencyModel.SECTORS, true),
  /** A journaled file whose process is killed: what it wrote is left, in its order. */
  JOURNALED_KILLED(PersistencyModel.EADR, true);

  // The least, so that it is written over and over, and must be emptied while turns run.
  private static final JournalOptions JOURNAL = new JournalOptions(32 << 10, 16 << 10, 64 << 10, false);
  private static final long JOURNAL_FILE_BYTES = (2 * 4096) + JOURNAL.journalBytes();

  private final PersistencyModel model;
  private final boolean journaled;

  CrashStage(PersistencyModel model, boolean journaled) {
    this.model = model;
    this.journaled = journaled;
  }

  PersistencyModel model() {
    return model;
  }

  boolean isJournaled() {
    return journaled;
  }

  /** How long the medium has to be for a pool of that length. */
  long mediaBytes(long poolBytes) {
    return journaled ? poolBytes + JOURNAL_FILE_BYTES : poolBytes;
  }

  /** The medium of the store, where {@code media} is what is crashed. */
  Media on(Media media, long poolBytes) {
    return journaled
        ? JournaledMedia.over(
            new MediaDisk("home", media, 0, poolBytes), new MediaDisk("journal", media, poolBytes, JOURNAL_FILE_BYTES), number -> number + 77, JOURNAL)
        : media;
  }
}
