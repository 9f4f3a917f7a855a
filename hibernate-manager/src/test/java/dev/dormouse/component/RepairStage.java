package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.Finding;
import dev.dormouse.recovery.VerifyReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A small store with something of everything in it, to be damaged and repaired, and the promise that a repair keeps. */
final class RepairStage {
  static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);
  static final BootIdentity BOOT = new BootIdentity(7, 7);

  private RepairStage() {}

  static StoreOptions existing() {
    return StoreOptions.existing().bootIdentity(BOOT).salts(opening -> opening).awake(3);
  }

  static RepairOptions options() {
    return RepairOptions.defaults().bootIdentity(BOOT);
  }

  /** Keeps what is changed in the Java heap, which the crashes of a medium do not touch. */
  static final class Memory implements RepairKeep {
    private final Map<Long, Kept> kept = new HashMap<>();

    @Override
    public Path keep(Kept pages) {
      kept.put(pages.serial(), pages);
      return null;
    }

    @Override
    public Found find(PoolHeader begun, PoolReader pool) {
      Kept found = kept.get(begun.serial() - 1);
      return found != null && found.uuid().equals(begun.uuid()) ? new Found(null, found.over(pool)) : null;
    }
  }

  /** A pool of that content, closed. */
  static CrashImage pool(Consumer<ProcessStore> content) {
    CrashMedia media = CrashMedia.zeroed(SMALL.sizeBytes());
    try (ProcessStore store =
        ProcessStore.open(
            media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).salts(opening -> opening).awake(3))) {
      content.accept(store);
    }
    return media.processKilled();
  }

  /** Components with one region and with many, with outcomes, with a long region, with a dataspace that two of them have. */
  static void everything(ProcessStore store) {
    store.createDataspace("book", 300, region -> region.fill(0, 300, (byte) 'b'));
    store.create("small", spec -> spec.program(ScriptProgram.class).region("state", 64));
    store.create("many", spec -> spec.program(ScriptProgram.class).region("state", 256).region("more", 300).region("third", 700).share("text", "book"));
    store.create("outcomes", spec -> spec.program(ScriptProgram.class).region("state", 256).outcomes(3, 20).share("text", "book"));
    store.create("long", spec -> spec.program(ScriptProgram.class).region("state", 20_000));
    store.create("last", spec -> spec.program(ScriptProgram.class).region("cart", 128));
    ask(store.component("small"), "put state 0 5");
    ask(store.component("many"), "put state 8 6; put more 16 7; fill third 9");
    ask(store.component("outcomes"), 1, "add state 0 1");
    ask(store.component("outcomes"), 2, "add state 0 1");
    ask(store.component("long"), "put state 0 7; put state 8192 8; put state 19000 9");
  }

  /** All that can be seen of the components of a pool, by name. */
  static Map<String, String> look(PoolReader pool) {
    TreeMap<String, String> components = new TreeMap<>();
    ProcessStore store = ProcessStore.open(new CrashMedia(pool), existing());
    store.forEach(component -> components.putAll(Snapshot.of(component)));
    store.close();
    return components;
  }

  /**
   * The lines that hold what the pool hangs on: not those of regions and contents, which nobody can prove, and not those that
   * nobody uses.
   */
  static List<Long> metadataLines(PoolReader image) {
    ProcessStore store = ProcessStore.open(new CrashMedia(image), existing());
    TreeSet<Long> lines = new TreeSet<>();
    Engine engine = store.engine();
    Geometry geometry = engine.pool().header().geometry();
    addLines(lines, 0, 256);
    addLines(lines, Geometry.PAGE_BYTES, 256);
    for (int lane = 0; lane < geometry.laneCount(); lane++) {
      addLines(lines, geometry.laneTableOffset() + lane * geometry.laneBytes(), 64);
    }
    addLines(lines, geometry.pageTableOffset(), geometry.pageCount() * 16);
    addLines(lines, geometry.chunkTableOffset(), 8);
    SortedSet<Long> payload = payload(store);
    Set<Long> dataspaces = Set.of(engine.dataspaceTable().find(engine.symbols().find("book")).offset());
    engine
        .heap()
        .walk(
            new Heap.Visitor() {
              @Override
              public void extent(Extent extent, long owner, boolean record) {
                if (dataspaces.contains(extent.offset())) {
                  addLines(lines, extent.offset(), DataspaceLayout.BYTES);
                } else if (!payload.contains(extent.offset())) {
                  addLines(lines, extent.offset(), extent.lengthBytes());
                }
                if (extent.lengthBytes() % Geometry.PAGE_BYTES != 0) {
                  // The owner words of its slab: slabs have two pages here.
                  long pages = (extent.offset() - geometry.arenaOffset()) / Geometry.PAGE_BYTES;
                  addLines(lines, geometry.arenaOffset() + pages / 2 * 2 * Geometry.PAGE_BYTES, 64);
                }
              }

              @Override
              public void damage(String message) {
                throw new AssertionError(message);
              }
            });
    store.close();
    return new ArrayList<>(lines);
  }

  private static void addLines(Set<Long> lines, long offset, long length) {
    for (long at = offset / Media.LINE_BYTES * Media.LINE_BYTES; at < offset + length; at += Media.LINE_BYTES) {
      lines.add(at);
    }
  }

  private static SortedSet<Long> payload(ProcessStore store) {
    TreeSet<Long> offsets = new TreeSet<>();
    Engine engine = store.engine();
    store.forEach(
        component ->
            engine.peek(
                component.id().recordOffset(),
                component.id().birth(),
                awake -> {
                  RecordEditor editor = new RecordEditor(engine.media(), engine.heap(), awake, null);
                  for (int i = 0; i < editor.count(); i++) {
                    offsets.add(editor.get(i).extentOffset());
                  }
                  return null;
                }));
    return offsets;
  }

  /** What verify finds of a medium. */
  static VerifyReport verify(Media media) {
    return StoreVerifier.verify(new MediaReader(media), BOOT);
  }

  /** Whether nobody of a pool that was opened once can own what lies there. */
  private static boolean isNoBirth(CrashMedia repaired, long place) {
    Pool pool = Pool.open(new CrashMedia(repaired.processKilled()), BOOT);
    long owner = pool.heap().ownerOf(place);
    return owner % Owner.FIRST_BIRTH == 0 || owner / Owner.FIRST_BIRTH > pool.header().openCount() + 1;
  }

  /** The names of the components that are quarantined, and those that took the place of a name that was lost. */
  static Set<String> quarantined(VerifyReport report) {
    Set<String> names = new HashSet<>();
    for (Finding finding : report.damage()) {
      if (finding.kind() == Finding.Kind.QUARANTINE) {
        names.add(finding.object().substring("component ".length()));
      }
    }
    return names;
  }

  /**
   * Repairs a damaged pool and checks what a repair promises: whoever is not quarantined is as before, byte by byte; nobody
   * is gone; what remains is named; a second repair has nothing to do.
   *
   * @param before what the components were
   * @return the media as the repair left it
   */
  static CrashMedia requireRepaired(PoolReader damaged, Map<String, String> before, String what) {
    CrashMedia media = new CrashMedia(damaged);
    Memory keep = new Memory();
    RepairReport report = StoreRepair.repair(media, keep, options());
    VerifyReport after = StoreVerifier.verify(media.processKilled(), BOOT);
    assertThat(after.damage()).as("%s: the report tells what is left", what).hasSameSizeAs(report.after().damage());
    assertThat(after.hit()).isEqualTo(report.after().hit());
    Set<String> quarantined = quarantined(after);
    assertThat(after.damage())
        .as("%s: changes %s", what, report.changes())
        .allMatch(
            finding ->
                finding.kind() == Finding.Kind.QUARANTINE
                    || finding.kind() == Finding.Kind.DATASPACE
                    // It may be one of those that are quarantined.
                    || (finding.kind() == Finding.Kind.PAGE && !quarantined.isEmpty())
                    // So may what an owner word that is no birth of this pool stands for; the sums differ by it.
                    || (finding.kind() == Finding.Kind.LOST && !quarantined.isEmpty() && isNoBirth(media, finding.place()))
                    || (finding.kind() == Finding.Kind.SUM && after.damage().stream().anyMatch(other -> other.kind() == Finding.Kind.LOST)));
    TreeMap<String, String> found = new TreeMap<>();
    ProcessStore store = ProcessStore.open(new CrashMedia(media.processKilled()), existing());
    store.forEach(
        component -> {
          if (!quarantined.contains(component.name())) {
            found.putAll(Snapshot.of(component));
          }
        });
    // There may be more: an owner word that became another birth makes somebody who is kept, in quarantine.
    int everybody = found.size() + quarantined.size();
    assertThat(everybody).as("%s: nobody is gone: %s and %s, changes %s", what, found.keySet(), quarantined, report.changes()).isGreaterThanOrEqualTo(before.size());
    // Symbol 1 is the dataspace's name: where its text is lost the dataspace is there under another one.
    found.forEach((name, content) -> assertThat(content.replace("lost-symbol-1 ", "book ")).as("%s: %s", what, name).isEqualTo(before.get(name)));
    store.close();
    CrashMedia again = new CrashMedia(media.processKilled());
    RepairReport second = StoreRepair.repair(again, new Memory(), options());
    assertThat(second.changes()).as("%s: a second repair has nothing to do", what).isEmpty();
    assertThat(second.written()).isFalse();
    return media;
  }
}
