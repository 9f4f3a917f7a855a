package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.Mutant.harmless;
import static dev.dormouse.component.mutants.Mutant.killed;
import static dev.dormouse.emulation.mutation.Edit.in;
import static dev.dormouse.emulation.mutation.Edit.inLambdasOf;

import dev.dormouse.emulation.mutation.Branch;
import dev.dormouse.emulation.mutation.Edit;
import java.util.List;

/** Mutants of heap, lanes and recovery, in the order of docs/protocol.md. */
final class EngineMutants {
  private static final String EPOCH = "recovery.Epoch";
  private static final String WRITER = "recovery.LogWriter";
  private static final String READER = "recovery.LogReader";
  private static final String REPLAY = "recovery.LogReplay";
  private static final String RECOVERY = "recovery.Recovery";
  private static final String LANES = "recovery.Lanes";
  private static final String PAGES = "heap.PageTable";
  private static final String HEAP = "heap.Heap";
  private static final String SLABS = "heap.Slabs";
  private static final String SLAB = "heap.Slab";
  private static final String CHUNK = "heap.Chunk";
  private static final String POOL = "heap.Pool";
  private static final String HEADER = "heap.PoolHeader";
  private static final String PROVENANCE = "heap.Provenance$Comparison";
  private static final String CREATE_FILE = "create(Ljava/nio/file/Path;Ldev/dormouse/heap/FileMedium;Ldev/dormouse/heap/Geometry;Ldev/dormouse/heap/Host;Ldev/dormouse/heap/JournalOptions;";
  private static final String SEQUENCE_PERSIST = "Epoch.persistWord";

  private EngineMutants() {}

  static List<Mutant> beforeTheFirstStore() {
    return List.of(
        killed("(a) 1, R9", "no component is named in the log", EPOCH, in("name").dropCall("LogWriter.append"), DamageSuites.FencedRecords.class),
        killed("(a) 2", "the old bytes are not logged", EPOCH, in("logRun").dropCall("LogWriter.undo"), EpochSuites.Writes.class),
        killed("(a) 2", "the log is not flushed", EPOCH, in("seal").dropCall("LogWriter.flush"), EpochSuites.Writes.class),
        killed("(a) 2", "the log is flushed and not fenced", EPOCH, in("seal").dropCall("Media.fence"), EpochSuites.Writes.class),
        killed("(a) 2", "the fence comes before the flush", EPOCH, in("seal").moveBefore("Media.fence", "LogWriter.flush"), EpochSuites.Writes.class),
        killed("(a) 2, R9", "a batch that was fenced is not closed", EPOCH, in("seal").dropCall("LogWriter.batchIsDurable"), DamageSuites.FencedRecords.class),
        killed("(a) 3", "what is logged may be stored to before it is sealed", EPOCH, in("isPrepared").callAnswers("LogWriter.hasUnsealed", false), EpochSuites.LoggedNotSealed.class),
        killed("(a) 3", "a line that was not logged may be stored to", EPOCH, in("isPrepared").branchAfterCall("WriteSet.mask", 0, Branch.FALL_THROUGH), RegionSuites.SingleStores.class),
        killed("(a) 3", "the barrier does not seal", "region.Region", in("prepare").replaceCall("Epoch.prepare", Replacements.class, "onlyLog"), RegionSuites.SingleStores.class),
        killed(
            "(a) 3", "the barrier lets pass what lies between two ranges", "region.Region",
            List.of(in("prepare").branchAfterField("preparedTo", 0, Branch.FALL_THROUGH), in("prepare").branchAfterField("preparedFrom", 0, Branch.FALL_THROUGH)),
            RegionSuites.SingleStores.class),
        killed("(a)", "bytes that the epoch allocated are logged", EPOCH, in("logRun").callAnswers("Epoch.isFresh", false), EpochSuites.FreshBytes.class),
        killed("(a), long log", "nothing says where the log goes on", WRITER, in("ensureRoom").dropCall("LogWriter.append"), EpochSuites.LongLog.class),
        killed("(a), long log, R9", "where the log goes on is said once", WRITER, in("ensureRoom").dropCall("Target.write"), DamageSuites.LongLogs.class),
        killed("(a), long log", "where the log goes on is not flushed", WRITER, in("ensureRoom").dropCall("LogWriter.flush"), EpochSuites.LongLog.class),
        killed("(a), long log", "somebody else may be given the extent in which it goes on", WRITER, in("ensureRoom").replaceCall("Heap.reserveForLog", Replacements.class, "reserveAndGiveBack"), EpochSuites.LongLog.class));
  }

