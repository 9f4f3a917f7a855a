package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.emulation.junit.Pmempool;
import dev.dormouse.heap.Anchor;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.MachineIdentity;
import dev.dormouse.heap.MachineWentDown;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.llpl.LlplLibrary;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every build opens the pools that every released format has left: docs/format.md says what is kept and why. With the system
 * property {@value #WRITE} those of this build's own format are made anew first.
 */
@Timeout(120)
final class GoldenPoolsTest {
  private static final String WRITE = "dormouse.writeGolden";
  private static final Path KEPT = Path.of("src", "test", "resources", "golden");
  private static final Path DOCUMENT = Path.of("..", "docs", "format.md");
  private static final Pattern VERSION_ROW = Pattern.compile("\\| (\\d+\\.\\d+) \\|.*");
  private static final String OURS = PoolHeader.MAJOR + "." + PoolHeader.MINOR;
  private static final String PACKED = ".pool.gz";
  private static final String LAYOUTS = "layouts.txt";
  private static final long MOST_BYTES_OF_A_SET = 200_000;
  /** Not where they were made, wherever this runs. */
  private static final MachineIdentity HERE = new MachineIdentity(0x60_1d_e7, 2);

  @TempDir Path folder;

  @BeforeAll
  static void writeThemIfAsked() throws Exception {
    if (!Boolean.getBoolean(WRITE)) {
      return;
    }
    assertThat(LlplLibrary.whatIsMissing()).as("what is missing for the golden pools of LLPL; nothing was written").isEmpty();
    Path kitchen = Files.createTempDirectory("golden");
    try {
      Path made = Files.createDirectory(kitchen.resolve("set"));
      List<Path> written = writeSet(kitchen, made);
      Path set = Files.createDirectories(KEPT.resolve(OURS));
      for (Path former : files(set)) {
        Files.delete(former);
      }
      for (Path each : written) {
        Path to = set.resolve(each.getFileName());
        Files.move(each, to);
        System.out.println("wrote hibernate-manager/" + to + ", " + Files.size(to) + " bytes");
      }
    } finally {
      try (Stream<Path> left = Files.walk(kitchen)) {
        for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  /** Makes every pool that can be made here, each with its text, and answers with all files of the set. */
  private static List<Path> writeSet(Path kitchen, Path set) throws Exception {
    GoldenPools pools = new GoldenPools(kitchen);
    List<Path> written = new ArrayList<>();
    for (GoldenPools.Recipe recipe : GoldenPools.RECIPES) {
      if (recipe.medium() == FileMedium.LLPL && !LlplLibrary.whatIsMissing().isEmpty()) {
        continue;
      }
      Path packed = set.resolve(recipe.name() + PACKED);
      Files.write(packed, pack(Files.readAllBytes(pools.make(recipe))));
      List<String> text = look(unpack(packed, kitchen.resolve("looked-at-" + recipe.name())), recipe.medium(), recipe.verdict(), recipe.opening());
      written.add(packed);
      written.add(Files.write(textOf(packed), text));
    }
    written.add(Files.write(set.resolve(LAYOUTS), PersistentLayouts.lines()));
    return written;
  }

  /** The text of a pool that was just made, which must be what its recipe says. */
  private static List<String> look(Path pool, FileMedium medium, Verdict verdict, Opening opening) {
    VerifyReport report = verify(pool, medium);
    assertThat(report.verdict()).as("%s: %s", pool, report.findings()).isEqualTo(verdict);
    if (verdict == Verdict.NOT_CLOSED) {
      assertThat(report.recovery().lanesRedone()).as("lanes to be redone").isPositive();
      assertThat(report.recovery().lanesRolledBack()).as("lanes to be rolled back").isPositive();
    }
    List<String> text = new ArrayList<>(GoldenText.unopened(pool, medium, report));
    try (ProcessStore store = ProcessStore.open(pool, existing(medium).acceptMachineCrash(true))) {
      assertThat(store.opening().how()).isEqualTo(opening);
      text.add(GoldenText.opening(store.opening()));
      text.addAll(GoldenText.content(store));
    }
    return text;
  }

  private static StoreOptions existing(FileMedium medium) {
    return StoreOptions.existing().medium(medium).bootIdentity(GoldenPools.BOOT).machineIdentity(HERE);
  }

  private static VerifyReport verify(Path pool, FileMedium medium) {
    try (PoolReader reader = medium.reader(pool)) {
      return StoreVerifier.verify(reader, Place.of(pool, new Host(GoldenPools.BOOT, HERE)));
    }
  }

  private static byte[] pack(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static Path unpack(Path packed, Path pool) throws IOException {
    // Of the pool that was there before.
    Files.deleteIfExists(Anchor.pathFor(pool));
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(packed)))) {
      return Files.write(pool, in.readAllBytes());
    }
  }

  private Path unpack(Path packed) throws IOException {
    return unpack(packed, folder.resolve("golden.pool"));
  }

  private static Path textOf(Path packed) {
    return packed.resolveSibling(nameOf(packed) + ".txt");
  }

  private static String nameOf(Path packed) {
    String name = packed.getFileName().toString();
    return name.substring(0, name.length() - PACKED.length());
  }

  private static List<Path> files(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.sorted().toList();
    }
  }

  static List<Path> kept() throws IOException {
    List<Path> pools = new ArrayList<>();
    for (Path set : files(KEPT)) {
      files(set).stream().filter(file -> file.toString().endsWith(PACKED)).forEach(pools::add);
    }
    return pools;
  }

  @Test
  void everyRowOfTheVersionTableHasPoolsAndEveryPoolAText() throws IOException {
    Set<String> rows = new TreeSet<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher row = VERSION_ROW.matcher(line);
      if (row.matches()) {
        rows.add(row.group(1));
      }
    }
    assertThat(rows).as("rows of the version table of %s", DOCUMENT).contains(OURS);
    assertThat(kept().stream().map(pool -> pool.getParent().getFileName().toString()).collect(Collectors.toSet()))
        .as("versions of which %s has pools", KEPT)
        .isEqualTo(rows);
    for (Path set : files(KEPT)) {
      List<Path> expected = new ArrayList<>(List.of(set.resolve(LAYOUTS)));
      long bytes = 0;
      for (Path pool : kept()) {
        if (pool.startsWith(set)) {
          expected.addAll(List.of(pool, textOf(pool)));
        }
      }
      for (Path file : files(set)) {
        bytes += Files.size(file);
      }
      assertThat(files(set)).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(bytes).as("bytes of all files in %s", set).isLessThan(MOST_BYTES_OF_A_SET);
    }
  }

  /** The recipes are those of the newest set: what this build can make is kept, and what is kept can be made anew. */
  @Test
  void theNewestSetHasAPoolForEachRecipe() throws IOException {
    assertThat(kept().stream().filter(pool -> pool.startsWith(KEPT.resolve(OURS))).map(GoldenPoolsTest::nameOf))
        .containsExactlyInAnyOrderElementsOf(GoldenPools.RECIPES.stream().map(GoldenPools.Recipe::name).toList());
  }

  @ParameterizedTest
  @MethodSource("kept")
  void aKeptPoolIsVerifiedAndShownAsItsTextSaysAndIsNotChangedByThat(Path packed) throws IOException {
    showsWhatItsTextSays(packed);
  }

  private void showsWhatItsTextSays(Path packed) throws IOException {
    Path pool = unpack(packed);
    byte[] before = Files.readAllBytes(pool);
    assertThat(GoldenText.format(pool)).isEqualTo(packed.getParent().getFileName().toString());
    List<String> text = Files.readAllLines(textOf(packed));
    assertSameLines(packed.toString(), shown(pool, text), text);
    assertThat(Arrays.equals(Files.readAllBytes(pool), before)).as("bytes of the pool are as they were").isTrue();
  }

  /** Says only what is different. */
  private static void assertSameLines(String what, List<String> found, List<String> golden) {
    List<String> added = new ArrayList<>(found);
    added.removeAll(golden);
    List<String> missing = new ArrayList<>(golden);
    missing.removeAll(found);
    assertThat(List.of(added, missing)).as("what was found and is not golden, and what is golden and was not found: %s", what).isEqualTo(List.of(List.of(), List.of()));
    assertThat(found).as("the order, and how often each is there: %s", what).isEqualTo(golden);
  }

  /** What a pool shows that is not opened; no more of the text is believed than what nobody can choose here. */
  private static List<String> shown(Path pool, List<String> text) {
    FileMedium medium = GoldenText.medium(text);
    List<String> shown = new ArrayList<>(GoldenText.unopened(pool, medium, verify(pool, medium)));
    try (ProcessStore store = ProcessStore.inspect(pool)) {
      // How it is opened depends on the run of the machine.
      shown.add(text.get(shown.size()));
      shown.addAll(GoldenText.content(store));
    }
    return shown;
  }

  @ParameterizedTest
  @MethodSource("kept")
  void aKeptPoolIsOpenedAndGoesOn(Path packed) throws IOException {
    goesOn(packed);
  }

  private void goesOn(Path packed) throws IOException {
    List<String> text = Files.readAllLines(textOf(packed));
    FileMedium medium = GoldenText.medium(text);
    if (medium == FileMedium.LLPL) {
      Pmempool.assume();
    }
    Path pool = unpack(packed);
    StoreOptions options = existing(medium);
    List<String> seen = new ArrayList<>(GoldenText.unopened(pool, medium, verify(pool, medium)));
    if (text.get(seen.size()).contains(Opening.MACHINE_WENT_DOWN.toString())) {
      assertThatThrownBy(() -> ProcessStore.open(pool, existing(medium))).isInstanceOf(MachineWentDown.class);
      options = options.acceptMachineCrash(true);
    }
    List<String> after;
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      seen.add(GoldenText.opening(store.opening()));
      seen.addAll(GoldenText.content(store));
      assertSameLines(packed.toString(), seen, text);
      for (Component component : GoldenText.components(store)) {
        letItRun(store, component);
      }
      Component newcomer = store.create("newcomer", spec -> spec.program(GoldenProgram.class).region("state", 64).share("picture", "picture"));
      letItRun(store, newcomer);
      store.component("one").destroy();
      growIfItMay(store);
      after = GoldenText.content(store);
    }
    assertSound(pool, medium);
    try (ProcessStore store = ProcessStore.open(pool, existing(medium))) {
      assertThat(store.opening().how()).isEqualTo(Opening.CLEAN);
      assertThat(GoldenText.content(store)).isEqualTo(after);
    }
    assertSound(pool, medium);
    if (medium == FileMedium.LLPL) {
      Pmempool.check(pool);
    }
  }

  private static void growIfItMay(ProcessStore store) {
    Geometry found = store.engine().pool().header().geometry();
    if (found.maxBytes() > found.sizeBytes()) {
      for (int i = 0; store.engine().pool().header().geometry().sizeBytes() == found.sizeBytes(); i++) {
        letItRun(store, store.create("larger-" + i, spec -> spec.program(GoldenProgram.class).region("state", 300_000)));
      }
    }
  }

  private static void assertSound(Path pool, FileMedium medium) {
    VerifyReport report = verify(pool, medium);
    assertThat(report.verdict()).as("%s", report.findings()).isEqualTo(Verdict.CLEAN);
  }

  private static void letItRun(ProcessStore store, Component component) {
    for (int i = 1; i <= GoldenText.MOST_REQUESTS; i++) {
      byte[] recorded = GoldenText.outcome(store, component, i);
      if (recorded.length > 0) {
        assertThat(GoldenText.array(component.invoke(RequestId.of(i), GoldenProgram.request(GoldenProgram.COUNT)))).as("a repeated request").isEqualTo(recorded);
      }
    }
    ComponentInfo info = component.info();
    byte[] state = GoldenText.array(component.invoke(GoldenProgram.request(GoldenProgram.SHOW, info.regions().getFirst().name())));
    assertThat(Bytes.getLong(GoldenText.array(component.invoke(GoldenProgram.request(GoldenProgram.COUNT))), 0))
        .as("what %s counts to", info.name())
        .isEqualTo(Bytes.getLong(state, 0) + 1);
    if (info.regions().stream().anyMatch(region -> region.name().equals("tree"))) {
      component.invoke(GoldenProgram.request(GoldenProgram.ENTRY, "tree"));
    }
  }

  @Test
  void theNewestSetHasTheLayoutsOfThisBuild() throws Exception {
    assertLayouts(PersistentLayouts.lines());
  }

  private static void assertLayouts(List<String> lines) throws IOException {
    assertSameLines(
        "the layouts of this build and those of its golden pools, both of format " + OURS + "; raise the version as " + DOCUMENT + " says, or make the pools anew if it was not released",
        lines,
        Files.readAllLines(KEPT.resolve(OURS).resolve(LAYOUTS)));
  }

  @Test
  void aLayoutThatIsNoLongerWhatItWasIsSeen() throws Exception {
    List<String> lines = PersistentLayouts.lines();
    assertThat(lines).contains("HeaderLayout MAJOR = 8", "HeaderLayout major at 8 of 2", "TreeLayout magic at 0 of 8").hasSizeGreaterThan(200);
    for (int i = 0; i < lines.size(); i++) {
      List<String> changed = new ArrayList<>(lines);
      changed.set(i, lines.get(i) + "0");
      assertThatThrownBy(() -> assertLayouts(changed)).isInstanceOf(AssertionError.class);
    }
    assertThatThrownBy(() -> assertLayouts(lines.subList(1, lines.size()))).isInstanceOf(AssertionError.class);
  }

  /** Bytes that no checksum of the pool covers are covered by the text. */
  @Test
  void aByteOfARegionThatIsNotWhatItWasIsSeen() throws IOException {
    Path packed = KEPT.resolve(OURS).resolve("mapped-closed" + PACKED);
    List<String> text = Files.readAllLines(textOf(packed));
    Path pool = unpack(packed);
    byte[] bytes = Files.readAllBytes(pool);
    // Far behind those that the text spells out.
    bytes[Math.toIntExact(placeOfSecondRegion(pool, "many")) + 4000] ^= 1;
    Files.write(pool, bytes);
    assertThat(verify(pool, FileMedium.MAPPED).verdict()).isEqualTo(Verdict.CLEAN);
    List<String> shown = shown(pool, text);
    assertThat(shown).hasSameSizeAs(text);
    shown.removeAll(text);
    assertThat(shown).singleElement().asString().startsWith("  region more OWN READ_WRITE at 8192: 4500 bytes, ");
  }

  private static long placeOfSecondRegion(Path pool, String component) {
    try (ProcessStore store = ProcessStore.inspect(pool)) {
      Engine engine = store.engine();
      ComponentId id = store.component(component).id();
      return engine.peek(
          id.recordOffset(), id.birth(), awake -> new RecordEditor(engine.media(), engine.heap(), awake, null).get(1).extentOffset());
    }
  }

  /** What would be written today is good: nobody has to find out when it must be. */
  @Test
  void poolsThatAreMadeNowAreGoldenToo() throws Exception {
    Path set = Files.createDirectories(folder.resolve("set").resolve(OURS));
    List<Path> written = writeSet(folder, set);
    assertThat(written).hasSizeGreaterThan(10);
    for (Path packed : written) {
      if (packed.toString().endsWith(PACKED)) {
        goesOn(packed);
      }
    }
  }
}
