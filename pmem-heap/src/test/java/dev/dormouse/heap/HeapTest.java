package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Extents are owned once or free (I3), read as zeros (I4), and what the page table does not tell is given to nobody. */
class HeapTest {
  private static final Geometry TINY = Geometry.of(256 << 10, 4, 4096, 2);
  private static final long OWNER = Owner.FIRST_BIRTH + 3;

  private final Pool pool = TestPools.inMemory(TINY);

  private static Extent owned(Pool pool, long sizeBytes) {
    return publish(pool, pool.heap().reserve(sizeBytes));
  }

  private static Extent publish(Pool pool, Reservation reservation) {
    pool.heap().publish(reservation.offset(), reservation.lengthBytes(), reservation.place(), OWNER);
    return reservation.extent();
  }

  private static void free(Pool pool, Extent extent) {
    pool.heap().release(extent, OWNER);
    pool.heap().reclaim(extent);
  }

  /** Owns extents of a size until there is no room. */
  private static List<Extent> fill(Pool pool, long sizeBytes) {
    List<Extent> extents = new ArrayList<>();
    while (true) {
      try {
        extents.add(owned(pool, sizeBytes));
      } catch (PoolFull full) {
        return extents;
      }
    }
  }

  @Test
  void aFullPoolThatIsEmptiedCanBeFilledAgainAlsoByAnotherOpening() {
    for (long size : new long[] {64, 128, 1000, 4096, 3 * 4096, 50_000}) {
      Pool first = TestPools.inMemory(TINY);
      List<Extent> extents = fill(first, size);
      assertThat(extents).as("extents of %d", size).isNotEmpty();
      assertDisjoint(extents);
      assertThat(fill(TestPools.reopened(first), size)).isEmpty();
      Pool second = TestPools.reopened(first);
      extents.forEach(extent -> free(second, extent));
      assertThat(fill(second, size)).hasSameSizeAs(extents);
      Pool third = TestPools.reopened(first);
      extents.forEach(extent -> free(third, extent));
      assertThat(fill(TestPools.reopened(first), size)).hasSameSizeAs(extents);
    }
  }

  private static void assertDisjoint(List<Extent> extents) {
    List<Extent> sorted = extents.stream().sorted((a, b) -> Long.compare(a.offset(), b.offset())).toList();
    for (int i = 1; i < sorted.size(); i++) {
      assertThat(sorted.get(i - 1).offset() + sorted.get(i - 1).lengthBytes()).isLessThanOrEqualTo(sorted.get(i).offset());
    }
  }

