package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool that cannot be had with its journal is not left without it: whoever tries again finds what there was before. */
final class FailedCreateTest {
  private static final Geometry SMALL = Geometry.of(1 << 20, 4, 4096, 2);
  private static final JournalOptions JOURNAL = JournalOptions.STANDARD.withJournalBytes(1 << 20);

  @TempDir Path folder;
  private Path pool;
  private Path journal;

  @BeforeEach
  void name() {
    pool = folder.resolve("a.pool");
    journal = folder.resolve("a.pool.journal");
  }

  private Pool create(JournalOptions options) {
    return Pool.create(pool, FileMedium.JOURNALED, SMALL, Host.of(TestPools.BOOT), options, TestPools.nothing());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void isMadeAndUsed() {
    try (Pool made = create(JOURNAL)) {
      made.begin();
    }
    try (Pool again = Pool.open(pool, FileMedium.JOURNALED, Host.of(TestPools.BOOT), JOURNAL)) {
      assertThat(again.header().openCount()).isEqualTo(1);
    }
  }

  @Test
  void aFolderInThePlaceOfTheJournalStaysAndThePoolIsNotThere() throws IOException {
    Files.createDirectory(journal);
    Path inside = Files.writeString(journal.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> create(JOURNAL)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("a.pool.journal").hasNoSuppressedExceptions();
    assertThat(inside).hasContent("mine");
    // The lock's file stays, as everywhere.
    assertThat(names(folder)).containsExactly("a.pool.journal", "a.pool.lock");
    Files.delete(inside);
    Files.delete(journal);
    isMadeAndUsed();
  }

  @Test
  void aLinkInThePlaceOfTheJournalStaysWhereverItLeads() throws IOException {
    // A disk that is always full.
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no such device here");
    Files.createSymbolicLink(journal, full);
    assertThatThrownBy(() -> create(JOURNAL)).isInstanceOfAny(PoolFull.class, MediaUnavailable.class);
    assertThat(Files.readSymbolicLink(journal)).isEqualTo(full);
    assertThat(pool).doesNotExist();
    Files.delete(journal);
    // Nor does one that leads to nothing.
    Files.createSymbolicLink(journal, folder.resolve("missing").resolve("journal"));
    assertThatThrownBy(() -> create(JOURNAL)).isInstanceOf(MediaUnavailable.class);
    assertThat(Files.exists(journal, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(pool).doesNotExist();
    Files.delete(journal);
    isMadeAndUsed();
  }

  /** What a pool of that name, which is no more, has left. */
  @Test
  void aJournalThatWasThereStays() throws IOException {
    Path mounted = Files.createDirectory(folder.resolve("small-disk"));
    mount(mounted);
    try {
      pool = mounted.resolve("a.pool");
      journal = mounted.resolve("a.pool.journal");
      Files.write(journal, new byte[5000]);
      assertThatThrownBy(() -> create(JournalOptions.STANDARD)).isInstanceOf(PoolFull.class);
      assertThat(names(mounted)).containsExactly("a.pool.journal", "a.pool.lock");
      assertThat(Files.size(journal)).isEqualTo(5000);
      isMadeAndUsed();
    } finally {
      unmount(mounted);
    }
  }

  @Test
  void aDiskThatHasRoomForThePoolAndNotForItsJournalHasNeitherAfterwards() throws IOException {
    Path mounted = Files.createDirectory(folder.resolve("small-disk"));
    mount(mounted);
    try {
      pool = mounted.resolve("a.pool");
      journal = mounted.resolve("a.pool.journal");
      long free = Files.getFileStore(mounted).getUsableSpace();
      assertThatThrownBy(() -> create(JournalOptions.STANDARD)).isInstanceOf(PoolFull.class).hasNoSuppressedExceptions();
      assertThat(names(mounted)).containsExactly("a.pool.lock");
      assertThat(Files.getFileStore(mounted).getUsableSpace()).as("the disk has its space back, but for the lock").isGreaterThan(free - 64 * 1024);
      isMadeAndUsed();
    } finally {
      unmount(mounted);
    }
  }

  private static void mount(Path at) throws IOException {
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", at.toString()) == 0, "mounting is not allowed here");
  }

  private static void unmount(Path at) throws IOException {
    assertThat(run("umount", at.toString())).isZero();
  }

  private static int run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return process.exitValue();
  }
}
