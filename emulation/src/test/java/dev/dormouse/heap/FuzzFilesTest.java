package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.fuzz.Changes;
import dev.dormouse.emulation.fuzz.Corpus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * What is read before anything is known of a pool: its header, the anchor beside it, and what leads to it in a heap of LLPL. Any
 * bytes are refused with an error that has a type, or say something that can be; with a right checksum too. {@code docs/damage.md}.
 */
final class FuzzFilesTest {
  private static final int POOL_BYTES = 256 << 10;
  private static final int LLPL_BYTES = 64 << 10;
  private static final int POOL_IN_LLPL = 48 << 10;
  private static final int HANDLE = 40 << 10;
  private static final byte[] POOL = pool();
  private static final byte[] LLPL = llpl();
  private static final UUID IDENTITY = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
  private static final String ANCHOR = anchor();
  private static final Path FILE = file();

  private static byte[] pool() {
    Media media = new OverlayMedia(new Zeros(POOL_BYTES));
    Pool.create(media, Geometry.of(POOL_BYTES, 4, 4096, 2), new BootIdentity(7, 7), unborn -> PoolHeader.Roots.NONE);
    byte[] bytes = new byte[POOL_BYTES];
    media.read(0, bytes, 0, bytes.length);
    return bytes;
  }

  /** The start of a heap of LLPL, as far as this package reads it: signature, layout, root, handle, guide, and the start of the pool. */
  private static byte[] llpl() {
    byte[] bytes = new byte[LLPL_BYTES];
    put(bytes, 0, "PMEMOBJ\0");
    put(bytes, 4096, "llpl_persistent_heap\0");
    Bytes.putLong(bytes, 6144, 32 << 10);
    Bytes.putLong(bytes, 32 << 10, HANDLE);
    System.arraycopy(POOL, 0, bytes, POOL_IN_LLPL, 8192);
    LlplBlock block = new LlplBlock(HANDLE, POOL_IN_LLPL, LLPL_BYTES - POOL_IN_LLPL, new UUID(0, 0));
    byte[] guide = block.guide(new ArrayReader(bytes));
    System.arraycopy(guide, 0, bytes, HANDLE + 8, guide.length);
    return bytes;
  }

