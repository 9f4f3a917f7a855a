package dev.dormouse.emulation.structures;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static dev.dormouse.emulation.PersistencyModel.SECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.FaultPlan;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Media;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tells a dozen small structures apart: right ones raise no alarm under any model, and each planted fault is found where it can show. */
class StructuresTest {
  /** Enough for a recovery that is cut short, and for the recovery from that. */
  private static final int RECOVERY_DEPTH = 2;

  /** More than there are at any point, so that nothing is left to chance. */
  private static final int ALL_IMAGES = 4096;

  /**
   * A structure and the models under which a crash can break it.
   *
   * @param insideRecovery whether only a crash inside a recovery can
   */
  record Planted(Structure structure, Set<PersistencyModel> breaksUnder, boolean insideRecovery) {}

  record Case(Structure structure, PersistencyModel model) {
    @Override
    public String toString() {
      return structure + " under " + model;
    }
  }

  static List<Structure> right() {
    return List.of(
        new AlternatingRecord(AlternatingRecord.Fault.NONE),
        new TwinCopies(TwinCopies.Fault.NONE),
        new LengthLog(LengthLog.Fault.NONE),
        new ChecksummedLog(ChecksummedLog.Fault.NONE),
        new RingBuffer(RingBuffer.Fault.NONE),
        new LinkedList(LinkedList.Fault.NONE),
        new HashTable(HashTable.Fault.NONE),
        new CopyOnWriteTree(CopyOnWriteTree.Fault.NONE),
        new FreeList(FreeList.Fault.NONE),
        new BitmapAllocator(BitmapAllocator.Fault.NONE),
        new RedoTransfer(RedoTransfer.Fault.NONE),
        new Label(Label.Fault.NONE));
  }

  static List<Planted> wrong() {
    return List.of(
        // What a partial record can look like, it looks like under every model.
        planted(new AlternatingRecord(AlternatingRecord.Fault.CHECK_SKIPPED), PX86, EADR, PAGE_CACHE, SECTORS),
        planted(new AlternatingRecord(AlternatingRecord.Fault.ONE_SLOT), PX86, EADR, PAGE_CACHE, SECTORS),
        planted(new ChecksummedLog(ChecksummedLog.Fault.CHECK_TOO_SHORT), PX86, EADR, PAGE_CACHE, SECTORS),
        planted(new BitmapAllocator(BitmapAllocator.Fault.NOT_IDEMPOTENT), PX86, EADR, PAGE_CACHE, SECTORS),
        planted(new RedoTransfer(RedoTransfer.Fault.ADDS_AGAIN), PX86, EADR, PAGE_CACHE, SECTORS),
        // A step that does not wait for the one before: harmless only where stores become durable in order.
        planted(new TwinCopies(TwinCopies.Fault.BOTH_AT_ONCE), PX86, PAGE_CACHE, SECTORS),
        planted(new LengthLog(LengthLog.Fault.FENCE_MISSING), PX86, PAGE_CACHE, SECTORS),
        planted(new LinkedList(LinkedList.Fault.LOG_NOT_FIRST), PX86, PAGE_CACHE, SECTORS),
        planted(new CopyOnWriteTree(CopyOnWriteTree.Fault.COMMIT_BEFORE_FLUSH), PX86, PAGE_CACHE, SECTORS),
        planted(new FreeList(FreeList.Fault.REUSED_TOO_EARLY), PX86, PAGE_CACHE, SECTORS),
        // The same within a recovery. The second one is shared with the transfer itself, so it shows at once.
        insideRecovery(new LinkedList(LinkedList.Fault.LOG_VOIDED_EARLY), PX86, PAGE_CACHE, SECTORS),
        planted(new RedoTransfer(RedoTransfer.Fault.HOME_NOT_DURABLE), PX86, PAGE_CACHE, SECTORS),
        // What only one kind of medium minds.
        planted(new RingBuffer(RingBuffer.Fault.FLUSH_OF_THE_WRONG_LINE), PX86),
        planted(new HashTable(HashTable.Fault.PLAIN_PRESENCE), PAGE_CACHE),
        planted(new LengthLog(LengthLog.Fault.SYNC_MISSING), SECTORS),
        // One call is one content of a sector, but two words.
        planted(new Label(Label.Fault.STRADDLES), PX86, EADR, PAGE_CACHE));
  }

  private static Planted planted(Structure structure, PersistencyModel... breaksUnder) {
    return new Planted(structure, EnumSet.copyOf(List.of(breaksUnder)), false);
  }

  private static Planted insideRecovery(Structure structure, PersistencyModel... breaksUnder) {
    return new Planted(structure, EnumSet.copyOf(List.of(breaksUnder)), true);
  }

  static Stream<Case> rightUnderEveryModel() {
    return right().stream().flatMap(StructuresTest::underEveryModel);
  }

  static Stream<Case> wrongWhereItCannotShow() {
    return wrong().stream()
        .flatMap(planted -> underEveryModel(planted.structure).filter(one -> !planted.breaksUnder.contains(one.model)));
  }

  static Stream<Case> wrongWhereItShows() {
    return wrong().stream()
        .flatMap(planted -> planted.breaksUnder.stream().map(model -> new Case(planted.structure, model)));
  }

