package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionKind;
import dev.dormouse.region.RegionMap;
import java.util.concurrent.locks.ReentrantLock;

/** Makes components and destroys them; each is one epoch. */
final class Lifecycle {
  private final Engine engine;
  private final Media media;

  Lifecycle(Engine engine) {
    this.engine = engine;
    this.media = engine.media();
  }

  ComponentId create(String name, ComponentSpec spec) {
    byte[] nameBytes = Names.encode("component name", name);
    if (spec.program() == null) {
      throw new ProgramUnavailable("component " + name + ": it has no program, a class is expected; give one with program(...)", null);
    }
    // The lane first: while it is leased the store is not closed.
    Epoch epoch = engine.leaseForCreation();
    ReentrantLock lock = engine.directory().lockOf(nameBytes);
    // What the epoch knows of it; nobody else does.
    Awake newborn = new Awake(0);
    try {
      // Symbols in epochs of their own: they are shared, and one that nobody uses yet harms nobody.
      int program = engine.symbols().intern("program", spec.program().getName());
      int stateVersion = engine.programs().register(program, spec.program());
      spec.regions().forEach(region -> engine.symbols().intern("region", region.name()));
      spec.files().forEach(file -> engine.symbols().intern("file root", file.root()));
      lock.lock();
      if (engine.directory().find(nameBytes) != 0) {
        throw new NameTaken("component " + name + ": it exists already, a name that nobody has is expected; choose another name, or destroy it first");
      }
      long birth = engine.nextBirth();
      ComponentId id = new ComponentId(epoch.allocateRecord(birth).offset(), birth);
      newborn.recordOffset = id.recordOffset();
      write(epoch, newborn, birth, nameBytes, spec, program, stateVersion);
      engine.directory().insert(epoch, nameBytes, id.recordOffset());
      engine.commitUnseen(epoch, newborn);
      return id;
    } finally {
      // R1, R3: the lane is done, or undone, before the lock on the name goes.
      try {
        engine.giveBack(epoch);
      } finally {
        Engine.discardShares(newborn);
        if (lock.isHeldByCurrentThread()) {
          lock.unlock();
        }
      }
    }
  }

  private void write(Epoch epoch, Awake newborn, long birth, byte[] name, ComponentSpec spec, int program, int stateVersion) {
    RecordEditor editor = new RecordEditor(media, engine.heap(), newborn, epoch);
    editor.begin(birth, program, stateVersion, writeAnnex(epoch, birth, name, spec), spec.quotaBytes());
    RegionMap map = engine.addressSpace(newborn, epoch, editor).root();
    for (ComponentSpec.Attachment attachment : spec.regions()) {
      switch (attachment) {
        case ComponentSpec.RegionSpec region -> map.attach(region.name(), region.lengthBytes(), region.address(), region.rights());
        case ComponentSpec.ShareSpec share when share.lengthBytes() == ComponentSpec.ALL -> map.attachShared(share.name(), share.dataspace());
        case ComponentSpec.ShareSpec share ->
            map.attachShared(share.name(), share.dataspace(), share.address(), share.offset(), share.lengthBytes());
      }
    }
    for (int i = 0; i < spec.files().size(); i++) {
      editor.addSlot(grant(epoch, birth, i, spec.files().get(i)));
    }
    requireWithin(spec.quotaBytes(), editor.heldBytes());
  }

  private static void requireWithin(long quotaBytes, long heldBytes) {
    if (quotaBytes < heldBytes) {
      throw new RegionException(
          RegionException.Reason.QUOTA_EXCEEDED,
          "the component holds " + heldBytes + " bytes, record, annex, table and recipes included; a quota of " + quotaBytes
              + " is too little for that, give it more or let it hold less");
    }
  }

  /** Changes how much a component may hold. */
  void setQuota(long recordOffset, long birth, long quotaBytes) {
    engine.exclusively(
        recordOffset,
        birth,
        (awake, epoch) -> {
          RecordEditor editor = new RecordEditor(media, engine.heap(), awake, epoch);
          requireWithin(quotaBytes, editor.heldBytes());
          editor.setQuota(quotaBytes);
          epoch.commit();
          return null;
        });
    media.sync();
  }

  private long writeAnnex(Epoch epoch, long birth, byte[] name, ComponentSpec spec) {
    int first = Outcomes.firstOutcome(name.length);
    Extent annex =
        epoch.allocate(first + (long) spec.outcomes() * Outcomes.outcomeBytes(spec.replyBytes()), birth);
    byte[] head = new byte[AnnexLayout.BYTES + name.length];
    Bytes.putLong(head, AnnexLayout.BIRTH, birth);
    Bytes.putShort(head, AnnexLayout.NAME_BYTES, (short) name.length);
    Bytes.putShort(head, AnnexLayout.OUTCOME_COUNT, (short) spec.outcomes());
    Bytes.putShort(head, AnnexLayout.REPLY_BYTES, (short) spec.replyBytes());
    System.arraycopy(name, 0, head, AnnexLayout.BYTES, name.length);
    Bytes.putInt(head, AnnexLayout.CRC32C, new Checksum().ofRecord(head, 0, head.length, AnnexLayout.CRC32C));
    epoch.willStore(annex.offset(), head.length);
    media.write(annex.offset(), head, 0, head.length);
    return annex.offset();
  }

