package dev.dormouse.emulation;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.mutation.MutantLoader;
import dev.dormouse.heap.Media;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of explorations: a line for each, under the name of the test that asked for it. */
class CrashReportFileTest {
  private static final String HEADER =
      "test,model,recoveryDepth,faults,points,distinctStates,recoveryStates,imagesCovered,pointsCutOff,recoveryPointsCutOff,"
          + "violations";
  private static final CrashOptions OPTIONS = CrashOptions.of(PX86).withRecoveryDepth(0);

  @TempDir Path folder;
  private Path file;
  private String before;

  @BeforeEach
  void ask() {
    file = folder.resolve("new").resolve("report.csv");
    before = System.setProperty("crash.report", file.toString());
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty("crash.report");
    } else {
      System.setProperty("crash.report", before);
    }
  }

  private static CrashReport exploreOneWord(CrashOptions options, long wrong) {
    return CrashExplorer.explore(
        CrashMedia.zeros(64),
        media -> {
          media.putLong(0, 1);
          media.persist(0, Long.BYTES);
        },
        _ -> {},
        (media, _) -> assertThat(media.getLong(0)).isNotEqualTo(wrong),
        options);
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(file);
  }

  @Test
  void everyExplorationIsALine() throws IOException {
    exploreOneWord(OPTIONS, 7);
    exploreOneWord(CrashOptions.of(EADR).withRecoveryDepth(2), 7);
    assertThat(lines())
        .containsExactly(
            HEADER,
            "CrashReportFileTest.everyExplorationIsALine,PX86,0,no,2,2,0,2,0,0,0",
            "CrashReportFileTest.everyExplorationIsALine,EADR,2,no,2,2,0,2,0,0,0");
  }

  /** A violation is tried again, and again with less lost; none of that is an exploration of its own. */
  @Test
  void whatIsTriedAgainToExplainAViolationIsNone() throws IOException {
    assertThat(exploreOneWord(OPTIONS, 1).violations()).isNotEmpty();
    assertThat(lines()).hasSize(2).last().asString().endsWith(",0,1");
  }

  @Test
  void plantedFaultsAreToldFromNone() throws IOException {
    FaultPlan noFlush =
        new FaultPlan() {
          @Override
          public boolean keepFlush(long offset, long lengthBytes) {
            return false;
          }
        };
    exploreOneWord(OPTIONS.withFaults(noFlush), 7);
    assertThat(lines()).hasSize(2).last().asString().contains(",PX86,0,yes,");
  }

  @Test
  void whatCouldNotBeExploredIsNoLine() {
    assertThatThrownBy(() -> CrashExplorer.explore(CrashMedia.zeros(64), _ -> {}, _ -> {}, (_, _) -> {}, OPTIONS))
        .isInstanceOf(IllegalStateException.class);
    assertThat(file).doesNotExist();
  }

  @Test
  void whatAnEarlierJvmLeftIsDropped() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "of an earlier run\n".repeat(1000));
    exploreOneWord(OPTIONS, 7);
    exploreOneWord(OPTIONS, 7);
    assertThat(lines()).hasSize(3).first().isEqualTo(HEADER);
  }

  @Test
  void withoutTheirTestsNameThreadsWriteWholeLines() throws IOException, InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<? extends Future<?>> all =
          IntStream.range(0, 40).mapToObj(_ -> threads.submit(() -> exploreOneWord(OPTIONS, 7))).toList();
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(lines()).hasSize(41).first().isEqualTo(HEADER);
    assertThat(lines().subList(1, 41)).containsOnly("-,PX86,0,no,2,2,0,2,0,0,0");
  }

  /** Code under test that is loaded anew, as mutants are. */
  public static final class InAnotherLoader implements Runnable {
    @Override
    public void run() {
      exploreOneWord(OPTIONS, 7);
    }
  }

  @Test
  void copiesOfTheKitInOtherLoadersAddTheirs() throws IOException, ReflectiveOperationException {
    exploreOneWord(OPTIONS, 7);
    MutantLoader loader = new MutantLoader(getClass().getClassLoader(), name -> name.startsWith("dev.dormouse."), null);
    Class<?> copy = Class.forName(InAnotherLoader.class.getName(), true, loader);
    assertThat(copy).isNotSameAs(InAnotherLoader.class);
    ((Runnable) copy.getDeclaredConstructor().newInstance()).run();
    assertThat(lines()).hasSize(3).first().isEqualTo(HEADER);
  }

  @Test
  void aFileThatCannotBeWrittenIsAnError() throws IOException {
    Files.createDirectories(file);
    assertThatThrownBy(() -> exploreOneWord(OPTIONS, 7))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("crash.report: " + file + " cannot be written, a file expected");
  }

  @Test
  void nobodyAsked() {
    System.clearProperty("crash.report");
    exploreOneWord(OPTIONS, 7);
    assertThat(file).doesNotExist();
  }

  @Nested
  class Inner {
    @RepeatedTest(2)
    void isNamedWithItsOuterClass() throws IOException {
      exploreOneWord(OPTIONS, 7);
      assertThat(lines()).hasSize(2).last().asString().startsWith("CrashReportFileTest.Inner.isNamedWithItsOuterClass,");
    }
  }

  /** Told by its name: the kit knows no framework. */
  @Retention(RetentionPolicy.RUNTIME)
  private @interface Property {}

  @Property
  private static void aPropertyOfSomeFramework() {
    exploreOneWord(OPTIONS, 7);
  }

  @Test
  void theOutermostTestIsTheOneThatIsNamed() throws IOException, InterruptedException {
    aPropertyOfSomeFramework();
    Thread alone = new Thread(CrashReportFileTest::aPropertyOfSomeFramework);
    alone.start();
    alone.join();
    assertThat(lines().get(1)).startsWith("CrashReportFileTest.theOutermostTestIsTheOneThatIsNamed,");
    assertThat(lines().get(2)).startsWith("CrashReportFileTest.aPropertyOfSomeFramework,");
  }
}
