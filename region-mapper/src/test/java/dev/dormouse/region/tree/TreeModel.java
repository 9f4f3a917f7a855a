package dev.dormouse.region.tree;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What a tree should hold, and what it does, in a form that can be compared. */
final class TreeModel {
  private TreeModel() {}

  static NavigableMap<byte[], byte[]> empty() {
    return new TreeMap<>(Arrays::compareUnsigned);
  }

  static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  static List<String> entries(Map<byte[], byte[]> map) {
    List<String> entries = new ArrayList<>();
    map.forEach((key, value) -> entries.add(entry(key, value)));
    return entries;
  }

  static List<String> entries(RegionTree tree) {
    return entries(tree, null, null);
  }

  static List<String> entries(RegionTree tree, byte[] from, byte[] to) {
    List<String> entries = new ArrayList<>();
    byte[] key = new byte[tree.mostKeyBytes()];
    byte[] value = new byte[tree.mostValueBytes()];
    RegionTreeCursor cursor = tree.scan(from, to);
    while (cursor.next()) {
      entries.add(entry(Arrays.copyOf(key, cursor.key(key)), Arrays.copyOf(value, cursor.value(value))));
    }
    return entries;
  }

  private static String entry(byte[] key, byte[] value) {
    return new String(key, ISO_8859_1) + "=" + new String(value, ISO_8859_1);
  }
}
