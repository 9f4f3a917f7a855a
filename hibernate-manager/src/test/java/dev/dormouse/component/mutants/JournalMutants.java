package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.Mutant.harmless;
import static dev.dormouse.component.mutants.Mutant.killed;
import static dev.dormouse.emulation.mutation.Edit.EVERY;
import static dev.dormouse.emulation.mutation.Edit.in;
import static dev.dormouse.emulation.mutation.Edit.inLambdasOf;

import dev.dormouse.component.ArchiveSuites;
import dev.dormouse.component.StoreSuites;
import dev.dormouse.emulation.mutation.Branch;
import java.util.List;

/** Mutants of the journaled medium, in the order of docs/journal.md. */
final class JournalMutants {
  private static final String EPOCH = "recovery.Epoch";
  private static final String WRITER = "heap.JournalWriter";
  private static final String JOURNAL = "heap.Journal";
  private static final String SCAN = "heap.JournalScan";
  private static final String FILE = "heap.JournalFile";
  private static final String MEDIA = "heap.JournaledMedia";
  private static final String MIGRATION = "heap.Migration";
  private static final String RECOVERY = "heap.JournalRecovery";
  private static final String PAGES = "heap.PrivatePages";
  private static final String POOL = "heap.Pool";
  private static final String ARCHIVE = "heap.Archive";
  private static final String LIFE = "heap.ArchiveLife";
  private static final String SEGMENT = "heap.ArchiveSegment";
  private static final String INDEX = "heap.ArchiveIndex";
  private static final String RESTORE = "heap.ArchiveRestore";
  private static final String COMMIT = "commitToJournal";
  private static final String MOVE = "move(L";
  private static final String FINISH = "finish(Ldev/dormouse/heap/DiskFile;";
  private static final String OPEN_FILE = "open(Ljava/nio/file/Path;Ldev/dormouse/heap/FileMedium;Ldev/dormouse/heap/PoolLock;";
  private static final String WRITE_THROUGH = "DiskFile.writeThrough";
  private static final String DONE_WORD = "Epoch.persistWord";

  private JournalMutants() {}

