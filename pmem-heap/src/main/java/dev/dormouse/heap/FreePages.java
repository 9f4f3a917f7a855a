package dev.dormouse.heap;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Runs of free pages that are known in memory: merged with their neighbours, taken best fit first. Guarded by the heap's lock. */
final class FreePages {
  private record Run(long pages, long start) implements Comparable<Run> {
    @Override
    public int compareTo(Run other) {
      return pages != other.pages ? Long.compare(pages, other.pages) : Long.compare(start, other.start);
    }
  }

  private final TreeMap<Long, Long> byStart = new TreeMap<>();
  private final TreeSet<Run> bySize = new TreeSet<>();

  void add(long start, long pages) {
    long from = start;
    long count = pages;
    Map.Entry<Long, Long> before = byStart.lowerEntry(start);
    if (before != null && before.getKey() + before.getValue() == start) {
      from = before.getKey();
      count += before.getValue();
      remove(before.getKey(), before.getValue());
    }
    Map.Entry<Long, Long> after = byStart.higherEntry(start);
    if (after != null && start + pages == after.getKey()) {
      count += after.getValue();
      remove(after.getKey(), after.getValue());
    }
    byStart.put(from, count);
    bySize.add(new Run(count, from));
  }

  /** The first page of a run of {@code pages}, which is free no longer; -1 if there is none. */
  long take(long pages) {
    Run run = bySize.ceiling(new Run(pages, 0));
    if (run == null) {
      return -1;
    }
    remove(run.start, run.pages);
    if (run.pages > pages) {
      byStart.put(run.start + pages, run.pages - pages);
      bySize.add(new Run(run.pages - pages, run.start + pages));
    }
    return run.start;
  }

  private void remove(long start, long pages) {
    byStart.remove(start);
    bySize.remove(new Run(pages, start));
  }
}
