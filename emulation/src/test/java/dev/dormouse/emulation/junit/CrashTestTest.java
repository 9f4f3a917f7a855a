package dev.dormouse.emulation.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.dormouse.emulation.PersistencyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** The annotation, run as JUnit runs it, on right and wrong samples. */
class CrashTestTest {
  private static final Pattern PROPERTY = Pattern.compile("-D(crash\\.\\w+)=(\\S+)");
  private static final Pattern REPORT =
      Pattern.compile("<!-- report: HastyLogSample -->\\s*```\\w*\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern COMMAND = Pattern.compile("^  reproduce with (.*)$", Pattern.MULTILINE);

  private final Map<String, String> properties = new HashMap<>();

  @BeforeEach
  void withoutProperties() {
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("crash.")) {
        properties.put(name, System.clearProperty(name));
      }
    }
  }

  @AfterEach
  void restoreProperties() {
    Map<String, String> before = Map.copyOf(properties);
    withoutProperties();
    before.forEach(System::setProperty);
  }

  private static EngineExecutionResults run(Class<?> samples, String method) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(samples, method, CrashScenario.class.getName()))
        .execute();
  }

  private static List<String> failures(EngineExecutionResults results) {
    return results.allEvents().finished().stream()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class).getThrowable())
        .flatMap(Optional::stream)
        .map(Throwable::getMessage)
        .toList();
  }

  private static List<Map<String, String>> entries(EngineExecutionResults results) {
    return results.allEvents().reportingEntryPublished().stream()
        .map(event -> event.getRequiredPayload(ReportEntry.class).getKeyValuePairs())
        .toList();
  }

  private static String onlyFailure(Class<?> samples, String method) {
    List<String> failures = failures(run(samples, method));
    assertThat(failures).hasSize(1);
    return failures.getFirst();
  }

  private static String command(String message) {
    Matcher matcher = COMMAND.matcher(message);
    assertThat(matcher.find()).as(message).isTrue();
    String command = matcher.group(1);
    assertThat(matcher.find()).as("a second line that reproduces, in: " + message).isFalse();
    return command;
  }

  /** Does what Maven does with the line. */
  private static void set(String command) {
    Matcher matcher = PROPERTY.matcher(command);
    while (matcher.find()) {
      System.setProperty(matcher.group(1), matcher.group(2));
    }
  }

  @Test
  void aRightStructurePassesUnderEachModelByItsName() {
    EngineExecutionResults results = run(CrashTestSamples.Right.class, "right");
    results.testEvents().assertStatistics(counts -> counts.succeeded(2).failed(0).skipped(0));
    assertThat(results.testEvents().succeeded().stream().map(event -> event.getTestDescriptor().getDisplayName()))
        .containsExactly("PX86", "EADR");
  }

  @Test
  void theFiguresArePublishedAndNotPrinted() {
    EngineExecutionResults results = run(CrashTestSamples.Right.class, "right");
    List<Map<String, String>> entries = entries(results);
    assertThat(entries).hasSize(2);
    assertThat(entries.getFirst())
        .containsEntry("crash.model", "PX86")
        .containsEntry("crash.seed", "0x5eed")
        .containsEntry("crash.exhaustive", "true")
        .containsEntry("crash.violations", "0")
        .containsEntry("crash.mistakes", "none");
    assertThat(Integer.parseInt(entries.getFirst().get("crash.points"))).isGreaterThanOrEqualTo(5);
    assertThat(Integer.parseInt(entries.getFirst().get("crash.states"))).isGreaterThanOrEqualTo(5);
  }

  @Test
  void mistakesAndCostsArePublishedWithTheirPlaces() {
    Map<String, String> figures = entries(run(CrashTestSamples.Mistaken.class, "careless")).getFirst();
    assertThat(figures.get("crash.costs")).contains("NEEDLESS_FLUSH", "CrashTestSamples.java:");
    assertThat(figures.get("crash.mistakes")).contains("STRADDLING_STORE", "CrashTestSamples.java:");
  }

  @Test
  void theFiguresOfAFailureArePublishedToo() {
    EngineExecutionResults results = run(CrashTestSamples.Hasty.class, "steps");
    assertThat(entries(results).stream().map(entry -> entry.get("crash.violations"))).containsExactly("1", "0");
  }

  @Test
  void aFailureSaysInItsLinesWhatBrokeHowToSeeItWhichStepsAndWhatWasStored() {
    EngineExecutionResults results = run(CrashTestSamples.Hasty.class, "steps");
    // Under EADR the number comes before its count by the order of the stores alone.
    results.testEvents().assertStatistics(counts -> counts.succeeded(1).failed(1));
    List<String> lines = failures(results).getFirst().lines().toList();
    assertThat(lines.get(0))
        .isEqualTo(
            "CrashTestSamples$Hasty.steps, PX86: a crash while step append 7 was under way left [0]; expected [] as before it or [7] as after it");
    assertThat(lines.get(1))
        .startsWith(
            "  reproduce with mvn test '-Dtest=dev.dormouse.emulation.junit.CrashTestSamples$Hasty#steps' -Dcrash.model=PX86 -Dcrash.steps=1 -Dcrash.seed=0x5eed -Dcrash.point=");
    assertThat(lines.get(2)).isEqualTo("  steps, 1 of 2, the fewest that break it: (1) append 7");
    assertThat(lines.get(3)).startsWith("  crash at point ").contains("PX86");
    assertThat(lines.subList(4, lines.size())).anyMatch(line -> line.contains("store [0x40, +8) = 0x7"));
  }

  /** What differs from run to run is the number of the thread. */
  @Test
  void theReportInTheGuideIsTheOneThatComesOut() throws IOException {
    Matcher report = REPORT.matcher(Files.readString(Path.of("..", "docs", "crash-testing.md")));
    assertThat(report.find()).isTrue();
    String actual = onlyFailure(HastyLogSample.class, "anAppendIsThereWholeOrNotAtAll").strip();
    assertThat(report.group(1).strip()).isEqualTo(actual.replaceAll("thread \\d+", "thread 1"));
  }

  @Test
  void theCauseOfAFailureIsWhatTheCheckThrew() {
    EngineExecutionResults results = run(CrashTestSamples.Hasty.class, "onlyTwoOfManySteps");
    Event failed = results.testEvents().failed().stream().findFirst().orElseThrow();
    Throwable failure = failed.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
    assertThat(failure).isInstanceOf(CrashFailure.class);
    assertThat(failure.getCause()).isInstanceOf(AssertionError.class);
    assertThat(((CrashFailure) failure).steps()).containsExactly("c", "e");
    assertThat(((CrashFailure) failure).violation().cause()).isSameAs(failure.getCause());
    assertThat(((CrashFailure) failure).report().points()).isPositive();
  }

  @Test
  void stepsThatDoNotMatterAreLeftOut() {
    assertThat(onlyFailure(CrashTestSamples.Hasty.class, "onlyTwoOfManySteps"))
        .contains("\n  steps, 2 of 6, the fewest that break it: (3) c, (5) e\n")
        .contains(" -Dcrash.steps=3,5 ");
  }

  @Test
  void whatBreaksWithoutAnyStepIsReportedWithNone() {
    assertThat(onlyFailure(CrashTestSamples.Hasty.class, "noStep"))
        .contains("\n  steps, 0 of 2, the fewest that break it: none\n")
        .contains(" -Dcrash.steps=none ");
  }

  @Test
  void stepsWithoutWhichOthersCannotRunAreKept() {
    assertThat(onlyFailure(CrashTestSamples.Hasty.class, "dependentSteps"))
        .contains("\n  steps, 2 of 4, the fewest that break it: (2) make, (4) use\n");
  }

  @Test
  void theCommandNamesTheClassThatRanAndNotTheOneThatDeclares() {
    assertThat(onlyFailure(CrashTestSamples.Heir.class, "anAppendIsThereWholeOrNotAtAll"))
        .startsWith("CrashTestSamples$Heir.anAppendIsThereWholeOrNotAtAll, PX86: ")
        .contains(" '-Dtest=dev.dormouse.emulation.junit.CrashTestSamples$Heir#anAppendIsThereWholeOrNotAtAll' ");
  }

  @Test
  void aNestedClassIsNamedByItsBinaryName() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter").selectors(selectClass(CrashTestSamples.Outer.class)).execute();
    assertThat(failures(results)).singleElement().asString().contains(" '-Dtest=dev.dormouse.emulation.junit.CrashTestSamples$Outer$Inner#nested' ");
  }

  @ParameterizedTest
  @CsvSource({"steps, 1", "onlyTwoOfManySteps, 0", "noStep, 0", "dependentSteps, 0", "run, 1", "recovery, 0"})
  void theLineOfAFailureRunsThatModelAndThatCrashOnlyAndFailsTheSameWay(String sample, int otherModels) {
    String message = onlyFailure(CrashTestSamples.Hasty.class, sample);
    set(command(message));
    EngineExecutionResults again = run(CrashTestSamples.Hasty.class, sample);
    again.testEvents().assertStatistics(counts -> counts.skipped(otherModels).failed(1).succeeded(0));
    Map<String, String> figures = entries(again).getFirst();
    assertThat(entries(again)).hasSize(1);
    assertThat(Integer.parseInt(figures.get("crash.points")) - Integer.parseInt(figures.get("crash.pointsNotCrashed"))).isOne();
    assertThat(failures(again)).hasSize(1);
    assertThat(failures(again).getFirst().replace("of those that ran", "the fewest that break it")).isEqualTo(message);
  }

  @Test
  void aSkippedModelSaysWhy() {
    System.setProperty("crash.model", "EADR");
    EngineExecutionResults results = run(CrashTestSamples.Right.class, "right");
    results.testEvents().assertStatistics(counts -> counts.skipped(1).succeeded(1));
    assertThat(results.testEvents().skipped().stream().findFirst().orElseThrow().getRequiredPayload(String.class))
        .isEqualTo("crash.model=EADR asks for that model only");
  }

  @Test
  void aModelThatTheTestDoesNotHaveIsAFailureAndNotAPass() {
    System.setProperty("crash.model", "EADR");
    assertThat(onlyFailure(CrashTestSamples.Hasty.class, "recovery"))
        .isEqualTo("CrashTestSamples$Hasty.recovery: crash.model=EADR asked for, but its models are [PX86]; nothing would be crashed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "crash.model; PX99; crash.model: \"PX99\" found, expected one of [PX86",
        "crash.seed; many; crash.seed: \"many\" found, expected a number",
        "crash.steps; 1,x; crash.steps: \"1,x\" found, expected numbers of steps",
        "crash.steps; 3; crash.steps: \"3\" found, expected numbers from 1 to 2",
        "crash.steps; 0; crash.steps: \"0\" found, expected numbers from 1 to 2"
      })
  void aPropertyThatMeansNothingIsRefusedByName(String property, String value, String sentence) {
    System.setProperty(property, value);
    assertThat(failures(run(CrashTestSamples.Right.class, "right"))).isNotEmpty().allMatch(message -> message.startsWith(sentence));
  }

  @Test
  void stepsAskedOfAScenarioWithoutStepsAreAFailure() {
    System.setProperty("crash.steps", "1");
    assertThat(failures(run(CrashTestSamples.Hasty.class, "run")))
        .hasSize(2)
        .allMatch(message -> message.contains("crash.steps is set, but this scenario has no steps"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "withoutCheck; the method explored nothing",
        "withoutStore; no store",
        "caught; the method explored nothing",
        "withoutImages; budget of 0 images",
        "tooDeep; recovery depth 4",
        "withoutBytes; a medium of 0 bytes",
        "withoutModels; no models, at least one expected",
        "twice; a second scenario in one test method",
        "sameLook; looks like nice before the first step and after every one",
        "failingStep; without any crash: java.lang.IllegalStateException: step stumble: java.lang.IllegalArgumentException: mistyped",
        "failingPreparation; the preparation failed, without any crash: java.lang.IllegalArgumentException: mistyped"
      })
  void whatWouldShowNothingFailsWithASentence(String sample, String sentence) {
    EngineExecutionResults results = run(CrashTestSamples.Nothing.class, sample);
    results.testEvents().assertStatistics(counts -> counts.succeeded(0));
    assertThat(failures(results)).isNotEmpty().allMatch(message -> message.contains(sentence));
  }

  @Test
  void aMethodThatTakesNoScenarioFails() {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter").selectors(selectMethod(CrashTestSamples.Nothing.class, "withoutScenario")).execute();
    assertThat(failures(results)).hasSize(2).allMatch(message -> message.contains("it must take a CrashScenario"));
  }

  @Test
  void theAnnotationMayStandOnAnotherAndBeforeEachMayPrepare() {
    CrashTestSamples.More.seen.clear();
    run(CrashTestSamples.More.class, "composed").testEvents().assertStatistics(counts -> counts.succeeded(1).failed(0));
    assertThat(CrashTestSamples.More.seen).containsExactly(PersistencyModel.EADR, 9L, 512L);
  }

  @Test
  void theSeedOfTheLineGoesBeforeThatOfTheAnnotation() {
    CrashTestSamples.More.seen.clear();
    System.setProperty("crash.seed", "0x77");
    run(CrashTestSamples.More.class, "composed").testEvents().assertStatistics(counts -> counts.succeeded(1));
    assertThat(CrashTestSamples.More.seen).contains(0x77L);
  }

  @Test
  void aPlantedMistakeIsFound() {
    assertThat(onlyFailure(CrashTestSamples.More.class, "planted")).contains("left [5, 0]; expected [5] as before it or [5, 7]");
  }

  @Test
  void whatCanBeClosedIsClosedEachTime() {
    CrashTestSamples.ClosingLog.open = 0;
    CrashTestSamples.ClosingLog.closed = 0;
    run(CrashTestSamples.More.class, "closed").testEvents().assertStatistics(counts -> counts.succeeded(1));
    assertThat(CrashTestSamples.ClosingLog.open).isGreaterThan(5).isEqualTo(CrashTestSamples.ClosingLog.closed);
  }

  @Test
  void aTestMayExpectAViolation() {
    run(CrashTestSamples.More.class, "expected").testEvents().assertStatistics(counts -> counts.succeeded(1).failed(0));
  }
}
