package dev.dormouse.bench;

import dev.dormouse.bench.JournalReport.Spread;
import dev.dormouse.bench.JournalReport.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The same turns on a journaled file, LMDB, RocksDB and SQLite: in rounds, so that each meets the disk as the others do. */
final class BesideOthers {
  private static final String OURS = "journaled file";
  private static final String LATENCY = "a record of 4 KiB read, 256 bytes of it changed, durably, by one thread; floor: the same turn here";
  private static final String THROUGHPUT = "the same turns, beside what is reached here";
  private static final double LEAST_TIMES = 2;

  private final JournalScale scale;
  private final JournalReport report;
  private final Map<String, DurableTurns> contenders = new LinkedHashMap<>();
  private final Map<String, long[]> stored = new LinkedHashMap<>();

  private BesideOthers(JournalScale scale, JournalReport report) {
    this.scale = scale;
    this.report = report;
  }

  static void measure(JournalScale scale, JournalReport report) {
    report.note(
        "beside others: LMDB and RocksDB as they come, each commit synced, RocksDB putting those that wait into one sync by itself; SQLite with WAL,"
            + " synchronous=FULL and 64 MiB of cache; no caller's turn is put into a transaction of another one's. The time in which ours moved"
            + " what it committed from the journal to the pool is in its throughput");
    BesideOthers all = new BesideOthers(scale, report);
    try {
      int records = scale.records();
      all.add(OURS, () -> new JournaledTurns(records));
      all.add("LMDB", () -> new LmdbTurns(records));
      all.add("RocksDB", () -> new RocksTurns(records));
      all.add("SQLite, a connection for each thread", () -> new SqliteTurns(records, false));
      all.add("SQLite, one connection behind a lock", () -> new SqliteTurns(records, true));
      all.alone();
      all.together();
    } finally {
      all.contenders.values().forEach(DurableTurns::close);
    }
  }

  private void add(String name, Supplier<DurableTurns> opening) {
    try {
      contenders.put(name, opening.get());
      stored.put(name, new long[scale.records() * DurableTurns.PLACES]);
    } catch (LinkageError | RuntimeException e) {
      if (name.equals(OURS)) {
        throw e;
      }
      report.note(name + " is left out: " + e);
    }
  }

  private void alone() {
    Map<String, TurnLoad> loads = loads(1);
    Spread ours = Spread.of(loads.get(OURS).latencies());
    loads.forEach(
        (name, load) -> {
          Spread theirs = Spread.of(load.latencies());
          if (name.equals(OURS)) {
            report.time(LATENCY, name, ours, null);
          } else {
            report.time(LATENCY, name, theirs, ours, new Verdict("not faster than ours", theirs.p50() >= ours.p50()));
          }
        });
  }

  private void together() {
    Map<String, TurnLoad> loads = loads(scale.mostThreads());
    double ours = loads.get(OURS).perSecond();
    loads.forEach(
        (name, load) -> {
          String line = scale.mostThreads() + " threads, " + name;
          if (name.equals(OURS)) {
            report.count(THROUGHPUT, line, "/s", ours, Double.NaN);
          } else {
            boolean met = ours >= LEAST_TIMES * load.perSecond();
            report.count(THROUGHPUT, line, "/s", load.perSecond(), ours, new Verdict("ours >= 2x", met));
          }
        });
  }

  /** In each round one after the other; the first is for warming up. */
  private Map<String, TurnLoad> loads(int threads) {
    List<String> names = new ArrayList<>(contenders.keySet());
    Map<String, TurnLoad> loads = new LinkedHashMap<>();
    for (int round = 0; round <= scale.rounds(); round++) {
      for (String name : names) {
        TurnLoad load = TurnLoad.run(contenders.get(name), stored.get(name), threads, scale.nanos());
        if (round == 1) {
          loads.put(name, load);
        } else if (round > 1) {
          loads.merge(name, load, TurnLoad::and);
        }
      }
    }
    return loads;
  }
}
