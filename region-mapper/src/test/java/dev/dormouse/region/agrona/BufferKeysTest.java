package dev.dormouse.region.agrona;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.region.Region;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Object2LongHashMap;
import org.agrona.collections.Object2ObjectHashMap;
import org.agrona.collections.ObjectHashSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Buffers over a region as keys and values of maps, beside buffers of Agrona's own. */
class BufferKeysTest {
  private static final int KEYS = 40;
  private static final int KEY_BYTES = 13;

  private static List<RegionBuffer> keys(Region region) {
    RegionBuffer all = RegionBuffer.over(region);
    Random random = new Random(1);
    List<RegionBuffer> keys = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      RegionBuffer key = all.slice(i * 16, KEY_BYTES);
      key.putLong(0, random.nextInt(4));
      key.putInt(8, i);
      keys.add(key);
    }
    return keys;
  }

  private static UnsafeBuffer agronas(RegionBuffer key) {
    return new UnsafeBuffer(BufferCall.all(key));
  }

  @Test
  void buffersWithTheSameBytesAreTheSameKey() {
    AgronaStage stage = AgronaStage.create(4096);
    stage.run(
        region -> {
          List<RegionBuffer> keys = keys(region);
          List<Map<DirectBuffer, Integer>> maps = List.of(new HashMap<>(), new Object2ObjectHashMap<>(), new TreeMap<>());
          Object2LongHashMap<DirectBuffer> longs = new Object2LongHashMap<>(-1);
          ObjectHashSet<DirectBuffer> set = new ObjectHashSet<>();
          for (int i = 0; i < KEYS; i++) {
            for (Map<DirectBuffer, Integer> map : maps) {
              map.put(keys.get(i), i);
            }
            longs.put(keys.get(i), i);
            set.add(keys.get(i));
          }
          RegionBuffer elsewhere = RegionBuffer.over(region, 2048, KEY_BYTES);
          for (int i = 0; i < KEYS; i++) {
            elsewhere.putBytes(0, keys.get(i), 0, KEY_BYTES);
            for (Map<DirectBuffer, Integer> map : maps) {
              assertThat(map.get(elsewhere)).as("%s", map.getClass()).isEqualTo(i);
            }
            assertThat(longs.getValue(elsewhere)).isEqualTo(i);
            assertThat(set.contains(elsewhere)).isTrue();
          }
          elsewhere.putByte(12, (byte) 1);
          maps.forEach(map -> assertThat(map.get(elsewhere)).isNull());
          assertThat(longs.getValue(elsewhere)).isEqualTo(-1);
          assertThat(set.contains(elsewhere)).isFalse();
        });
  }

  @Test
  void hashAndOrderAreAgronasAndEqualityStaysSymmetric() {
    AgronaStage stage = AgronaStage.create(4096);
    stage.run(
        region -> {
          List<RegionBuffer> keys = keys(region);
          List<UnsafeBuffer> copies = new ArrayList<>();
          for (RegionBuffer key : keys) {
            UnsafeBuffer copy = agronas(key);
            copies.add(copy);
            assertThat(key.hashCode()).isEqualTo(copy.hashCode());
            assertThat(key.compareTo(copy)).isZero();
            // Agrona's buffers of two classes are never equal; were ours, a map would answer by who asks.
            assertThat(key.equals((Object) copy)).isEqualTo(copy.equals((Object) key)).isFalse();
          }
          Collections.sort(keys);
          Collections.sort(copies);
          for (int i = 0; i < KEYS; i++) {
            assertThat(BufferCall.all(keys.get(i))).isEqualTo(BufferCall.all(copies.get(i)));
          }
          Set<Object> both = new HashSet<>(keys);
          both.addAll(copies);
          assertThat(both).hasSize(2 * KEYS);
        });
  }

  @Test
  void buffersAreValuesToo() {
    AgronaStage stage = AgronaStage.create(4096);
    stage.run(
        region -> {
          Int2ObjectHashMap<RegionBuffer> parts = new Int2ObjectHashMap<>();
          for (int i = 0; i < 8; i++) {
            parts.put(i, RegionBuffer.over(region, i * 64L, 64));
          }
          parts.forEach((i, part) -> part.putInt(0, i));
          assertThat(region.getInt(7 * 64)).isEqualTo(7);
        });
  }
}
