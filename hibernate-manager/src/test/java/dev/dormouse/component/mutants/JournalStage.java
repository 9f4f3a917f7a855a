package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;
import static dev.dormouse.component.mutants.EpochStage.SMALL;

import dev.dormouse.component.mutants.EpochStage.Life;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.MediaDisk;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** The stage of epochs on a journaled file. Pool and journal lie side by side on what is crashed. */
final class JournalStage {
  /** The least, so that the journal is written over and over; no page is given back. */
  static final JournalOptions SMALLEST = new JournalOptions(32 << 10, 16 << 10, 1 << 20, false);

  /** As few pages in memory as may be. */
  static final JournalOptions FEWEST_PAGES = SMALLEST.withPrivateBytes(Geometry.PAGE_BYTES);

  /** Where the journal's file begins on what is crashed, behind a small pool. */
  static final long JOURNAL_AT = SMALL.sizeBytes();

  /** Where the ring begins in that file. */
  static final int RING_AT = 2 * Geometry.PAGE_BYTES;

  private JournalStage() {}

  static EpochStage stage(JournalOptions options) {
    return stage(SMALL, options);
  }

  private static EpochStage stage(Geometry geometry, JournalOptions options) {
    return new EpochStage(geometry, fileBytes(options), media -> on(media, options));
  }

  private static long fileBytes(JournalOptions options) {
    return RING_AT + options.journalBytes();
  }

  /** The medium that shows pool and journal, opened as after a crash. */
  static JournaledMedia on(Media crashed, JournalOptions options) {
    return on(crashed, options, UnaryOperator.identity(), UnaryOperator.identity());
  }

  /** The same with other disks above those that are crashed. */
  static JournaledMedia on(Media crashed, JournalOptions options, UnaryOperator<DiskFile> home, UnaryOperator<DiskFile> journal) {
    long poolBytes = crashed.sizeBytes() - fileBytes(options);
    return JournaledMedia.over(
        home.apply(new MediaDisk("home", crashed, 0, poolBytes)),
        journal.apply(new MediaDisk("journal", crashed, poolBytes, fileBytes(options))),
        number -> number + 77,
        options);
  }

  /** A life of a stage's pool on such a medium. */
  static Life life(EpochStage stage, CrashMedia crashed, JournaledMedia on) {
    return stage.new Life(crashed, Pool.open(on, BOOT));
  }

  /** What is there after something was done and the process was killed, where it was made durable before: all of it. */
  static Verdict afterAKill(JournalOptions options, BiConsumer<EpochStage, Life> scenario) {
    return afterAKill(SMALL, options, scenario);
  }

  static Verdict afterAKill(Geometry geometry, JournalOptions options, BiConsumer<EpochStage, Life> scenario) {
    EpochStage stage = stage(geometry, options);
    CrashMedia crashed = stage.media();
    try (JournaledMedia on = on(crashed, options)) {
      Life life = life(stage, crashed, on);
      scenario.accept(stage, life);
      on.sync();
    }
    return holds(new CrashMedia(crashed.processKilled()), options, stage.states.getLast());
  }

  /** Whether a pool and its journal hold that, once they are opened. */
  static Verdict holds(CrashMedia left, JournalOptions options, Contents wanted) {
    try (JournaledMedia again = on(left, options)) {
      EpochStage.recover(again);
      Contents found = Contents.of(Pool.open(again, BOOT));
      return found.equals(wanted) ? Verdict.survived(1) : Verdict.killed("after a kill " + found.differenceFrom(wanted), 1);
    }
  }

  static CrashOptions sectors() {
    return CrashOptions.of(PersistencyModel.SECTORS).withImages(24, 4).withRecoveryDepth(1);
  }

  /** One round of migration, as the medium's own thread does it. */
  static void migrate(JournaledMedia media) {
    call(migrationOf(media), "step");
  }

  /** What a round does with pages, alone. */
  static void relieve(JournaledMedia media) {
    call(migrationOf(media), "relieve");
  }

  private static Object migrationOf(JournaledMedia media) {
    try {
      Field field = JournaledMedia.class.getDeclaredField("migration");
      field.setAccessible(true);
      return field.get(media);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("there is no migration: " + e.getMessage(), e);
    }
  }

  /** Claims room for a record. */
  static long claim(JournaledMedia media, int length) {
    return (long) call(media.journal(), "claim", length);
  }

  /** Fills what was claimed by a record that says nothing. */
  static void fill(JournaledMedia media, long position, int length) {
    call(media.journal(), "fillEmpty", position, length);
  }

  /** What only the medium's own package may call, and what it leads to, without the medium's own threads. */
  private static Object call(Object on, String name, Object... arguments) {
    Class<?>[] types = Arrays.stream(arguments).map(argument -> argument instanceof Long ? long.class : int.class).toArray(Class<?>[]::new);
    try {
      Method method = on.getClass().getDeclaredMethod(name, types);
      method.setAccessible(true);
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw new AssertionError(name + " failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name + " cannot be called: " + e.getMessage(), e);
    }
  }
}
