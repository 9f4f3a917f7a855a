package dev.dormouse.region.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of docs/structures.md say what the layout classes say. */
class RegionTreeDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "structures.md");
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (\\d+) \\| (\\w+) \\| \\S.* \\|");

  static Stream<Arguments> layouts() {
    return Stream.of(Arguments.of("TreeLayout", TreeLayout.LAYOUT), Arguments.of("TreePageLayout", TreePageLayout.LAYOUT));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void theTableOfALayoutIsAsTheLayout(String name, StructLayout layout) throws IOException {
    List<String> expected = new ArrayList<>();
    for (MemoryLayout member : layout.memberLayouts()) {
      String field = member.name().orElseThrow();
      expected.add(layout.byteOffset(MemoryLayout.PathElement.groupElement(field)) + " " + member.byteSize() + " " + field);
    }

    List<String> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher row = ROW.matcher(line);
      if (line.startsWith("#")) {
        inside = line.equals("#### " + name);
      } else if (inside && row.matches()) {
        rows.add(row.group(1) + " " + row.group(2) + " " + row.group(3));
      }
    }
    assertThat(rows).isEqualTo(expected);
  }
}
