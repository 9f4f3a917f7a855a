package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Runs the races of {@link HeapRaces} under jcstress, in a JVM of its own, for some seconds. {@code -Ddormouse.races=} gives other
 * options to jcstress, such as {@code "-m default"}, for long runs.
 */
class HeapRacesTest {
  private static final String BRIEFLY = "-time 400 -iters 3 -f 1 -sc false";

  @Test
  void noRaceOfTwoThreadsGivesAnExtentOutTwiceOrLosesOne() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of("target", "jcstress"));
    Path said = folder.resolve("said.txt");
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath(), "org.openjdk.jcstress.Main",
                "-t", "HeapRaces", "-r", ".", "-jvmArgs", "-Xmx512m -XX:+UseSerialGC",
                // Each try has a pool of its own, so few at a time.
                "-strideSize", "10", "-strideCount", "4", "-af", "NONE"));
    command.addAll(List.of(System.getProperty("dormouse.races", BRIEFLY).split(" ", -1)));
    Process process = new ProcessBuilder(command).directory(folder.toFile().getAbsoluteFile()).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    boolean ended = process.waitFor(30, TimeUnit.MINUTES);
    String text = Files.readString(said);
    assertThat(ended).as(text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    // The races were run, and there are seven of them.
    assertThat(text).contains("7 matching test").doesNotContain("FAILED", "[ERROR]");
  }

  private static String classPath() {
    String surefire = System.getProperty("surefire.test.class.path");
    String path = surefire != null ? surefire : System.getProperty("java.class.path");
    StringBuilder absolute = new StringBuilder();
    for (String entry : path.split(File.pathSeparator, -1)) {
      absolute.append(absolute.isEmpty() ? "" : File.pathSeparator).append(Path.of(entry).toAbsolutePath());
    }
    return absolute.toString();
  }
}