  static List<Mutant> commit() {
    return List.of(
        killed("intents", "ALLOC is not logged", EPOCH, in("intendToOwn").dropCall("Epoch.intend"), EpochSuites.Intents.class),
        killed("intents", "FREE is not logged", EPOCH, inLambdasOf("free").dropCall("Epoch.intend"), EpochSuites.Intents.class),
        killed("intents", "WORD is not logged", EPOCH, inLambdasOf("putShared").dropCall("Epoch.intend"), EpochSuites.SharedWords.class),
        killed("(c), R3", "the intents are carried out before the commit word", EPOCH, in("commit").moveBefore("Epoch.carryOutIntents", 0, SEQUENCE_PERSIST, 0), EpochSuites.SharedWords.class),
        killed("intents", "no intent is logged", EPOCH, in("intend").dropCall("LogWriter.append"), EpochSuites.Intents.class),
        killed("intents", "no intent is remembered for (d)", EPOCH, in("intend").dropCall("Intents.add"), EpochSuites.Intents.class),
        killed("(b) 1", "the log of intents has no end", EPOCH, in("commit").dropCall("LogWriter.append"), EpochSuites.Intents.class),
        killed("(b) 2", "nothing that was stored to is flushed", EPOCH, in("commit").dropCall("Epoch.flushWrites"), EpochSuites.Writes.class),
        killed("(b) 2", "what was overwritten is not flushed", EPOCH, in("flushWrites").dropCall("WriteSet.forEach"), EpochSuites.Writes.class),
        killed("(b) 2, R4", "what was allocated is not flushed", EPOCH, in("flushWrites").dropCall("Media.flush"), EpochSuites.Reuse.class),
        killed("(b) 2", "the intents are not flushed", EPOCH, in("commit").dropCall("LogWriter.flush"), EpochSuites.Intents.class),
        killed("(b) 2", "there is no fence", EPOCH, in("commit").dropCall("Media.fence"), EpochSuites.Writes.class),
        killed("(b) 2", "the fence comes before the flush of what was stored to", EPOCH, in("commit").moveBefore("Media.fence", "Epoch.flushWrites"), EpochSuites.Writes.class),
        killed("(b) 2", "the fence comes before the flush of the intents", EPOCH, in("commit").moveBefore("Media.fence", "LogWriter.flush"), EpochSuites.Intents.class),
        killed("(b) 2", "the fence comes after the commit word", EPOCH, in("commit").moveAfter("Media.fence", SEQUENCE_PERSIST), EpochSuites.Writes.class),
        killed("(b) 2, R6", "lines are compared before they are flushed", "recovery.WriteSet", in("forEach").replaceCall("Visitor.visit", Replacements.class, "visitIfChanged"), EpochSuites.ValueComesBack.class),
        killed("(c)", "the commit word is not stored", EPOCH, in("commit").dropCall(SEQUENCE_PERSIST), EpochSuites.Writes.class),
        killed("(c)", "the words of a lane are stored and not persisted", EPOCH, in("persistWord").dropCall("Media.persist"), EpochSuites.Writes.class),
        killed("(c)", "the words of a lane are flushed and not fenced", EPOCH, in("persistWord").replaceCall("Media.persist", Replacements.class, "onlyFlush"), EpochSuites.Writes.class),
        killed("(c)", "the commit word has the number that it had", EPOCH, in("commit").constant(1L, 0, 0L), EpochSuites.Writes.class),
        killed("(c)", "the commit word does not say that there are intents", EPOCH, in("commit").constant(2, 0, 1), EpochSuites.Intents.class),
        killed("(d) 1", "the intents are not carried out", EPOCH, in("carryOutIntents").dropCall("Intents.carryOut"), EpochSuites.Intents.class),
        killed("(d) 1", "a shared word is not flushed", REPLAY, in("carryOut(IJJJJ)").replaceCall("Media.putAndFlush", Replacements.class, "onlyPut"), EpochSuites.SharedWords.class),
        killed("(d) 1", "the owner of a slot is not flushed", PAGES, in("setSlotOwner").replaceCall("Media.putAndFlush", Replacements.class, "onlyPut"), EpochSuites.Intents.class),
        killed("(d) 1", "the head of a run or slab is not flushed", PAGES, in("claim").dropCall("Media.flush"), EpochSuites.Intents.class),
        killed("(d) 1", "a head that becomes free is not flushed", PAGES, in("free").dropCall("Media.flush"), EpochSuites.Intents.class),
        killed("(d) 1", "there is no fence before the done word", EPOCH, in("carryOutIntents").dropCall("Media.fence"), EpochSuites.SharedWords.class),
        killed("(d) 2", "the done word is not stored", EPOCH, in("carryOutIntents").dropCall(SEQUENCE_PERSIST), EpochSuites.Intents.class),
        killed("(d) 2", "the done word comes before the intents", EPOCH, in("carryOutIntents").moveBefore(SEQUENCE_PERSIST, "Intents.carryOut"), EpochSuites.Intents.class),
        killed("(d) 2", "the done word has the number of the epoch before", EPOCH, in("carryOutIntents").constant(1L, 0, 0L), EpochSuites.Intents.class),
        killed("(d) 3, R4", "what was released is given out before the done word", EPOCH, in("carryOutIntents").moveAfter("Intents.settle", "Intents.carryOut"), HeapSuites.GivenOutTooEarly.class),
        killed("(d) 3, R4", "a slot that is being released is not remembered", SLABS, in("release").replaceCall("Slab.isOwnedNoLonger", Replacements.class, "freeAtOnce"), HeapSuites.GivenOutTooEarly.class),
        killed("(d) 3, R4", "what is being released is not remembered where nobody looked yet", CHUNK, in("disown").dropCall("List.add"), HeapSuites.GivenOutTooEarly.class),
        killed("(d) 3, R4", "a slot that is being released is not remembered where nobody looked yet", CHUNK, in("releaseUnexamined").dropCall("List.add"), HeapSuites.GivenOutTooEarly.class),
        killed("(d) 3, R4", "whoever looks into a chunk forgets what is being released there", CHUNK, in("examine()V").dropCall("Chunk.takePendingAway"), HeapSuites.GivenOutTooEarly.class));
  }