  static List<Mutant> commit() {
    return List.of(
        killed("journal (a)", "the old bytes are not logged", EPOCH, in("logRun").dropCall("LogWriter.undo"), JournalSuites.Aborts.class),
        killed("journal (a)", "an abort does not restore the old bytes", EPOCH, in("restore").dropCall("LogReplay.restoreInMemory"), JournalSuites.Aborts.class),
        harmless(
            "journal (a)", "the number of an epoch that was undone stays", EPOCH, in("restore").dropCall("Media.putLong", 0),
            "No crash leaves the log of an epoch that was undone, so the next one may have its number. It moves on because it does so on every medium.",
            List.of(JournalSuites.Aborts.class)),
        killed("journal (b) 1", "nothing that was stored to is in the group", EPOCH, in(COMMIT).dropCall("WriteSet.forEach"), JournalSuites.Commits.class),
        killed("journal (b) 1", "what an epoch was given zeroed is left out", EPOCH, in(COMMIT).dropCall("JournalWriter.zeros"), JournalSuites.Reuse.class),
        killed("journal (b) 1", "zeros count, and not what was stored over them", EPOCH, in(COMMIT).moveAfter("WriteSet.forEach", "JournalWriter.clear"), JournalSuites.Reuse.class),
        killed("journal (b) 1", "the intents' log is left out", EPOCH, in(COMMIT).dropCall("Intents.log"), JournalSuites.Commits.class),
        killed("journal (b) 1", "the intents' log has no end", "recovery.Intents", in("log").dropCall("LogWriter.append", 1), JournalSuites.Commits.class),
        killed("journal (b) 1", "the sequence word is left out", EPOCH, in(COMMIT).dropCall("JournalWriter.word"), JournalSuites.Commits.class),
        killed("journal (b) 1", "what was composed and not appended stays in the next group", EPOCH, in(COMMIT).dropCall("JournalWriter.clear"), JournalSuites.TooManyIntents.class),
        killed("journal (b) 2", "nobody waits for room in the ring", JOURNAL, in("claim").branchAfterField("written", 0, Branch.JUMP), RingSuites.NobodyWaits.class),
        killed("journal (b) 2", "nobody waits for room in the ring where a group is long", JOURNAL, in("writeLong").branchAfterField("written", 0, Branch.JUMP), RingSuites.NobodyWaitsAndOneIsLong.class),
        killed("journal (b) 2", "nobody waits for room in the journal", JOURNAL, in("claim").branchAfterCall("Journal.roomEnd", 0, Branch.JUMP), RingSuites.AdmittedTogether.class),
        killed("journal (b) 2", "nobody waits for room in the journal where a group is long", JOURNAL, in("claimLong").branchAfterCall("Journal.roomEnd", 0, Branch.JUMP), RingSuites.LongOneIsAdmitted.class),
        killed("journal (c) 1", "the group comes after what its intents do", EPOCH, in(COMMIT).moveBefore("Epoch.carryOutIntents", "JournalWriter.append"), JournalSuites.Commits.class),
        killed("journal (c) 1", "the sequence word in memory stays", EPOCH, in(COMMIT).dropCall("Media.putLong"), JournalSuites.TwoLanes.class),
        killed("journal (c) 1, R7", "the parts of a long group are records of their own", WRITER, inLambdasOf("appendParts").constant(3, 0, 2), JournalSuites.LongGroups.class),
        killed("journal (c) 1, R7", "the parts of a long group count before the last", SCAN, in("run").constant(0L, 1, Long.MAX_VALUE), JournalSuites.LongGroups.class),
        killed("journal (d) 1", "the intents are not carried out", EPOCH, in("carryOutIntents").dropCall("Intents.carryOut"), JournalSuites.Commits.class),
        killed("journal (d) 1", "what intents store is not handed over", MEDIA, in("flush").dropCall("JournaledMedia.appendLoose"), JournalSuites.Commits.class),
        killed("journal (d) 2", "the done word is not stored", EPOCH, in("carryOutIntents").dropCall(DONE_WORD), JournalSuites.TwoLanes.class),
        killed("journal (d) 2", "the done word comes before the intents", EPOCH, in("carryOutIntents").moveBefore(DONE_WORD, "Intents.carryOut"), JournalSuites.Commits.class),
        killed("journal (c) 2", "sync returns without waiting", JOURNAL, in("sync").branchAfterField("written", 0, Branch.JUMP), JournalSuites.Commits.class),
        killed("journal (c) 2", "a turn is answered before it is durable", "component.Engine", in("invoke(").dropCall("Acknowledgement.awaitDurable"), StoreSuites.JournaledTurns.class));
  }

  static List<Mutant> sync() {
    return List.of(
        killed("journal (e) 1", "the tail is not filled up to a sector", JOURNAL, in("sealedTail").constant(511L, 0, 63L), RingSuites.WrittenOnce.class),
        killed("journal (e) 1", "what does not hold its bytes yet is written", JOURNAL, in("lead").dropCall("Journal.awaitFilled"), RingSuites.NotFilledYet.class),
        killed("journal (e) 2", "the leader writes, and does not wait for the disk", JOURNAL, in("lead").replaceCall(WRITE_THROUGH, JournalReplacements.class, "writeOnly"), JournalSuites.TwoLanes.class),
        killed("journal (e) 3", "durable moves on before the write", JOURNAL, in("lead").replaceCall(WRITE_THROUGH, JournalReplacements.class, "writeNextTime"), JournalSuites.Commits.class),
        harmless(
            "journal (e) 3", "nobody is woken", JOURNAL, in("sync").dropCall("Waiters.wake", EVERY), "Whoever waits looks again after a millisecond: waking him saves time.",
            List.of(RingSuites.NotFilledYet.class)));
  }

