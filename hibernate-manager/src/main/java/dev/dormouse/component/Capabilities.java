package dev.dormouse.component;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;

/** Finds what the slots of an awake component stand for, obtaining it when it is first needed. Under the seat's turn lock. */
final class Capabilities {
  private final Media media;
  private final Symbols symbols;
  private final FileService files;
  private final Engine engine;

  Capabilities(Engine engine, FileService files) {
    this.engine = engine;
    this.media = engine.media();
    this.symbols = engine.symbols();
    this.files = files;
  }

  FileCapability file(Turn turn, Awake awake, int index) {
    if (index < 0 || index >= awake.slotCount) {
      throw new CapabilityException(
          index, ResumeAccount.Outcome.UNAVAILABLE, "the component has slots 0 to " + (awake.slotCount - 1) + "; nothing was granted there");
    }
    Slot slot = new RecordEditor(media, engine.heap(), awake, null).slot(index);
    checkUsable(index, slot);
    FileSession session = session(awake, index, slot);
    if (!session.isUsable()) {
      throw new CapabilityException(index, session.outcome, session.object + " cannot be used: " + session.reason);
    }
    return new FileCapability(turn, media, awake, session, slot.object(), index);
  }

  private static void checkUsable(int index, Slot slot) {
    if (slot.isRevoked()) {
      throw new CapabilityException(index, ResumeAccount.Outcome.REVOKED, "it was revoked");
    }
    if (slot.kind() != Slot.FILE || (slot.rights() & Slot.READ) == 0) {
      throw new CapabilityException(index, ResumeAccount.Outcome.UNAVAILABLE, "it is no file that may be read");
    }
  }

  /** The session of a slot: the one that is open, or a new one. A failure is not kept, so that the next use tries again. */
  private FileSession session(Awake awake, int index, Slot slot) {
    if (awake.sessions == null || awake.sessions.length <= index) {
      FileSession[] more = new FileSession[awake.slotCount];
      if (awake.sessions != null) {
        System.arraycopy(awake.sessions, 0, more, 0, awake.sessions.length);
      }
      awake.sessions = more;
    }
    FileSession session = awake.sessions[index];
    if (session != null && session.generation == slot.generation() && session.isUsable()) {
      session.outcome = ResumeAccount.Outcome.KEPT;
      return session;
    }
    if (session != null) {
      session.close();
    }
    FileRecipe recipe = FileRecipe.read(media, slot.object(), awake.birth, index);
    FileSession obtained = files.obtain(recipe, symbols.text(recipe.rootSymbol()), slot.generation());
    awake.sessions[index] = obtained.isUsable() ? obtained : null;
    return obtained;
  }

  ResumeAccount account(Awake awake) {
    RecordEditor editor = new RecordEditor(media, engine.heap(), awake, null);
    List<ResumeAccount.Entry> entries = new ArrayList<>();
    for (int i = 0; i < awake.slotCount; i++) {
      Slot slot = editor.slot(i);
      if (slot.isRevoked()) {
        entries.add(new ResumeAccount.Entry(i, objectName(awake, i, slot), slot.badge(), ResumeAccount.Outcome.REVOKED, "it was revoked"));
      } else {
        FileSession session = session(awake, i, slot);
        entries.add(new ResumeAccount.Entry(i, session.object, slot.badge(), session.outcome, session.reason));
      }
    }
    return new ResumeAccount(engine.incarnationOf(awake), entries);
  }

  private String objectName(Awake awake, int index, Slot slot) {
    FileRecipe recipe = FileRecipe.read(media, slot.object(), awake.birth, index);
    return "file " + symbols.text(recipe.rootSymbol()) + "/" + recipe.path();
  }
}
