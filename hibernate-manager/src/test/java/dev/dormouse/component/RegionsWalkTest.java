package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.region.RegionLayout;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Verify finds every kind of entry that cannot be, even under a CRC that is right. */
final class RegionsWalkTest {
  private static final Geometry SMALL = Geometry.of(512 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);

  private PoolReader whole;
  private long table;

  /** Regions 0 to 5: a own, m managed, m/b own, m/n managed, m/n/c shared, d shared. */
  @BeforeEach
  void make() {
    CrashMedia media = CrashMedia.zeroed(SMALL.sizeBytes());
    try (ProcessStore store = ProcessStore.open(media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3))) {
      store.createDataspace("rom", 1000, view -> {});
      Component guest = store.create("guest", spec -> spec.program(ScriptProgram.class).region("a", 100));
      ScriptProgram.ask(guest, "map m 100000; attach m/b 100; map m/n 8000; show m/n/c rom; show d rom");
      table = store.engine().media().getLong(guest.id().recordOffset() + ComponentLayout.TABLE_OFFSET);
    }
    whole = media.processKilled();
  }

  /** What verify says where a field of a region from 1 on has another value. */
  private List<String> findings(int region, int field, int bytes, long value) {
    CrashMedia media = new CrashMedia(whole);
    int length = RecordEditor.tableBytes(media.getShort(table + TableLayout.REGION_CAPACITY), media.getShort(table + TableLayout.SLOT_CAPACITY));
    byte[] copy = new byte[length];
    media.read(table, copy, 0, length);
    int at = TableLayout.BYTES + (region - 1) * RegionLayout.BYTES + field;
    for (int i = 0; i < bytes; i++) {
      copy[at + i] = (byte) (value >>> (8 * i));
    }
    Bytes.putInt(copy, TableLayout.CRC32C, new Checksum().ofRecord(copy, 0, length, TableLayout.CRC32C));
    media.write(table, copy, 0, length);
    return StoreVerifier.verify(media.processKilled(), BOOT).findings();
  }

  private void assertFound(int region, int field, int bytes, long value, String part) {
    assertThat(findings(region, field, bytes, value)).as("region %s", region).anyMatch(finding -> finding.contains("guest") && finding.contains(part));
  }

  @Test
  void theStoreAsItIsIsSound() {
    assertThat(StoreVerifier.verify(whole, BOOT).findings()).isEmpty();
    assertThat(StoreVerifier.verify(whole, BOOT).dataspaces()).isEqualTo(1);
  }

  @Test
  void rightsAndKindsThatDoNotExist() {
    assertThat(findings(2, RegionLayout.RIGHTS, 1, 3)).anyMatch(finding -> finding.contains("impossible rights"));
    assertThat(findings(2, RegionLayout.KIND, 1, 3)).anyMatch(finding -> finding.contains("of no kind"));
    assertFound(5, RegionLayout.RIGHTS, 1, 2, "region 5 is shared and says that it may be written");
  }

  @Test
  void mapsThatDoNotExistOrLieInThemselves() {
    assertFound(2, RegionLayout.MAP, 2, 77, "region 2 lies in managed dataspace 77, which does not exist");
    assertFound(1, RegionLayout.MAP, 2, 2, "which lies in itself");
    assertFound(3, RegionLayout.EXTENT_OFFSET, 8, 1, "regions 1 and 3 are both managed dataspace 1");
    assertFound(3, RegionLayout.EXTENT_OFFSET, 8, 0, "which cannot be");
    assertFound(3, RegionLayout.EXTENT_OFFSET, 8, 65536, "which cannot be");
  }

  @Test
  void placesThatCannotBe() {
    assertFound(2, RegionLayout.ADDRESS, 8, 99_901, "region 2 at [99901, +100) cannot be");
    assertFound(2, RegionLayout.ADDRESS, 8, -1, "cannot be");
    assertFound(1, RegionLayout.ADDRESS, 8, 50, "regions 0 and 1 share addresses");
    assertFound(1, RegionLayout.LENGTH_BYTES, 8, 99, "region 2 at [0, +100) cannot be");
    assertFound(5, RegionLayout.NAME_SYMBOL, 4, 9999, "named by symbol 9999");
    assertThat(findings(4, RegionLayout.MAP, 2, 0)).as("another map, where there is room for it").anyMatch(finding -> finding.contains("share addresses"));
  }

  @Test
  void windowsThatShowWhatIsNoDataspace() {
    long shown = new CrashMedia(whole).getLong(table + TableLayout.BYTES + 4L * RegionLayout.BYTES + RegionLayout.EXTENT_OFFSET);
    assertFound(5, RegionLayout.EXTENT_OFFSET, 8, shown + 1, "in no dataspace");
    assertFound(5, RegionLayout.EXTENT_OFFSET, 8, shown - 1, "in no dataspace");
    assertFound(5, RegionLayout.EXTENT_OFFSET, 8, 0, "at 0, which cannot be");
    assertFound(5, RegionLayout.LENGTH_BYTES, 8, 1001, "in no dataspace");
    // An entry of another kind: its extent is the dataspace's, and the count is wrong.
    assertThat(findings(5, RegionLayout.KIND, 1, 0)).isNotEmpty();
  }
}
