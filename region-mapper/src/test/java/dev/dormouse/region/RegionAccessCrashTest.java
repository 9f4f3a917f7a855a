package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Extent;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.RegionVerbs.Verb;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every verb that stores, each to lines of its own, in turns that are crashed at every persist point: before the commit a
 * crash leaves the old bytes, after it the new ones (I1, I2, step (a)).
 */
class RegionAccessCrashTest {
  private static final int PLACE_BYTES = 128;

  /** Verbs that store by the same way. */
  enum Family {
    PLAIN("Region\\.put[A-Z].*"),
    BULK("Region\\.(put\\(|fill|copy|prepareWrite|declare).*"),
    DECLARED("DeclaredRange.*"),
    LENT("Region\\.lend.*"),
    ORDERED("RegionAtomics\\.put.*"),
    UPDATES("RegionAtomics\\.[^p].*"),
    TEXT("RegionText.*");

    private final String names;

    Family(String names) {
      this.names = names;
    }

    List<Verb> verbs() {
      return RegionVerbs.stores().stream().filter(verb -> verb.name().matches(names)).toList();
    }
  }

  private static Stream<Arguments> familiesUnderModels() {
    assertThat(Stream.of(Family.values()).mapToInt(family -> family.verbs().size()).sum()).isEqualTo(RegionVerbs.stores().size());
    return Stream.of(Family.values())
        .flatMap(
            family ->
                Stream.of(PersistencyModel.PX86, PersistencyModel.EADR, PersistencyModel.PAGE_CACHE)
                    .flatMap(
                        model ->
                            family == Family.LENT
                                ? Stream.of(Lending.CHECKED, Lending.IN_PLACE).map(lending -> Arguments.of(family, model, lending))
                                : Stream.of(Arguments.of(family, model, Lending.CHECKED))));
  }

  private static byte[] bytesOf(RegionStage stage) {
    RegionEntry entry = stage.table(null).get(0);
    byte[] bytes = new byte[(int) entry.lengthBytes()];
    stage.media.read(entry.extentOffset(), bytes, 0, bytes.length);
    return bytes;
  }

  @ParameterizedTest
  @MethodSource("familiesUnderModels")
  void aStoreHappensWithItsTurnOrNotAtAll(Family family, PersistencyModel model, Lending lending) {
    List<Verb> verbs = family.verbs();
    assertThat(verbs).isNotEmpty();
    CrashMedia first = CrashMedia.zeroed(512 << 10);
    RegionStage stage = RegionStage.create(first);
    int length = (verbs.size() + 1) * PLACE_BYTES;
    Epoch setup = stage.lanes.lease();
    stage.map(setup).attach("a", length, 0, RegionRights.READ_WRITE);
    Region filled = stage.view(setup, stage.table(setup).get(0));
    filled.fill(0, length, RegionVerbs.FILL);
    filled.fill(length - 20, 20, (byte) 0x11);
    setup.commit();
    stage.lanes.giveBack(setup);
    byte[] before = bytesOf(stage);
    byte[][] after = new byte[1][];
    Extent table = stage.table;
    CrashReport report =
        CrashExplorer.explore(
            first.processKilled(),
            media -> {
              RegionStage running = RegionStage.open(media, table);
              Epoch epoch = running.lanes.lease();
              RegionEntry entry = running.table(epoch).get(0);
              Region view =
                  new Region(media, epoch, RegionStage.HOLDER, entry.extentOffset(), entry.lengthBytes(), entry.rights(), lending);
              for (int i = 0; i < verbs.size(); i++) {
                // Across a line's border, where the verb can be.
                verbs.get(i).call().at(view, (i * PLACE_BYTES + 64 - verbs.get(i).length() / 2) & -verbs.get(i).alignment());
              }
              after[0] = bytesOf(running);
              epoch.commit();
              media.mark("committed");
              running.lanes.giveBack(epoch);
            },
            media -> RegionStage.open(media, table),
            (media, marks) -> {
              byte[] found = bytesOf(RegionStage.open(media, table));
              if (!marks.isEmpty() || !Arrays.equals(found, before)) {
                assertThat(found).isEqualTo(after[0]);
              }
            },
            CrashOptions.of(model).withImages(60, 2));
    report.requireClean();
    assertThat(Arrays.mismatch(before, after[0])).isNotEqualTo(-1);
    assertThat(report.distinctStates()).isGreaterThan(verbs.size());
  }
}
