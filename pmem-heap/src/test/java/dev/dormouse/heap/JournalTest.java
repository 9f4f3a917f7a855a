package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records of a journal: what is appended is found again, whole, in order, and once only. */
@Timeout(60)
class JournalTest {
  private static final long SALT = 0x5a17;
  private static final UUID POOL = new UUID(1, 2);
  private static final JournalOptions SMALL = new JournalOptions(64 << 10, 16 << 10, 1 << 20, false);
  private static final int MEMORY = 256 << 10;

  private final ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(SMALL.journalBytes()));
  private final ArrayDisk home = new ArrayDisk(MEMORY);
  private final ArrayMedia memory = new ArrayMedia(MEMORY);
  private final JournalFile header;
  private final Journal journal = new Journal(file, "pool", SMALL, SALT);
  private final JournalWriter writer = new JournalWriter(journal, memory);
  private final PrivatePages pages = new PrivatePages(0, MEMORY);
  private final Migration migration;

  JournalTest() throws IOException {
    header = JournalFile.begin(file, POOL, 0, number -> number == 0 ? 7 : SALT, SMALL.journalBytes());
    migration = new Migration(journal, header, null, home, MEMORY, pages, (offset, length) -> {}, SMALL);
  }

  private JournalScan scan() throws IOException {
    JournalScan scan = new JournalScan(journal.read(journal.cut(), (int) SMALL.journalBytes()), journal.cut(), SALT, MEMORY);
    scan.run();
    return scan;
  }

  private long append(long offset, int length, int value) {
    memory.fill(offset, length, (byte) value);
    writer.image(offset, length);
    return writer.append();
  }

  @Test
  void whatIsAppendedIsOnTheDiskAfterASyncAndNotBefore() throws IOException {
    long end = append(640, 24, 3);
    assertThat(scan().count()).isZero();
    assertThat(journal.durable()).isLessThan(end);
    journal.sync(end);
    assertThat(journal.durable()).isGreaterThanOrEqualTo(end);
    JournalScan scan = scan();
    assertThat(scan.count()).isEqualTo(1);
    assertThat(scan.offset(0)).isEqualTo(640);
    assertThat(scan.length(0)).isEqualTo(24);
    assertThat(Arrays.copyOfRange(scan.bytes(), scan.source(0), scan.source(0) + 24)).containsOnly(3);
  }

  @Test
  void asManyAsComeBeforeASyncShareIt() {
    for (int i = 0; i < 20; i++) {
      append(i * 64L, 64, i);
    }
    journal.sync(journal.tail());
    assertThat(journal.syncs()).isEqualTo(1);
    journal.sync(journal.tail());
    assertThat(journal.syncs()).as("there is nothing to wait for").isEqualTo(1);
  }

  @Test
  void noSectorIsWrittenTwice() {
    journal.sync(append(0, 8, 1));
    byte[] first = Arrays.copyOfRange(file.bytes, 8192, 8192 + 512);
    journal.sync(append(8, 8, 2));
    assertThat(Arrays.copyOfRange(file.bytes, 8192, 8192 + 512)).isEqualTo(first);
    assertThat(journal.tail() % 512).isZero();
  }

  @Test
  void aWordIsMadeOfWhatMemoryHasAroundIt() throws IOException {
    memory.putLong(80, 0x1122334455667788L);
    writer.image(83, 2);
    journal.sync(writer.append());
    migration.checkpoint();
    assertThat(Bytes.getLong(home.bytes, 80)).isEqualTo(0x1122334455667788L);
  }

  @Test
  void groupsOfEveryLengthComeHomeWhole() {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      int entries = 1 + random.nextInt(6);
      for (int entry = 0; entry < entries; entry++) {
        int length = 8 * (1 + random.nextInt(random.nextInt(10) == 0 ? 500 : 20));
        long offset = 8L * random.nextInt((MEMORY - length) / 8);
        if (random.nextInt(8) == 0) {
          memory.fill(offset, length, (byte) 0);
          writer.zeros(offset, length);
        } else {
          memory.fill(offset, length, (byte) random.nextInt());
          writer.image(offset, length);
        }
      }
      journal.sync(writer.append());
    }
    migration.checkpoint();
    assertThat(home.bytes).isEqualTo(memory.bytes());
  }

  @Test
  void aGroupThatIsLongerThanARecordIsOneAllTheSame() throws IOException {
    memory.fill(0, 24_000, (byte) 9);
    append(40_000, 8, 1);
    writer.zeros(32_768, 4096);
    writer.image(0, 24_000);
    writer.word(65_536, 77);
    long end = writer.append();
    append(48_000, 8, 2);
    journal.sync(end);
    JournalScan scan = scan();
    assertThat(scan.count()).isGreaterThan(7);
    migration.checkpoint();
    memory.putLong(65_536, 77);
    assertThat(home.bytes).isEqualTo(memory.bytes());
    // Without its last record it is not there at all.
    assertThat(journal.cut()).isEqualTo(journal.tail());
  }

  @Test
  void aGroupThatIsTooLongIsRefusedAndTheJournalGoesOn() {
    memory.fill(0, 100_000, (byte) 9);
    writer.image(0, 100_000);
    assertThatThrownBy(writer::append).isInstanceOf(PoolFull.class).hasMessageContaining("its journal takes at once");
    assertThat(journal.tail()).isZero();
    journal.sync(append(0, 8, 3));
    migration.checkpoint();
    assertThat(home.bytes[0]).isEqualTo((byte) 3);
    assertThat(home.bytes[8]).isZero();
  }

  @Test
  void theRingGoesRoundManyTimes() {
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      append(8L * random.nextInt(MEMORY / 8 - 16), 8 * (1 + random.nextInt(16)), i);
      if (random.nextInt(4) == 0) {
        journal.sync(journal.tail());
      }
    }
    assertThat(journal.tail()).isGreaterThan(10 * SMALL.journalBytes());
    migration.checkpoint();
    assertThat(home.bytes).isEqualTo(memory.bytes());
  }

  @Test
  void aTornTailIsNotDamageAndDamageInTheMiddleIs() throws IOException {
    long first = append(0, 8, 1);
    journal.sync(first);
    long second = append(8, 8, 2);
    journal.sync(second);
    long secondAt = 8192 + 512;
    file.bytes[(int) secondAt + 60] ^= 1;
    assertThat(scan().count()).isEqualTo(1);
    assertThat(scan().provesDamage()).isNegative();
    // A third one, that was made when the second was durable.
    journal.sync(append(16, 8, 3));
    assertThat(scan().count()).isEqualTo(1);
    assertThat(scan().provesDamage()).isEqualTo(1024);
  }

  @Test
  void anErrorOfTheDiskIsTheEnd() {
    long end = append(0, 8, 1);
    file.failure = new IOException("Input/output error");
    assertThatThrownBy(() -> journal.sync(end)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("Input/output error");
    file.failure = null;
    assertThatThrownBy(() -> journal.sync(end)).as("it is not asked again").isInstanceOf(MediaUnavailable.class);
    assertThatThrownBy(() -> append(8, 8, 2)).isInstanceOf(MediaUnavailable.class);
    assertThat(journal.syncs()).isZero();
  }

  @Test
  void anErrorAtHomeLosesNothingEither() throws IOException {
    journal.sync(append(0, 8, 1));
    home.failure = new IOException("No space left on device");
    assertThatThrownBy(migration::checkpoint).isInstanceOf(MediaUnavailable.class).hasMessageContaining("No space left on device");
    assertThatThrownBy(() -> append(8, 8, 2)).isInstanceOf(MediaUnavailable.class);
    JournalFile again = JournalFile.open(file, POOL, 7);
    assertThat(again.cut()).isZero();
    assertThat(scan().count()).isEqualTo(1);
  }

  /** One that failed may have dropped what it was about: what it says from then on means nothing. */
  @Test
  void aSyncOfHomeThatFailedIsNotTriedAgain() throws IOException {
    journal.sync(append(0, 8, 1));
    home.failure = new IOException("Input/output error");
    assertThatThrownBy(migration::step).isInstanceOf(MediaUnavailable.class).hasMessageContaining("Input/output error");
    home.failure = null;
    homeIsLeftAlone();
    assertThat(journal.cut()).isZero();
    assertThat(scan().count()).isEqualTo(1);
  }

  @Test
  void theLastSyncOfHomeIsNotTriedAgainEither() throws IOException {
    journal.sync(append(0, 8, 1));
    migration.checkpoint();
    home.failure = new IOException("Input/output error");
    assertThatThrownBy(migration::checkpoint).isInstanceOf(MediaUnavailable.class).hasMessageContaining("Input/output error");
    home.failure = null;
    homeIsLeftAlone();
  }

  private void homeIsLeftAlone() {
    int writes = home.writes;
    int syncs = home.syncs;
    for (ThrowingCallable again : List.<ThrowingCallable>of(migration::step, migration::make, migration::checkpoint)) {
      assertThatThrownBy(again).isInstanceOf(MediaUnavailable.class).hasMessageContaining("Input/output error");
    }
    assertThat(home.writes).isEqualTo(writes);
    assertThat(home.syncs).isEqualTo(syncs);
  }

  /** There was memory for one of them, and for the next none. */
  @Test
  void aGroupThatThereWasNoMemoryForLeavesRoomForTheNext() throws ReflectiveOperationException {
    Field sources = JournalWriter.class.getDeclaredField("sources");
    sources.setAccessible(true);
    int[] all = (int[]) sources.get(writer);
    for (int i = 0; i < all.length; i++) {
      writer.image(8L * i, 8);
    }
    sources.set(writer, null);
    assertThatThrownBy(() -> writer.image(0, 8)).as("instead of an error that nobody can foretell").isInstanceOf(NullPointerException.class);
    sources.set(writer, all);
    writer.clear();
    for (int i = 0; i < 3 * all.length; i++) {
      memory.putLong(8L * i, i + 1L);
      writer.image(8L * i, 8);
    }
    journal.sync(writer.append());
    migration.checkpoint();
    assertThat(home.bytes).isEqualTo(memory.bytes());
  }

  @Test
  void whatCannotBeReadLeavesNothingOfItsGroupAndTheJournalGoesOn() throws IOException {
    JournalWriter failing =
        new JournalWriter(
            journal,
            new ArrayMedia(MEMORY) {
              @Override
              public void read(long offset, byte[] destination, int index, int length) {
                if (offset >= 4096) {
                  throw new InternalError("a page cannot be had");
                }
                super.read(offset, destination, index, length);
              }
            });
    failing.image(0, 64);
    failing.image(8192, 64);
    assertThatThrownBy(failing::append).isInstanceOf(InternalError.class);
    failing.image(0, 4096);
    failing.image(128, 4000);
    failing.image(4096, 8192);
    assertThatThrownBy(failing::append).isInstanceOf(InternalError.class);
    journal.sync(append(64, 8, 5));
    JournalScan scan = scan();
    assertThat(scan.count()).isEqualTo(1);
    assertThat(scan.offset(0)).isEqualTo(64);
  }

  @Test
  void threadsThatAppendAndWaitAllGetThere() throws InterruptedException {
    AtomicLong appended = new AtomicLong();
    Thread[] threads = new Thread[8];
    for (int t = 0; t < threads.length; t++) {
      int number = t;
      threads[t] =
          new Thread(
              () -> {
                JournalWriter own = new JournalWriter(journal, memory);
                for (int i = 0; i < 500; i++) {
                  long at = number * 16_384L + 8L * (i % 1000);
                  memory.putLong(at, i + 1L);
                  own.image(at, 8);
                  if (i % 50 == 49) {
                    own.image(number * 16_384L, 9000);
                  }
                  journal.sync(own.append());
                  appended.incrementAndGet();
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(appended.get()).isEqualTo(8 * 500);
    migration.checkpoint();
    assertThat(home.bytes).isEqualTo(memory.bytes());
  }

  /** Groups that are claimed at once and written bit by bit, among others that come and go. */
  @Test
  void longAndShortGroupsOfManyThreadsAllGetThereAndDurableNeverGoesBack() throws InterruptedException {
    Thread[] threads = new Thread[6];
    AtomicReference<String> wrong = new AtomicReference<>();
    for (int t = 0; t < threads.length; t++) {
      int number = t;
      threads[t] =
          new Thread(
              () -> {
                JournalWriter own = new JournalWriter(journal, memory);
                Random random = new Random(number);
                long seen = 0;
                for (int i = 0; i < 1_500; i++) {
                  int length = (number < 2 ? 6000 + random.nextInt(6000) : 64 + random.nextInt(1500)) & -8;
                  memory.fill(number * 16_384L, length, (byte) i);
                  own.image(number * 16_384L, length);
                  long end = own.append();
                  journal.sync(end);
                  long durable = journal.durable();
                  if (durable < end || durable < seen) {
                    wrong.compareAndSet(null, durable + " after " + end + " and " + seen);
                  }
                  seen = durable;
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong.get()).isNull();
    migration.checkpoint();
    assertThat(home.bytes).isEqualTo(memory.bytes());
  }

  @Test
  void anErrorOfTheDiskInTheMiddleOfALongGroupEndsItAndHangsNobody() {
    memory.fill(0, 24_000, (byte) 9);
    writer.image(0, 24_000);
    file.failure = new IOException("Input/output error");
    assertThatThrownBy(writer::append).isInstanceOf(MediaUnavailable.class);
    file.failure = null;
    assertThatThrownBy(() -> journal.sync(journal.tail())).isInstanceOf(MediaUnavailable.class);
    assertThatThrownBy(() -> append(0, 8, 1)).isInstanceOf(MediaUnavailable.class);
  }

  /** Whatever stopped it: nobody can know what should have been there. */
  @Test
  void whatWasClaimedAndIsNeverFilledEndsTheJournalAndHangsNobody() {
    long claimed = journal.claim(64);
    journal.torn = true;
    assertThatThrownBy(() -> journal.sync(claimed + 64)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("cut short");
    assertThatThrownBy(() -> append(0, 8, 1)).isInstanceOf(MediaUnavailable.class);
  }
}
