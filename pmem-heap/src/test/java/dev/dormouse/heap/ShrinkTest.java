package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool that was closed can be made as short as its last extent lets it, and grows again. */
class ShrinkTest {
  private static final BootIdentity BOOT = TestPools.BOOT;
  private static final long OWNER = Owner.FIRST_BIRTH + 1;
  private static final long SIZE = 1 << 20;
  private static final long LARGE = 3 << 20;

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void aPoolThatHasGrown() {
    path = folder.resolve("a.pool");
    try (Pool pool = Pool.create(path, Geometry.of(SIZE, 2 * LARGE, 2, 4096, 2), BOOT, unborn -> PoolHeader.Roots.NONE)) {
      pool.begin();
      own(pool, 10_000);
      Extent large = own(pool, LARGE);
      assertThat(pool.header().geometry().sizeBytes()).isGreaterThan(LARGE);
      pool.heap().release(large, OWNER);
      pool.heap().reclaim(large);
    }
  }

  private static Extent own(Pool pool, long sizeBytes) {
    Reservation one = pool.heap().reserve(sizeBytes);
    byte[] bytes = new byte[(int) one.lengthBytes()];
    pool.media().read(one.offset(), bytes, 0, bytes.length);
    assertThat(bytes).containsOnly(0);
    pool.media().fill(one.offset(), one.lengthBytes(), (byte) 0x55);
    pool.heap().publish(one.offset(), one.lengthBytes(), one.place(), OWNER);
    pool.media().fence();
    pool.heap().published(one.offset(), one.lengthBytes(), one.place());
    return one.extent();
  }

  @Test
  void whatIsFreeAtTheEndGoesBackToTheDiskAndCanBeHadAgain() throws IOException {
    Pool.shrink(path, FileMedium.MAPPED, SIZE, BOOT);
    assertThat(Files.size(path)).isEqualTo(SIZE);
    try (Pool pool = Pool.open(path, BOOT)) {
      assertThat(pool.header().geometry().sizeBytes()).isEqualTo(SIZE);
      assertThat(pool.header().open()).isFalse();
      pool.begin();
      // It grows again, and what it gains is zero, whatever was there before.
      own(pool, LARGE);
    }
    Pool.open(path, BOOT).close();
  }

  @Test
  void whatIsOwnedStaysWhereItIs() {
    Extent last;
    try (Pool pool = Pool.open(path, BOOT)) {
      pool.begin();
      Reservation hole = pool.heap().reserve(SIZE);
      last = own(pool, 5000);
      pool.heap().cancel(hole);
    }
    long least = last.offset() + last.lengthBytes();
    assertThatThrownBy(() -> Pool.shrink(path, FileMedium.MAPPED, least - Geometry.PAGE_BYTES, BOOT))
        .isInstanceOf(PoolFull.class)
        .hasMessageContaining("as short as " + least + " bytes");
    Pool.shrink(path, FileMedium.MAPPED, least, BOOT);
    try (Pool pool = Pool.open(path, BOOT)) {
      assertThat(pool.heap().ownerOf(last.offset())).isEqualTo(OWNER);
      assertThat(pool.media().getByte(least - 1)).isEqualTo((byte) 0x55);
    }
  }

  /** A length that only one copy of the header knew would be lost with it, and with it whatever lies behind the other one. */
  @Test
  void eitherCopyOfTheHeaderKnowsTheLength() throws IOException {
    long grown;
    try (Pool pool = Pool.open(path, BOOT)) {
      pool.begin();
      own(pool, 2 * LARGE - SIZE);
      grown = pool.header().geometry().sizeBytes();
      pool.abandon();
    }
    assertThat(lengthWithoutCopy(0)).isEqualTo(grown);
    assertThat(lengthWithoutCopy(1)).isEqualTo(grown);
    aPoolThatHasGrownAnew();
    Pool.shrink(path, FileMedium.MAPPED, SIZE, BOOT);
    assertThat(lengthWithoutCopy(0)).isEqualTo(SIZE);
    assertThat(lengthWithoutCopy(1)).isEqualTo(SIZE);
  }

  private void aPoolThatHasGrownAnew() throws IOException {
    Files.delete(path);
    aPoolThatHasGrown();
  }

  private long lengthWithoutCopy(int copy) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    bytes[copy * Geometry.PAGE_BYTES + 100] ^= 1;
    Path damaged = Files.write(folder.resolve("damaged.pool"), bytes);
    try (FileReader reader = new FileReader(damaged)) {
      PoolHeader.Found found = PoolHeader.read(reader);
      assertThat(found.damage()).contains("header copy " + copy);
      return found.header().geometry().sizeBytes();
    }
  }

  /** A slab that is kept for the next one who wants a slot of it is nobody's when the pool is closed. */
  @Test
  void anEmptySlabBehindTheEndIsInNobodysWay() {
    long least;
    try (Pool pool = Pool.open(path, BOOT)) {
      pool.begin();
      Extent last = own(pool, 200_000);
      least = last.offset() + last.lengthBytes();
      Extent record = own(pool, 100);
      assertThat(record.offset()).isGreaterThan(least);
      pool.heap().release(record, OWNER);
      pool.heap().reclaim(record);
    }
    try (Pool pool = Pool.open(path, BOOT)) {
      pool.begin();
      pool.heap().confineBefore(least);
    }
    assertThat(Pool.shrink(path, FileMedium.MAPPED, least, BOOT)).isEqualTo(least);
  }

  @Test
  void whatCannotBeIsRefusedAndThePoolStaysAsItIs() {
    try (Pool pool = Pool.open(path, BOOT)) {
      pool.begin();
      pool.abandon();
    }
    assertThatThrownBy(() -> Pool.shrink(path, FileMedium.MAPPED, SIZE, BOOT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was not closed");
    try (Pool pool = Pool.open(path, BOOT)) {
      pool.begin();
      assertThatThrownBy(() -> Pool.shrink(path, FileMedium.MAPPED, SIZE, BOOT)).isInstanceOf(InUse.class);
    }
    for (long size : new long[] {0, 4096, SIZE + 1, 2 * LARGE}) {
      assertThatThrownBy(() -> Pool.shrink(path, FileMedium.MAPPED, size, BOOT)).isInstanceOf(IllegalArgumentException.class);
    }
    try (Pool pool = Pool.open(path, BOOT)) {
      assertThat(pool.header().geometry().sizeBytes()).isGreaterThan(LARGE);
    }
  }
}
