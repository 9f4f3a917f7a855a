package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.fuzz.Changes;
import dev.dormouse.emulation.fuzz.Corpus;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.PoolReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.Assertions;

/** The file in which a repair keeps what it changes: any bytes are refused, or show a pool that can be read. {@code docs/damage.md}. */
final class FuzzKeptFileTest {
  private static final Path FOLDER = folder();
  private static final byte[] KEPT = kept();
  private static final int POOL_BYTES = 64 << 10;

  private static Path folder() {
    try {
      return Files.createDirectories(Path.of("target", "fuzz-kept"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Two short pages: of a real one nothing but its length matters. */
  private static byte[] kept() {
    TreeMap<Long, byte[]> pages = new TreeMap<>();
    pages.put(0L, new byte[64]);
    pages.put(8192L, new byte[128]);
    try {
      Path file = FOLDER.resolve("whole");
      Files.deleteIfExists(file);
      new KeptFile(FOLDER.resolve("pool"), file, false).keep(new RepairKeep.Kept(new UUID(1, 2), 3, pages));
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Provide
  Arbitrary<Changes> changes() {
    return Arbitraries.randomValue(random -> Changes.random(random, KEPT.length, POOL_BYTES));
  }

  @Property
  void itIsRefusedOrCanBeReadOverAPool(@ForAll("changes") Changes changes) throws IOException {
    judge(changes);
  }

  @Example
  void theFilesThatOnceFoundSomething() throws IOException {
    for (String line : Corpus.of(FuzzKeptFileTest.class, "kept")) {
      judge(Changes.parse(line));
    }
  }

  private static void judge(Changes changes) throws IOException {
    byte[] bytes = changes.of(KEPT, 0, KEPT.length - (changes.sealed() ? Long.BYTES : 0), FuzzKeptFileTest::sealed);
    Path file = FOLDER.resolve("changed");
    Files.write(file, bytes);
    RepairKeep.Kept kept;
    try {
      kept = KeptFile.read(file);
    } catch (Damaged refused) {
      assertThat(refused.getMessage()).contains("nothing was put back");
      return;
    }
    try (PoolReader shown = kept.over(new SurveyImage(new byte[POOL_BYTES]))) {
      byte[] page = new byte[4096];
      for (long at = 0; at < POOL_BYTES; at += page.length) {
        shown.read(at, page, 0, page.length);
      }
    }
    assertThat(Assertions.catchThrowable(() -> KeptFile.requireInside(kept, file, POOL_BYTES))).satisfiesAnyOf(
        thrown -> assertThat(thrown).isInstanceOf(Damaged.class),
        thrown -> assertThat(kept.pages()).allSatisfy((offset, page) -> assertThat(offset + page.length).isBetween(0L, (long) POOL_BYTES)));
    assertThat(kept.pages().keySet()).as("where they are put back").allMatch(offset -> offset >= 0 && offset % 4096 == 0);
  }

  private static byte[] sealed(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - Long.BYTES);
    Bytes.putLong(bytes, bytes.length - Long.BYTES, crc.getValue());
    return bytes;
  }

  /** That the file is read as it is, so that what is refused is refused for what was changed. */
  @Example
  void theWholeFileIsNotRefused() throws IOException {
    Path file = FOLDER.resolve("as-it-is");
    Files.write(file, KEPT);
    assertThat(KeptFile.read(file).pages()).hasSize(2).allSatisfy((_, page) -> assertThat(Arrays.equals(page, new byte[page.length])).isTrue());
  }
}