  private Slot grant(Epoch epoch, long birth, int index, ComponentSpec.FileSpec file) {
    Names.encode("path", file.path());
    FileService.Found found = engine.files().find(file.root(), file.path());
    if (found.identity() == null) {
      throw new CapabilityException(index, ResumeAccount.Outcome.UNAVAILABLE, found.reason());
    }
    FileRecipe recipe =
        new FileRecipe(
            birth, index, engine.symbols().find(file.root()), found.identity().device(), found.identity().inode(), 0, file.path());
    byte[] bytes = recipe.encode();
    Extent extent = epoch.allocate(bytes.length, birth);
    epoch.willStore(extent.offset(), bytes.length);
    media.write(extent.offset(), bytes, 0, bytes.length);
    return new Slot(extent.offset(), file.badge(), 1, Slot.READ, Slot.FILE);
  }

  /** Releases everything a component holds, and its name; of one that is quarantined, what the owner words say that it holds. */
  void destroy(long recordOffset, long birth) {
    engine.exclusivelyEvenQuarantined(
        recordOffset,
        birth,
        (awake, epoch) -> {
          destroy(awake, epoch);
          // Under its lock: the record's slot may be another's by now, who must not be taken for this one.
          awake.forget();
          return null;
        });
    engine.table().remove(recordOffset);
    media.sync();
  }

  private void destroy(Awake awake, Epoch epoch) {
    byte[] name = Names.encode("component name", engine.nameOf(awake.recordOffset));
    if (engine.directory().find(name) != awake.recordOffset) {
      throw new Quarantined(
          "component at " + awake.recordOffset + ": the directory does not find it by its name " + engine.nameOf(awake.recordOffset)
              + ", so the name could not be released; run verify");
    }
    ReentrantLock lock = engine.directory().lockOf(name);
    lock.lock();
    try {
      long birth = awake.birth;
      if (awake.isQuarantined()) {
        releaseAllOf(awake, epoch);
      } else {
        releaseWhatItLeadsTo(awake, epoch);
      }
      // The record says that nobody is there, so that no handle to it can be believed; then its extent goes.
      epoch.prepare(birth, awake.recordOffset, awake.recordOffset, ComponentLayout.BYTES);
      media.putLong(awake.recordOffset + ComponentLayout.BIRTH, 0);
      awake.recordChanged = true;
      epoch.freeAt(awake.recordOffset, birth);
      engine.directory().remove(epoch, name, awake.recordOffset);
      engine.commit(awake, epoch);
    } finally {
      // Where it failed before the commit, the intents are void and the word that the lock guards was never touched.
      lock.unlock();
    }
  }

  private void releaseWhatItLeadsTo(Awake awake, Epoch epoch) {
    long birth = awake.birth;
    RecordEditor editor = new RecordEditor(media, engine.heap(), awake, epoch);
    for (int i = 0; i < awake.regionCount; i++) {
      RegionEntry region = editor.get(i);
      switch (region.kind()) {
        case OWN -> epoch.freeAt(region.extentOffset(), birth);
        case SHARED -> engine.sharesOf(awake).detached(region.extentOffset());
        // What is in it has entries of its own.
        case MANAGED -> {}
      }
    }
    for (int i = 0; i < awake.slotCount; i++) {
      Slot slot = editor.slot(i);
      if (slot.kind() == Slot.FILE) {
        epoch.freeAt(slot.object(), birth);
      }
    }
    if (awake.tableOffset != 0) {
      epoch.freeAt(awake.tableOffset, birth);
    }
    epoch.freeAt(awake.annexOffset, birth);
  }

  /** Its record may lead anywhere: what is released is what is provably its own. What it has attached is let go as far as it can be read. */
  private void releaseAllOf(Awake awake, Epoch epoch) {
    engine
        .heap()
        .walk(
            new Heap.Visitor() {
              @Override
              public void extent(Extent extent, long owner, boolean record) {
                if (owner == awake.birth && extent.offset() != awake.recordOffset) {
                  epoch.free(extent, owner);
                }
              }

              @Override
              public void damage(String message) {
                // Nobody's to release.
              }
            });
    RecordEditor editor = new RecordEditor(media, engine.heap(), awake, epoch);
    for (int i = 0; i < awake.regionCount; i++) {
      try {
        RegionEntry region = editor.get(i);
        if (region.kind() == RegionKind.SHARED && engine.dataspaceTable().around(region.extentOffset()).attachments(media) > 0) {
          engine.sharesOf(awake).detached(region.extentOffset());
        }
      } catch (DormouseException | IndexOutOfBoundsException e) {
        // Repair counts anew who has it attached.
      }
    }
  }

  /** Withdraws a capability: the slot stays, and cannot be used again. */
  void revoke(long recordOffset, long birth, int index) {
    engine.exclusively(
        recordOffset,
        birth,
        (awake, epoch) -> {
          RecordEditor editor = new RecordEditor(media, engine.heap(), awake, epoch);
          if (index < 0 || index >= awake.slotCount) {
            throw new CapabilityException(index, ResumeAccount.Outcome.UNAVAILABLE, "the component has no such slot");
          }
          Slot slot = editor.slot(index);
          if (!slot.isRevoked()) {
            editor.setSlot(index, new Slot(slot.object(), slot.badge(), slot.generation() + 1, 0, slot.kind()));
            epoch.commit();
          }
          return null;
        });
    media.sync();
  }
}
