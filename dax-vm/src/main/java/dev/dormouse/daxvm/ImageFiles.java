package dev.dormouse.daxvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The image of a disk after a cut, and what is taken out of its file system as a mount would show it. */
final class ImageFiles {
  /** e2fsck's: nothing is left that it could not put right. */
  private static final int MOST_HARMLESS = 1;

  private static final String POOL = "store.pool";
  /** What is beside it. */
  private static final List<String> NEIGHBOURS = List.of(POOL + ".journal", POOL + ".anchor");

  private final Path folder;

  ImageFiles(Path folder) {
    this.folder = folder;
  }

  /** The file system itself is not sound. */
  static final class Unsound extends Exception {
    private static final long serialVersionUID = 1L;

    Unsound(String message) {
      super(message);
    }
  }

  Path image() {
    return folder.resolve("cut.img");
  }

  Path sample(int number, String suffix) {
    return folder.resolve("sample-" + number + "." + suffix);
  }

  Path violation(int number) {
    return folder.resolve("violation-" + number + ".img");
  }

  /**
   * Replays the file system's journal in the image, as the kernel does when it mounts, takes the pool and its neighbours out, and has
   * the file system checked.
   *
   * @return the pool, which may not be there
   */
  Path takeOut() throws IOException, Unsound {
    Path pool = folder.resolve(POOL);
    StringBuilder dumps = new StringBuilder(dump(POOL));
    for (String neighbour : NEIGHBOURS) {
      dumps.append(dump(neighbour));
    }
    run("e2fsck", "-y", "-E", "journal_only", image().toString());
    Path script = folder.resolve("debugfs.txt");
    Files.writeString(script, dumps);
    run("debugfs", "-f", script.toString(), image().toString());
    run("e2fsck", "-f", "-p", image().toString());
    return pool;
  }

  private String dump(String name) throws IOException {
    Path target = folder.resolve(name);
    Files.deleteIfExists(target);
    return "dump /" + name + " " + target + "\n";
  }

  private static void run(String... command) throws IOException, Unsound {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      int status = process.waitFor();
      if (status > MOST_HARMLESS) {
        throw new Unsound(String.join(" ", command) + " returned " + status + ": " + said.replace('\n', ';'));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unsound("it was interrupted");
    }
  }
}
