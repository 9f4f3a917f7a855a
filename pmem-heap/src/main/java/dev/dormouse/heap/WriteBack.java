package dev.dormouse.heap;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether this JVM can write cache lines back. In HotSpot the code for it belongs to the optimising compiler (C2), which
 * makes it when it starts. Where there is no C2, {@code force()} of a synchronous mapping jumps to address 0 and the JVM is
 * gone (seen on 25.0.3: {@code -Xint}, {@code -XX:-UseCompiler}, {@code -XX:CompilationMode=quick-only} and every
 * {@code TieredStopAtLevel} below 4), so that is found out before. {@code -XX:-DelayCompilerStubsGeneration} has it made with the JVM.
 */
final class WriteBack {
  private static final int LEVEL_OF_C2 = 4;

  private WriteBack() {}

  /** Throws {@link MediaUnavailable} if the first flush would end the JVM. */
  static void requireUsable(Path path) {
    Optional<String> culprit = missingCompiler();
    if (culprit.isPresent()) {
      throw new MediaUnavailable(
          path.toString(),
          "persistent memory cannot be flushed by this JVM: it runs with " + culprit.get() + ", so without the C2 compiler, and"
              + " writing a cache line back would crash it; start it without that flag, or add"
              + " -XX:+UnlockDiagnosticVMOptions -XX:-DelayCompilerStubsGeneration");
    }
  }

  /** The flag of this JVM that keeps C2 from having made the code; empty if there is none. */
  static Optional<String> missingCompiler() {
    HotSpotDiagnosticMXBean flags = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    return flags == null
        ? Optional.empty()
        : missingCompiler(System.getProperty("java.vm.info", ""), name -> valueOf(flags, name));
  }

  /**
   * What keeps C2 from having made the code.
   *
   * @param vmInfo the system property {@code java.vm.info}
   * @param flag the value of a flag of the JVM; empty if there is none of that name, or it is locked
   */
  static Optional<String> missingCompiler(String vmInfo, Function<String, Optional<String>> flag) {
    if (flag.apply("DelayCompilerStubsGeneration").equals(Optional.of("false"))) {
      return Optional.empty();
    }
    if (vmInfo.startsWith("interpreted")) {
      return Optional.of("-Xint");
    }
    if (flag.apply("UseCompiler").equals(Optional.of("false"))) {
      return Optional.of("-XX:-UseCompiler");
    }
    Optional<String> level = flag.apply("TieredStopAtLevel").filter(value -> Integer.parseInt(value) < LEVEL_OF_C2);
    if (level.isPresent()) {
      return level.map(value -> "-XX:TieredStopAtLevel=" + value);
    }
    return vmInfo.contains("emulated-client") ? Optional.of("-XX:CompilationMode=quick-only") : Optional.empty();
  }

  private static Optional<String> valueOf(HotSpotDiagnosticMXBean flags, String name) {
    try {
      return Optional.of(flags.getVMOption(name).getValue());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