  @Test
  void aFullPoolRefusesAndStaysAsItWas() {
    fill(pool, 4096);
    byte[] before = TestPools.bytes(pool.media());
    for (long size : new long[] {1, 64, 1024, 4096, TINY.sizeBytes(), Long.MAX_VALUE}) {
      assertThatThrownBy(() -> pool.heap().reserve(size)).isInstanceOf(PoolFull.class).hasMessageContaining("no free run");
    }
    assertThatThrownBy(() -> pool.heap().reserveRecord()).isInstanceOf(PoolFull.class);
    assertThat(TestPools.bytes(pool.media())).isEqualTo(before);
    for (long size : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> pool.heap().reserve(size)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aReservationThatIsCancelledWasNeverOwned() {
    List<Reservation> reservations = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      reservations.add(pool.heap().reserve(i % 2 == 0 ? 100 : 5000));
      reservations.add(pool.heap().reserveRecord());
    }
    for (Reservation reservation : reservations) {
      assertThat(pool.heap().ownerOf(reservation.offset())).isEqualTo(Owner.NONE);
      pool.heap().cancel(reservation);
    }
    assertThat(pool.heap().reserve(TINY.pageCount() * Geometry.PAGE_BYTES).lengthBytes()).isEqualTo(TINY.pageCount() * Geometry.PAGE_BYTES);
  }

  @Test
  void ownersAndExtentsAreToldForEveryByteInside() {
    Extent small = owned(pool, 200);
    Extent run = owned(pool, 9000);
    Extent record = publish(pool, pool.heap().reserveRecord());
    for (Extent extent : List.of(small, run, record)) {
      for (long at = extent.offset(); at < extent.offset() + extent.lengthBytes(); at++) {
        assertThat(pool.heap().ownerOf(at)).isEqualTo(OWNER);
        assertThat(pool.heap().extentOf(at)).isEqualTo(extent);
      }
    }
    assertThat(pool.heap().ownerOf(small.offset() + small.lengthBytes())).isEqualTo(Owner.NONE);
    for (long outside : new long[] {0, TINY.arenaOffset() - 1, TINY.sizeBytes(), -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> pool.heap().ownerOf(outside)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(pool.heap().extentOf(outside)).isNull();
    }
  }

  /** R3: idempotent by owner. */
  @Test
  void r3PublishAndReleaseMayBeRepeatedAndReleaseOnlyWhatIsTheOwners() {
    for (long size : new long[] {300, 10_000}) {
      Reservation reservation = pool.heap().reserve(size);
      publish(pool, reservation);
      byte[] published = TestPools.bytes(pool.media());
      publish(pool, reservation);
      pool.heap().release(reservation.extent(), OWNER + 1);
      pool.heap().reclaim(reservation.extent());
      assertThat(TestPools.bytes(pool.media())).isEqualTo(published);
      pool.heap().release(reservation.extent(), OWNER);
      byte[] released = TestPools.bytes(pool.media());
      pool.heap().release(reservation.extent(), OWNER);
      assertThat(TestPools.bytes(pool.media())).isEqualTo(released);
      assertThat(pool.heap().ownerOf(reservation.offset())).isEqualTo(Owner.NONE);
      pool.heap().reclaim(reservation.extent());
      pool.heap().reclaim(reservation.extent());
    }
    assertThat(pool.heap().reserve(TINY.pageCount() * Geometry.PAGE_BYTES)).isNotNull();
  }

  /** R4: between release and reclaim the lane is not done. */
  @Test
  void r4WhatIsReleasedIsGivenOutOnlyWhenItIsReclaimed() {
    for (long size : new long[] {64, 4096}) {
      Pool full = TestPools.inMemory(TINY);
      List<Extent> extents = fill(full, size);
      Pool again = TestPools.reopened(full);
      again.heap().release(extents.get(3), OWNER);
      assertThatThrownBy(() -> again.heap().reserve(size)).isInstanceOf(PoolFull.class);
      again.heap().reclaim(extents.get(3));
      assertThat(again.heap().reserve(size).extent()).isEqualTo(extents.get(3));
    }
  }

  @Test
  void i4WhatIsGivenOutReadsAsZeros() {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      Extent extent = owned(pool, 1 + random.nextInt(6000));
      byte[] bytes = new byte[(int) extent.lengthBytes()];
      pool.media().read(extent.offset(), bytes, 0, bytes.length);
      assertThat(bytes).containsOnly(0);
      pool.media().fill(extent.offset(), extent.lengthBytes(), (byte) 0x7E);
      free(pool, extent);
    }
  }

  @Test
  void onlySlotsOfRecordSlabsMayHoldRecords() {
    Extent data = owned(pool, 128);
    Extent run = owned(pool, 20_000);
    Extent record = publish(pool, pool.heap().reserveRecord());
    for (int round = 0; round < 2; round++) {
      for (Extent extent : List.of(data, run)) {
        for (long at = extent.offset(); at < extent.offset() + extent.lengthBytes(); at += 8) {
          assertThat(pool.heap().isRecordSlot(at)).isFalse();
        }
      }
      for (long at = record.offset() - 64; at < record.offset() + 128; at += 8) {
        assertThat(pool.heap().isRecordSlot(at)).as("offset %d", at).isEqualTo(at == record.offset());
      }
    }
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      long offset = random.nextBoolean() ? random.nextLong() : random.nextLong() % TINY.sizeBytes();
      assertThatCode(() -> pool.heap().isRecordSlot(offset)).doesNotThrowAnyException();
    }
  }

