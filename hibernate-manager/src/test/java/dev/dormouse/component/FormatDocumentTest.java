package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.component.PersistentLayouts.Row;
import java.io.IOException;
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
import org.junit.jupiter.api.Test;

/** Every record has one layout class and one table in docs/format.md, and they say the same. */
final class FormatDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "format.md");
  private static final Pattern HEADING = Pattern.compile("### (\\w+Layout)\\s*");
  private static final Pattern ROW = Pattern.compile("\\| *(\\d+) *\\| *(\\d+) *\\| *`?(\\w+)`? *\\|(.*)\\|\\s*");

  @Test
  void everyLayoutHasATableThatSaysTheSame() throws Exception {
    Map<String, List<Row>> layouts = PersistentLayouts.rows();
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
      layouts.get(name).forEach(row -> text.append(asTableRow(row, known.getOrDefault(row.field(), ""))).append('\n'));
      text.append('\n');
    }
    return text.toString();
  }

  private static String asTableRow(Row row, String meaning) {
    return "| " + row.offset() + " | " + row.size() + " | " + row.field() + " | " + meaning + " |";
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
}
