package dev.dormouse.bench;

import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The floor of a map: values at known places of a bare mapping, so that nothing has to be looked for. A get copies 100 bytes from
 * a random place; a put saves the old value's bytes, stores the new one and a word that commits it, with a store fence after
 * each. Where a key's value is comes from the key itself.
 */
final class BareMap implements BenchMap {
  private static final int PLACE_BYTES = 2 * Media.LINE_BYTES;
  private static final int LOG_LINES = 64;
  private static final long PLACES_OFFSET = 1 << 20;
  private static final VarHandle KEY =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final BareMapping mapping;
  private final MemorySegment memory;
  private final int places;
  private int log;

  BareMap(int entries) {
    places = entries;
    mapping = new BareMapping(PLACES_OFFSET + (long) entries * PLACE_BYTES);
    memory = mapping.memory();
  }

  /** A place that is as good as random; several keys may have the same one. */
  private long place(byte[] key) {
    long hash = ((long) KEY.get(key, 0) * 31 + (long) KEY.get(key, Long.BYTES)) * 0x9E37_79B9_7F4A_7C15L;
    return PLACES_OFFSET + Math.unsignedMultiplyHigh(hash, places) * PLACE_BYTES;
  }

  @Override
  public void put(byte[] key, byte[] value) {
    long place = place(key);
    log = (log + 1) % LOG_LINES;
    MemorySegment.copy(memory, place, memory, 4096 + (long) log * PLACE_BYTES, value.length);
    VarHandle.releaseFence();
    MemorySegment.copy(value, 0, memory, ValueLayout.JAVA_BYTE, place, value.length);
    VarHandle.releaseFence();
    memory.set(ValueLayout.JAVA_LONG, 0, log);
    VarHandle.releaseFence();
  }

  @Override
  public void remove(byte[] key) {
    long place = place(key);
    log = (log + 1) % LOG_LINES;
    MemorySegment.copy(memory, place, memory, 4096 + (long) log * PLACE_BYTES, Long.BYTES);
    VarHandle.releaseFence();
    memory.set(ValueLayout.JAVA_LONG, place, 0);
    VarHandle.releaseFence();
    memory.set(ValueLayout.JAVA_LONG, 0, log);
    VarHandle.releaseFence();
  }

  @Override
  public boolean get(byte[] key, byte[] value) {
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, place(key), value, 0, value.length);
    return true;
  }

  @Override
  public void fill(BenchKeys keys, int count) {
    // The mapping is filled already.
  }

  @Override
  public long fileBytes() {
    return memory.byteSize();
  }

  @Override
  public void close() {
    mapping.close();
  }
}
