package dev.dormouse.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Runs verbs as a shell would, in this process. */
final class Shell {
  private Shell() {}

  /** What came of it. The output is bytes, because a rebuilt file may go there. */
  record Result(int exitCode, ByteArrayOutputStream outBytes, String err) {
    String out() {
      return outBytes.toString(StandardCharsets.UTF_8);
    }
  }

  static Result run(Object... arguments) {
    String[] texts =
        Arrays.stream(arguments)
            .map(argument -> argument instanceof Path path ? path.toString() : (String) argument)
            .toArray(String[]::new);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream formerOut = System.out;
    PrintStream formerErr = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return new Result(Main.run(texts), out, err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(formerOut);
      System.setErr(formerErr);
    }
  }
}
