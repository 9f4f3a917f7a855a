package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.Mutant.killed;
import static dev.dormouse.emulation.mutation.Edit.EVERY;
import static dev.dormouse.emulation.mutation.Edit.in;
import static dev.dormouse.emulation.mutation.Edit.inLambdasOf;

import dev.dormouse.component.ScheduleSuites;
import dev.dormouse.component.StoreSuites;
import dev.dormouse.emulation.mutation.Branch;
import java.util.List;

/** Mutants of the modules above recovery: views, turns, the lives of components, names, symbols, capabilities. */
final class StoreMutants {
  private static final String ENGINE = "component.Engine";
  private static final String LIFECYCLE = "component.Lifecycle";
  private static final String EDITOR = "component.RecordEditor";
  private static final String DIRECTORY = "component.Directory";
  private static final String SYMBOLS = "component.Symbols";
  private static final String WORDS = "component.WordTable";
  private static final String SPACE = "region.AddressSpace";
  private static final String RESIZING = "region.Resizing";
  private static final String CHANGES = "component.DataspaceChanges";
  private static final String DATASPACES = "component.Dataspaces";
  private static final String QUARANTINE = "component.ComponentQuarantine";
  private static final String UNLOCK = "ReentrantLock.unlock";
  private static final String DESTROY = "destroy(Ldev/dormouse/component/Awake;";

  private StoreMutants() {}

  static List<Mutant> locks() {
    return List.of(
        killed("R1", "a turn that failed is undone after its component's lock was given back", ENGINE, in("alone").moveBefore(UNLOCK, 2, "Engine.giveBack", 1), ScheduleSuites.TurnBehindAFailedTurn.class),
        killed("R1", "a component runs whose epoch could not be ended", ENGINE, in("alone").branchAfterCall("Lanes.isBroken", 0, Branch.JUMP), ScheduleSuites.TurnAfterABrokenAbort.class),
        killed("R1", "a component that is being made may be run before its lane is done", ENGINE, in("commitUnseen").moveBefore(UNLOCK, 0, "Engine.commit", 0), ScheduleSuites.TurnOfANewborn.class),
        killed("R1, R3", "the name's lock is not taken where a component is made", LIFECYCLE, in("create").dropCall("ReentrantLock.lock"), ScheduleSuites.TwoNames.class),
        killed("R1, R3", "the name's lock is given back before the commit that makes a component", LIFECYCLE, in("create").moveBefore(UNLOCK, 0, "Engine.commitUnseen", 0), ScheduleSuites.TwoNames.class),
        killed("R1, R3", "the name's lock is given back before the commit that destroys a component", LIFECYCLE, in(DESTROY).moveBefore(UNLOCK, 0, "Engine.commit", 0), ScheduleSuites.NameOfTheDestroyed.class),
        killed(
            "R1, symbols", "symbols are made without their lock", SYMBOLS,
            List.of(in("intern(Ljava/lang/String;Ljava/lang/String;I").dropCall("ReentrantLock.lock"), in("intern(Ljava/lang/String;Ljava/lang/String;I").dropCall(UNLOCK, EVERY)), ScheduleSuites.TwoSymbols.class));
  }

  static List<Mutant> turns() {
    return List.of(
        killed("turns", "a turn is not committed", ENGINE, inLambdasOf("invoke").dropCall("Engine.commit"), StoreSuites.Turns.class),
        killed("turns", "the commit comes before the turn", ENGINE, inLambdasOf("invoke").moveBefore("Engine.commit", "Engine.turn"), StoreSuites.Turns.class),
        killed("turns", "a reply does not wait for the sync", ENGINE, in("invoke").dropCall("Media.sync", EVERY), ScheduleSuites.ReplyWaits.class),
        killed("turns", "a checkpoint does not wait for the sync", "component.Batch", in("checkpoint").dropCall("Media.sync"), ScheduleSuites.ReplyWaits.class),
        killed("turns", "the making of a component does not wait for the sync", "component.ProcessStore", in("create").dropCall("Media.sync"), ScheduleSuites.ReplyWaits.class),
        killed("turns", "the end of a component does not wait for the sync", LIFECYCLE, in("destroy(JJ)").dropCall("Media.sync"), ScheduleSuites.ReplyWaits.class),
        killed("turns", "a seat is not read anew after an abort", "component.Waker", in("wake").branchAfterField("recordChanged", 0, Branch.JUMP), StoreSuites.Regions.class),
        killed("outcomes", "an outcome is not recorded", ENGINE, in("turn").dropCall("Outcomes.record"), StoreSuites.Turns.class),
        killed("outcomes", "an outcome's bytes are not logged", ENGINE, in("turn").dropCall("Outcomes.prepare"), StoreSuites.Turns.class),
        killed("outcomes", "an outcome is written before its old bytes are durable", "component.Outcomes", in("record").dropCall("Epoch.seal"), StoreSuites.Turns.class),
        killed("outcomes", "nobody looks for an outcome", ENGINE, in("turn").dropCall("Outcomes.find"), StoreSuites.Turns.class),
        killed("R13", "a view may be used by another thread and at any time", "region.Region", in("at").branchAfterField("thread", 0, Branch.JUMP), RegionSuites.StaleViews.class),
        killed("R13", "a store through a view may come from another thread and at any time", "region.Region", in("atForWrite").branchAfterField("thread", 0, Branch.JUMP), RegionSuites.StaleViews.class),
        killed("R13", "a turn's views outlive it", "component.Turn", in("end").dropCall("Turn.closeViews"), StoreSuites.KeptViews.class),
        killed("R15", "a failed turn does not doom its batch", "component.Batch", in("run").constant(1, 0, 0), StoreSuites.DoomedBatch.class),
        killed("R15", "a turn may call the store", ENGINE, in("refuseInsideATurn").branchAfterCall("ThreadLocal.get", 0, Branch.JUMP), StoreSuites.NestedCalls.class),
        killed("R15", "a revocation is not committed", LIFECYCLE, inLambdasOf("revoke").dropCall("Epoch.commit"), StoreSuites.Revoking.class),
        killed("position in a file", "the position is not logged", "component.FileCapability", in("position(J)").dropCall("Epoch.prepare"), StoreSuites.FilePosition.class));
  }