  static List<Mutant> migration() {
    return List.of(
        killed("journal (f) 1", "what is not durable yet is moved home", MIGRATION, in("move()").replaceCall("Journal.durable", JournalReplacements.class, "tail"), JournalSuites.MigrationInTheMiddle.class),
        killed("journal (f) 2", "nothing is written home", MIGRATION, in(MOVE).dropCall("NewestWords.carryOut"), JournalSuites.ManyRounds.class),
        killed("journal (f) 2", "the oldest value of a word counts", "heap.NewestWords", in("carryOut(Ldev/dormouse/heap/JournalScan;)").replaceCall("NewestWords.carryOut", JournalReplacements.class, "carryOutFromTheOtherEnd"), JournalSuites.ManyRounds.class),
        killed("journal (f) 3", "home is not synced", MIGRATION, in(MOVE).dropCall("DiskFile.sync"), JournalSuites.ManyRounds.class),
        killed("journal (f) 3, journal (f) 4", "the cut is written before home is synced", MIGRATION, in(MOVE).moveAfter("DiskFile.sync", "JournalFile.cutAt"), JournalSuites.ManyRounds.class),
        killed("journal (f) 4, R5", "the cut is not written", MIGRATION, in(MOVE).dropCall("JournalFile.cutAt"), JournalSuites.ManyRounds.class),
        killed("journal (f) 4, R5", "the cut is written, and nobody waits for the disk", FILE, in("write").replaceCall(WRITE_THROUGH, JournalReplacements.class, "writeOnlyTheCut"), JournalSuites.ManyRounds.class),
        killed("journal (f) 4", "the newer copy of the journal's header is overwritten", FILE, in("write").constant(2L, 0, 1L), RingSuites.JournalHeaders.class),
        killed("journal (f) 4, R5", "what is cut may be written over before the header says so", MIGRATION, in(MOVE).moveBefore("Journal.isCutAt", "JournalFile.cutAt"), JournalSuites.RoomTooEarly.class),
        killed("journal (f) 5, journal (g) 2", "no page is given back", MIGRATION, in("relieve").dropCall("PrivatePages.giveBack"), PageSuites.PagesAreGivenBack.class),
        killed("journal pin", "the pages of an epoch's stores are not kept", "recovery.WriteSet", List.of(in("mark").dropCall("Media.pin"), in("clear").dropCall("Media.unpin")), PageSuites.EpochRuns.class),
        killed("journal pin", "what the heap has zeroed is not kept", "heap.Heap", List.of(in("kept").dropCall("Media.pin"), in("isHandedOver").dropCall("Media.unpin")), PageSuites.ZeroedPages.class),
        killed("journal pin", "the pages of a new slab are not kept while it is made", MEDIA, List.of(in("zeroAndFlush").dropCall("PrivatePages.pin"), in("zeroAndFlush").dropCall("PrivatePages.unpin", EVERY)), PageSuites.SlabInMarkedPages.class),
        killed("journal pin", "a word is stored without a pin", MEDIA, List.of(in("putAndFlush").dropCall("PrivatePages.pin"), in("putAndFlush").dropCall("PrivatePages.unpin", EVERY)), PageSuites.WordInAMarkedPage.class),
        killed("journal (g) 1", "a pin leaves the mark", PAGES, in("pin(J)").constant(0x1FFFFFFF, 0, 0x3FFFFFFF), PageSuites.WordInAMarkedPage.class),
        killed("journal (g) 1", "no page is marked", MIGRATION, in("relieve").dropCall("PrivatePages.markClean"), PageSuites.PagesAreGivenBack.class),
        killed("journal (g) 1", "the tail is not noted", MIGRATION, in("relieve").dropStatement("Journal.tail", 0), PageSuites.NotInHomeYet.class),
        killed("journal (g) 2", "pages without a mark are given back", PAGES, List.of(in("giveBack").constant(0x60000000, 0, 0x40000000), in("giveBack").constant(0x60000000, 0, 0x40000000)), PageSuites.WordInAMarkedPage.class),
        killed("journal (g) 2", "pages are given back before the cut has passed the noted tail", MIGRATION, in("relieve").branchAfterCall("Journal.cut", 0, Branch.FALL_THROUGH), PageSuites.NothingIsMoved.class),
        killed("journal (g) 2", "a page is not closed while it is given back", PAGES, in("giveBack").constant(Integer.MIN_VALUE, 0, 0), PageSuites.StoresMeanwhile.class));
  }

