package dev.dormouse.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MapCountsTest {
  private static final int ENTRIES = 300;

  /** What is measured is what is said: a map that answers what was put into it. */
  @ParameterizedTest
  @ValueSource(strings = {"epoch", "turn", "lmdb", "lmdb-pwrite", "lmdb-sync", "mvstore"})
  void everyMapHoldsWhatWasPutIntoIt(String kind) {
    BenchKeys keys = new BenchKeys(2 * ENTRIES);
    byte[] key = new byte[BenchMap.KEY_BYTES];
    byte[] value = new byte[BenchMap.VALUE_BYTES];
    byte[] other = new byte[BenchMap.VALUE_BYTES];
    Arrays.fill(other, (byte) 7);
    try (BenchMap map = BenchMap.create(kind, ENTRIES)) {
      map.fill(keys, ENTRIES);
      for (int i = 0; i < ENTRIES; i++) {
        keys.get(i, key);
        assertThat(map.get(key, value)).isTrue();
        assertThat(value).containsOnly(0);
      }
      keys.get(5, key);
      map.put(key, other);
      assertThat(map.get(key, value)).isTrue();
      assertThat(value).isEqualTo(other);
      map.remove(key);
      assertThat(map.get(key, value)).isFalse();
      keys.get(ENTRIES, key);
      assertThat(map.get(key, value)).isFalse();
      map.put(key, other);
      assertThat(map.get(key, value)).isTrue();
      assertThat(map.fileBytes()).isPositive();
    }
  }

  @Test
  void aMapThatNobodyKnowsIsNamed() {
    assertThatThrownBy(() -> BenchMap.create("shelf", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no map is called shelf");
  }

  @Test
  void keysAreDifferentAndFilledInAnotherOrder() {
    BenchKeys keys = new BenchKeys(1000);
    byte[] key = new byte[BenchMap.KEY_BYTES];
    Set<String> visited = new HashSet<>();
    Set<String> filled = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      keys.get(i, key);
      visited.add(new String(key, StandardCharsets.US_ASCII));
      keys.getForFill(i, 1000, key);
      filled.add(new String(key, StandardCharsets.US_ASCII));
    }
    assertThat(visited).hasSize(1000).isEqualTo(filled).allMatch(text -> text.matches("[0-9a-f]{16}"));
  }

  @Test
  void aPutTakesFewFencesAndLittleLog() {
    List<Count> counts = MapCounts.count();

    assertThat(counts).extracting(Count::name).containsExactly("a new entry, mean", "a new value, mean", "a new entry, mean", "a new value, mean");
    assertThat(counts.get(0).value()).isBetween(3.0, 8.0);
    assertThat(counts.get(1).value()).isBetween(3.0, 4.0);
    assertThat(counts.get(2).value()).isBetween(128.0, 1500.0);
    assertThat(counts.get(3).value()).isBetween(128.0, 400.0);
  }

  @Test
  void filesAreCountedInAJvmOfTheirOwn() {
    List<Count> counts = MapFootprint.count(Map.of("lmdb", "LMDB"), ENTRIES);

    assertThat(counts).extracting(Count::name).containsExactly("LMDB, filled", "LMDB, after a new value for each");
    assertThat(counts).allMatch(count -> count.value() > BenchMap.VALUE_BYTES);
  }
}