  private static Stream<Case> underEveryModel(Structure structure) {
    return Arrays.stream(PersistencyModel.values()).map(model -> new Case(structure, model));
  }

  @ParameterizedTest
  @MethodSource("rightUnderEveryModel")
  void raisesNoAlarmAboutARightOne(Case one) {
    CrashReport report = explore(one, RECOVERY_DEPTH);
    report.requireClean();
    assertThat(report.exhaustive()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("wrongWhereItCannotShow")
  void raisesNoAlarmWhereAFaultCannotShow(Case one) {
    CrashReport report = explore(one, RECOVERY_DEPTH);
    report.requireClean();
    assertThat(report.exhaustive()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("wrongWhereItShows")
  void findsAPlantedFault(Case one) {
    assertThat(explore(one, RECOVERY_DEPTH).violations()).isNotEmpty();
  }

  @Test
  void findsAFaultOfARecoveryOnlyByCrashingInsideIt() {
    List<Planted> inside = wrong().stream().filter(Planted::insideRecovery).toList();
    assertThat(inside).isNotEmpty();
    for (Planted planted : inside) {
      planted.breaksUnder.forEach(model -> explore(new Case(planted.structure, model), 0).requireClean());
    }
  }

  /** A right structure without one of its flushes or fences is a wrong one. */
  @ParameterizedTest
  @MethodSource("right")
  void missesEveryFlushAndEveryFence(Structure structure) {
    for (Kind kind : Kind.values()) {
      Dropping plan;
      int ordinal = 0;
      do {
        plan = new Dropping(kind, ordinal);
        boolean found =
            !explore(structure, CrashOptions.of(PX86).withFaults(plan).stoppingAtFirstViolation()).violations().isEmpty();
        assertThat(found).as("%s without its %s %d is found", structure, kind, ordinal)
            .isEqualTo(plan.dropped && !isHarmless(structure, kind, ordinal));
        ordinal++;
      } while (plan.dropped);
    }
  }

  /** Of some steps nothing hangs on the last one, because nothing comes behind it. */
  private static boolean isHarmless(Structure structure, Kind kind, int ordinal) {
    return switch (structure) {
      // The second copy: recovery makes it again from the first, which no further step touches.
      case TwinCopies _ -> ordinal == 3;
      // The log is void: recovery would bring the same values home again, and no further step overwrites them.
      case RedoTransfer _ -> ordinal == 7;
      // The first records: those that are left in their place are zeros, and restoring a zero to place 0 voids the log.
      case LinkedList _ -> kind == Kind.FENCE && ordinal == 0;
      default -> false;
    };
  }

  private enum Kind {
    FLUSH,
    FENCE
  }

  /** Leaves out one flush or fence, counted from 0. */
  private static final class Dropping implements FaultPlan {
    private final Kind kind;
    private final int ordinal;
    private int flushes;
    private boolean dropped;

    Dropping(Kind kind, int ordinal) {
      this.kind = kind;
      this.ordinal = ordinal;
    }

    @Override
    public boolean keepFlush(long offset, long lengthBytes) {
      return keep(Kind.FLUSH, flushes++);
    }

    @Override
    public boolean keepFence(long number) {
      return keep(Kind.FENCE, number);
    }

    private boolean keep(Kind asked, long number) {
      boolean drop = asked == kind && number == ordinal;
      dropped |= drop;
      return !drop;
    }
  }

  /** Without a crash all of them work, the wrong ones too: that is why such faults live long. */
  @Test
  void everyOneWorksAsLongAsNothingCrashes() {
    Stream<Structure> all = Stream.concat(right().stream(), wrong().stream().map(Planted::structure));
    all.forEach(structure -> {
      CrashMedia media = new CrashMedia(formatted(structure));
      assertThat(structure.contents(media)).as("%s", structure).isEqualTo(structure.expected(0));
      for (int number = 0; number < structure.steps(); number++) {
        structure.step(media, number);
        assertThat(structure.contents(media)).as("%s, step %d", structure, number).isEqualTo(structure.expected(number + 1));
        structure.recover(media);
        assertThat(structure.contents(media)).as("%s, step %d", structure, number).isEqualTo(structure.expected(number + 1));
      }
    });
  }

  private static CrashReport explore(Case one, int recoveryDepth) {
    return explore(one.structure, CrashOptions.of(one.model).withRecoveryDepth(recoveryDepth));
  }

  private static CrashReport explore(Structure structure, CrashOptions options) {
    return CrashExplorer.explore(
        formatted(structure),
        media -> {
          for (int number = 0; number < structure.steps(); number++) {
            structure.step(media, number);
            media.mark(number);
          }
        },
        structure::recover,
        (media, marks) -> keepsItsPromise(structure, media, marks.size()),
        options.withImages(ALL_IMAGES, ALL_IMAGES));
  }

  private static CrashImage formatted(Structure structure) {
    CrashMedia media = CrashMedia.zeroed(structure.sizeBytes());
    structure.format(media);
    return media.processKilled();
  }

  private static void keepsItsPromise(Structure structure, Media media, int acknowledged) {
    int next = Math.min(acknowledged + 1, structure.steps());
    assertThat(structure.contents(media)).isIn(structure.expected(acknowledged), structure.expected(next));
  }
}
