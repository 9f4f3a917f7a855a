package dev.dormouse.cli;

import com.google.gson.JsonObject;
import dev.dormouse.component.Component;
import dev.dormouse.component.ComponentId;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.RepairOptions;
import dev.dormouse.component.RepairReport;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.StoreRepair;
import dev.dormouse.component.StoreVerifier;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code repair}: makes a damaged pool sound again, and keeps what was there before. */
@Command(
    name = "repair",
    description =
        "Makes a damaged pool that nobody has open sound again. What it changes is kept first, and can be put back. Whoever cannot"
            + " be mended is quarantined, and its bytes are kept. A pool that needs no repair is not changed. Cut short, it may be repeated.")
final class RepairCommand implements Callable<Integer> {
  @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool.")
  private Path pool;

  @ArgGroup private Way way = new Way();

  /** Either of them, or a repair. */
  static final class Way {
    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    @Option(names = "--undo", paramLabel = "FILE", description = "Put back what an earlier repair kept in FILE.")
    private Path undo;
  }

  @Option(names = "--keep", paramLabel = "FILE", description = "Where to keep what is changed; beside the pool, as POOL.before-repair-N, unless said otherwise.")
  private Path keep;

  @Option(names = "--keep-whole", description = "Keep a copy of the whole pool.")
  private boolean keepWhole;

  @Option(names = "--export", paramLabel = "DIR", description = "Write what quarantined components hold into folders below DIR.")
  private Path export;

  @Option(
      names = "--destroy-quarantined",
      paramLabel = "ID",
      description = "Destroy a quarantined component, by its name or its id, after the repair; may be given several times.")
  private List<String> destroyed = new ArrayList<>();

  @Option(
      names = "--accept-machine-crash",
      description = "Repair also a pool that was open when the machine went down; what its components keep cannot be proven.")
  private boolean acceptMachineCrash;

  @Option(
      names = "--media",
      paramLabel = "MEDIA",
      description =
          "How the pool's file is reached: ${COMPLETION-CANDIDATES}. Default: LLPL for a file of PMDK's, DAX for a pool that was last"
              + " open on persistent memory, so that it promises no less afterwards; else MAPPED.")
  private MediaKind media;

  @Spec private CommandSpec spec;

  @Mixin private OutputOptions output;

  private final AtomicReference<String> phase = new AtomicReference<>("opening");

  @Override
  public Integer call() {
    if (way.undo != null && (keep != null || keepWhole || export != null || !destroyed.isEmpty())) {
      throw new ParameterException(spec.commandLine(), "--undo puts back and does nothing else; --keep, --export and --destroy-quarantined go with a repair");
    }
    FileMedium medium = (media == null ? MediaKind.thatKeepsInRepair(pool) : media).medium();
    RepairOptions options =
        RepairOptions.defaults()
            .medium(medium)
            .dryRun(way.dryRun)
            .keepWhole(keepWhole)
            .acceptMachineCrash(acceptMachineCrash)
            .progress(phase::set);
    try (Progress _ = Progress.of(() -> "repairing " + pool + ": " + phase.get())) {
      return way.undo == null ? repair(options, medium) : undo(options);
    }
  }

  private int repair(RepairOptions options, FileMedium medium) {
    RepairOptions first = keep == null ? options : options.keep(keep);
    RepairReport report = StoreRepair.repair(pool, export == null ? first : first.export(export));
    boolean destroys = !destroyed.isEmpty() && !way.dryRun;
    if (!output.json()) {
      // Before anybody is destroyed, which may be refused.
      print(report, !destroys);
    }
    RepairReport last = report;
    if (destroys) {
      destroyQuarantined(medium);
      // What they had attached is counted anew: another repair, which keeps and exports nothing in the first one's places.
      last = StoreRepair.repair(pool, options);
    }
    int exitCode = Verdicts.exitCode(last.after().verdict());
    if (output.json()) {
      Json.print(output.out(), toJson(report, destroys ? last : null, exitCode));
    } else if (destroys) {
      output.out().println("pool " + pool + ": destroyed " + String.join(", ", destroyed));
      printWhatWasDone(last, true);
    }
    return exitCode;
  }

