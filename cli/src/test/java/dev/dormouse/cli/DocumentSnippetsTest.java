package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java in the documents is what the build runs. Either a whole program behind a line {@code <!-- snippet: Name.java -->},
 * which compiles and runs to its end in a JVM of its own, as a reader would start it; or a part of a test source behind
 * {@code <!-- test: path#region -->}: the lines between {@code // region} with that name and {@code // endregion}, which the
 * build compiles and runs with the other tests of that module.
 */
final class DocumentSnippetsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final String CLASS_PATH =
      Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(entry -> Path.of(entry).toAbsolutePath().toString())
          .collect(Collectors.joining(File.pathSeparator));
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- snippet: (\\w+)\\.java -->\\s*```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TEST =
      Pattern.compile("<!-- test: (\\S+)#(\\w+) -->\\s*```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TEST_SOURCE = Pattern.compile("[\\w-]+/src/test/java/[\\w/]+\\.java");
  private static final Pattern JAVA_FENCE = Pattern.compile("^```java", Pattern.MULTILINE);

  @TempDir Path folder;

  private record Snippet(String document, String name, String source) {}

  private record TestPart(String document, String path, String region, String source) {}

  private static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs.filter(path -> path.toString().endsWith(".md")).sorted())
          .toList();
    }
  }

  private static List<Snippet> snippets() throws IOException {
    List<Snippet> snippets = new ArrayList<>();
    for (Path document : documents()) {
      Matcher matcher = SNIPPET.matcher(Files.readString(document));
      while (matcher.find()) {
        snippets.add(new Snippet(ROOT.relativize(document).toString(), matcher.group(1), matcher.group(2)));
      }
    }
    return snippets;
  }

  private static List<TestPart> testParts() throws IOException {
    List<TestPart> parts = new ArrayList<>();
    for (Path document : documents()) {
      Matcher matcher = TEST.matcher(Files.readString(document));
      while (matcher.find()) {
        parts.add(new TestPart(ROOT.relativize(document).toString(), matcher.group(1), matcher.group(2), matcher.group(3)));
      }
    }
    return parts;
  }

  @Test
  void everyJavaFenceIsAProgramOrAPartOfATest() throws IOException {
    int fences = 0;
    for (Path document : documents()) {
      fences += (int) JAVA_FENCE.matcher(Files.readString(document)).results().count();
    }
    assertThat(snippets()).isNotEmpty();
    assertThat(testParts()).isNotEmpty();
    assertThat(snippets().size() + testParts().size()).isEqualTo(fences);
  }

  @TestFactory
  Stream<DynamicTest> snippetsRun() throws IOException {
    return snippets().stream()
        .map(snippet -> DynamicTest.dynamicTest(snippet.document + ": " + snippet.name, () -> run(snippet)));
  }

  @TestFactory
  Stream<DynamicTest> partsOfTestsAreAsTheyStandInTheTests() throws IOException {
    return testParts().stream()
        .map(part -> DynamicTest.dynamicTest(part.document + ": " + part.path + "#" + part.region, () -> compare(part)));
  }

  private static void compare(TestPart part) throws IOException {
    assertThat(part.path).matches(TEST_SOURCE);
    Pattern marked =
        Pattern.compile(
            "^ *// region " + part.region + "\\n(.*?)^ *// endregion$", Pattern.DOTALL | Pattern.MULTILINE);
    Matcher region = marked.matcher(Files.readString(ROOT.resolve(part.path)));
    assertThat(region.find()).as("a region %s in %s", part.region, part.path).isTrue();
    assertThat(part.source).isEqualTo(region.group(1).stripTrailing().stripIndent() + "\n");
  }

  private void run(Snippet snippet) throws IOException, InterruptedException {
    Path source = Files.createDirectories(folder.resolve(snippet.name)).resolve(snippet.name + ".java");
    Files.writeString(source, snippet.source);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                CLASS_PATH,
                source.toString())
            .directory(source.getParent().toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }
}
