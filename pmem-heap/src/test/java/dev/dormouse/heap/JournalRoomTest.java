package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever needs room in a journal gets it, or is told that there will be none. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JournalRoomTest {
  private static final long SALT = 0x5a17;
  private static final int RING = 16 << 10;
  private static final int RECORD = RING / 4;
  private static final JournalOptions SMALL = new JournalOptions(64 << 10, RING, 1 << 20, false);
  private static final JournalOptions IN_BACKGROUND = new JournalOptions(64 << 10, RING, 1 << 20, true);
  private static final int MEMORY = 64 << 10;
  // Seven records, of which the last is no whole one.
  private static final int LONG = 27_000;
  private static final int MOST_PAUSES = 100;

  private final ArrayMedia memory = new ArrayMedia(MEMORY);

  private static Migration migration(Journal journal, ArrayDisk file, DiskFile home, JournalOptions options) throws IOException {
    JournalFile header = JournalFile.begin(file, new UUID(1, 2), 0, number -> number == 0 ? 7 : SALT, options.journalBytes());
    return new Migration(journal, header, null, home, MEMORY, new PrivatePages(0, MEMORY), (offset, length) -> {}, options);
  }

  private static void append(JournalWriter writer, int length) {
    writer.image(0, length);
    writer.append();
  }

  /** Nothing of it can be moved, since not all of it is durable; and nobody else waits for that. */
  @Test
  void aLongGroupOfWhichAPartIsDurableDoesNotStandInTheWayOfTheNext() throws IOException {
    ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(SMALL.journalBytes()));
    Journal journal = new Journal(file, "pool", SMALL, SALT);
    JournalWriter writer = new JournalWriter(journal, memory);
    try (Migration migration = migration(journal, file, new ArrayDisk(MEMORY), SMALL)) {
      while (journal.tail() <= RECORD) {
        append(writer, 400);
      }
      append(writer, LONG);
      long group = 2 * RECORD;
      long last = group + 6 * RECORD;
      assertThat(journal.durable()).as("all but the last of its records").isEqualTo(last);
      while (journal.tail() < last + RING - 512) {
        append(writer, 400);
      }
      assertThat(journal.durable()).isEqualTo(last);
      assertThat(journal.tail() + LONG).as("there is no room for another").isGreaterThan(group + SMALL.journalBytes());
      memory.fill(0, LONG, (byte) 5);
      append(writer, LONG);
      assertThat(journal.cut()).isGreaterThan(last);
      assertThat(migration.rounds()).isEqualTo(2);
    }
  }

  /** Others commit whenever they may, and take what each round frees, as soon as it does. */
  @Test
  void aLongGroupGetsItsRoomThoughOthersTakeAllThatTheyAreGiven() throws IOException {
    ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(SMALL.journalBytes()));
    Journal journal = new Journal(file, "pool", SMALL, SALT);
    JournalWriter others = new JournalWriter(journal, memory);
    try (Migration migration = migration(journal, file, new ArrayDisk(MEMORY), SMALL)) {
      Runnable greedy =
          () -> {
            while (!journal.isTight()) {
              append(others, 400);
              journal.sync(journal.tail());
            }
          };
      journal.makeRoomBy(
          new Journal.Room() {
            @Override
            public void make() {
              assertThat(journal.waits()).as("pauses").isLessThan(MOST_PAUSES);
              migration.make();
              greedy.run();
            }

            @Override
            public JournalReport report() {
              return migration.report();
            }
          });
      greedy.run();
      append(new JournalWriter(journal, memory), LONG);
      assertThat(journal.waits()).isPositive();
      assertThat(journal.isTight()).as("it has what it waited for").isFalse();
    }
  }

  /** So that nobody is turned away for the sake of one that gave up. */
  @Test
  void aLongGroupThatGetsNoRoomWaitsNoLonger() throws IOException {
    ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(SMALL.journalBytes()));
    Journal journal = new Journal(file, "pool", SMALL, SALT);
    JournalWriter writer = new JournalWriter(journal, memory);
    try (Migration migration = migration(journal, file, new ArrayDisk(MEMORY), SMALL)) {
      while (journal.tail() < SMALL.journalBytes() / 4 * 3) {
        append(writer, 400);
      }
      journal.sync(journal.tail());
      assertThat(journal.isTight()).isFalse();
      boolean[] waited = new boolean[1];
      journal.makeRoomBy(
          new Journal.Room() {
            @Override
            public void make() {
              waited[0] = journal.isTight();
              throw new OutOfMemoryError("Java heap space");
            }

            @Override
            public JournalReport report() {
              return migration.report();
            }
          });
      assertThatThrownBy(() -> append(writer, LONG)).isInstanceOf(OutOfMemoryError.class);
      assertThat(waited[0]).isTrue();
      assertThat(journal.isTight()).isFalse();
      assertThat(journal.torn).as("nothing was claimed").isFalse();
    }
  }

  /** What moves commits home has no memory for it, nor for saying so. */
  @Test
  void whereMigrationEndsWithoutAReasonWhoeverNeedsRoomIsToldAllTheSame() throws IOException {
    ArrayDisk file = new ArrayDisk(JournalFile.fileBytes(IN_BACKGROUND.journalBytes()));
    Journal journal = new Journal(file, "pool", IN_BACKGROUND, SALT);
    JournalWriter writer = new JournalWriter(journal, memory);
    ArrayDisk home =
        new ArrayDisk(MEMORY) {
          @Override
          public synchronized void sync() {
            throw new OutOfMemoryError("Java heap space") {
              private static final long serialVersionUID = 1L;

              @Override
              public String getMessage() {
                throw new OutOfMemoryError("Java heap space, again");
              }
            };
          }
        };
    try (Migration migration = migration(journal, file, home, IN_BACKGROUND)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  append(writer, 400);
                  journal.sync(journal.tail());
                }
              })
          .isInstanceOf(MediaUnavailable.class)
          .hasMessageContaining("cut short");
      assertThat(migration.rounds()).isZero();
    }
    assertThat(journal.cut()).isZero();
  }
}
