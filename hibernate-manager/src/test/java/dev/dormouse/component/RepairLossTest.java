package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Check;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.recovery.Finding;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage to more than one line: a repair releases nothing that somebody may miss, whatever else it does. */
final class RepairLossTest {
  private static final Geometry LARGE = Geometry.of(1 << 20, 4, 4096, 2);
  private static final int REGION_BYTES = 20_000;

  private static CrashImage pool(Consumer<ProcessStore> content) {
    CrashMedia media = CrashMedia.zeroed(LARGE.sizeBytes());
    try (ProcessStore store =
        ProcessStore.open(
            media, StoreOptions.create(LARGE.sizeBytes()).geometry(LARGE).bootIdentity(RepairStage.BOOT).salts(opening -> opening).awake(3))) {
      content.accept(store);
    }
    return media.processKilled();
  }

  private static CrashImage components(int count) {
    return pool(
        store -> {
          for (int i = 0; i < count; i++) {
            store.create("c" + i, spec -> spec.program(ScriptProgram.class).region("state", REGION_BYTES));
            ask(store.component("c" + i), "put state 8 " + (100 + i) + "; put state 19000 " + (200 + i));
          }
        });
  }

  /** Where the records lie, and where the regions do, by name. */
  private static Map<String, long[]> places(CrashImage pool) {
    Map<String, long[]> places = new TreeMap<>();
    CrashMedia media = new CrashMedia(pool);
    try (ProcessStore store = ProcessStore.open(media, RepairStage.existing())) {
      store.forEach(
          component -> {
            long record = component.id().recordOffset();
            places.put(component.name(), new long[] {record, media.getLong(record + ComponentLayout.REGION0 + RegionLayout.EXTENT_OFFSET), component.id().birth()});
          });
    }
    return places;
  }

  private static RepairReport repair(CrashMedia media) {
    RepairReport report = StoreRepair.repair(media, new RepairStage.Memory(), RepairStage.options());
    CrashMedia again = new CrashMedia(media.processKilled());
    assertThat(StoreRepair.repair(again, new RepairStage.Memory(), RepairStage.options()).changes()).as("a second repair has nothing to do").isEmpty();
    return report;
  }

  /** Everybody's region is theirs, and as it was; those who are not quarantined can be asked. */
  private static void requireEverybody(CrashMedia media, Map<String, long[]> places, RepairReport report) {
    places.forEach(
        (name, place) ->
            assertThat(report.changes())
                .as("what is %s's is not released", name)
                .extracting(RepairReport.Change::sentence)
                .noneMatch(sentence -> sentence.contains("of component " + Long.toHexString(place[2]) + ", to which nothing leads")));
    assertThat(report.after().damage()).as("changes %s", report.changes()).allMatch(finding -> finding.kind() == Finding.Kind.QUARANTINE);
    assertThat(report.after().components()).isEqualTo(places.size());
    CrashMedia opened = new CrashMedia(media.processKilled());
    try (ProcessStore store = ProcessStore.open(opened, RepairStage.existing())) {
      places.forEach(
          (name, place) -> {
            int number = Integer.parseInt(name.substring(1));
            assertThat(store.engine().heap().ownerOf(place[1])).as("%s: its region is its own", name).isEqualTo(place[2]);
            assertThat(opened.getLong(place[1] + 8)).as(name).isEqualTo(100 + number);
            assertThat(opened.getLong(place[1] + 19000)).as(name).isEqualTo(200 + number);
            if (!RepairStage.quarantined(report.after()).contains(name)) {
              assertThat(ask(store.component(name), "get state 8")).as(name).isEqualTo(String.valueOf(100 + number));
            }
          });
    }
  }