  static List<Mutant> archive() {
    return List.of(
        killed("archive (k) 1", "what is committed is not appended", MIGRATION, in(MOVE).dropCall("Archive.redo"), ArchiveSuites.Lives.class),
        killed("archive (k) 1", "it is appended when the journal has forgotten it", MIGRATION, in(MOVE).moveAfter("Archive.redo", "Journal.isCutAt"), ArchiveSuites.Power.class),
        killed("archive (k) 1", "nobody waits for the archive's disk", SEGMENT, in("append").replaceCall(WRITE_THROUGH, JournalReplacements.class, "writeOnly"), ArchiveSuites.Power.class),
        killed("archive (k) 2", "the archive is not told that a life ends", POOL, in("close").dropCall("Journal.isAboutToEnd"), ArchiveSuites.Lives.class),
        killed("archive (k) 2, archive (k) 4", "the salt of the header is not compared", LIFE, in("endedWith").branchAfterCall("Bytes.getLong", 0, Branch.FALL_THROUGH), ArchiveSuites.Gaps.class),
        killed("archive (k) 3", "what a crash has left in the journal is not appended", RECOVERY, in(FINISH).dropCall("Archive.finish"), ArchiveSuites.Lives.class),
        killed("archive (k) 3", "that the life has ended is appended, and not the rest of it", ARCHIVE, in("finish").dropCall("ArchiveSegment.append"), ArchiveSuites.Lives.class),
        killed("archive (k) 3", "a block that is half there counts", LIFE, in("readBlocks").branchAfterCall("ArchiveSegment.payload", 0, Branch.JUMP), ArchiveSuites.Power.class),
        killed("archive (k) 4", "no life goes on from the one before", ARCHIVE, in("begin").callAnswers("ArchiveLife.endedWith", false), ArchiveSuites.Lives.class),
        killed("archive (k) 4", "every life goes on from the one before", ARCHIVE, in("begin").callAnswers("ArchiveLife.endedWith", true), ArchiveSuites.Gaps.class),
        killed("archive (k) 4", "the first segment may not be there", SEGMENT, in("begin").replaceCall(WRITE_THROUGH, JournalReplacements.class, "writeOnly"), ArchiveSuites.Power.class),
        killed("archive (k) 5", "a base counts before it is on the disk", MIGRATION, in("copyTo").dropCall("DiskFile.sync"), ArchiveSuites.Bases.class),
        killed("archive (k) 6", "a mark comes before what it is behind", MIGRATION, in("mark").dropCall("Migration.migrate"), ArchiveSuites.Lives.class),
        killed("archive (l) 1", "lives are taken for following each other", INDEX, in("lastFrom").branchAfterCall("ArchiveIndex.goesOn", 0, Branch.FALL_THROUGH), ArchiveSuites.Gaps.class),
        killed("archive (l) 2", "the base is not compared with its CRC32C", RESTORE, in("requireBase(Ldev/dormouse/heap/DiskFile;)").branchAfterCall("Archive.crcOf", 0, Branch.JUMP), ArchiveSuites.Flips.class),
        killed("archive (l) 3", "redo behind the point is carried out too", RESTORE, in("replay").branchAfterCall("Block.end", 1, Branch.FALL_THROUGH), ArchiveSuites.Lives.class),
        killed("archive (l) 3", "redo is not carried out", RESTORE, in("carryOut").dropCall("NewestWords.carryOut"), ArchiveSuites.Lives.class),
        killed("archive (l) 4", "what is restored counts its openings on from those that it had", POOL, in("closeAsAnother").callAnswers("Math.max", 0L), ArchiveSuites.Lives.class));
  }

