package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.DormouseException;
import dev.dormouse.region.RegionException;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/errors.md has a row for every class that is thrown, and names tests that are there. */
final class ErrorsDocumentTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCUMENT = ROOT.resolve("docs").resolve("errors.md");
  private static final List<String> MODULES = List.of("pmem-heap", "recovery", "region-mapper", "hibernate-manager");
  private static final Pattern CLASS = Pattern.compile("public [a-z ]*class (\\w+) extends \\w*Exception\\b");
  private static final Pattern TEST = Pattern.compile("`(?:(\\w+)\\.)?(\\w+)`");

  /** The rows of the table under a heading: their cells, by the first of them. */
  private static Map<String, List<String>> table(String heading) throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    TreeMap<String, List<String>> rows = new TreeMap<>();
    lines.stream()
        .skip(lines.indexOf("## " + heading) + 1L)
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| `"))
        .map(line -> Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|")).map(String::strip).toList())
        .forEach(cells -> assertThat(rows.put(cells.getFirst().replace("`", ""), cells)).as("a second row for %s", cells.getFirst()).isNull());
    return rows;
  }

  private static List<Path> sources(String module, String kind) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src").resolve(kind).resolve("java"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static Set<String> exceptionsOfTheCode() throws Exception {
    TreeSet<String> names = new TreeSet<>();
    for (String module : MODULES) {
      Path root = ROOT.resolve(module).resolve("src").resolve("main").resolve("java");
      for (Path source : sources(module, "main")) {
        Matcher declaration = CLASS.matcher(Files.readString(source));
        if (!declaration.find()) {
          continue;
        }
        String binaryName = root.relativize(source).toString().replaceFirst("\\.java$", "").replace('/', '.');
        Class<?> type = Class.forName(binaryName, false, ErrorsDocumentTest.class.getClassLoader());
        if (DormouseException.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
          names.add(type.getSimpleName());
        }
      }
    }
    return names;
  }

  @Test
  void everyClassHasARow() throws Exception {
    Set<String> inCode = exceptionsOfTheCode();
    assertThat(inCode).hasSizeGreaterThan(20).contains("Damaged", "RegionException", "Quarantined");
    assertThat(table("Classes").keySet()).isEqualTo(inCode);
  }

  @Test
  void everyReasonHasARow() throws IOException {
    assertThat(table("Reasons of `RegionException`").keySet())
        .containsExactlyInAnyOrderElementsOf(Arrays.stream(RegionException.Reason.values()).map(Enum::name).toList());
  }

  @Test
  void theTestsThatAreNamedAreThere() throws IOException {
    TreeMap<String, String> tests = new TreeMap<>();
    for (String module : MODULES) {
      for (Path source : sources(module, "test")) {
        tests.put(source.getFileName().toString().replaceFirst("\\.java$", ""), Files.readString(source));
      }
    }
    TreeSet<String> missing = new TreeSet<>();
    for (List<String> row : table("Classes").values()) {
      String testClass = "";
      Matcher named = TEST.matcher(row.getLast());
      while (named.find()) {
        testClass = Optional.ofNullable(named.group(1)).orElse(testClass);
        if (!tests.getOrDefault(testClass, "").contains("void " + named.group(2) + "(")) {
          missing.add(testClass + "." + named.group(2));
        }
      }
      assertThat(testClass).as("test of %s", row.getFirst()).isNotEmpty();
    }
    assertThat(missing).isEmpty();
  }
}