  static List<Mutant> abort() {
    return List.of(
        killed("abort 1", "the old bytes are not restored", EPOCH, in("restore").dropCall("LogReplay.restore"), EpochSuites.Aborts.class),
        killed("abort 1", "the restored bytes are not flushed", REPLAY, in("restore").dropCall("Media.flush"), EpochSuites.Aborts.class),
        harmless(
            "abort 1", "the oldest record is restored first", EPOCH, in("restore").replaceCall("LogWriter.position", 1, Replacements.class, "positionFromTheOtherEnd"),
            "A granule is logged once in an epoch, so no two records of a log overlap, and any order restores the same. The order is kept for a log that savepoints would make overlap.",
            List.of(EpochSuites.Aborts.class)),
        killed("abort 2, R2", "there is no fence before the log is void", EPOCH, in("restore").dropCall("Media.fence"), EpochSuites.Aborts.class),
        killed("abort 2, R2", "the log is void before the bytes are restored", EPOCH, in("restore").moveBefore(SEQUENCE_PERSIST, "LogReplay.restore"), EpochSuites.Aborts.class),
        killed("abort 3", "the log is never void", EPOCH, in("restore").dropCall(SEQUENCE_PERSIST), EpochSuites.Aborts.class),
        killed("abort 3", "an abort says that it was committed with intents", EPOCH, in("restore").constant(3, 1, 2), EpochSuites.Aborts.class),
        killed("abort 4", "reservations are given back before the log is void", EPOCH, in("abort").moveBefore("Epoch.restore", "Epoch.finish"), HeapSuites.GivenOutTooEarly.class),
        killed("abort 4", "a lane is given back before its epoch is undone", LANES, in("giveBack").moveBefore("Lanes.takeBack", 0, "Epoch.isRunning", 0), LaneSuites.LaneGivenBackEarly.class),
        killed("lanes", "a lane whose commit failed half way is leased again", LANES, in("takeBack").callAnswers("Epoch.isStuck", false), LaneSuites.CommitFailsHalfWay.class),
        killed("lanes, R1", "others commit after a commit that failed half way", EPOCH, in("breakIfStuck").dropCall("AtomicBoolean.set"), LaneSuites.CommitFailsHalfWay.class),
        killed("lanes", "a change that stopped half way is committed", EPOCH, in("commit").branchAfterField("halfway", 0, Branch.JUMP), LaneSuites.ChangeStopsHalfWay.class),
        killed("lanes", "the housekeeping lane is leased", LANES, in("<init>").constant(1, 0, 0), EpochSuites.Housekeeping.class));
  }

