package dev.dormouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The book that the demonstration reads where no other file is named; where it comes from is said in a file beside it. */
final class Book {
  static final String FILE_NAME = "pride-and-prejudice.txt";

  private Book() {}

  /** Writes the book to {@code file}, unless it is there already: a file that was written anew would be another one. */
  static void writeTo(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Book.class.getResourceAsStream(FILE_NAME)) {
      if (in == null) {
        throw new VerbFailed(
            ExitCode.STOPPED, "the book " + FILE_NAME + " is missing from this build; name a file of your own: demo TEXT-FILE");
      }
      bytes = in.readAllBytes();
    }
    if (!Files.isRegularFile(file) || !Arrays.equals(Files.readAllBytes(file), bytes)) {
      Files.write(file, bytes);
    }
  }
}
