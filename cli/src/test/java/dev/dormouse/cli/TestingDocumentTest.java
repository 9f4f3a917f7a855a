package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The tables of docs/testing.md: what they name exists, and their figures are about what the modules' tests reported when they
 * ran last. {@code -Ddormouse.writeTesting=true} writes the figures anew.
 */
final class TestingDocumentTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path DOCUMENT = ROOT.resolve("docs").resolve("testing.md");
  private static final Path REPORT = Path.of("target", "crash-report.csv");
  /** Nobody is told of every state more or less; that a table is out of date, somebody is. */
  private static final double FACTOR = 1.5;

  private static final String WITH_FAULTS = "; with planted faults ";
  private static final Pattern ROW = Pattern.compile("\\| ((?:[IR][0-9]+(?:, )?)+)([^|]*) \\| ([^|]*) \\| ([^|]*) \\|");
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`(?: \\(its tests that begin with (\\w+)\\))?");
  private static final Pattern FENCED = Pattern.compile("^```.*?^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern NAME = Pattern.compile("([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?|([a-z]\\w*)");
  private static final Pattern NUMBER = Pattern.compile("[0-9][0-9,]*");
  private static final Pattern EXPLORES =
      Pattern.compile("^import dev\\.dormouse\\.emulation\\.CrashExplorer;|^  @CrashTest", Pattern.MULTILINE);
  private static final Pattern PACKAGE = Pattern.compile(".*/src/(?:main|test)/java/.*");

  /** Sources by the simple name of their class. */
  private static final Map<String, Path> SOURCES = new HashMap<>();

  /** Modules whose tests explore. */
  private static final Set<String> EXPLORING = new TreeSet<>();

  /** A name in backticks: of a class, perhaps with a member, or with how the names of its tests begin. */
  private record Named(String className, Optional<String> member, String prefix) {
    boolean covers(String test) {
      String method = test.substring(test.lastIndexOf('.') + 1);
      return test.startsWith(className + ".") && method.startsWith(prefix) && member.map(method::equals).orElse(true);
    }
  }

  /** A row, and in which line of the document it stands. */
  private record Row(int line, List<String> keys, String title, String figures, String tests) {
    String key() {
      return keys.getFirst();
    }

    String with(String newFigures) {
      return "| " + String.join(", ", keys) + title + " | " + newFigures + " | " + tests + " |";
    }
  }

  /** One exploration of a report. */
  private record Explored(String test, boolean faults, long points, long states) {}

  @BeforeAll
  static void findSources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path source : modules.map(module -> module.resolve("src")).filter(Files::isDirectory).toList()) {
        findSources(source);
      }
    }
    assertThat(SOURCES).containsKeys("TestingDocumentTest", "CrashedEpochTest", "MappedMedia");
    assertThat(EXPLORING).contains("emulation", "recovery", "hibernate-manager").doesNotContain("cli");
  }

  private static void findSources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java") && PACKAGE.matcher(path.toString()).matches()).toList()) {
        String name = file.getFileName().toString();
        SOURCES.put(name.substring(0, name.length() - ".java".length()), file);
        boolean isTest = file.startsWith(folder.resolve("test"));
        if (isTest && EXPLORES.matcher(text(file)).find()) {
          EXPLORING.add(moduleOf(file));
        }
      }
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String moduleOf(Path source) {
    return ROOT.relativize(source).getName(0).toString();
  }

  private static List<Row> rows(List<String> document) {
    List<Row> rows = new ArrayList<>();
    for (int line = 0; line < document.size(); line++) {
      Matcher row = ROW.matcher(document.get(line));
      if (row.matches()) {
        rows.add(new Row(line, List.of(row.group(1).split(", ")), row.group(2), row.group(3), row.group(4)));
      }
    }
    return rows;
  }

  /** What is named in backticks; a method alone belongs to the class before it. Commands, options and constants are no names. */
  private static List<Named> names(String text) {
    List<Named> names = new ArrayList<>();
    QUOTED
        .matcher(text)
        .results()
        .forEach(
            quoted -> {
              Matcher name = NAME.matcher(quoted.group(1));
              if (name.matches()) {
                String type = name.group(1) == null ? names.isEmpty() ? "" : names.getLast().className : name.group(1);
                String member = name.group(1) == null ? name.group(3) : name.group(2);
                String prefix = quoted.group(2) == null ? "" : quoted.group(2);
                names.add(new Named(type, Optional.ofNullable(member), prefix));
              }
            });
    return names;
  }

  private static boolean exists(Named named) {
    Path source = SOURCES.get(named.className);
    if (source == null) {
      return false;
    }
    String text = text(source);
    return named.member.map(member -> Pattern.compile("(?:class|record|interface|enum) " + member + "\\b|[\\w>\\]] " + member + "\\(").matcher(text).find()).orElse(true)
        && (named.prefix.isEmpty() || Pattern.compile("void " + named.prefix).matcher(text).find());
  }

  private static List<Explored> reported() throws IOException {
    List<Explored> all = new ArrayList<>();
    for (String module : EXPLORING) {
      Path report = ROOT.resolve(module).resolve(REPORT);
      if (Files.exists(report)) {
        all.addAll(read(Files.readAllLines(report)));
      }
    }
    return all;
  }

  private static List<Explored> read(List<String> csv) {
    List<String> columns = List.of(csv.getFirst().split(",", -1));
    List<Explored> explored = new ArrayList<>();
    for (String line : csv.subList(1, csv.size())) {
      String[] values = line.split(",", -1);
      explored.add(
          new Explored(
              values[columns.indexOf("test")],
              values[columns.indexOf("faults")].equals("yes"),
              Long.parseLong(values[columns.indexOf("points")]),
              Long.parseLong(values[columns.indexOf("distinctStates")])
                  + Long.parseLong(values[columns.indexOf("recoveryStates")])));
    }
    return explored;
  }

  /** Which of the modules whose tests a row names explore, and have not reported. */
  private static Set<String> missing(Row row) {
    return names(row.tests).stream()
        .map(named -> moduleOf(SOURCES.get(named.className)))
        .filter(module -> EXPLORING.contains(module) && !Files.exists(ROOT.resolve(module).resolve(REPORT)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String figures(String tests, List<Explored> reported) {
    List<Named> names = names(tests);
    List<Explored> covered = reported.stream().filter(one -> names.stream().anyMatch(named -> named.covers(one.test))).toList();
    String sound = sums(covered.stream().filter(one -> !one.faults).toList());
    String faulty = sums(covered.stream().filter(Explored::faults).toList());
    return faulty.equals("-") ? sound : sound + WITH_FAULTS + faulty;
  }

  private static String sums(List<Explored> explored) {
    long points = explored.stream().mapToLong(Explored::points).sum();
    long states = explored.stream().mapToLong(Explored::states).sum();
    return explored.isEmpty() ? "-" : String.format(Locale.ROOT, "%,d / %,d", points, states);
  }

  /** The same words, and numbers that are at most a factor apart. */
  private static boolean isNear(String kept, String made) {
    List<Long> some = numbers(kept);
    List<Long> others = numbers(made);
    return NUMBER.matcher(kept).replaceAll("N").equals(NUMBER.matcher(made).replaceAll("N"))
        && IntStream.range(0, some.size()).allMatch(i -> isNear(some.get(i), others.get(i)));
  }

  private static boolean isNear(long one, long other) {
    return one <= FACTOR * other && other <= FACTOR * one;
  }

  private static List<Long> numbers(String text) {
    return NUMBER.matcher(text).results().map(MatchResult::group).map(number -> Long.parseLong(number.replace(",", ""))).toList();
  }

  @Test
  void everyInvariantAndEveryRuleHasOneRow() throws IOException {
    List<String> expected = new ArrayList<>();
    IntStream.rangeClosed(1, 8).forEach(number -> expected.add("I" + number));
    IntStream.rangeClosed(1, 17).forEach(number -> expected.add("R" + number));
    assertThat(rows(Files.readAllLines(DOCUMENT)).stream().flatMap(row -> row.keys.stream())).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    for (Row row : rows(Files.readAllLines(DOCUMENT))) {
      assertThat(names(row.tests).stream().filter(named -> !exists(named))).as("named for %s, and not in the sources", row.key()).isEmpty();
    }
    List<Named> tests = names(FENCED.matcher(Files.readString(DOCUMENT)).replaceAll("")).stream().filter(named -> named.className.endsWith("Test")).toList();
    assertThat(tests).hasSizeGreaterThan(100);
    assertThat(tests.stream().filter(named -> !SOURCES.containsKey(named.className))).as("tests that are not in the sources").isEmpty();
  }

  @Test
  void theFiguresAreThoseOfTheLastRun() throws IOException {
    List<Explored> reported = reported();
    List<String> document = new ArrayList<>(Files.readAllLines(DOCUMENT));
    boolean write = Boolean.getBoolean("dormouse.writeTesting");
    for (Row row : rows(document)) {
      String made = figures(row.tests, reported);
      if (write) {
        assertThat(missing(row)).as("modules that did not report what they explored; run the tests of all").isEmpty();
        document.set(row.line, row.with(made));
      } else if (missing(row).isEmpty()) {
        assertThat(row.figures)
            .as("points / states of %s in %s; -Ddormouse.writeTesting=true writes them", row.key(), DOCUMENT)
            .matches(kept -> isNear(kept, made), "is at most a factor of " + FACTOR + " away from " + made);
      }
    }
    if (write) {
      Files.write(DOCUMENT, document);
    }
  }

  @Test
  void whatIsNamedAndIsNotThereIsNoticed() {
    assertThat(names("`TestingDocumentTest` and `whatIsNamedAndIsNotThereIsNoticed`, `TestingDocumentTest.Row`; `TestingDocumentTest` (its tests that begin with what)"))
        .hasSize(4)
        .allMatch(TestingDocumentTest::exists);
    assertThat(names("`NoSuchTest`, `NoSuchTest.atAll`, `TestingDocumentTest.atAll`, `atAll`, `TestingDocumentTest` (its tests that begin with r99)"))
        .hasSize(5)
        .noneMatch(TestingDocumentTest::exists);
    assertThat(names("`./dormouse torture`, `PAGE_CACHE`, `-Dtest=ThisTest`")).isEmpty();
  }

  @Test
  void figuresAreSumsOverTheTestsThatAreNamed() {
    List<Explored> reported =
        read(
            List.of(
                "test,model,faults,points,distinctStates,recoveryStates",
                "FirstTest.r1One,PX86,no,1000,20000,300",
                "FirstTest.r1One,EADR,no,1,1,0",
                "FirstTest.r2Two,PX86,yes,7,70,700",
                "FirstTestOfAll.r1One,PX86,no,5,50,500",
                "SecondTest.Inner.one,PX86,no,4,40,0",
                "-,PX86,no,6,60,0"));
    assertThat(figures("`FirstTest`", reported)).isEqualTo("1,001 / 20,301; with planted faults 7 / 770");
    assertThat(figures("`FirstTest` and `FirstTest.r1One`, `r1One`, `SecondTest`", reported)).isEqualTo("1,005 / 20,341; with planted faults 7 / 770");
    assertThat(figures("`FirstTest` (its tests that begin with r1)", reported)).isEqualTo("1,001 / 20,301");
    assertThat(figures("`FirstTest.r2Two`", reported)).isEqualTo("-; with planted faults 7 / 770");
    assertThat(figures("`ThirdTest`, and nothing of `SecondTest.another`", reported)).isEqualTo("-");
  }

  @Test
  void figuresThatAreFarOffAreNoticed() {
    assertThat(isNear("1,000 / 20,000", "1,500 / 13,400")).isTrue();
    assertThat(isNear("1,000 / 20,000", "1,501 / 20,000")).isFalse();
    assertThat(isNear("1,000 / 20,000", "1,000 / 13,300")).isFalse();
    assertThat(isNear("-", "1 / 1")).isFalse();
    assertThat(isNear("1 / 1", "-")).isFalse();
    assertThat(isNear("1 / 1", "1 / 1; with planted faults 1 / 1")).isFalse();
    assertThat(isNear("-", "-")).isTrue();
  }
}
