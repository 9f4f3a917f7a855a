package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.NotAPool;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Crashes the making, beginning and closing of a pool at every persist point. */
class PoolCrashTest {
  private static final Geometry SMALL = Geometry.of(128 << 10, 2, 4096, 1);
  private static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  private static final long FIRST_RECORD = 0x1122334455667788L;

  private static Pool create(Media media) {
    return Pool.create(
        media,
        SMALL,
        BOOT,
        unborn -> {
          unborn.media().putLong(SMALL.arenaOffset(), FIRST_RECORD);
          unborn.media().persist(SMALL.arenaOffset(), 8);
          return new PoolHeader.Roots(SMALL.arenaOffset(), 0, 0, 0);
        });
  }

  /** Whoever can read the header can believe what it names. A file has its name only when all this is over. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aPoolIsWholeOrItIsNone(PersistencyModel model) {
    CrashExplorer.explore(
            CrashMedia.zeros(SMALL.sizeBytes()),
            media -> {
              create(media);
              media.mark("made");
            },
            TinyStructures.NO_RECOVERY,
            (media, marks) -> {
              Pool pool;
              try {
                pool = Pool.open(media, BOOT);
              } catch (NotAPool | Damaged unfinished) {
                assertThat(marks).isEmpty();
                return;
              }
              assertThat(media.getLong(pool.header().roots().root0())).isEqualTo(FIRST_RECORD);
              long whole = SMALL.pageCount() * Geometry.PAGE_BYTES;
              assertThat(pool.heap().reserve(whole).lengthBytes()).isEqualTo(whole);
            },
            CrashOptions.of(model))
        .requireClean();
  }

  /** R11: a count that was observed is durable. R5: a salt that was used is the one that is found, in whichever copy. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void r11AnOpeningIsCountedBeforeAnybodyCanObserveIt(PersistencyModel model) {
    CrashMedia first = CrashMedia.zeroed(SMALL.sizeBytes());
    create(first);
    record Life(long openCount, long salt, boolean open) {}
    CrashExplorer.explore(
            first.processKilled(),
            media -> {
              for (int life = 0; life < 2; life++) {
                Pool pool = Pool.open(media, BOOT);
                pool.begin();
                media.mark(new Life(pool.header().openCount(), pool.header().salt(), true));
                if (life == 0) {
                  PoolHeader header = pool.header();
                  pool.media().putLong(SMALL.arenaOffset(), 1);
                  closeKeepingTheMedium(pool);
                  media.mark(new Life(header.openCount(), header.salt(), false));
                }
              }
            },
            TinyStructures.NO_RECOVERY,
            (media, marks) -> {
              Pool pool = Pool.open(media, BOOT);
              PoolHeader header = pool.header();
              Life last = marks.isEmpty() ? new Life(0, 0, false) : (Life) marks.getLast();
              assertThat(header.openCount()).isBetween(last.openCount, last.openCount + 1);
              if (!marks.isEmpty() && header.openCount() == last.openCount) {
                assertThat(header.salt()).isEqualTo(last.salt);
                assertThat(header.open()).isIn(last.open, false);
              } else if (header.openCount() > last.openCount) {
                assertThat(header.open()).isTrue();
              }
              assertThat(header.roots().root0()).isEqualTo(SMALL.arenaOffset());
            },
            CrashOptions.of(model))
        .requireClean();
  }

  /** A second pool object over the same medium closes it; the scenario needs it open again. */
  private static void closeKeepingTheMedium(Pool pool) {
    CrashMedia media = (CrashMedia) pool.media();
    pool.close();
    media.reopen();
  }
}