  /** The slots on every page of a slab are remembered once found; they must be forgotten with the slab. */
  @Test
  void aSlabOfRecordsThatIsGoneHoldsRecordsNoMore() {
    List<Extent> records = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      records.add(publish(pool, pool.heap().reserveRecord()));
    }
    records.forEach(record -> assertThat(pool.heap().isRecordSlot(record.offset())).isTrue());
    records.forEach(record -> free(pool, record));
    // The last slab is kept for the next record, until its pages are wanted.
    fill(pool, 128);
    records.forEach(record -> assertThat(pool.heap().isRecordSlot(record.offset())).isFalse());
  }

  @Test
  void whatCouldNotHaveBeenReservedIsNotPlausible() {
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      long offset = wild(random);
      long length = wild(random);
      long place = wild(random);
      if (pool.heap().isPlausible(offset, length, place)) {
        assertThat(offset).isBetween(TINY.arenaOffset(), TINY.sizeBytes() - 64);
        assertThat(length).isBetween(64L, TINY.sizeBytes() - offset);
      }
    }
    for (long size : new long[] {1, 64, 500, 1024, 4096, 10_000, 100_000}) {
      Reservation reservation = pool.heap().reserve(size);
      assertThat(pool.heap().isPlausible(reservation.offset(), reservation.lengthBytes(), reservation.place())).isTrue();
      assertThat(pool.heap().isPlausible(reservation.offset() + 8, reservation.lengthBytes(), reservation.place())).isFalse();
      assertThat(pool.heap().isPlausible(reservation.offset(), reservation.lengthBytes() + 64, reservation.place())).isFalse();
      assertThat(pool.heap().isPlausible(reservation.offset(), reservation.lengthBytes(), -reservation.place() - 1)).isFalse();
      pool.heap().cancel(reservation);
    }
  }

  private static long wild(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt(256) * 4096L + TINY.arenaOffset();
      case 2 -> random.nextInt(20_000);
      case 3 -> (long) random.nextInt(70) << 8 | random.nextInt(50);
      default -> random.nextInt(4096) * 64L;
    };
  }

  /** Damage of one page's entry costs its pages and nothing more: all others can be given out, and it is told by name. */
  @Test
  void anEntryWithAFlippedBitIsDamagedAndItsPagesAreGivenToNobody() {
    Extent run = owned(pool, 3 * 4096);
    Extent slot = owned(pool, 200);
    int freePages = fill(TestPools.inMemory(TINY), 4096).size() - 3 - 2;
    for (Extent extent : List.of(run, slot)) {
      long page = (extent.offset() - TINY.arenaOffset()) / Geometry.PAGE_BYTES;
      long entry = TINY.pageTableOffset() + page * PageLayout.BYTES;
      long sound = pool.media().getLong(entry);
      for (int bit = 0; bit < 64; bit++) {
        Pool damaged = copyOf(pool);
        damaged.media().putLong(entry, sound ^ 1L << bit);
        assertThatThrownBy(() -> damaged.heap().ownerOf(extent.offset())).as("bit %d", bit)
            .isInstanceOf(Damaged.class).hasMessageContaining("entry " + page);
        List<String> found = new ArrayList<>();
        damaged.heap().walk(
            new Heap.Visitor() {
              @Override
              public void extent(Extent other, long owner, boolean record) {
                assertThat(other).isNotEqualTo(extent);
              }

              @Override
              public void damage(String message) {
                found.add(message);
              }
            });
        assertThat(found).hasSize(1);
        List<Extent> given = fill(damaged, 4096);
        assertThat(given).as("bit %d", bit).hasSize(freePages);
        for (Extent other : given) {
          assertThat(run.contains(other.offset(), 1)).isFalse();
        }
      }
    }
  }

  private static Pool copyOf(Pool pool) {
    byte[] bytes = TestPools.bytes(pool.media());
    Media media = TestPools.zeros(bytes.length);
    media.write(0, bytes, 0, bytes.length);
    return Pool.open(media, TestPools.BOOT);
  }
}
