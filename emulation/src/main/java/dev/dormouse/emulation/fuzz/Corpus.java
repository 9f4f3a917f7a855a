package dev.dormouse.emulation.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Inputs that once found something, a line each, in a small text file beside the test that replays them at every build. */
public final class Corpus {
  private static final String NAME = "fuzz-corpus.txt";

  private Corpus() {}

  /**
   * The inputs of one reader.
   *
   * @param test beside which, in its package, {@code fuzz-corpus.txt} lies
   * @param reader the word with which its lines begin
   * @throws IllegalStateException if there is no such file, or no such line: a corpus that is not found must not look like one that passed
   */
  public static List<String> of(Class<?> test, String reader) {
    try (InputStream in = test.getResourceAsStream(NAME)) {
      if (in == null) {
        throw new IllegalStateException(NAME + " is not beside " + test);
      }
      String begin = reader + ": ";
      List<String> lines =
          new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> line.startsWith(begin)).map(line -> line.substring(begin.length())).toList();
      if (lines.isEmpty()) {
        throw new IllegalStateException(NAME + " beside " + test + " has no line that begins with " + begin);
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
