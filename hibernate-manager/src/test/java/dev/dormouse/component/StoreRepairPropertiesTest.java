package dev.dormouse.component;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Media;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Several metadata lines damaged at once: after a repair whoever is not quarantined is as before, and nobody is gone. */
final class StoreRepairPropertiesTest {
  private static final CrashImage POOL = RepairStage.pool(RepairStage::everything);
  private static final Map<String, String> BEFORE = RepairStage.look(POOL);
  // Not the header: with both copies gone there is no pool.
  private static final List<Long> LINES = RepairStage.metadataLines(POOL).stream().filter(line -> line >= 8192).toList();

  /** What becomes of a line. */
  enum Way {
    BIT,
    ZEROS,
    BYTE
  }

  /** Damage to a line. */
  record Hit(long line, Way way, int at) {
    void strike(Media media) {
      switch (way) {
        case BIT -> media.putByte(line + at / 8, (byte) (media.getByte(line + at / 8) ^ 1 << at % 8));
        case ZEROS -> media.fill(line, Media.LINE_BYTES, (byte) 0);
        case BYTE -> media.putByte(line + at / 8, (byte) (at * 37));
      }
    }
  }

  @Provide
  Arbitrary<List<Hit>> hits() {
    return Combinators.combine(Arbitraries.of(LINES), Arbitraries.of(Way.class), Arbitraries.integers().between(0, 511))
        .as(Hit::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  /** Found by the property: the owner word of the annex of a component that has to be emptied became that of another one. */
  @Example
  void anAnnexSaysWhoseItIs() {
    CrashMedia media = new CrashMedia(POOL);
    List<Hit> hits = List.of(new Hit(61952, Way.BYTE, 1), new Hit(69632, Way.BIT, 0));
    hits.forEach(hit -> hit.strike(media));
    RepairStage.requireRepaired(media.processKilled(), BEFORE, hits.toString());
  }

  @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
  void whoeverIsNotQuarantinedIsAsBefore(@ForAll("hits") List<Hit> hits) {
    CrashMedia media = new CrashMedia(POOL);
    hits.forEach(hit -> hit.strike(media));
    RepairStage.requireRepaired(media.processKilled(), BEFORE, hits.toString());
  }
}
