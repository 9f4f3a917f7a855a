package dev.dormouse.component.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.MutantRunner;
import dev.dormouse.emulation.mutation.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every step and every rule of the protocol is taken out of the code, one at a time, and the suites that find nothing wrong with
 * the whole code have to find each. The table of docs/mutants.md is made from what happens here; the numbers of states are left
 * out of the comparison, because they change with the code.
 */
class MutantsTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "mutants.md");
  private static final Path PROTOCOL = Path.of("..", "docs", "protocol.md");
  private static final Path JOURNAL = Path.of("..", "docs", "journal.md");
  private static final Path SNAPSHOTS = Path.of("..", "docs", "snapshots.md");
  private static final Path MADE = Path.of("target", "mutants.md");
  private static final String BEGIN = "<!-- mutants:begin -->";
  private static final String END = "<!-- mutants:end -->";
  private static final Pattern STATES = Pattern.compile("\\| ([0-9,]+) \\|$");
  private static final Pattern FIRST_CELL = Pattern.compile("\\| ([^|]+?) +\\|.*");

  private static final Map<String, String> NOT_YET =
      Map.of(
          "R12", "no fork, no rewind",
          "R14", "components send nothing",
          "R16", "no timers, no messages");

  private static final MutantRunner RUNNER = new MutantRunner(name -> name.startsWith("dev.dormouse."), Duration.ofSeconds(60));
  private static final Map<String, List<Mutant>> MUTANTS = catalogue();
  private static final Map<Class<? extends KillSuite>, Verdict> ORIGINALS = new ConcurrentHashMap<>();
  private static final Map<String, String> FOUND_BY = new ConcurrentHashMap<>();
  private static final Map<String, Long> STATES_TAKEN = new ConcurrentHashMap<>();
  private static final Set<String> WRONG = ConcurrentHashMap.newKeySet();

  private static Map<String, List<Mutant>> catalogue() {
    Map<String, List<Mutant>> groups = new LinkedHashMap<>();
    groups.put("Before the first store: (a)", EngineMutants.beforeTheFirstStore());
    groups.put("Commit: intents and (b) to (d)", EngineMutants.commit());
    groups.put("Abort, and the lanes", EngineMutants.abort());
    groups.put("Recovery", EngineMutants.recovery());
    groups.put("A file in the page cache", EngineMutants.pageCache());
    groups.put("Pools", EngineMutants.pool());
    groups.put("The heap", EngineMutants.heap());
    groups.put("The journal: a commit", JournalMutants.commit());
    groups.put("The journal: sync", JournalMutants.sync());
    groups.put("The journal: migration, and pages given back", JournalMutants.migration());
    groups.put("The journal: opening and closing", JournalMutants.opening());
    groups.put("The archive", JournalMutants.archive());
    groups.put("Locks", StoreMutants.locks());
    groups.put("Turns", StoreMutants.turns());
    groups.put("Components, names, symbols", StoreMutants.lives());
    groups.put("Address spaces and dataspaces", StoreMutants.addressSpaces());
    return groups;
  }

  private static List<Mutant> all() {
    return MUTANTS.values().stream().flatMap(List::stream).toList();
  }

  @BeforeAll
  static void run() throws InterruptedException, ExecutionException {
    Set<Class<? extends KillSuite>> suites = new LinkedHashSet<>();
    all().forEach(mutant -> suites.addAll(mutant.suites()));
    List<Runnable> runs = new ArrayList<>();
    suites.forEach(suite -> runs.add(() -> ORIGINALS.put(suite, RUNNER.runOriginal(suite))));
    all().forEach(mutant -> runs.add(() -> run(mutant)));
    try (ExecutorService threads = Executors.newFixedThreadPool(Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8))) {
      List<Future<?>> ends = new ArrayList<>();
      runs.forEach(one -> ends.add(threads.submit(one)));
      for (Future<?> end : ends) {
        end.get();
      }
    }
  }

  private static void run(Mutant mutant) {
    String name = key(mutant);
    try {
      runSuites(mutant, name);
    } catch (IllegalStateException e) {
      // All that is wrong with the catalogue is told at once.
      WRONG.add(e.getMessage());
    }
  }

  private static void runSuites(Mutant mutant, String name) {
    long states = 0;
    for (Class<? extends KillSuite> suite : mutant.suites()) {
      Verdict verdict = RUNNER.run(mutant.mutation(), suite);
      states += verdict.states();
      if (verdict.killed()) {
        FOUND_BY.put(name, suite.getEnclosingClass().getSimpleName() + "." + suite.getSimpleName());
        break;
      }
    }
    STATES_TAKEN.put(name, states);
    if (FOUND_BY.containsKey(name) == (mutant.harmless() != null)) {
      WRONG.add(mutant.harmless() == null ? name + " survives, and nothing explains it" : name + " is said to be harmless, and was killed by " + FOUND_BY.get(name));
    }
  }

  private static String key(Mutant mutant) {
    return mutant.mutation().breaks() + ": " + mutant.mutation().name();
  }

  @Test
  void theSuitesFindNothingWrongWithTheCodeAsItIs() {
    assertThat(ORIGINALS).hasSizeGreaterThan(30);
    ORIGINALS.forEach((suite, verdict) -> assertThat(verdict.killed()).as("%s: %s", suite.getName(), verdict.how()).isFalse());
  }

  @Test
  void everyMutantIsKilledOrExplained() {
    assertThat(all().stream().map(MutantsTest::key)).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(WRONG)).isEmpty();
    assertThat(STATES_TAKEN).hasSize(all().size());
  }

  /** The steps and the rules are read from docs/protocol.md, docs/journal.md and docs/snapshots.md, so that a new one asks for its mutant. */
  @Test
  void everyStepAndEveryRuleOfTheProtocolHasAMutant() throws IOException {
    Set<String> steps = stepsOfTheProtocol();
    assertThat(steps).hasSizeGreaterThan(45).contains("(a) 1", "abort 4", "recovery 3", "opening 6", "closing 1", "making 6", "publish a run", "R1", "R17");
    Set<String> journal = stepsOfTheJournal();
    assertThat(journal).hasSizeGreaterThan(24).contains("journal (a)", "journal (c) 2", "journal (e) 3", "journal (f) 5", "journal pin", "journal (h) 5", "journal (i) 2", "journal closing");
    steps.addAll(journal);
    Set<String> archive = steps(SNAPSHOTS, Map.of("## Steps", "archive ", "## Restore", "archive "));
    assertThat(archive).hasSizeGreaterThan(9).contains("archive (k) 1", "archive (l) 4");
    steps.addAll(archive);
    Set<String> broken = new TreeSet<>(NOT_YET.keySet());
    all().forEach(mutant -> broken.addAll(Arrays.asList(mutant.mutation().breaks().split(", ", -1))));
    steps.removeAll(broken);
    assertThat(steps).as("steps and rules of %s, %s and %s without a mutant", PROTOCOL, JOURNAL, SNAPSHOTS).isEmpty();
  }

  private static Set<String> stepsOfTheProtocol() throws IOException {
    Map<String, String> prefixes = new LinkedHashMap<>();
    prefixes.put("### (", "");
    prefixes.put("### Abort", "abort ");
    prefixes.put("## Recovery", "recovery ");
    prefixes.put("Opening:", "opening ");
    prefixes.put("Closing waits", "closing ");
    prefixes.put("## Making a pool", "making ");
    prefixes.put("## The heap", "");
    prefixes.put("## Growing a pool", "");
    prefixes.put("## Dataspaces", "dataspaces ");
    prefixes.put("## The rules", "");
    return steps(PROTOCOL, prefixes);
  }

  private static Set<String> stepsOfTheJournal() throws IOException {
    Map<String, String> prefixes = new LinkedHashMap<>();
    for (String heading : List.of("## A commit", "### Sync", "### Migration", "### Pages given back", "## Opening")) {
      prefixes.put(heading, "journal ");
    }
    Set<String> steps = steps(JOURNAL, prefixes);
    if (Files.readAllLines(JOURNAL).stream().anyMatch(line -> line.startsWith("Closing:"))) {
      steps.add("journal closing");
    }
    return steps;
  }

  /** The first cells of the tables below lines that begin as said, with what stands before them. */
  private static Set<String> steps(Path document, Map<String, String> prefixes) throws IOException {
    Set<String> steps = new TreeSet<>();
    String prefix = null;
    for (String line : Files.readAllLines(document)) {
      Matcher cell = FIRST_CELL.matcher(line);
      if (line.startsWith("##")) {
        prefix = null;
      }
      for (Map.Entry<String, String> entry : prefixes.entrySet()) {
        prefix = line.startsWith(entry.getKey()) ? entry.getValue() : prefix;
      }
      if (prefix != null && cell.matches() && !cell.group(1).equals("step") && !cell.group(1).equals("rule") && !cell.group(1).startsWith("---")) {
        String step = cell.group(1).replace(",", "");
        steps.add(step.matches("R[0-9]+ .*") ? step.substring(0, step.indexOf(' ')) : prefix + step);
      }
    }
    return steps;
  }

  @Test
  void theTableInTheDocumentIsThatOfTheBuild() throws IOException {
    List<String> table = table();
    Files.createDirectories(MADE.getParent());
    Files.write(MADE, table);
    String document = Files.readString(DOCUMENT);
    int from = document.indexOf(BEGIN) + BEGIN.length();
    int to = document.indexOf(END);
    assertThat(from).as("place of the table in %s", DOCUMENT).isBetween(BEGIN.length(), to);
    if (Boolean.getBoolean("dormouse.writeMutants")) {
      Files.writeString(DOCUMENT, document.substring(0, from) + "\n" + String.join("\n", table) + "\n" + document.substring(to));
      return;
    }
    // The first line of the table is empty, and so is the one behind the marker.
    List<String> kept = document.substring(from, to).stripTrailing().lines().skip(1).toList();
    assertThat(kept.stream().filter(line -> line.startsWith("| ") && !STATES.matcher(line).find()).filter(line -> !line.contains("| states |") && !line.contains("| --- |") && !line.contains("not yet")))
        .as("rows of %s without a number of states", DOCUMENT)
        .isEmpty();
    assertThat(withoutStates(kept)).as("table of %s; -Ddormouse.writeMutants=true writes it", DOCUMENT).isEqualTo(withoutStates(table));
  }

  private static List<String> withoutStates(List<String> table) {
    return table.stream().map(line -> STATES.matcher(line).replaceAll("|")).toList();
  }

  private static List<String> table() {
    List<String> lines = new ArrayList<>();
    MUTANTS.forEach(
        (group, mutants) -> {
          head(lines, group);
          mutants.forEach(mutant -> lines.add(row(mutant)));
        });
    head(lines, "Rules that do not apply yet");
    NOT_YET.keySet().stream().sorted(Comparator.comparing(rule -> Integer.valueOf(rule.substring(1)))).forEach(
        rule -> lines.add("| " + rule + " | none: " + NOT_YET.get(rule) + " | | not yet | |"));
    return lines;
  }

  private static void head(List<String> lines, String group) {
    lines.add("");
    lines.add("### " + group);
    lines.add("");
    lines.add("| breaks | mutant | the edit | found by | states |");
    lines.add("| --- | --- | --- | --- | --- |");
  }

  private static String row(Mutant mutant) {
    String name = key(mutant);
    String found = FOUND_BY.containsKey(name) ? "`" + FOUND_BY.get(name) + "`" : "nobody: " + mutant.harmless();
    return "| " + mutant.mutation().breaks() + " | " + mutant.mutation().name() + " | `" + mutant.mutation().describe() + "` | " + found + " | "
        + String.format(Locale.ROOT, "%,d", STATES_TAKEN.getOrDefault(name, 0L)) + " |";
  }
}
