package dev.dormouse.component;

import dev.dormouse.heap.Heap;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.tree.RegionTree;
import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The layouts of persistent records, as the layout classes have them. */
final class PersistentLayouts {
  /** One of each package whose records a pool consists of. */
  private static final List<Class<?>> POOL = List.of(Heap.class, Recovery.class, RegionMap.class, ProcessStore.class);

  private PersistentLayouts() {}

  record Row(long offset, long size, String field) {}

  /** The rows of the table of each record of a pool, by the layout's name. */
  static Map<String, List<Row>> rows() throws Exception {
    Map<String, List<Row>> layouts = new TreeMap<>();
    for (Class<?> type : layoutsBeside(POOL)) {
      layouts.putAll(rows(type));
    }
    return layouts;
  }

  /**
   * A line for each field and each constant of all layouts, those of the trees in regions included. What readers and writers go by
   * are the constants, so both are here.
   */
  static List<String> lines() throws Exception {
    List<Class<?>> modules = new ArrayList<>(POOL);
    modules.add(RegionTree.class);
    List<String> lines = new ArrayList<>();
    for (Class<?> type : layoutsBeside(modules)) {
      rows(type).forEach((name, rows) -> rows.forEach(row -> lines.add(name + " " + row.field + " at " + row.offset + " of " + row.size)));
      for (Field field : type.getDeclaredFields()) {
        if (field.getType().isPrimitive() && Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          lines.add(type.getSimpleName() + " " + field.getName() + " = " + field.get(null));
        }
      }
    }
    lines.sort(null);
    return lines;
  }

  private static List<Class<?>> layoutsBeside(List<Class<?>> modules) throws Exception {
    List<Class<?>> layouts = new ArrayList<>();
    for (Class<?> module : modules) {
      for (String name : layoutClassesBeside(module)) {
        layouts.add(Class.forName(name));
      }
    }
    return layouts;
  }

  /** A class has one layout, which is called as it is, or several, whose names come between: {@code JournalLayout.RECORD} is JournalRecordLayout. */
  private static Map<String, List<Row>> rows(Class<?> type) throws ReflectiveOperationException {
    Map<String, List<Row>> layouts = new TreeMap<>();
    for (Field field : type.getDeclaredFields()) {
      if (field.getType() == StructLayout.class) {
        field.setAccessible(true);
        layouts.put(nameOf(type, field), rows((StructLayout) field.get(null)));
      }
    }
    if (layouts.isEmpty()) {
      throw new NoSuchFieldException(type + " has no layout");
    }
    return layouts;
  }

  private static String nameOf(Class<?> type, Field field) {
    String name = type.getSimpleName();
    String of = field.getName();
    return of.equals("LAYOUT")
        ? name
        : name.substring(0, name.length() - "Layout".length()) + of.charAt(0) + of.substring(1).toLowerCase(Locale.ROOT) + "Layout";
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
