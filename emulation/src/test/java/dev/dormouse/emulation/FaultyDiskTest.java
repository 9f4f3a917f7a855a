package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.DiskFault.Unsynced;
import dev.dormouse.heap.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultyDiskTest {
  private static final int SIZE = 2000;

  private final CrashMedia media = CrashMedia.zeroed(SIZE);
  private final MediaDisk below = new MediaDisk("pool", media, 0, SIZE);

  private FaultyDisk disk(DiskFaults faults) {
    return new FaultyDisk(below, faults);
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  static void write(DiskFile disk, long position, int length, int value) throws IOException {
    disk.write(position, ByteBuffer.wrap(filled(length, value)));
  }

  static byte[] read(DiskFile disk, long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    disk.read(position, buffer);
    assertThat(buffer.hasRemaining()).isFalse();
    return buffer.array();
  }

  @Test
  void isTheDiskBelowWhereNothingFails() throws IOException {
    FaultyDisk disk = disk(DiskFaults.none());
    assertThat(disk.describe()).isEqualTo("pool");
    assertThat(disk.sizeBytes()).isEqualTo(SIZE);
    ByteBuffer source = ByteBuffer.wrap(filled(20, 7)).position(4).limit(14);
    disk.write(510, source);
    assertThat(source.position()).isEqualTo(14);
    disk.sync();
    assertThat(read(below, 509, 12)).isEqualTo(read(disk, 509, 12)).containsExactly(0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0);
    assertThat(media.recorded().kind(media.recorded().size() - 1)).isEqualTo(Trace.Kind.SETTLE);
    disk.close();
  }

  @Test
  void failsAWriteBeforeAnythingIsWritten() throws IOException {
    FaultyDisk disk = disk(DiskFaults.at(1, DiskFault.io()));
    write(disk, 0, 10, 1);
    assertThatThrownBy(() -> write(disk, 5, 10, 2)).isInstanceOf(IOException.class).hasMessage("Input/output error");
    assertThat(read(disk, 0, 16)).isEqualTo(Arrays.copyOf(filled(10, 1), 16));
    write(disk, 0, 10, 3);
    assertThat(read(disk, 0, 10)).as("only that call failed").isEqualTo(filled(10, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 12, 13, 600, 699})
  void failsAWriteAfterAnyPartOfIt(int written) throws IOException {
    for (DiskFault fault : List.of(DiskFault.io(), DiskFault.noSpace())) {
      FaultyDisk disk = disk(DiskFaults.at(0, fault.after(written)));
      write(below, 0, SIZE, 0);
      ByteBuffer source = ByteBuffer.wrap(filled(700, 1));
      assertThatThrownBy(() -> disk.write(500, source))
          .isInstanceOf(IOException.class)
          .hasMessage(fault == DiskFault.io() ? "Input/output error" : "No space left on device");
      byte[] expected = new byte[SIZE];
      Arrays.fill(expected, 500, 500 + written, (byte) 1);
      assertThat(read(disk, 0, SIZE)).isEqualTo(expected);
    }
  }

  @Test
  void writesNoMoreThanItWasGiven() throws IOException {
    FaultyDisk disk = disk(DiskFaults.at(0, DiskFault.noSpace().after(1000)));
    assertThatThrownBy(() -> write(disk, 0, 10, 1)).hasMessage("No space left on device");
    assertThat(read(disk, 0, 11)).isEqualTo(Arrays.copyOf(filled(10, 1), 11));
    assertThatThrownBy(() -> DiskFault.io().after(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void leavesItToTheDiskBelowToRefuseWhatLiesOutside() {
    FaultyDisk disk = disk(DiskFaults.none());
    assertThatThrownBy(() -> write(disk, SIZE - 1, 2, 1))
        .hasMessage("pool: bytes [1999, +2) are outside its 2000 bytes; nothing was written");
    assertThatThrownBy(() -> write(disk, -1, 2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> read(disk, SIZE, 1)).isInstanceOf(EOFException.class);
  }

  @Test
  void goesOnFailingIfItShould() throws IOException {
    FaultyDisk disk = disk(DiskFaults.from(1, DiskFault.noSpace()));
    write(disk, 0, 10, 1);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> write(disk, 0, 10, 2)).hasMessage("No space left on device");
      assertThatThrownBy(disk::sync).hasMessage("No space left on device");
    }
    assertThat(read(disk, 0, 10)).isEqualTo(filled(10, 1));
  }

  /** The number counts writes and syncs of all disks that share the faults; reads are not counted, and do not fail by it. */
  @Test
  void countsTheCallsOfSeveralDisksTogether() throws IOException {
    DiskFaults faults = DiskFaults.at(3, DiskFault.io());
    FaultyDisk home = new FaultyDisk(new MediaDisk("home", media, 0, 512), faults);
    FaultyDisk journal = new FaultyDisk(new MediaDisk("journal", media, 512, 512), faults);
    write(journal, 0, 1, 1);
    journal.sync();
    read(journal, 0, 1);
    write(home, 0, 1, 1);
    assertThat(faults.calls()).isEqualTo(3);
    assertThatThrownBy(home::sync).hasMessage("Input/output error");
    assertThat(faults.calls()).isEqualTo(4);
  }

  @Test
  void asksThePlanBeforeEveryCallAndSeesWhatItIs() throws IOException {
    List<String> seen = new ArrayList<>();
    FaultyDisk disk =
        disk(
            DiskFaults.of(
                call -> {
                  seen.add(call.number() + " " + call.kind() + " " + call.disk() + " " + call.position() + " +" + call.length()
                      + (media.getByte(40) == 0 ? " before" : " after"));
                  return call.kind() == DiskFaults.Kind.READ && call.position() == 9
                      ? Optional.of(DiskFault.io())
                      : Optional.empty();
                }));
    write(disk, 40, 2, 1);
    disk.sync();
    read(disk, 8, 3);
    assertThatThrownBy(() -> read(disk, 9, 3)).hasMessage("Input/output error");
    assertThat(seen)
        .containsExactly("0 WRITE pool 40 +2 before", "1 SYNC pool 0 +0 after", "2 READ pool 8 +3 after", "2 READ pool 9 +3 after");
  }

  /** A plan that waits stops its own caller and nobody else. */
  @Test
  void letsOthersGoOnWhileAPlanWaits() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FaultyDisk disk =
        disk(
            DiskFaults.of(
                call -> {
                  if (call.kind() == DiskFaults.Kind.SYNC) {
                    waiting.countDown();
                    await(goOn);
                  }
                  return Optional.empty();
                }));
    Thread syncing = Thread.ofVirtual().start(() -> sync(disk));
    waiting.await();
    write(disk, 0, 1, 1);
    assertThat(read(disk, 0, 1)).containsExactly(1);
    goOn.countDown();
    syncing.join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void sync(DiskFile disk) {
    try {
      disk.sync();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What is read after a failed sync, after another that succeeds, and when the cache is gone. */
  @ParameterizedTest
  @EnumSource
  void aFailedSyncLeavesWhatWasUnsyncedAsThePlanSays(Unsynced fate) throws IOException {
    FaultyDisk disk = disk(DiskFaults.at(3, DiskFault.io().leaving(fate)));
    write(disk, 0, SIZE, 1);
    disk.sync();
    write(disk, 300, 400, 2);
    assertThatThrownBy(disk::sync).isInstanceOf(IOException.class).hasMessage("Input/output error");
    byte[] synced = filled(SIZE, 1);
    byte[] written = synced.clone();
    Arrays.fill(written, 300, 700, (byte) 2);
    assertThat(read(disk, 0, SIZE)).isEqualTo(fate == Unsynced.DROPPED ? synced : written);
    disk.sync();
    assertThat(read(disk, 0, SIZE)).isEqualTo(fate == Unsynced.DROPPED ? synced : written);
    disk.dropCache();
    assertThat(read(disk, 0, SIZE)).isEqualTo(fate == Unsynced.WRITTEN ? written : synced);
  }

  @Test
  void aFailedSyncMayLeaveEachSectorInItsOwnWay() throws IOException {
    Unsynced[] fates = {Unsynced.DROPPED, Unsynced.CACHED, Unsynced.WRITTEN, Unsynced.DROPPED};
    FaultyDisk disk = disk(DiskFaults.at(1, DiskFault.io().leaving(sector -> fates[(int) sector])));
    write(disk, 0, SIZE, 1);
    assertThatThrownBy(disk::sync).hasMessage("Input/output error");
    byte[] expected = new byte[SIZE];
    Arrays.fill(expected, 512, 1536, (byte) 1);
    assertThat(read(disk, 0, SIZE)).isEqualTo(expected);
    disk.dropCache();
    Arrays.fill(expected, 512, 1024, (byte) 0);
    assertThat(read(disk, 0, SIZE)).isEqualTo(expected);
  }

  /** A page that is written to again is written whole by the next sync, with what an earlier one had not written of it. */
  @Test
  void whatIsCachedGetsToTheDiskWithTheNextWriteToItsSector() throws IOException {
    FaultyDisk disk = disk(DiskFaults.at(1, DiskFault.io().leaving(Unsynced.CACHED)));
    write(disk, 0, SIZE, 1);
    assertThatThrownBy(disk::sync).hasMessage("Input/output error");
    write(disk, 1000, 30, 2);
    disk.sync();
    disk.dropCache();
    byte[] expected = new byte[SIZE];
    Arrays.fill(expected, 512, 1536, (byte) 1);
    Arrays.fill(expected, 1000, 1030, (byte) 2);
    assertThat(read(disk, 0, SIZE)).isEqualTo(expected);
  }

  @Test
  void writesThroughInOneCallThatMakesNothingElseDurable() throws IOException {
    DiskFaults faults = DiskFaults.at(2, DiskFault.io().leaving(Unsynced.DROPPED));
    FaultyDisk disk = disk(faults);
    write(disk, 0, 10, 1);
    ByteBuffer source = ByteBuffer.wrap(filled(600, 2));
    disk.writeThrough(1000, source);
    assertThat(source.hasRemaining()).isFalse();
    assertThat(faults.calls()).isEqualTo(2);
    Trace trace = media.recorded();
    assertThat(trace.describe(trace.size() - 1)).as("what was settled").contains("settle [0x3e8, +600)");
    assertThatThrownBy(disk::sync).hasMessage("Input/output error");
    assertThat(read(disk, 0, 10)).as("was not synced").isEqualTo(new byte[10]);
    assertThat(read(disk, 1000, 600)).as("was written through").isEqualTo(filled(600, 2));
  }

  /** As much as was written is left as a failed sync leaves it; what was written in other ways waits for its own sync. */
  @ParameterizedTest
  @EnumSource
  void aWriteThroughThatFailsLeavesItsOwnSectorsAsThePlanSays(Unsynced fate) throws IOException {
    FaultyDisk disk = disk(DiskFaults.at(1, DiskFault.io().after(100).leaving(fate)));
    write(disk, 0, 10, 1);
    assertThatThrownBy(() -> disk.writeThrough(1000, ByteBuffer.wrap(filled(600, 2)))).hasMessage("Input/output error");
    byte[] written = new byte[SIZE];
    Arrays.fill(written, 0, 10, (byte) 1);
    byte[] lost = written.clone();
    Arrays.fill(written, 1000, 1100, (byte) 2);
    assertThat(read(disk, 0, SIZE)).isEqualTo(fate == Unsynced.DROPPED ? lost : written);
    disk.sync();
    disk.dropCache();
    assertThat(read(disk, 0, SIZE)).isEqualTo(fate == Unsynced.WRITTEN ? written : lost);
  }

  @Test
  void aWriteThroughThatFailsAtOnceWritesNothing() throws IOException {
    FaultyDisk disk = disk(DiskFaults.at(0, DiskFault.noSpace()));
    assertThatThrownBy(() -> disk.writeThrough(0, ByteBuffer.wrap(filled(600, 2)))).hasMessage("No space left on device");
    assertThat(read(disk, 0, SIZE)).isEqualTo(new byte[SIZE]);
  }

  /** What the next opening may find: after the failed sync either content, and after one that succeeds the older one. */
  @ParameterizedTest
  @EnumSource
  void aSyncThatIsAskedForAgainProvesNothing(Unsynced fate) {
    Set<String> left = new TreeSet<>();
    CrashExplorer.explore(
            CrashMedia.zeros(512),
            crashing -> {
              FaultyDisk disk =
                  new FaultyDisk(new MediaDisk("pool", crashing, 0, 512), DiskFaults.at(1, DiskFault.io().leaving(fate)));
              write(disk, 0, 1, 1);
              assertThatThrownBy(disk::sync).hasMessage("Input/output error");
              crashing.mark("failed");
              disk.sync();
              crashing.mark("synced");
            },
            recovered -> {},
            (recovered, marks) -> left.add(marks.size() + " " + recovered.getByte(0)),
            CrashOptions.of(PersistencyModel.SECTORS))
        .requireClean();
    assertThat(left).containsExactly("0 0", "0 1", "1 0", "1 1", fate == Unsynced.WRITTEN ? "2 1" : "2 0");
  }
}
