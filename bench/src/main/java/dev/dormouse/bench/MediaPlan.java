package dev.dormouse.bench;

import dev.dormouse.bench.Probe.Pace;
import dev.dormouse.heap.FileMedium;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.options.TimeValue;

/** What is measured of the media: each that can be had where the files are made, beside its floor. */
final class MediaPlan {
  private static final String LINE = "a line stored and persisted; floor: stored and fenced";
  private static final String PAGE = "4 KiB stored and persisted; floor: stored and fenced";
  private static final String RESUME = "resume to the first read; floor: a record and its state read on the same medium";
  private static final String CYCLE = "wake, 64 bytes dirty, commit, sleep; floor: three lines persisted on the same medium";
  private static final String OPEN = "open after a close; floor: as a mapped file";
  private static final String TOUCH = "a page of a mapped file of 16 MiB that was just opened";
  private static final String EMULATED = "as each line says; EMULATED_DAX is the page cache, written back line by line";

  private final List<BenchMedium> media = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();
  private final List<String> notes;
  private final String leftOut;

  /** Some minutes. */
  static Plan full() {
    return new MediaPlan(100_000).build("media", new Pace(1, 4, 5, TimeValue.milliseconds(500), 100));
  }

  /** A minute or two. */
  static Plan brief() {
    return new MediaPlan(10_000).build("short form of the media", new Pace(1, 3, 3, TimeValue.milliseconds(200), 40));
  }

  /** Seconds, for a test. */
  static Plan smoke() {
    return new MediaPlan(20).build("smoke test of the media", Plan.SMOKE);
  }

  private MediaPlan(int sleepers) {
    List<String> missing = new ArrayList<>();
    notes = List.copyOf(new BenchMedium(FileMedium.MAPPED, null).notes());
    for (BenchMedium medium : BenchMedium.all()) {
      String whyNot = medium.whyNot();
      if (whyNot.isEmpty()) {
        media.add(medium);
      } else {
        missing.add(medium.inWords() + " is left out: " + whyNot);
      }
    }
    leftOut = String.join(System.lineSeparator(), missing);
    for (BenchMedium medium : media) {
      Map<String, String> alone = Map.of("medium", medium.toString());
      line(LINE, medium, averaged("persistLine", alone), averaged("floorStoreLine", Map.of("medium", "MAPPED")));
    }
    for (BenchMedium medium : media) {
      Map<String, String> alone = Map.of("medium", medium.toString());
      line(PAGE, medium, averaged("persistPage", alone), averaged("floorStorePage", Map.of("medium", "MAPPED")));
    }
    String population = Population.of(Population.SMALL_BYTES, sleepers).toString();
    for (BenchMedium medium : media) {
      Map<String, String> populated = Map.of("medium", medium.toString(), "population", population);
      clocked(RESUME, medium, sampled("resume", populated), sampled("floorResume", populated), Goal.ratio(2));
    }
    for (BenchMedium medium : media) {
      Map<String, String> populated = Map.of("medium", medium.toString(), "population", population);
      clocked(CYCLE, medium, sampled("dirtyCycle", populated), sampled("floorDirtyCycle", populated), Goal.ratio(2));
    }
    for (BenchMedium medium : media) {
      Probe mapped = Probe.shot(MediaBenchmark.class, "open", Map.of("medium", "MAPPED", "population", population));
      Probe ours = Probe.shot(MediaBenchmark.class, "open", Map.of("medium", medium.toString(), "population", population));
      clocked(OPEN, medium, ours, mapped, Goal.median(1_000_000));
    }
    Probe touch = Probe.shot(MediaBenchmark.class, "touch", Map.of());
    touched("stored to for the first time; floor: after prefaulting", touch, Probe.shot(MediaBenchmark.class, "touchPrefaulted", Map.of()));
    touched("prefaulted; floor: stored to for the first time", Probe.shot(MediaBenchmark.class, "prefault", Map.of()), touch);
  }

  private static Probe averaged(String method, Map<String, String> parameters) {
    return Probe.averaged(MediaBenchmark.class, method, parameters);
  }

  private static Probe sampled(String method, Map<String, String> parameters) {
    return Probe.sampled(MediaBenchmark.class, method, parameters);
  }

  private void line(String group, BenchMedium medium, Probe ours, Probe floor) {
    lines.add(new Line(group, medium.inWords(), ours, floor, 1, false, List.of()));
  }

  private void touched(String name, Probe ours, Probe floor) {
    lines.add(new Line(TOUCH, name, ours, floor, MediaBenchmark.TOUCHED_PAGES, true, List.of()));
  }

  private void clocked(String group, BenchMedium medium, Probe ours, Probe floor, Goal goal) {
    lines.add(new Line(group, medium.inWords(), ours, floor, 1, true, List.of(goal)));
  }

  private Plan build(String name, Pace pace) {
    List<String> sentences = new ArrayList<>(notes);
    sentences.addFirst(EMULATED);
    return new Plan(name, String.join("; ", sentences), pace, List.copyOf(lines), List.of(), leftOut);
  }
}