  static List<Mutant> recovery() {
    return List.of(
        killed("recovery 1, R10", "a sequence word is not checked", RECOVERY, in("finishLane").branchAfterCall("SequenceWord.isSound", 0, Branch.FALL_THROUGH), DamageSuites.LaneWords.class),
        killed("recovery 1, R10", "a done word is not checked", RECOVERY, in("finishLane").branchAfterCall("SequenceWord.isSound", 1, Branch.JUMP), DamageSuites.LaneWords.class),
        killed("recovery 1, R10", "check bits do not say where a word belongs", "heap.Check", in("bits16").constant(0x9E3779B97F4A7C15L, 0, 0L), DamageSuites.LaneWords.class),
        killed("recovery 2", "intents that are due are not carried out", RECOVERY, in("finishLane").dropCall("Recovery.redo"), EpochSuites.Intents.class),
        killed("recovery 2", "intents that are done are carried out again", RECOVERY, in("finishLane").branchAfterCall("SequenceWord.number", 1, Branch.FALL_THROUGH), EpochSuites.Intents.class),
        killed("recovery 2", "a committed log that has no end is carried out", RECOVERY, in("redo").branchAfterCall("Recovery.remember", 0, Branch.JUMP), DamageSuites.DueIntents.class),
        killed("recovery 2", "an intent that cannot be is carried out", RECOVERY, in("redo").callAnswers("LogReplay.isPlausibleIntent", true), DamageSuites.DueIntents.class),
        killed("recovery 2", "there is no fence before the done word", RECOVERY, in("redo").dropCall("Media.fence"), EpochSuites.SharedWords.class),
        killed("recovery 2", "the done word is not stored", RECOVERY, in("redo").dropCall("Media.putLong"), EpochSuites.Intents.class),
        killed("recovery 2", "the done word is not persisted", RECOVERY, in("redo").dropCall("Media.persist"), EpochSuites.NextLife.class),
        killed("recovery 3", "what was not committed is not undone", RECOVERY, in("finishLane").dropCall("Recovery.undo"), EpochSuites.Writes.class),
        killed("recovery 3", "nothing is undone in a lane that had intents before", RECOVERY, in("finishLane").replaceCall("Recovery.undo", Replacements.class, "undoUnlessCommittedWithIntents"), EpochSuites.WritesAfterIntents.class),
        killed("recovery 3", "the old bytes are not restored", RECOVERY, in("undo").dropCall("LogReplay.restore"), EpochSuites.Writes.class),
        killed("recovery 3, R2", "there is no fence before the log is void", RECOVERY, in("undo").dropCall("Media.fence"), EpochSuites.Writes.class),
        killed("recovery 3, R2", "the log is void before the bytes are restored", RECOVERY, in("undo").moveBefore("Media.putLong", "LogReplay.restore"), EpochSuites.Writes.class),
        killed("recovery 3", "the log is never void", RECOVERY, in("undo").dropCall("Media.putLong"), EpochSuites.Writes.class),
        killed("recovery 3", "that the log is void is not persisted", RECOVERY, in("undo").dropCall("Media.persist"), EpochSuites.NextLife.class),
        killed("reading a log", "the stamp is not compared", READER, in("load").branchAfterField("stamp", 0, Branch.JUMP), EpochSuites.Writes.class),
        killed("reading a log, R5", "the salt is not compared", READER, in("load").branchAfterField("salt", 0, Branch.FALL_THROUGH), DamageSuites.OtherSalt.class),
        killed("reading a log", "the lane is not compared", READER, in("load").branchAfterField("lane", 0, Branch.FALL_THROUGH), DamageSuites.RecordsOfAnotherLane.class),
        killed("reading a log", "the CRC is not compared", READER, in("load").branchAfterCall("CRC32C.getValue", 0, Branch.FALL_THROUGH), EpochSuites.Writes.class),
        killed("reading a log, R9", "damage is never told from a torn tail", RECOVERY, in("undo").callAnswers("LogReader.endsInDamage", false), DamageSuites.FencedRecords.class),
        killed("reading a log, R9", "a torn tail is taken for damage", READER, in("endsInDamage").branchAfterCall("Bytes.getInt", 0, Branch.FALL_THROUGH), DamageSuites.TornTail.class),
        killed("reading a log, R9", "what lies behind damage is not read", READER, in("skipDamage").callAnswers("LogReader.load", false), DamageSuites.FencedRecords.class),
        killed("R9", "an undo record names nobody", RECOVERY, in("quarantineIfNamed").branchAfterCall("LogReader.kind", 1, Branch.JUMP), DamageSuites.FencedRecords.class),
        killed("R9", "the targets of undo records are not checked", RECOVERY, in("undo").callAnswers("LogReplay.isPlausibleUndo", true), DamageSuites.StrayUndo.class),
        killed("R9", "the owner of a target is not compared", REPLAY, in("ownsAll").branchAfterCall("Heap.ownerOf", 0, Branch.FALL_THROUGH), DamageSuites.StrayUndo.class),
        killed("R9", "the length of a target is not compared", REPLAY, in("ownsAll").callAnswers("Extent.contains", true), DamageSuites.StrayUndo.class),
        killed("R9", "a damaged log quarantines nobody", RECOVERY, in("undo").dropCall("Recovery.quarantine"), DamageSuites.FencedRecords.class));
  }

