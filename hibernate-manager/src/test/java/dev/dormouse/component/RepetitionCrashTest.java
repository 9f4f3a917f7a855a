package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * R11: whatever was shown to anybody, a program inside its turn included, is not shown again: crashes at every persist point
 * of openings that are followed by the making of a component and by a turn, and opens what is left twice more.
 */
final class RepetitionCrashTest {
  private static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final StoreOptions EXISTING = StoreOptions.existing().bootIdentity(BOOT).awake(3);

  /** Shows its incarnation before the turn has stored anything. */
  public static final class ShowingProgram implements Program {
    // One exploration runs at a time, in one thread.
    private static final ThreadLocal<Consumer<Object>> WITNESS = new ThreadLocal<>();

    @Override
    public void turn(Turn turn) {
      WITNESS.get().accept(turn.incarnation());
      turn.region("state").putLong(0, 1);
    }
  }

  private static void showing(ComponentSpec spec) {
    spec.program(ShowingProgram.class).region("state", 64);
  }

  /** A life of the store: makes a component, runs a turn of it and of an old one, and shows births and incarnations. */
  private static void live(ProcessStore store, String name, Consumer<Object> witness) {
    ShowingProgram.WITNESS.set(witness);
    witness.accept(store.create(name, RepetitionCrashTest::showing).id().birth());
    store.component(name).invoke(ByteBuffer.allocate(0));
    store.component("first").invoke(ByteBuffer.allocate(0));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void r11BirthsAndIncarnationsThatWereSeenNeverRepeat(PersistencyModel model) {
    CrashMedia first = CrashMedia.zeroed(SMALL.sizeBytes());
    List<Object> before = new ArrayList<>();
    ShowingProgram.WITNESS.set(before::add);
    try (ProcessStore store =
        ProcessStore.open(first, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3))) {
      before.add(store.create("first", RepetitionCrashTest::showing).id().birth());
      store.component("first").invoke(ByteBuffer.allocate(0));
    }
    CrashReport report =
        CrashExplorer.explore(
            first.processKilled(),
            media -> {
              // Not closed: what is left is a killed store, opened anew.
              live(ProcessStore.open(media, EXISTING), "second", media::mark);
              live(ProcessStore.open(media, EXISTING), "third", media::mark);
            },
            // Nothing: the openings that follow are what is tried.
            media -> {},
            (media, marks) -> nothingRepeats(media, before, marks),
            CrashOptions.of(model).withImages(48, 1).withRecoveryDepth(0));
    report.requireClean();
    assertThat(report.points()).isGreaterThan(20);
  }

  private static void nothingRepeats(Media media, List<Object> before, List<Object> marks) {
    Set<Object> seen = new HashSet<>(before);
    seen.addAll(marks);
    assertThat(seen).hasSize(before.size() + marks.size());
    Consumer<Object> witness = shown -> assertThat(seen.add(shown)).as("R11: %s for the first time", shown).isTrue();
    live(ProcessStore.open(media, EXISTING), "after the crash", witness);
    live(ProcessStore.open(media, EXISTING), "after another", witness);
  }
}
