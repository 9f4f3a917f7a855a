package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.MediaDisk;
import dev.dormouse.emulation.MediaFolder;
import dev.dormouse.emulation.fuzz.Changes;
import dev.dormouse.emulation.fuzz.Corpus;
import dev.dormouse.emulation.fuzz.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * A journal of any bytes, and an archive of any bytes, with the checksums made right again: finishing the one and restoring from the
 * other come to an end, with an answer or an error that has a type. {@code docs/damage.md}.
 */
final class FuzzJournalTest {
  private static final Geometry GEOMETRY = Geometry.of(128 << 10, 2, 4096, 2);
  private static final JournalOptions OPTIONS = new JournalOptions(32 << 10, 16 << 10, 1 << 20, false);
  private static final int JOURNAL_AT = (int) GEOMETRY.sizeBytes();
  private static final int JOURNAL_BYTES = (int) JournalFile.fileBytes(OPTIONS.journalBytes());
  private static final int ARCHIVE_AT = JOURNAL_AT + JOURNAL_BYTES;
  private static final int FILES = 4;
  private static final int WHOLE = ARCHIVE_AT + (int) MediaFolder.bytes(FILES, GEOMETRY.sizeBytes());
  private static final byte[] BYTES = stage();
  // Both headers and the records that there are; the segment's header and its blocks.
  private static final int JOURNAL_USED = (2 * 4096) + 12_000;
  private static final int ARCHIVE_USED = 12_000;
  private static final int SEGMENT_AT = segmentAt();

  /** A pool with a base, a mark, and a journal that was not finished. */
  private static byte[] stage() {
    OverlayMedia media = new OverlayMedia(new Image(new byte[WHOLE]));
    Pool made = Pool.create(on(media), GEOMETRY, new BootIdentity(7, 7), unborn -> PoolHeader.Roots.NONE);
    made.begin(opening -> opening);
    made.close();
    JournaledMedia on = on(media);
    Pool pool = Pool.open(on, new BootIdentity(7, 7));
    pool.begin(opening -> opening);
    on.archiveBase(bytes -> {}, reader -> {});
    fill(on, 1);
    on.mark("one");
    fill(on, 2);
    on.sync();
    byte[] bytes = new byte[WHOLE];
    media.read(0, bytes, 0, WHOLE);
    return bytes;
  }

  private static void fill(JournaledMedia media, int value) {
    for (int i = 0; i < 5; i++) {
      long offset = GEOMETRY.arenaOffset() + i * 4096L;
      media.fill(offset, 700, (byte) value);
      media.flush(offset, 704);
    }
  }

  private static JournaledMedia on(Media media) {
    return JournaledMedia.over(home(media), journal(media), archive(media), number -> number + 77, OPTIONS);
  }

  private static DiskFile home(Media media) {
    return new MediaDisk("home", media, 0, GEOMETRY.sizeBytes());
  }

  private static DiskFile journal(Media media) {
    return new MediaDisk("journal", media, JOURNAL_AT, JOURNAL_BYTES);
  }

  private static MediaFolder archive(Media media) {
    return new MediaFolder("archive", media, ARCHIVE_AT, FILES, GEOMETRY.sizeBytes());
  }

  private static int segmentAt() {
    byte[] magic = "DORMARCH".getBytes(StandardCharsets.US_ASCII);
    for (int at = ARCHIVE_AT; ; at += 512) {
      if (Arrays.equals(BYTES, at, at + magic.length, magic, 0, magic.length)) {
        return at;
      }
    }
  }

  @Provide
  Arbitrary<Changes> journals() {
    return Arbitraries.randomValue(random -> Changes.random(random, random.nextInt(3) == 0 ? JournalLayout.HEADER_BYTES : JOURNAL_USED, GEOMETRY.sizeBytes()));
  }

  @Provide
  Arbitrary<Changes> archives() {
    return Arbitraries.randomValue(random -> Changes.random(random, random.nextInt(3) == 0 ? 512 : ARCHIVE_USED, GEOMETRY.sizeBytes()));
  }

  @Property
  void whateverIsInAJournal(@ForAll("journals") Changes changes) {
    finish(changes);
  }

  @Property
  void whateverIsInAnArchive(@ForAll("archives") Changes changes) {
    restore(changes);
  }

  @Example
  void whatOnceFoundSomething() {
    Corpus.of(FuzzJournalTest.class, "journal").forEach(line -> finish(Changes.parse(line)));
    Corpus.of(FuzzJournalTest.class, "archive").forEach(line -> restore(Changes.parse(line)));
  }