  /** On a file in the page cache nothing is flushed, and a fence is all that keeps compiler and CPU from moving stores. */
  static List<Mutant> pageCache() {
    return List.of(
        killed("(a) 2, R8", "no fence keeps a store behind its undo record", EPOCH, in("seal").dropCall("Media.fence"), EpochSuites.PageCacheWrites.class),
        killed("(b) 2, R8", "no fence keeps the commit word behind the stores", EPOCH, in("commit").dropCall("Media.fence"), EpochSuites.PageCacheWrites.class),
        killed("(c), R8", "no fence keeps the next epoch's log behind the commit word", EPOCH, in("persistWord").dropCall("Media.persist"), EpochSuites.PageCacheWrites.class),
        killed("(d) 2, R8", "no fence keeps the done word behind the intents", EPOCH, in("carryOutIntents").dropCall("Media.fence"), EpochSuites.PageCacheIntents.class),
        killed("abort 2, R8", "no fence keeps the word of an abort behind what it restored", EPOCH, in("restore").dropCall("Media.fence"), EpochSuites.PageCacheAborts.class),
        killed("recovery 2, R8", "no fence keeps the done word behind the intents", RECOVERY, in("redo").dropCall("Media.fence"), EpochSuites.PageCacheIntents.class),
        killed("recovery 3, R8", "no fence keeps the word of an abort behind what it restored", RECOVERY, in("undo").dropCall("Media.fence"), EpochSuites.PageCacheWrites.class));
  }

