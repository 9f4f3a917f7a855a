package dev.dormouse.component;

import dev.dormouse.component.SurveySpan.Kind;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Recovery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A pool that is fuzzed: its bytes, its records, and what can be seen of it while it is whole. */
final class FuzzSubject {
  private static final SurveyPools POOLS = new SurveyPools(folder());

  private final String name;
  private final byte[] pool;
  private final List<SurveySpan> spans;
  private final Map<Kind, List<SurveySpan>> byKind = new EnumMap<>(Kind.class);
  private final Map<String, SurveySpan> byWhat = new TreeMap<>();
  private final SurveyMap map;
  private final Map<String, String> seen = new TreeMap<>();

  private FuzzSubject(String name, byte[] pool) {
    this.name = name;
    this.pool = pool;
    byte[] recovered = recovered(pool);
    map = SurveyMap.of(recovered);
    List<SurveySpan> some = new ArrayList<>(map.spans());
    some.addAll(SurveyLanes.of(pool, map).spans());
    spans = some.stream().filter(span -> span.kind().isMetadata() && span.length() > 0).toList();
    for (SurveySpan span : spans) {
      byKind.computeIfAbsent(span.kind(), _ -> new ArrayList<>()).add(span);
      byWhat.put(span.what(), span);
    }
    ProcessStore store = ProcessStore.open(new SurveyMemory(pool), POOLS.existing());
    map.components().stream().filter(one -> !one.startsWith("dataspace ")).forEach(one -> seen.put(one, FuzzLook.at(store, one, map.recordedRequests(one))));
    store.engine().pool().abandon();
  }

  private static Path folder() {
    try {
      return Files.createDirectories(Path.of("target", "fuzz"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] recovered(byte[] bytes) {
    OverlayMedia media = new OverlayMedia(new SurveyImage(bytes));
    Pool pool = Pool.open(media, SurveyPools.BOOT);
    Recovery.run(pool, new ComponentQuarantine(media, pool.heap()));
    return SurveyPools.bytes(new SurveyImage(content(media, bytes.length)));
  }

  private static byte[] content(OverlayMedia media, int length) {
    byte[] content = new byte[length];
    media.read(0, content, 0, length);
    return content;
  }

  /** One that was closed, and one whose process was killed in the middle of two turns. */
  static List<FuzzSubject> both() {
    byte[] closed = POOLS.closed();
    return List.of(new FuzzSubject("closed", closed), new FuzzSubject("killed", POOLS.killed(closed)));
  }

  static StoreOptions options() {
    return POOLS.existing();
  }

  String name() {
    return name;
  }

  List<SurveySpan> spansOfOneKind(Random random) {
    List<Kind> kinds = List.copyOf(byKind.keySet());
    return byKind.get(kinds.get(random.nextInt(kinds.size())));
  }

  List<SurveySpan> spansOf(Kind kind) {
    return byKind.get(kind);
  }

  /** The record that a case names. */
  SurveySpan span(String what) {
    SurveySpan span = byWhat.get(what);
    if (span == null) {
      throw new IllegalArgumentException("the pool has no " + what);
    }
    return span;
  }

  /** The pool's bytes after all hits of a case. */
  byte[] changed(FuzzCase one) {
    byte[] bytes = pool.clone();
    FuzzSeals seals = new FuzzSeals(bytes);
    for (FuzzCase.Hit hit : one.hits()) {
      SurveySpan span = span(hit.record());
      hit.mutation().change(bytes, span.offset(), span.length());
    }
    // Together at the end: the hits may be in one record.
    one.hits().stream().filter(FuzzCase.Hit::sealed).forEach(hit -> seals.seal(span(hit.record())));
    return bytes;
  }

  /** Who cannot be told from before, whatever was believed of the records that were hit. */
  Set<String> unharmed(FuzzCase one) {
    Set<String> unharmed = new TreeSet<>(seen.keySet());
    for (FuzzCase.Hit hit : one.hits()) {
      SurveySpan span = span(hit.record());
      if (FuzzSeals.concernsEverybody(span.kind())) {
        unharmed.clear();
      }
      unharmed.removeAll(span.may());
    }
    return unharmed;
  }

  Set<String> components() {
    return seen.keySet();
  }

  Set<Integer> requests(String component) {
    return map.recordedRequests(component);
  }

  /** What can be seen of a component of the whole pool. */
  String seen(String component) {
    return seen.get(component);
  }
}
