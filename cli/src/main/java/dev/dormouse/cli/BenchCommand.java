package dev.dormouse.cli;

import dev.dormouse.bench.ShortBench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench}: the short form of the benchmarks. */
@Command(name = "bench", description = "Measures the short form of the benchmarks and prints each figure as a ratio to its floor.")
final class BenchCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;

  @Override
  public Integer call() {
    return ShortBench.run(output.out(), output.json());
  }
}