  @Example
  void theStageHasWhatIsFuzzed() throws IOException {
    OverlayMedia media = new OverlayMedia(new Image(BYTES));
    ArchiveIndex index = ArchiveIndex.read(archive(media));
    assertThat(index.points()).hasSizeGreaterThan(2).anyMatch(point -> point.name().equals("one"));
    assertThat(JournalRecovery.finish(home(media), journal(media), null, null).bytes()).isGreaterThan(3500);
  }

  private static void finish(Changes changes) {
    byte[] bytes = changes.of(BYTES, JOURNAL_AT, JOURNAL_USED, FuzzJournalTest::sealedJournal);
    OverlayMedia media = new OverlayMedia(new Image(bytes));
    try {
      JournalRecovery.finish(home(media), journal(media), archive(media), () -> 0);
      assertThat(JournalRecovery.finish(home(media), journal(media), null, null)).as("nothing is left to do").isNull();
      on(media);
    } catch (DormouseException refused) {
      assertThat(refused).hasMessageContaining(": ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void restore(Changes changes) {
    byte[] bytes = changes.of(BYTES, SEGMENT_AT, ARCHIVE_USED, FuzzJournalTest::sealedArchive);
    OverlayMedia media = new OverlayMedia(new Image(bytes));
    try {
      ArchiveIndex index = ArchiveIndex.read(archive(media));
      for (RestorePoint point : new ArrayList<>(index.points())) {
        restore(index, point);
      }
      on(media);
    } catch (DormouseException refused) {
      assertThat(refused).hasMessageContaining(": ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void restore(ArchiveIndex index, RestorePoint point) throws IOException {
    OverlayMedia target = new OverlayMedia(new Image(new byte[WHOLE]));
    try {
      new ArchiveRestore(index, point).run(new MediaDisk("target", target, 0, WHOLE), bytes -> {});
    } catch (Damaged refused) {
      assertThat(refused).hasMessageContaining("archive");
    }
  }

  private static byte[] sealedJournal(byte[] bytes) {
    for (int copy = 0; copy < 2; copy++) {
      int at = JOURNAL_AT + copy * 4096;
      Bytes.putInt(bytes, at + JournalLayout.HEADER_CRC32C, new Checksum().ofRecord(bytes, at, JournalLayout.HEADER_BYTES, JournalLayout.HEADER_CRC32C));
    }
    long salt = Bytes.getLong(BYTES, JOURNAL_AT + JournalLayout.HEADER_SALT);
    for (int at = JOURNAL_AT + (2 * 4096); at < JOURNAL_AT + JOURNAL_USED; at += 64) {
      int length = Bytes.getInt(bytes, at + JournalLayout.LENGTH);
      if (Bytes.getLong(bytes, at + JournalLayout.SALT) == salt && length >= 64 && length <= ARCHIVE_AT - at) {
        Bytes.putInt(bytes, at + JournalLayout.CRC32C, new Checksum().ofRecord(bytes, at, length, JournalLayout.CRC32C));
      }
    }
    return bytes;
  }

  private static byte[] sealedArchive(byte[] bytes) {
    Bytes.putInt(
        bytes, SEGMENT_AT + ArchiveLayout.SEGMENT_CRC32C, new Checksum().ofRecord(bytes, SEGMENT_AT, ArchiveLayout.SEGMENT_BYTES, ArchiveLayout.SEGMENT_CRC32C));
    long salt = Bytes.getLong(BYTES, SEGMENT_AT + ArchiveLayout.SEGMENT_SALT);
    List<Integer> blocks = new ArrayList<>();
    for (int at = SEGMENT_AT + ArchiveLayout.SEGMENT_BYTES; at < SEGMENT_AT + ARCHIVE_USED; at += 64) {
      if (Bytes.getLong(bytes, at + ArchiveLayout.BLOCK_SALT) == salt) {
        blocks.add(at);
      }
    }
    for (int at : blocks) {
      long length = Bytes.getLong(bytes, at + ArchiveLayout.LENGTH);
      if (length >= 0 && length <= bytes.length - at - ArchiveLayout.BLOCK_BYTES) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.wrap(bytes, at + ArchiveLayout.BLOCK_BYTES, (int) length));
        Bytes.putInt(bytes, at + ArchiveLayout.PAYLOAD_CRC32C, (int) crc.getValue());
      }
      Bytes.putInt(bytes, at + ArchiveLayout.BLOCK_CRC32C, new Checksum().ofRecord(bytes, at, ArchiveLayout.BLOCK_BYTES, ArchiveLayout.BLOCK_CRC32C));
    }
    return bytes;
  }
}