  private static void put(byte[] bytes, int at, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, bytes, at, ascii.length);
  }

  private static String anchor() {
    return sealed("dormouse anchor 1\nuuid " + IDENTITY + "\nopenings 5\nserial 12\npath file:///tmp/a%20b.pool\n");
  }

  private static String sealed(String said) {
    CRC32C crc = new CRC32C();
    crc.update(said.getBytes(StandardCharsets.UTF_8));
    return said + String.format("crc32c 0x%08x\n", crc.getValue());
  }

  private static Path file() {
    try {
      Path file = Files.createTempFile("fuzz", ".anchor");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Zeros that nobody keeps. */
  private record Zeros(long sizeBytes) implements PoolReader {
    @Override
    public String describe() {
      return "zeros";
    }

    @Override
    public void read(long offset, byte[] destination, int index, int length) {
      Arrays.fill(destination, index, index + length, (byte) 0);
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  /** A file's bytes, which end where the array ends. */
  private static final class ArrayReader implements PoolReader {
    private final byte[] bytes;

    ArrayReader(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public String describe() {
      return "fuzz";
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public void read(long offset, byte[] destination, int index, int length) {
      System.arraycopy(bytes, Math.toIntExact(offset), destination, index, length);
    }

    @Override
    public void close() {
      // The array is the caller's.
    }
  }

  @Provide
  Arbitrary<Changes> headers() {
    return Arbitraries.randomValue(random -> Changes.random(random, HeaderLayout.BYTES, POOL_BYTES));
  }

  /** Both copies at once, or the other one would be used. */
  @Property
  void aHeaderIsRefusedOrDescribesAPoolThatFitsIntoItsFile(@ForAll("headers") Changes changes) {
    readHeader(changes);
  }

  @Example
  void theHeadersThatOnceFoundSomething() {
    Corpus.of(FuzzFilesTest.class, "header").forEach(line -> readHeader(Changes.parse(line)));
  }

  private static void readHeader(Changes changes) {
    byte[] bytes = changes.of(POOL, 0, HeaderLayout.BYTES, FuzzFilesTest::sealedHeader);
    System.arraycopy(bytes, 0, bytes, Geometry.PAGE_BYTES, HeaderLayout.BYTES);
    try {
      PoolHeader header = PoolHeader.read(new ArrayReader(bytes)).header();
      Geometry geometry = header.geometry();
      assertThat(geometry.sizeBytes()).isLessThanOrEqualTo(POOL_BYTES);
      assertThat(geometry.arenaOffset()).isLessThan(geometry.sizeBytes());
      assertThat(geometry.laneTableOffset() + geometry.laneCount() * geometry.laneBytes()).isLessThanOrEqualTo(geometry.pageTableOffset());
      assertThat(geometry.chunkTableOffset()).isLessThan(geometry.arenaOffset());
      assertThat(header.openCount()).as("births have no room for more").isBetween(0L, (1L << 24) - 1);
    } catch (PoolException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  private static byte[] sealedHeader(byte[] bytes) {
    Bytes.putInt(bytes, HeaderLayout.CRC32C, new Checksum().ofRecord(bytes, 0, HeaderLayout.BYTES, HeaderLayout.CRC32C));
    return bytes;
  }

  @Provide
  Arbitrary<Changes> anchors() {
    return Arbitraries.randomValue(random -> Changes.random(random, ANCHOR.length(), 128));
  }

  @Property
  void anAnchorIsRefusedOrSaysWhatCanBe(@ForAll("anchors") Changes changes) throws IOException {
    readAnchor(changes);
  }

  @Example
  void theAnchorsThatOnceFoundSomething() throws IOException {
    for (String line : Corpus.of(FuzzFilesTest.class, "anchor")) {
      readAnchor(Changes.parse(line));
    }
  }

  private static void readAnchor(Changes changes) throws IOException {
    byte[] whole = ANCHOR.getBytes(StandardCharsets.UTF_8);
    int said = ANCHOR.indexOf("crc32c");
    byte[] bytes =
        changes.of(
            whole, 0, changes.sealed() ? said : whole.length, changed -> sealed(new String(changed, 0, said, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
    Files.write(FILE, bytes);
    try {
      Anchor anchor = Anchor.readFile(FILE, IDENTITY).orElseThrow();
      assertThat(anchor.openCount()).isBetween(0L, (1L << 24) - 1);
      assertThat(anchor.path()).isNotNull();
    } catch (IOException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  /** The words that lead to the guide, and the guide: all that is read before PMDK is let near the file. */
  @Provide
  Arbitrary<Changes> guides() {
    return Arbitraries.randomValue(random -> Changes.random(random, 3 * LlplGuideLayout.BYTES, LLPL_BYTES));
  }

  @Property
  void aHeapOfLlplIsRefusedOrLeadsToAPoolInsideOfIt(@ForAll("guides") Changes changes) {
    readGuide(changes);
  }

  @Example
  void theHeapsOfLlplThatOnceFoundSomething() {
    Corpus.of(FuzzFilesTest.class, "llpl").forEach(line -> readGuide(Changes.parse(line)));
  }

  private static void readGuide(Changes changes) {
    // Root, handle and guide side by side, so that one record is changed.
    int line = LlplGuideLayout.BYTES;
    byte[] record = new byte[3 * line];
    System.arraycopy(LLPL, 6144, record, 0, line);
    System.arraycopy(LLPL, 32 << 10, record, line, line);
    System.arraycopy(LLPL, HANDLE + 8, record, 2 * line, line);
    byte[] changed = changes.of(record, 0, record.length, bytes -> bytes);
    byte[] file = LLPL.clone();
    System.arraycopy(changed, 0, file, 6144, line);
    System.arraycopy(changed, line, file, 32 << 10, line);
    System.arraycopy(changed, 2 * line, file, HANDLE + 8, line);
    if (changes.sealed()) {
      // The sum over PMDK's records as they are now, and then the guide's own.
      long end = HANDLE + 8;
      CRC32C crc = new CRC32C();
      crc.update(file, 0, 2048);
      crc.update(file, 4096, 6144 + 8 - 4096);
      crc.update(file, 8192, (int) end - 8192);
      Bytes.putInt(file, HANDLE + 8 + LlplGuideLayout.PMDK_CRC32C, (int) crc.getValue());
      Bytes.putInt(file, HANDLE + 8 + LlplGuideLayout.CRC32C, new Checksum().ofRecord(file, HANDLE + 8, line, LlplGuideLayout.CRC32C));
    }
    try {
      LlplBlock block = LlplBlock.find(new ArrayReader(file));
      assertThat(block.poolBytes()).isPositive();
      assertThat(block.poolOffset()).isBetween(0L, file.length - block.poolBytes());
    } catch (PoolException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