  private int undo(RepairOptions options) {
    try {
      StoreRepair.undo(pool, way.undo, options);
    } catch (IllegalArgumentException e) {
      throw new VerbFailed(ExitCode.STOPPED, e.getMessage());
    }
    VerifyReport now = StoreVerifier.verify(pool);
    int exitCode = Verdicts.exitCode(now.verdict());
    if (output.json()) {
      JsonObject json = new JsonObject();
      json.addProperty("pool", pool.toString());
      json.addProperty("undone", way.undo.toString());
      json.addProperty("verdict", now.verdict().name());
      json.addProperty("exitCode", exitCode);
      Json.print(output.out(), json);
    } else {
      output.out().println("pool " + pool + ": put back what " + way.undo + " kept; " + Verdicts.sentence(now));
    }
    return exitCode;
  }

  private void destroyQuarantined(FileMedium medium) {
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().medium(medium))) {
      Set<Component> components = new LinkedHashSet<>();
      for (String who : destroyed) {
        phase.set("looking for " + who);
        Component component = quarantined(store, who);
        if (!component.isQuarantined()) {
          throw new VerbFailed(ExitCode.STOPPED, "component " + who + " is not quarantined; neither it nor any other was destroyed");
        }
        components.add(component);
      }
      phase.set("destroying");
      components.forEach(Component::destroy);
    }
  }

  private static Component quarantined(ProcessStore store, String who) {
    return store.find(who).orElseGet(() -> byId(store, who));
  }

  private static Component byId(ProcessStore store, String who) {
    List<Component> found = new ArrayList<>();
    store.forEach(
        component -> {
          ComponentId id = component.id();
          if (id.toString().equals(who)) {
            found.add(component);
          }
        });
    if (found.isEmpty()) {
      throw new VerbFailed(ExitCode.STOPPED, "there is no component " + who + "; nobody was destroyed, and verify names those that are quarantined");
    }
    return found.getFirst();
  }

  /** @param last the repair after components were destroyed; null where none were */
  private JsonObject toJson(RepairReport report, RepairReport last, int exitCode) {
    VerifyReport after = last == null ? report.after() : last.after();
    List<RepairReport.Change> changes = new ArrayList<>(report.changes());
    changes.addAll(last == null ? List.of() : last.changes());
    JsonObject json = new JsonObject();
    json.addProperty("pool", pool.toString());
    json.addProperty("before", report.before().verdict().name());
    json.addProperty("verdict", after.verdict().name());
    json.addProperty("written", report.written() || (last != null && last.written()));
    json.add("changes", Json.of(changes));
    json.addProperty("changedBytes", report.changedBytes() + (last == null ? 0 : last.changedBytes()));
    json.add("kept", Json.of(report.kept()));
    json.add("destroyed", Json.of(last == null ? List.of() : destroyed));
    json.add("keptAfterDestroying", Json.of(last == null ? null : last.kept()));
    json.add("exported", Json.of(report.exported()));
    json.add("findings", Json.of(after.findings()));
    json.add("damage", Json.of(after.damage()));
    json.addProperty("unharmedComponents", after.unharmedComponents());
    json.add("whatToDo", Json.of(after.whatToDo()));
    json.addProperty("exitCode", exitCode);
    return json;
  }

  private void print(RepairReport report, boolean undoable) {
    PrintStream out = output.out();
    if (report.changes().isEmpty()) {
      out.println("pool " + pool + ": nothing to repair; nothing was changed");
    } else {
      out.printf(Locale.ROOT, "pool %s: %,d changes in %,d bytes%s%n", pool, report.changes().size(), report.changedBytes(), report.written() ? "" : ", none of them made");
    }
    printWhatWasDone(report, undoable);
  }

  /** @param undoable whether nobody opens the pool after it */
  private void printWhatWasDone(RepairReport report, boolean undoable) {
    PrintStream out = output.out();
    report.changes().forEach(change -> out.println("  " + change.sentence()));
    if (report.kept() != null) {
      out.println("  what was there before is in " + report.kept() + (undoable ? "; --undo puts it back, until the pool is opened" : ""));
    }
    report.exported().forEach(folder -> out.println("  exported to " + folder));
    VerifyReport after = report.after();
    out.println("  " + (report.written() || report.changes().isEmpty() ? "now " : "then ") + (after.verdict() == Verdict.DAMAGED ? "there is left: " : "") + Verdicts.sentence(after));
    after.findings().forEach(finding -> out.println("  " + finding));
    Verdicts.printNextSteps(out, after);
  }
}
