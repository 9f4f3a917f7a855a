package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Heap;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.region.RegionMap;
import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every record has one layout class and one table in docs/format.md, and they say the same. */
final class FormatDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "format.md");
  private static final Pattern HEADING = Pattern.compile("### (\\w+Layout)\\s*");
  private static final Pattern ROW = Pattern.compile("\\| *(\\d+) *\\| *(\\d+) *\\| *`?(\\w+)`? *\\|(.*)\\|\\s*");
  private static final List<Class<?>> MODULES = List.of(Heap.class, Recovery.class, RegionMap.class, ProcessStore.class);

  private record Row(long offset, long size, String field) {
    String asTableRow(String meaning) {
      return "| " + offset + " | " + size + " | " + field + " | " + meaning + " |";
    }
  }

  @Test
  void everyLayoutHasATableThatSaysTheSame() throws Exception {
    Map<String, List<Row>> layouts = layouts();
    assertThat(layouts).hasSizeGreaterThanOrEqualTo(10);
    Map<String, Map<String, String>> meanings = new TreeMap<>();
    Map<String, List<Row>> tables = tables(meanings);
    Set<String> wrong = new TreeSet<>();
    layouts.forEach(
        (name, rows) -> {
          if (!rows.equals(tables.get(name))) {
            wrong.add(name);
          }
        });
    assertThat(wrong).as("tables of %s that are missing or wrong; they must be%n%s", DOCUMENT, expected(wrong, layouts, meanings)).isEmpty();
    assertThat(tables.keySet()).as("tables of %s", DOCUMENT).isEqualTo(layouts.keySet());
  }

  @Test
  void everyFieldHasAMeaning() throws IOException {
    Map<String, Map<String, String>> meanings = new TreeMap<>();
    tables(meanings);
    meanings.forEach((table, rows) -> rows.forEach((field, meaning) -> assertThat(meaning).as("%s.%s", table, field).isNotBlank()));
  }

  private static String expected(Set<String> names, Map<String, List<Row>> layouts, Map<String, Map<String, String>> meanings) {
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      text.append("### ").append(name).append("\n\n| offset | size | field | meaning |\n| --- | --- | --- | --- |\n");
      Map<String, String> known = meanings.getOrDefault(name, Map.of());
      layouts.get(name).forEach(row -> text.append(row.asTableRow(known.getOrDefault(row.field, ""))).append('\n'));
      text.append('\n');
    }
    return text.toString();
  }

  private static Map<String, List<Row>> tables(Map<String, Map<String, String>> meanings) throws IOException {
    Map<String, List<Row>> tables = new TreeMap<>();
    String name = null;
    for (String line : Files.readAllLines(DOCUMENT)) {
      if (line.startsWith("#")) {
        Matcher heading = HEADING.matcher(line);
        name = heading.matches() ? heading.group(1) : null;
        if (name != null) {
          assertThat(tables.put(name, new ArrayList<>())).as("another table %s", name).isNull();
          meanings.put(name, new TreeMap<>());
        }
      }
      Matcher row = ROW.matcher(line);
      if (name != null && row.matches()) {
        tables.get(name).add(new Row(Long.parseLong(row.group(1)), Long.parseLong(row.group(2)), row.group(3)));
        meanings.get(name).put(row.group(3), row.group(4).strip());
      }
    }
    return tables;
  }

  private static Map<String, List<Row>> layouts() throws Exception {
    Map<String, List<Row>> layouts = new TreeMap<>();
    for (Class<?> module : MODULES) {
      for (String className : layoutClassesBeside(module)) {
        Field field = Class.forName(className).getDeclaredField("LAYOUT");
        field.setAccessible(true);
        layouts.put(className.substring(className.lastIndexOf('.') + 1), rows((StructLayout) field.get(null)));
      }
    }
    return layouts;
  }

  private static List<Row> rows(StructLayout layout) {
    List<Row> rows = new ArrayList<>();
    for (MemoryLayout member : layout.memberLayouts()) {
      String name = member.name().orElseThrow();
      rows.add(new Row(layout.byteOffset(MemoryLayout.PathElement.groupElement(name)), member.byteSize(), name));
    }
    return rows;
  }

  /** The module is a folder of classes, or a jar once it is packaged. */
  private static List<String> layoutClassesBeside(Class<?> type) throws Exception {
    URI place = type.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path path = Path.of(place);
    if (Files.isDirectory(path)) {
      return layoutClassesIn(path, type);
    }
    try (FileSystem jar = FileSystems.newFileSystem(path)) {
      return layoutClassesIn(jar.getPath("/"), type);
    }
  }

  private static List<String> layoutClassesIn(Path root, Class<?> type) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(type.getPackageName().replace('.', '/')))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith("Layout.class"))
          .map(file -> type.getPackageName() + "." + file.substring(0, file.length() - ".class".length()))
          .sorted()
          .toList();
    }
  }
}
