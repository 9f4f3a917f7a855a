package dev.dormouse.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** What {@code ./dormouse} starts: picks the verb, and turns what stops it into an exit code and a sentence. */
@Command(
    name = "dormouse",
    description = "Components that live in persistent memory, sleep there, are killed, and go on.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      DemoCommand.class,
      InspectCommand.class,
      VerifyCommand.class,
      RepairCommand.class,
      RebuildCommand.class,
      ShrinkCommand.class,
      SnapshotCommand.class,
      RestoreCommand.class,
      TortureCommand.class,
      BenchCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:clean",
      "1:the pool is sound, but was not closed cleanly",
      "2:usage",
      "3:damaged",
      "4:in use",
      "5:anything else that stopped it, or a check that failed"
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /** For the launcher. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs a verb and answers its exit code. */
  static int run(String... arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Main::explainUsage);
    line.setExecutionExceptionHandler(Main::explain);
    for (CommandLine verb : line.getSubcommands().values()) {
      verb.getCommandSpec().mixinStandardHelpOptions(true);
    }
    return line.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no verb: demo, inspect, verify, repair, rebuild, shrink, snapshot, restore, torture or bench expected");
  }

  private static int explainUsage(ParameterException e, String[] arguments) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    System.err.println("dormouse: " + e.getMessage() + "; see " + name + " --help");
    return ExitCode.USAGE;
  }

  private static int explain(Exception e, CommandLine line, ParseResult result) {
    if (e instanceof ParameterException usage) {
      return explainUsage(usage, new String[0]);
    }
    if (!Failures.isExpected(e)) {
      e.printStackTrace();
    }
    System.err.println("dormouse: " + Failures.sentence(e));
    return Failures.exitCode(e);
  }

  /** The version of the build, from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"dormouse " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