  static List<Mutant> pool() {
    return List.of(
        killed("making 1", "what a former attempt left stays", POOL, in(CREATE_FILE).dropCall("Files.deleteIfExists", 0), PoolSuites.FileIsMade.class),
        killed("making 2", "the page table is not persisted", PAGES, in("format").dropCall("Media.persist"), PoolSuites.Making.class),
        killed("making 3", "the lanes' words are not persisted", LANES, in("format").dropCall("Media.persist"), PoolSuites.Making.class),
        killed("making 5", "the header comes before what it names", POOL, in("write").moveAfter("Heap.format", "PoolHeader.write"), PoolSuites.Making.class),
        killed("making 5, opening 4", "the header is not persisted", HEADER, in("write").dropCall("Media.persist"), PoolSuites.Making.class),
        killed("making 6", "the file has its name from the start", POOL, in(CREATE_FILE).replaceCall("Path.resolveSibling", PathReplacement.class, "itself"), PoolSuites.FileIsMade.class),
        killed("opening 1", "no lock file is taken", POOL, in("open(Ljava/nio/file/Path;Ldev/dormouse/heap/FileMedium;Ldev/dormouse/heap/Host;Ldev/dormouse/heap/JournalOptions;Ljava/util/function/Consumer;)").dropCall("PoolLock.take"), PoolSuites.SecondOpener.class),
        killed("opening 1, R17", "the file's length is not compared with the header's", HEADER, in("readForRepair").branchAfterCall("Geometry.sizeBytes", 0, Branch.JUMP), PoolSuites.FileIsShort.class),
        killed("R17", "a file is mapped beyond its end", "heap.PoolFiles", in("open").branchAfterCall("FileChannel.size", 0, Branch.JUMP), PoolSuites.MappingIsLonger.class),
        killed("opening 2", "nobody asks whether the machine went down", HEADER, in("machineWentDown").callAnswers("BootIdentity.isSameBootAs", true), PoolSuites.MachineIsDown.class),
        killed("opening 2", "nobody asks whether the pool was copied while it was open", PROVENANCE, in("result").callAnswers("FileIdentity.isSameFileAs", true), ProvenanceSuites.CopiedWhileOpen.class),
        killed("opening 2", "the anchor is not compared", PROVENANCE, in("result").dropCall("Comparison.compareAge"), ProvenanceSuites.OldCopies.class),
        killed("opening 4, R11", "an old copy repeats the openings that it misses", POOL, in("begin(L").replaceCall("Provenance.knownOpenings", Replacements.class, "openingsOfItsOwn"), ProvenanceSuites.OldCopies.class),
        killed("opening 3, R2", "a weaker medium does not say what it is", POOL, List.of(in("beginRecovery").dropCall("PoolHeader.write"), in("beginRecovery").dropCall("Pool.writeAgain")), PoolSuites.WeakerMedium.class),
        killed("opening 3, R2", "what a weaker medium says is not settled", POOL, in("beginRecovery").dropCall("Media.settle"), PoolSuites.WeakerMedium.class),
        killed("opening 4", "the header does not name the file", POOL, in("begin(L").replaceCall("PoolHeader.at", Replacements.class, "nowhere"), ProvenanceSuites.CopiedWhileOpen.class),
        killed("opening 4, R5", "the salt stays", POOL, in("begin(L").callAnswers("LongUnaryOperator.applyAsLong", 7L), EpochSuites.TornLogOfAFormerLife.class),
        killed("opening 4, R11", "an opening is not counted", POOL, in("begin(L").constant(1L, 0, 0L), PoolSuites.Beginnings.class),
        killed("opening 4, R11", "the header is not fenced", HEADER, in("write").replaceCall("Media.persist", Replacements.class, "onlyFlush"), PoolSuites.Beginnings.class),
        killed("opening 5", "only one copy of the header is written", POOL, in("begin(L").dropCall("PoolHeader.write", 1), PoolSuites.HeaderCopies.class),
        killed("opening 5", "the newer copy of the header is overwritten", HEADER, in("offsetOfCopy").constant(2L, 0, 1L), PoolSuites.Beginnings.class),
        killed("header", "the CRC of a header is not compared", HEADER, List.of(in("readForRepair").callAnswers("Checksum.ofRecord", 7), in("readForRepair").callAnswers("Bytes.getInt", 7)), PoolSuites.Beginnings.class),
        killed("header", "the older copy of the header counts", HEADER, in("readForRepair").branchAfterField("serial", 1, Branch.NEGATED), PoolSuites.Closing.class),
        killed("opening 6", "the header is not settled", POOL, in("begin(L").dropCall("Media.settle", 1), PoolSuites.OrderOfSettling.class),
        killed("opening 7", "the anchor is not told of an opening", POOL, in("begin(L").dropCall("Pool.tellAnchor"), ProvenanceSuites.AnchorKeepsUp.class),
        killed("opening 7", "the anchor is told before the header", POOL, in("begin(L").moveBefore("Pool.tellAnchor", 0, "PoolHeader.write", 0), ProvenanceSuites.AnchorKeepsUp.class),
        killed("opening 7", "the newer copy of an anchor is overwritten", "heap.Anchor", in("write").callAnswers("Anchor.isOlder", true), ProvenanceSuites.AnchorCopies.class),
        killed("closing", "the lanes are closed while one is leased", LANES, in("close").branchAfterField("epochs", 0, Branch.JUMP), PoolSuites.LanesAreClosed.class),
        killed("closing 1", "a pool is closed that was not settled", POOL, in("close").dropCall("Media.settle", 0), PoolSuites.OrderOfSettling.class),
        killed("closing 1", "a pool is settled after it says that it is closed", POOL, in("close").moveAfter("Media.settle", 0, "PoolHeader.write", 0), PoolSuites.OrderOfSettling.class),
        killed("closing 2", "a closed pool does not say so", POOL, in("close").dropCall("PoolHeader.write"), PoolSuites.Closing.class),
        killed("closing 3", "that a pool is closed is not settled", POOL, in("close").dropCall("Media.settle", 1), PoolSuites.OrderOfSettling.class),
        killed("closing 4", "the anchor is not told of a closing", POOL, in("close").dropCall("Pool.tellAnchor"), ProvenanceSuites.OldCopies.class),
        killed("closing 4", "the anchor is told before the header", POOL, in("close").moveBefore("Pool.tellAnchor", "PoolHeader.write"), ProvenanceSuites.AnchorFollows.class));
  }