  static List<Mutant> opening() {
    return List.of(
        killed("journal (h) 1", "the journal that is named is not looked at", MEDIA, in("over(Ldev/dormouse/heap/DiskFile;Ldev/dormouse/heap/DiskFile;Ldev/dormouse/heap/ArchiveFolder;").dropCall("JournalRecovery.finish"), JournalSuites.TwoLanes.class),
        killed("journal (h) 1", "it is not looked at where the pool is opened by another medium", POOL, in(OPEN_FILE).dropCall("JournalRecovery.finish"), RingSuites.Files.class),
        killed("journal (h) 1", "the name of the journal is not compared", FILE, in("open").branchAfterField("name", 0, Branch.FALL_THROUGH), RingSuites.JournalOfAnotherLife.class),
        killed("journal (h) 1", "the pool of the journal is not compared", FILE, in("open").branchAfterCall("UUID.equals", 0, Branch.JUMP), RingSuites.JournalOfAnother.class),
        killed("journal (h) 2, R5", "the position is not compared", SCAN, in("isRecord").branchAfterCall("Bytes.getLong", 0, Branch.FALL_THROUGH), RingSuites.EarlierRounds.class),
        killed("journal (h) 2, R5", "the salt is not compared", SCAN, in("isRecord").branchAfterCall("Bytes.getLong", 1, Branch.FALL_THROUGH), RingSuites.EarlierLives.class),
        killed("journal (h) 2", "the CRC is not compared", SCAN, in("isRecord").branchAfterCall("CRC32C.getValue", 0, Branch.FALL_THROUGH), JournalSuites.Commits.class),
        killed("journal (h) 3", "damage passes for a torn tail", RECOVERY, in("scan").callAnswers("JournalScan.provesDamage", -1L), RingSuites.DamageInTheMiddle.class),
        killed("journal (h) 3", "a record does not say how far the journal was durable", JOURNAL, in("head").dropCall("Bytes.putLong", 2), RingSuites.DamageInTheMiddle.class),
        killed("journal (h) 3", "a torn tail passes for damage", SCAN, in("provesDamage").branchAfterCall("Bytes.getLong", 0, Branch.FALL_THROUGH), JournalSuites.Commits.class),
        killed("journal (h) 4", "nothing is carried out", RECOVERY, in(FINISH).dropCall("NewestWords.carryOut"), JournalSuites.Commits.class),
        killed("journal (h) 4", "home is not synced", RECOVERY, in(FINISH).dropCall("DiskFile.sync"), JournalSuites.Commits.class),
        killed("journal (h) 4, journal (h) 5", "no journal is named before home is synced", RECOVERY, in(FINISH).moveAfter("DiskFile.sync", "JournalRecovery.writeBoth"), JournalSuites.Commits.class),
        killed("journal (h) 5, journal (i) 2", "only one copy of the pool's header is written", RECOVERY, in("writeBoth").dropCall("JournalRecovery.write", 1), RingSuites.PoolHeaders.class),
        killed("journal (h) 5, journal (i) 2", "a copy of the pool's header is written and not synced", RECOVERY, in("write").dropCall("DiskFile.sync"), JournalSuites.Commits.class),
        killed("journal (i) 1", "the journal's file does not have its space", MEDIA, in("makeJournal").dropCall("PoolFile.extend"), RingSuites.Files.class),
        killed("journal (i) 1", "the journal's header is not written", FILE, in("begin").dropCall("JournalFile.write"), JournalSuites.Commits.class),
        killed("journal (i) 1, journal (i) 2", "the pool's header may be there before that of the journal which it names", FILE, in("write").replaceCall(WRITE_THROUGH, JournalReplacements.class, "writeOnly"), JournalSuites.Commits.class),
        killed("journal (i) 1", "what the journal's file had before counts", FILE, in("begin").branchAfterCall("JournalFile.read", 0, Branch.JUMP), JournalSuites.Commits.class),
        killed("journal (i) 1, R5", "the salt stays", FILE, in("begin").dropCall("LongUnaryOperator.applyAsLong", 1), RingSuites.EarlierLives.class),
        killed("journal (i) 2", "the pool's header names no journal", MEDIA, in("begin").dropCall("JournalRecovery.writeBoth"), JournalSuites.Commits.class),
        killed("journal closing", "what is in the journal is not moved home before the pool is closed", POOL, in("close").dropCall("Media.settle", 0), JournalSuites.Closing.class),
        killed("journal closing", "that the pool is closed is not moved home", POOL, in("close").dropCall("Media.settle", 1), JournalSuites.Closing.class),
        killed("journal closing", "a closed pool names a journal", "heap.PoolHeader", in("next(").constant(0L, 0, 7L), JournalSuites.Closing.class));
  }
}
