package dev.dormouse.emulation;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.PoolReader;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CrashMediaTest {
  @Test
  void keepsEverythingThatWasStoredWhenTheProcessIsKilled() {
    CrashMedia media = CrashMedia.zeroed(200);
    media.putLong(0, 1);
    media.putLong(190, 2);
    CrashImage killed = media.processKilled();
    media.putLong(0, 3);
    assertThat(word(killed, 0)).isEqualTo(1);
    assertThat(word(killed, 190)).isEqualTo(2);
  }

  @Test
  void leavesALegalImageWhenThePowerIsLostAndTheSameOneForTheSameSeed() {
    CrashMedia media = CrashMedia.zeroed(4096);
    media.putLong(0, 1);
    media.persist(0, 8);
    media.putLong(64, 2);
    Set<Long> loose = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      CrashImage image = media.powerLost(PX86, seed);
      assertThat(word(image, 0)).isEqualTo(1);
      assertThat(image.contentHash()).isEqualTo(media.powerLost(PX86, seed).contentHash());
      loose.add(word(image, 64));
      CrashImage ordered = media.powerLost(EADR, seed);
      assertThat(word(ordered, 0) == 0 && word(ordered, 64) == 2).isFalse();
    }
    assertThat(loose).containsExactlyInAnyOrder(0L, 2L);
  }

  @Test
  void startsFromAnImageAndCrashesAgain() {
    CrashMedia first = CrashMedia.zeroed(128);
    first.putLong(0, 1);
    CrashMedia second = new CrashMedia(first.processKilled());
    assertThat(second.getLong(0)).isEqualTo(1);
    second.putLong(64, 2);
    CrashImage killed = second.processKilled();
    assertThat(word(killed, 0)).isEqualTo(1);
    assertThat(word(killed, 64)).isEqualTo(2);
  }

  @Test
  void countsFencesAndSyncsAndRemembersMarksInOrder() {
    CrashMedia media = CrashMedia.zeroed(128);
    media.fence();
    media.persist(0, 8);
    media.sync();
    media.mark("a");
    media.mark("b");
    assertThat(media.fences()).isEqualTo(2);
    assertThat(media.syncs()).isEqualTo(1);
    assertThat(media.marks()).containsExactly("a", "b");
  }

  @Test
  void showsAStoreThatTheMediaLosesToLaterReadsAndToNoImage() {
    CrashMedia media =
        new CrashMedia(
            CrashMedia.zeros(128),
            new FaultPlan() {
              @Override
              public boolean keepStoreOnMedia(long offset, long lengthBytes) {
                return offset != 0;
              }
            });
    media.putLong(0, 1);
    media.putLong(64, 2);
    media.persist(0, 128);
    assertThat(media.getLong(0)).isEqualTo(1);
    assertThat(word(media.processKilled(), 0)).isZero();
    assertThat(word(media.powerLost(PX86, 1), 0)).isZero();
    assertThat(word(media.powerLost(PX86, 1), 64)).isEqualTo(2);
  }

  @Test
  void showsAStoreThatDoesNotHappenToNobody() {
    CrashMedia media =
        new CrashMedia(
            CrashMedia.zeros(128),
            new FaultPlan() {
              @Override
              public boolean keepStore(long offset, long lengthBytes) {
                return offset != 0;
              }
            });
    media.putLong(0, 1);
    media.fill(0, 16, (byte) 1);
    media.copy(64, 0, 8);
    media.write(0, new byte[] {1}, 0, 1);
    assertThat(media.getLong(0)).isZero();
    assertThat(word(media.processKilled(), 0)).isZero();
  }

  @Test
  void recordsTheStoresOfManyThreadsWithoutLosingAny() throws InterruptedException {
    CrashMedia media = CrashMedia.zeroed(4 * 8000);
    Thread[] threads = new Thread[4];
    for (int thread = 0; thread < threads.length; thread++) {
      int own = thread;
      threads[thread] =
          new Thread(
              () -> {
                for (long i = 0; i < 1000; i++) {
                  media.putLong(own * 8000L + i * 8, i + 1);
                  media.persist(own * 8000L + i * 8, 8);
                }
              });
      threads[thread].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    CrashImage left = media.powerLost(PX86, 7);
    assertThat(left.contentHash()).isEqualTo(media.processKilled().contentHash());
    assertThat(word(left, 3 * 8000L + 999 * 8)).isEqualTo(1000);
  }

  private static long word(PoolReader image, long offset) {
    byte[] bytes = new byte[Long.BYTES];
    image.read(offset, bytes, 0, Long.BYTES);
    return Bytes.getLong(bytes, 0);
  }
}