  /** Whoever is quarantined is destroyed; then the pool is sound. */
  private static void requireThatTheyCanBeGivenUp(CrashMedia media, Set<String> names) {
    CrashMedia opened = new CrashMedia(media.processKilled());
    try (ProcessStore store = ProcessStore.open(opened, RepairStage.existing())) {
      names.forEach(name -> store.component(name).destroy());
    }
    assertThat(RepairStage.verify(new CrashMedia(opened.processKilled())).verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0x5a, 0xff})
  void aPageOfRecordsThatIsLostLosesNobodysRegions(int value) {
    CrashImage pool = components(30);
    Map<String, long[]> places = places(pool);
    CrashMedia media = new CrashMedia(pool);
    media.fill(places.get("c0")[0] / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES, Geometry.PAGE_BYTES, (byte) value);
    RepairReport report = repair(media);
    assertThat(RepairStage.quarantined(report.after())).as("they have their names still").contains("c0", "c1", "c20").isSubsetOf(places.keySet());
    requireEverybody(media, places, report);
    requireThatTheyCanBeGivenUp(media, RepairStage.quarantined(report.after()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0x5a})
  void theOwnersOfRecordsAndOneLineOfARecord(int value) {
    CrashImage pool = components(5);
    Map<String, long[]> places = places(pool);
    for (int line = 0; line < ComponentLayout.BYTES; line += Media.LINE_BYTES) {
      CrashMedia media = new CrashMedia(pool);
      long record = places.get("c2")[0];
      media.fill(record / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES, Media.LINE_BYTES, (byte) value);
      media.fill(record + line, Media.LINE_BYTES, (byte) 0);
      RepairReport report = repair(media);
      assertThat(RepairStage.quarantined(report.after())).containsExactly("c2");
      requireEverybody(media, places, report);
      requireThatTheyCanBeGivenUp(media, RepairStage.quarantined(report.after()));
    }
  }

  @Test
  void recordsAndTheDirectoryAreLost() {
    CrashImage pool = components(3);
    Map<String, long[]> places = places(pool);
    CrashMedia media = new CrashMedia(pool);
    media.fill(places.get("c0")[0] / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES, Geometry.PAGE_BYTES, (byte) 0);
    try (ProcessStore store = ProcessStore.open(new CrashMedia(pool), RepairStage.existing())) {
      WordTable root = WordTable.open(store.engine().media(), store.engine().pool().header().roots().root0(), "the directory");
      media.fill(root.placeOf(0), (long) root.wordCount() * Long.BYTES, (byte) 0);
    }
    RepairReport report = repair(media);
    assertThat(RepairStage.quarantined(report.after())).isEqualTo(places.keySet());
    requireEverybody(media, places, report);
    requireThatTheyCanBeGivenUp(media, RepairStage.quarantined(report.after()));
  }

  /** Nobody is quarantined who was being destroyed: that is seen from the record, whatever of the rest was done. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatAComponentHeldThatWasBeingDestroyedIsReleased(boolean slotIsFree) {
    CrashImage pool = components(3);
    Map<String, long[]> places = places(pool);
    CrashMedia media = new CrashMedia(pool);
    long record = places.get("c1")[0];
    media.putLong(record + ComponentLayout.BIRTH, 0);
    if (slotIsFree) {
      media.putLong(ownerWordOf(media, places, "c1"), 0);
    }
    RepairReport report = repair(media);
    assertThat(report.after().verdict()).as(report.toString()).isEqualTo(VerifyReport.Verdict.CLEAN);
    assertThat(report.after().components()).isEqualTo(2);
    try (ProcessStore store = ProcessStore.open(new CrashMedia(media.processKilled()), RepairStage.existing())) {
      assertThat(store.engine().heap().extentOf(places.get("c1")[1])).as("its region is free").isNull();
      assertThat(ask(store.component("c2"), "get state 8")).isEqualTo("102");
    }
  }

  /** Whose record is there and sound, and owns something, was made: also where neither its slot's owner nor its name was written. */
  @Test
  void aComponentIsThereWhoseRecordNobodyOwnsAndNothingLeadsTo() {
    CrashImage pool = components(3);
    Map<String, long[]> places = places(pool);
    CrashMedia media = new CrashMedia(pool);
    media.putLong(ownerWordOf(media, places, "c1"), 0);
    try (ProcessStore store = ProcessStore.open(new CrashMedia(pool), RepairStage.existing())) {
      WordTable root = WordTable.open(store.engine().media(), store.engine().pool().header().roots().root0(), "the directory");
      for (int i = 0; i < root.wordCount(); i++) {
        if (WordTable.target(media.getLong(root.placeOf(i))) == places.get("c1")[0]) {
          media.putLong(root.placeOf(i), 0);
        }
      }
    }
    RepairReport report = repair(media);
    assertThat(report.after().verdict()).as(report.toString()).isEqualTo(VerifyReport.Verdict.CLEAN);
    requireEverybody(media, places, report);
  }

  private static long ownerWordOf(CrashMedia media, Map<String, long[]> places, String name) {
    long first = places.get("c0")[0];
    long place = first / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES + (places.get(name)[0] - first) / ComponentLayout.BYTES * Long.BYTES;
    assertThat(media.getLong(place)).as("the owner word of %s", name).isEqualTo(places.get(name)[2]);
    return place;
  }

  private static CrashImage library(boolean attached) {
    return pool(
        store -> {
          store.createDataspace("book", 300_000, region -> region.fill(0, 300_000, (byte) 'b'));
          if (attached) {
            store.create("reader", spec -> spec.program(ScriptProgram.class).region("state", 64).share("text", "book"));
          }
        });
  }

  private static long headOf(CrashImage pool, String dataspace) {
    try (ProcessStore store = ProcessStore.open(new CrashMedia(pool), RepairStage.existing())) {
      return store.engine().dataspaceTable().find(store.engine().symbols().find(dataspace)).offset();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDataspaceKeepsItsContentWhereItsHeadIsLost(boolean attached) {
    CrashImage pool = library(attached);
    long head = headOf(pool, "book");
    CrashMedia media = new CrashMedia(pool);
    media.putLong(head + DataspaceLayout.LENGTH_BYTES, media.getLong(head + DataspaceLayout.LENGTH_BYTES) ^ 3);
    assertThat(RepairStage.verify(media).damage()).extracting(Finding::kind).contains(Finding.Kind.DATASPACE).doesNotContain(Finding.Kind.LOST);
    RepairReport report = repair(media);
    assertThat(report.changes()).extracting(RepairReport.Change::sentence).noneMatch(sentence -> sentence.contains("released"));
    assertThat(report.after().damage()).extracting(Finding::kind).contains(Finding.Kind.DATASPACE).isSubsetOf(Finding.Kind.DATASPACE, Finding.Kind.QUARANTINE);
    CrashMedia opened = new CrashMedia(media.processKilled());
    try (ProcessStore store = ProcessStore.open(opened, RepairStage.existing())) {
      for (int i = 0; i < 2; i++) {
        store.create("new" + i, spec -> spec.program(ScriptProgram.class).region("big", 200_000));
      }
    }
    CrashImage since = opened.processKilled();
    byte[] content = new byte[300_000];
    since.read(DataspaceHead.contentOf(head), content, 0, content.length);
    assertThat(content).isEqualTo("b".repeat(content.length).getBytes(StandardCharsets.UTF_8));
  }

  /** A further page of a slab whose word is from before the slab was made: sound, and it says that the page is free. */
  @Test
  void aStaleWordOfThePageTableIsMended() {
    CrashImage pool =
        pool(
            store -> {
              for (int i = 0; i < 120; i++) {
                String region = "name-of-a-region-" + i;
                store.create("c" + i, spec -> spec.program(ScriptProgram.class).region(region, 64));
              }
            });
    int stale = 0;
    for (long page = 0; page < LARGE.pageCount(); page++) {
      CrashMedia media = new CrashMedia(pool);
      long place = LARGE.pageTableOffset() + page * 16;
      boolean continued = ((media.getLong(place) >>> 44) & 15) == 4;
      if (continued) {
        stale++;
        media.putLong(place, Check.seal(1L << 44, page));
        int[] rounds = new int[1];
        RepairReport report =
            StoreRepair.repair(
                media,
                new RepairStage.Memory(),
                RepairStage.options()
                    .progress(
                        what -> {
                          if (what.startsWith("verifying what")) {
                            assertThat(++rounds[0]).as("rounds of page %d", place).isLessThan(20);
                          }
                        }));
        assertThat(report.before().verdict()).isEqualTo(VerifyReport.Verdict.DAMAGED);
        assertThat(report.after().verdict()).as("page at %d: %s", place, report).isEqualTo(VerifyReport.Verdict.CLEAN);
        assertThat(report.after().components()).isEqualTo(120);
      }
    }
    assertThat(stale).isPositive();
  }

  @Test
  void twoRecordsAreLostWithTheirOwners() {
    CrashImage pool = components(5);
    Map<String, long[]> places = places(pool);
    CrashMedia media = new CrashMedia(pool);
    long record = places.get("c2")[0];
    media.fill(record / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES, Media.LINE_BYTES, (byte) 0x5a);
    media.fill(record, 3L * ComponentLayout.BYTES, (byte) 0x5a);
    RepairReport report = repair(media);
    assertThat(RepairStage.quarantined(report.after())).containsExactlyInAnyOrder("c2", "c3", "c4");
    requireEverybody(media, places, report);
  }

  /** Whoever is called what a component would be called whose name is lost. */
  @Test
  void aNameThatSomebodyHasIsGivenToNobodyElse() {
    CrashImage first = pool(store -> store.create("a", spec -> spec.program(ScriptProgram.class).region("state", 64)));
    CrashMedia media = new CrashMedia(first);
    String taken;
    long annex;
    try (ProcessStore store = ProcessStore.open(media, RepairStage.existing())) {
      ComponentId id = store.component("a").id();
      annex = media.getLong(id.recordOffset() + ComponentLayout.ANNEX_OFFSET);
      taken = "quarantined-" + Long.toHexString(id.birth()) + "-" + id.recordOffset();
      store.create(taken, spec -> spec.program(ScriptProgram.class).region("state", 64));
      ask(store.component(taken), "put state 8 77");
    }
    CrashMedia damaged = new CrashMedia(media.processKilled());
    damaged.fill(annex, Media.LINE_BYTES, (byte) 0x5a);
    RepairReport report = repair(damaged);
    assertThat(RepairStage.quarantined(report.after())).containsExactly(taken + "-2");
    try (ProcessStore store = ProcessStore.open(new CrashMedia(damaged.processKilled()), RepairStage.existing())) {
      assertThat(ask(store.component(taken), "get state 8")).isEqualTo("77");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 18, 1L << 50, 0x5a5a_5a5a_5a5a_5a5aL, -1})
  void aWordThatWasNeverUsedMakesNoSymbols(long damage) {
    CrashImage pool = RepairStage.pool(RepairStage::everything);
    Map<String, String> before = RepairStage.look(pool);
    for (boolean ofDataspaces : new boolean[] {false, true}) {
      long place;
      try (ProcessStore store = ProcessStore.open(new CrashMedia(pool), RepairStage.existing())) {
        PoolHeader.Roots roots = store.engine().pool().header().roots();
        WordTable table = WordTable.open(store.engine().media(), ofDataspaces ? roots.root2() : roots.root1(), "the table");
        place = table.placeOf(table.wordCount() - 2);
      }
      CrashMedia media = new CrashMedia(pool);
      media.putLong(place, damage);
      CrashImage repaired = RepairStage.requireRepaired(media.processKilled(), before, "a word that was never used").processKilled();
      CrashMedia opened = new CrashMedia(repaired);
      assertThat(opened.getLong(place)).isZero();
      assertThat(RepairStage.verify(opened).verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
      try (ProcessStore store = ProcessStore.open(opened, RepairStage.existing())) {
        assertThat(store.engine().symbols().find("lost-symbol-8")).isZero();
        store.create("new", spec -> spec.program(ScriptProgram.class).region("aBrandNewName", 64));
        store.createDataspace("another", 64, region -> region.fill(0, 64, (byte) 'x'));
      }
    }
  }

  @Test
  void thousandsOfFindingsAreAllHandled() {
    int count = 1100;
    Geometry geometry = Geometry.of(2 << 20, 4, 4096, 2);
    CrashMedia whole = CrashMedia.zeroed(geometry.sizeBytes());
    List<Long> records = new ArrayList<>();
    long table;
    try (ProcessStore store =
        ProcessStore.open(
            whole, StoreOptions.create(geometry.sizeBytes()).geometry(geometry).bootIdentity(RepairStage.BOOT).salts(opening -> opening).awake(3))) {
      for (int i = 0; i < count; i++) {
        records.add(store.create("c" + i, spec -> spec.program(ScriptProgram.class).region("state", 64)).id().recordOffset());
      }
      Component last = store.create("last", spec -> spec.program(ScriptProgram.class).region("state", 64).region("more", 64));
      assertThat(last.id().recordOffset()).as("verify comes to it last").isGreaterThan(Collections.max(records));
      table = whole.getLong(last.id().recordOffset() + ComponentLayout.TABLE_OFFSET);
    }
    CrashMedia media = new CrashMedia(whole.processKilled());
    records.forEach(record -> media.fill(record + Media.LINE_BYTES, Media.LINE_BYTES, (byte) 0x33));
    media.fill(table + 8, 24, (byte) 0x77);
    RepairReport report = repair(media);
    assertThat(report.after().damage()).as("a report for people").hasSizeLessThan(count);
    assertThat(report.after().damage().getLast().sentence()).isEqualTo((count + 1 - 1000) + " more findings");
    try (ProcessStore store = ProcessStore.open(new CrashMedia(media.processKilled()), RepairStage.existing())) {
      assertThatThrownBy(() -> ask(store.component("last"), "get state 0")).isInstanceOf(Quarantined.class);
    }
  }
}