  static List<Mutant> heap() {
    return List.of(
        killed("reserve, R4", "a slot is not zeroed", HEAP, in("reserve(IJJZ").dropCall("Media.fill"), EpochSuites.Reuse.class),
        killed("reserve, R4", "a run is not zeroed", "heap.Taken", in("zero").dropCall("Media.fill"), EpochSuites.Reuse.class),
        killed("reserve, R4", "a slot that was used is taken for one that is zero", SLAB, in("wasNeverTaken").branchAfterField("zeroFrom", 0, Branch.FALL_THROUGH), EpochSuites.Reuse.class),
        killed("reserve, R4", "pages that were used are taken for zero", CHUNK, in("giveOut").dropCall("Taken.addDirty", Edit.EVERY), EpochSuites.Reuse.class),
        killed("reserve", "a new slab's owner words are not zeroed", SLABS, in("make").dropCall("PageTable.clearSlab"), EpochSuites.Intents.class),
        killed("reserve", "a new slab's owner words are not flushed", PAGES, in("clearSlab").replaceCall("Media.zeroAndFlush", Replacements.class, "onlyZero"), EpochSuites.Intents.class),
        killed("reserve", "a new slab's owner words are not fenced", PAGES, in("clearSlab").dropCall("Media.fence"), HeapSuites.SlabOfTwoThreads.class),
        killed("virgin, I4", "the media say for ever that a chunk reads as zeros", CHUNK, in("giveOut").dropCall("ChunkTable.write"), ChunkSuites.NeverUsed.class),
        killed("virgin, I4", "a store may overtake the word that says that the chunk is not zero any more", CHUNK, in("giveOut").dropCall("Media.fence"), ChunkSuites.NeverUsed.class),
        killed("publish a run", "the further pages and the owner are not persisted", PAGES, in("claim").dropCall("Media.persist"), HeapSuites.OneStep.class),
        killed("publish a run", "the further pages and the owner are flushed and not fenced", PAGES, in("claim").replaceCall("Media.persist", Replacements.class, "onlyFlush"), HeapSuites.OneStep.class),
        killed("publish a run", "the head comes before the further pages", PAGES, in("claim").moveAfter("Media.persist", 0, "Media.putLong", 2), HeapSuites.OneStep.class),
        killed("publish a slot", "the pages are made no slab", SLABS, in("claim").dropCall("PageTable.claim"), EpochSuites.Intents.class),
        killed("publish a slot", "a slab is not fenced before its slot", SLABS, in("claim").dropCall("Media.fence"), HeapSuites.PublishOfTwoThreads.class),
        killed("publish a slot", "the slot's owner is not written", SLABS, in("publish").dropCall("PageTable.setSlotOwner", Edit.EVERY), EpochSuites.Intents.class),
        killed("publish a slot, chunk words", "the word does not promise the slots beside the first one", SLABS, in("publish").dropCall("Chunk.promiseSlot", 1), ChunkSuites.FullPool.class),
        killed("publish a slot, chunk words", "the word does not promise them when recovery makes the slab", SLABS, in("publish").dropCall("Chunk.promiseSlot", 0), ChunkSuites.FullPool.class),
        killed("publish a slot, chunk words", "the head of a slab may overtake the word that promises its slots", PAGES, in("claim").replaceCall("Media.persist", Replacements.class, "onlyFlush"), ChunkSuites.FullPool.class),
        killed("release, R3", "the owner of a run is not compared", HEAP, in("release").branchAfterCall("PageTable.runOwner", 0, Branch.FALL_THROUGH), HeapSuites.RepeatedRelease.class),
        killed("release, R3", "the owner of a slot is not compared", HEAP, in("release").branchAfterCall("PageTable.slotOwner", 0, Branch.JUMP), HeapSuites.RepeatedRelease.class),
        killed("release", "a run stays owned", HEAP, in("release").dropCall("PageTable.free"), EpochSuites.Intents.class),
        killed("release", "a slot stays owned", SLABS, in("release").dropCall("PageTable.setSlotOwner"), EpochSuites.Reuse.class),
        killed("release", "a slot stays owned where nobody looked yet", CHUNK, in("releaseUnexamined").dropCall("PageTable.setSlotOwner"), EpochSuites.Intents.class),
        killed("release, chunk words", "the word does not promise a run that is released", CHUNK, in("disown").dropCall("Chunk.raise", 0), ChunkSuites.FullPool.class),
        killed("release, chunk words", "a run that is released is not promised where nobody looked yet", CHUNK, in("disown").dropCall("Chunk.raise", 1), ChunkSuites.FullPool.class),
        killed("release, chunk words", "the word does not promise the first free slot of a slab", SLABS, in("release").dropCall("Chunk.promiseSlot"), ChunkSuites.FullPool.class),
        killed("release, chunk words", "a slot that is released is not promised where nobody looked yet", CHUNK, in("releaseUnexamined").dropCall("Chunk.raise"), ChunkSuites.FullPool.class),
        killed("release, chunk words", "a release that is repeated promises nothing", HEAP, in("release").dropCall("Heap.promiseAgain"), ChunkSuites.FullPool.class),
        killed("release, chunk words", "a release of a run that is repeated promises nothing", HEAP, in("promiseAgain").dropCall("Chunks.forEachPart"), ChunkSuites.FullPool.class),
        killed("reclaim", "a run that was released is never given out", HEAP, in("reclaim").dropCall("Chunks.reclaim"), HeapSuites.GivenOutTooEarly.class),
        killed("reclaim", "a slot that was released is never given out", HEAP, in("reclaim").dropCall("Slabs.reclaim"), HeapSuites.GivenOutTooEarly.class),
        killed("lower, chunk words", "the word forgets free slots", CHUNK, in("lowerNow").branchAfterField("roomOnMedia", 0, Branch.JUMP), ChunkSuites.FullPool.class),
        killed("lower, chunk words", "the word forgets free runs", CHUNK, in("lowerNow").callAnswers("Chunk.longestFreeOnMedia", 0), ChunkSuites.FullPool.class),
        harmless(
            "lower", "no word is ever lowered while the pool is open", REPLAY, in("settle(IJJJ)").dropCall("Heap.published"),
            "A word may promise too much: whoever looks for room then looks in vain, once, and that look lowers it. What the words are lowered for is that the first allocation after an opening looks where there is room.",
            List.of(ChunkSuites.FullPool.class, EpochSuites.Intents.class)),
        killed("empty slabs", "an empty slab stays one", CHUNK, in("retire").dropCall("PageTable.free"), HeapSuites.EmptySlabOfTwoThreads.class),
        killed("empty slabs", "an empty slab's head is not fenced", CHUNK, in("retire").dropCall("Media.fence", 1), HeapSuites.EmptySlabOfTwoThreads.class),
        killed("empty slabs, chunk words", "the word does not promise the pages of an empty slab", CHUNK, in("retire").dropCall("Chunk.raise"), ChunkSuites.FullPool.class),
        killed("empty slabs, chunk words", "an empty slab's head may overtake the word that promises its pages", CHUNK, in("retire").dropCall("Media.fence", 0), ChunkSuites.FullPool.class),
        killed("grow (a)", "nobody provides for the space", POOL, in("grow").dropCall("Media.provision"), ChunkSuites.Growing.class),
        killed("grow (a)", "the space is provided for behind the header", POOL, in("grow").moveAfter("Media.provision", "PoolHeader.write"), ChunkSuites.Growing.class),
        killed("grow (b)", "the page table says nothing of the new pages", HEAP, in("prepareToGrow").dropCall("PageTable.format"), ChunkSuites.Growing.class),
        killed("grow (b)", "the page table of the new pages is not persisted", PAGES, in("format").dropCall("Media.persist"), ChunkSuites.Growing.class),
        killed("grow (b)", "the header comes before the page table", POOL, in("grow").moveAfter("Heap.prepareToGrow", "PoolHeader.write"), ChunkSuites.Growing.class),
        killed("grow (b), chunk words", "the word of the last chunk does not promise the pages that it gains", HEAP, in("prepareToGrow").dropCall("Chunk.promisePages"), ChunkSuites.Growing.class),
        killed("grow (b), chunk words", "a new chunk has no word", HEAP, in("prepareToGrow").dropCall("ChunkTable.write"), ChunkSuites.Growing.class),
        killed("grow (b), chunk words", "the header may overtake the word of a new chunk", HEAP, in("prepareToGrow").dropCall("Media.fence"), ChunkSuites.Growing.class),
        killed("grow (c)", "the header is not written", POOL, List.of(in("grow").dropCall("PoolHeader.write"), in("grow").dropCall("Pool.writeAgain")), ChunkSuites.Growing.class),
        killed("grow (d)", "the pages can be had before the header", POOL, in("grow").moveBefore("Heap.hasGrown", 1, "PoolHeader.write", 0), ChunkSuites.GrowsTooEarly.class),
        killed("page table", "an entry is not checked", "heap.PageState", in("isSound").callAnswers("Check.isSealed", true), DamageSuites.PageEntries.class));
  }
}
