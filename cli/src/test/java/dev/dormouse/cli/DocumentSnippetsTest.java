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

/** The Java programs in the documents compile, and run to their end in a JVM of their own, as a reader would start them. */
final class DocumentSnippetsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final String CLASS_PATH =
      Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(entry -> Path.of(entry).toAbsolutePath().toString())
          .collect(Collectors.joining(File.pathSeparator));
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- snippet: (\\w+)\\.java -->\\s*```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern JAVA_FENCE = Pattern.compile("^```java", Pattern.MULTILINE);

  @TempDir Path folder;

  private record Snippet(String document, String name, String source) {}

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

  @Test
  void everyJavaFenceIsASnippetThatIsRun() throws IOException {
    int fences = 0;
    for (Path document : documents()) {
      fences += (int) JAVA_FENCE.matcher(Files.readString(document)).results().count();
    }
    assertThat(snippets()).isNotEmpty().hasSize(fences);
  }

  @TestFactory
  Stream<DynamicTest> snippetsRun() throws IOException {
    return snippets().stream()
        .map(snippet -> DynamicTest.dynamicTest(snippet.document + ": " + snippet.name, () -> run(snippet)));
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
