package dev.dormouse.emulation.junit;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.SECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.DiskFault;
import dev.dormouse.emulation.DiskFault.Unsynced;
import dev.dormouse.emulation.DiskFaults;
import dev.dormouse.emulation.FaultyDisk;
import dev.dormouse.emulation.MediaDisk;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Media;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The guide's structure in two files: power that is lost, and calls that fail. */
class PairTest {
  private static final List<List<Object>> ALL = List.of(List.of(0L, 0L), List.of(1L, 2L), List.of(3L, 4L), List.of(5L, 6L));
  private static final List<DiskFault> FAULTS =
      List.of(
          DiskFault.io(),
          DiskFault.io().leaving(Unsynced.DROPPED),
          DiskFault.io().leaving(sector -> sector == 0 ? Unsynced.WRITTEN : Unsynced.CACHED),
          DiskFault.io().after(5),
          DiskFault.noSpace().after(17),
          DiskFault.noSpace().after(24));

  /** Makes a pair, right or wrong, of two files. */
  private interface Maker {
    Pair of(DiskFile home, DiskFile journal) throws IOException;
  }

  // region first
  @CrashTest(models = {SECTORS, EADR}, sizeBytes = 1536)
  void bothNumbersChangeOrNone(CrashScenario crash) {
    crash.open(media -> new Pair(new MediaDisk("home", media, 0, 1024), new MediaDisk("journal", media, 1024, 512)))
        .step("put 1, 2", pair -> pair.put(1, 2))
        .step("put 3, 4", pair -> pair.put(3, 4))
        .allOrNothing(Pair::numbers);
  }
  // endregion

  /** The sync that (c) needs is one of home. */
  @CrashTest(models = SECTORS, sizeBytes = 1536)
  void theSyncOfTheWrongFileIsFound(CrashScenario crash) {
    CrashSteps<? extends Pair> steps =
        crash.open(
                media ->
                    new Pair(home(media), journal(media)) {
                      @Override
                      void sync(DiskFile file) throws IOException {
                        journal.sync();
                      }
                    })
            .step("put 1, 2", pair -> pair.put(1, 2))
            .step("put 3, 4", pair -> pair.put(3, 4));
    assertThatThrownBy(() -> steps.allOrNothing(Pair::numbers))
        .isInstanceOf(CrashFailure.class)
        .hasMessageContaining("settled another range");
  }

  // region faults
  /** Two puts ask for twelve writes and syncs. Each of them fails once, in each way, and then the power is lost. */
  @Test
  void aPutThatReturnedOutlivesEveryFault() {
    for (DiskFault fault : FAULTS) {
      for (long call = 0; call < 12; call++) {
        DiskFaults faults = DiskFaults.at(call, fault);
        crash(faults, Pair::new).requireClean();
        assertThat(faults.calls()).as("calls, the one that failed among them").isGreaterThan(call);
      }
    }
  }

  private static CrashReport crash(DiskFaults faults, Maker maker) {
    return CrashExplorer.explore(
        CrashMedia.zeros(1536),
        media -> {
          new Pair(home(media), journal(media)).put(1, 2);
          media.mark(List.of(1L, 2L));
          try {
            Pair pair = maker.of(new FaultyDisk(home(media), faults), new FaultyDisk(journal(media), faults));
            pair.put(3, 4);
            media.mark(List.of(3L, 4L));
            pair.put(5, 6);
            media.mark(List.of(5L, 6L));
          } catch (IOException _) {
            // What had returned before is marked, and nothing follows: whether the rest is there nobody knows.
          }
        },
        media -> new Pair(home(media), journal(media)),
        (media, marks) -> {
          List<Object> left = List.copyOf(new Pair(home(media), journal(media)).numbers());
          int returned = marks.size();
          assertThat(ALL.subList(returned, Math.min(returned + 2, ALL.size()))).contains(left);
        },
        CrashOptions.of(SECTORS));
  }
  // endregion

  @Test
  void nothingFailsWhereNoFaultIs() {
    DiskFaults faults = DiskFaults.none();
    crash(faults, Pair::new).requireClean();
    assertThat(faults.calls()).isEqualTo(12);
  }

  /** Asking again after a failed sync gets an answer that proves nothing; found at each sync, and at no write. */
  @Test
  void aSyncThatIsTriedAgainIsFound() {
    for (DiskFault fault : FAULTS.subList(0, 2)) {
      List<Long> found = new ArrayList<>();
      for (long call = 0; call < 12; call++) {
        if (!crash(DiskFaults.at(call, fault), Stubborn::new).violations().isEmpty()) {
          found.add(call);
        }
      }
      assertThat(found).as("calls whose failure breaks the promise").containsExactly(1L, 4L, 7L, 10L);
    }
  }

  private static final class Stubborn extends Pair {
    Stubborn(DiskFile home, DiskFile journal) throws IOException {
      super(home, journal);
    }

    @Override
    void sync(DiskFile file) throws IOException {
      try {
        file.sync();
      } catch (IOException _) {
        file.sync();
      }
    }
  }

  private static MediaDisk home(Media media) {
    return new MediaDisk("home", media, 0, 1024);
  }

  private static MediaDisk journal(Media media) {
    return new MediaDisk("journal", media, 1024, 512);
  }
}