  static List<Mutant> addressSpaces() {
    return List.of(
        killed("(a), resizing", "what a region gains in its extent is not zeroed", RESIZING, inLambdasOf("carryOut").dropCall("Resizing.zeroGained"), StoreSuites.Regrowth.class),
        killed("(a), resizing", "what a region gains in its extent is not logged", RESIZING, in("zeroGained").dropCall("Epoch.prepare"), StoreSuites.Regrowth.class),
        killed("resizing", "the bytes of a region that moves are not copied", RESIZING, inLambdasOf("carryOut").dropCall("Media.copy"), StoreSuites.Regrowth.class),
        killed("resizing", "the extent that a region moves out of stays owned", RESIZING, inLambdasOf("carryOut").dropCall("Epoch.free"), StoreSuites.Regrowth.class),
        killed("resizing, R4", "what a region that moves gains is not zeroed", RESIZING, in("allocate").callAnswers("Math.min", 300L), StoreSuites.Regrowth.class),
        killed("managed dataspaces", "what lies in one that is detached stays", SPACE, in("remove").branchAfterCall("RegionEntry.kind", 0, Branch.JUMP), StoreSuites.ManagedDataspaces.class),
        killed("managed dataspaces", "the extents in one that is detached stay owned", SPACE, in("remove").dropCall("AddressSpace.release"), StoreSuites.ManagedDataspaces.class),
        killed("managed dataspaces, I5", "the rights of a dataspace do not count", "region.RegionRights", in("least").branchAfterField("READ", 1, Branch.JUMP), StoreSuites.ManagedDataspaces.class),
        killed("dataspaces (a)", "the content is not durable with its head", "recovery.Epoch", in("flushWrites").dropCall("Media.flush"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (a)", "no head is written", DATASPACES, in("create").dropCall("DataspaceHead.write"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (b)", "its word is not set", DATASPACES, in("create").dropCall("Epoch.putShared"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (b), R3", "its word is set at once", DATASPACES, in("create").replaceCall("Epoch.putShared", Replacements.class, "putNow"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (b), R1", "its lock is not taken for the commit that makes it", DATASPACES, in("create").dropCall("ReentrantLock.lock"), ScheduleSuites.AttachmentOfANewDataspace.class),
        killed("dataspaces (c)", "what is attached in a turn that runs may be destroyed", CHANGES, in("find").dropCall("DataspaceTable.pin"), StoreSuites.DestroyedUnderATurn.class),
        killed("dataspaces (d), R1", "counts change without their locks", CHANGES, in("commit").dropCall("DataspaceChanges.lock"), ScheduleSuites.TwoAttachments.class),
        killed("dataspaces (d), R1", "the locks are given back before the commit", CHANGES, in("commit").moveBefore("DataspaceChanges.unlock", 0, "Epoch.commit", 1), ScheduleSuites.TwoAttachments.class),
        killed("dataspaces (d)", "an attachment is not counted", CHANGES, in("count").dropCall("Epoch.putShared"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (d), R3", "a count changes at once", CHANGES, in("count").replaceCall("Epoch.putShared", Replacements.class, "putNow"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (d)", "what an undone turn noted counts with the next", ENGINE, in("discardShares").dropCall("DataspaceChanges.discard"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (d)", "a component that is destroyed still counts", LIFECYCLE, in("releaseWhatItLeadsTo").dropCall("DataspaceChanges.detached"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (e)", "one that is attached is destroyed", DATASPACES, in("destroy").callAnswers("DataspaceHead.attachments", 0L), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (e)", "its extent stays owned", DATASPACES, in("destroy").dropCall("Epoch.free"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces (e)", "its word stays", DATASPACES, in("destroy").dropCall("Epoch.putShared"), StoreSuites.SharedDataspaces.class),
        killed("dataspaces, I5", "protect makes a shared region writable", "region.RegionMap", in("protect(I").branchAfterCall("RegionEntry.kind", 0, Branch.JUMP), StoreSuites.NobodyWrites.class),
        killed("turns", "the making of a dataspace does not wait for the sync", "component.ProcessStore", in("createDataspace").dropCall("Media.sync"), ScheduleSuites.ReplyWaits.class),
        killed("turns", "the end of a dataspace does not wait for the sync", "component.ProcessStore", in("destroyDataspace").dropCall("Media.sync"), ScheduleSuites.ReplyWaits.class),
        killed("turns", "a quota does not wait for the sync", LIFECYCLE, in("setQuota").dropCall("Media.sync"), ScheduleSuites.ReplyWaits.class));
  }

  static List<Mutant> lives() {
    return List.of(
        killed("making a component", "its birth is written with the record", EDITOR, in("begin").constant(1, 0, 0), StoreSuites.Making.class),
        killed("making a component", "its birth is not written", EDITOR, in("begin").dropCall("Epoch.putShared"), StoreSuites.Making.class),
        killed("making a component", "its name is not written", LIFECYCLE, in("create").dropCall("Directory.insert"), StoreSuites.Making.class),
        killed("making a component", "it is not committed", ENGINE, in("commitUnseen").dropCall("Engine.commit"), StoreSuites.Making.class),
        killed("changing a record", "the record is not logged", EDITOR, in("write").dropCall("Epoch.prepare"), StoreSuites.Regions.class),
        killed("destroying", "its regions stay owned", LIFECYCLE, in("releaseWhatItLeadsTo").dropCall("Epoch.freeAt", 0), StoreSuites.Destroying.class),
        killed("destroying", "its record still names it", LIFECYCLE, in(DESTROY).dropCall("Media.putLong"), StoreSuites.Destroying.class),
        killed("destroying", "its record is not logged", LIFECYCLE, in(DESTROY).dropCall("Epoch.prepare"), StoreSuites.Destroying.class),
        killed("destroying", "its name stays", DIRECTORY, in("remove").dropCall("Epoch.putShared"), StoreSuites.Destroying.class),
        killed("destroying", "the birth in a record is not compared", "component.Waker", in("read").branchAfterCall("Bytes.getLong", 0, Branch.FALL_THROUGH), StoreSuites.Destroying.class),
        killed("directory, R3", "a word changes at once", DIRECTORY, in("insert").replaceCall("Epoch.putShared", Replacements.class, "putNow"), StoreSuites.Making.class),
        killed("directory", "a split loses the leaf that was there", DIRECTORY, in("split").dropCall("Media.putLong", 2), StoreSuites.Names.class),
        killed("directory", "a split has no new leaf", DIRECTORY, in("split").dropCall("Media.putLong", 1), StoreSuites.Names.class),
        killed("symbols, R3", "a word changes at once", SYMBOLS, in("write").replaceCall("Epoch.putShared", Replacements.class, "putNow"), StoreSuites.NewSymbols.class),
        killed("symbols", "a symbol is not committed", SYMBOLS, in("write").dropCall("Epoch.commit"), StoreSuites.NewSymbols.class),
        killed("R11", "births do not count openings", ENGINE, in("nextBirth").callAnswers("PoolHeader.openCount", 1L), StoreSuites.Repetition.class),
        killed("R11", "incarnations do not count openings", ENGINE, in("incarnationOf").callAnswers("PoolHeader.openCount", 1L), StoreSuites.Repetition.class),
        killed("making 4", "directory and symbols are not persisted", WORDS, in("format").dropCall("Media.persist"), StoreSuites.MakingAStore.class),
        killed("making 4", "directory and symbols are nobody's", WORDS, in("format").dropCall("Heap.publish"), StoreSuites.MakingAStore.class),
        killed("making 4", "their owner is not fenced", WORDS, in("format").dropCall("Media.fence"), StoreSuites.MakingAStore.class),
        killed("opening 3, opening 4, R5", "the new salt comes into force before recovery", "component.ProcessStore", in("start").moveAfter("Recovery.run", "Pool.begin"), StoreSuites.OpeningAfterAKill.class),
        killed("R9", "a component whose log is damaged is not marked", QUARANTINE, in("quarantine").dropCall("Media.putLong", 1), StoreSuites.QuarantineStays.class),
        killed("R9", "the mark of a quarantine is not persisted", QUARANTINE, in("quarantine").dropCall("Media.persist", 1), StoreSuites.QuarantineStays.class));
  }
}
