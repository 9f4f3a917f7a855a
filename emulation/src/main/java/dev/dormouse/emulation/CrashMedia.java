package dev.dormouse.emulation;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PagedMemory;
import dev.dormouse.heap.PoolReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * A medium in the Java heap that records what is asked of it, so that every content which a crash could have left can be
 * made from it. Reads see what the CPU would see: every store that happened. The recording grows by some 40 bytes for each
 * stored word and ends with this object.
 *
 * <p>Any thread may call any method, {@link #close} included; a fence orders the flushes of its own thread only. After
 * the close the methods of {@link Media} that touch bytes throw {@link IllegalStateException}; images can still be taken.
 * The durability class is {@link DurabilityClass#POWER_LOSS}, modelled.
 */
public final class CrashMedia implements Media {
  private static final int TRANSFER_BYTES = 1 << 16;

  private final CrashImage initial;
  private final FaultPlan faults;
  private final PagedMemory memory;
  private final Trace trace = new Trace();
  private final byte[] number = new byte[Long.BYTES];
  private boolean recording = true;
  private boolean closed;
  private long fences;
  private long syncs;

  /** A medium whose durable content is {@code initial}, which must stay as it is and open; it is not closed from here. */
  public CrashMedia(PoolReader initial) {
    this(initial, FaultPlan.NONE);
  }

  /** The same, where {@code faults} says what does not happen. */
  public CrashMedia(PoolReader initial, FaultPlan faults) {
    this.initial = CrashImage.of(initial);
    this.faults = faults;
    this.memory = new PagedMemory(this.initial);
  }

  /** A medium of so many zeros. */
  public static CrashMedia zeroed(long sizeBytes) {
    return new CrashMedia(new ZeroPool(sizeBytes));
  }

  /** So many zeros, for use as the initial content of a medium or an exploration. */
  public static PoolReader zeros(long sizeBytes) {
    return new ZeroPool(sizeBytes);
  }

  /**
   * Records that the code under test promised something to somebody outside: the invariant is told of all marks that came
   * before the crash.
   */
  public synchronized void mark(Object what) {
    if (recording) {
      trace.mark(what);
    }
  }

  /** What was marked so far. */
  public synchronized List<Object> marks() {
    return List.copyOf(trace.marks());
  }

  /** How many fences were asked for, dropped ones included. */
  public synchronized long fences() {
    return fences;
  }

  /** How many syncs were asked for. A sync changes nothing else here, because in the model what is fenced is durable. */
  public synchronized long syncs() {
    return syncs;
  }

  /** What is left if the process is killed now: everything that was stored, but for what the fault plan keeps from the media. */
  public synchronized CrashImage processKilled() {
    ImageChooser images = MediaState.after(initial, PersistencyModel.PX86, trace).images();
    return images.image(images.all());
  }

  /**
   * One of the contents that a crash now may leave under {@code model}; the seed says which. Under {@code EADR} the
   * crash may have come earlier: a prefix of the stores is left. Costs a walk over the whole recording.
   */
  public synchronized CrashImage powerLost(PersistencyModel model, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    if (model == PersistencyModel.EADR) {
      MediaState state = new MediaState(initial, model);
      int end = random.nextInt(trace.size() + 1);
      for (int event = 0; event < end; event++) {
        state.apply(trace, event);
      }
      ImageChooser only = state.images();
      return only.image(only.all());
    }
    ImageChooser images = MediaState.after(initial, model, trace).images();
    return images.image(images.random(random));
  }

  /** The recording, for the explorer, which reads it when nobody uses this medium any more. */
  synchronized Trace trace() {
    return trace;
  }

  synchronized void stopRecording() {
    recording = false;
  }

  /** Lets the invariant look at what a recovery left that closed its medium behind it. */
  synchronized void reopen() {
    closed = false;
  }

  @Override
  public long sizeBytes() {
    return initial.sizeBytes();
  }

  @Override
  public DurabilityClass durabilityClass() {
    return DurabilityClass.POWER_LOSS;
  }

  @Override
  public String describe() {
    return "crash emulator";
  }

  @Override
  public boolean flushes() {
    return true;
  }

  @Override
  public synchronized byte getByte(long offset) {
    return open().getByte(offset);
  }

  @Override
  public synchronized short getShort(long offset) {
    return open().getShort(offset);
  }

  @Override
  public synchronized int getInt(long offset) {
    return open().getInt(offset);
  }

  @Override
  public synchronized long getLong(long offset) {
    return open().getLong(offset);
  }

  @Override
  public synchronized long getLongAcquire(long offset) {
    checkAligned(offset);
    return open().getLong(offset);
  }

  @Override
  public void putByte(long offset, byte value) {
    storeNumber(offset, value, Byte.BYTES);
  }

  @Override
  public void putShort(long offset, short value) {
    storeNumber(offset, value, Short.BYTES);
  }

  @Override
  public void putInt(long offset, int value) {
    storeNumber(offset, value, Integer.BYTES);
  }

  @Override
  public void putLong(long offset, long value) {
    storeNumber(offset, value, Long.BYTES);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    checkAligned(offset);
    storeNumber(offset, value, Long.BYTES);
  }

  @Override
  public synchronized void read(long offset, byte[] destination, int index, int length) {
    Objects.checkFromIndexSize(index, length, destination.length);
    open().read(offset, destination, index, length);
  }

  @Override
  public synchronized void read(long offset, MemorySegment destination) {
    checkRange(offset, destination.byteSize());
    byte[] transfer = new byte[(int) Math.min(TRANSFER_BYTES, destination.byteSize())];
    for (long done = 0; done < destination.byteSize(); done += TRANSFER_BYTES) {
      int length = (int) Math.min(TRANSFER_BYTES, destination.byteSize() - done);
      memory.read(offset + done, transfer, 0, length);
      MemorySegment.copy(transfer, 0, destination, ValueLayout.JAVA_BYTE, done, length);
    }
  }

  @Override
  public synchronized void write(long offset, byte[] source, int index, int length) {
    Objects.checkFromIndexSize(index, length, source.length);
    checkRange(offset, length);
    if (happens(offset, length)) {
      store(offset, source, index, length, isLost(offset, length));
    }
  }

  @Override
  public synchronized void write(long offset, MemorySegment source) {
    checkRange(offset, source.byteSize());
    if (!happens(offset, source.byteSize())) {
      return;
    }
    boolean lost = isLost(offset, source.byteSize());
    byte[] transfer = new byte[(int) Math.min(TRANSFER_BYTES, source.byteSize())];
    for (long done = 0; done < source.byteSize(); done += TRANSFER_BYTES) {
      int length = (int) Math.min(TRANSFER_BYTES, source.byteSize() - done);
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, done, transfer, 0, length);
      store(offset + done, transfer, 0, length, lost);
    }
  }

  @Override
  public synchronized void copy(long fromOffset, long toOffset, long length) {
    checkRange(fromOffset, length);
    checkRange(toOffset, length);
    if (!happens(toOffset, length)) {
      return;
    }
    boolean lost = isLost(toOffset, length);
    byte[] transfer = new byte[(int) Math.min(TRANSFER_BYTES, length)];
    boolean backwards = fromOffset < toOffset;
    long left = length;
    while (left > 0) {
      int piece = (int) Math.min(TRANSFER_BYTES, left);
      long at = backwards ? left - piece : length - left;
      memory.read(fromOffset + at, transfer, 0, piece);
      store(toOffset + at, transfer, 0, piece, lost);
      left -= piece;
    }
  }

  @Override
  public synchronized void fill(long offset, long length, byte value) {
    checkRange(offset, length);
    if (!happens(offset, length)) {
      return;
    }
    boolean lost = isLost(offset, length);
    byte[] transfer = new byte[(int) Math.min(TRANSFER_BYTES, length)];
    Arrays.fill(transfer, value);
    for (long done = 0; done < length; done += TRANSFER_BYTES) {
      store(offset + done, transfer, 0, (int) Math.min(TRANSFER_BYTES, length - done), lost);
    }
  }

  @Override
  public synchronized void flush(long offset, long length) {
    checkRange(offset, length);
    if (recording && length > 0 && faults.keepFlush(offset, length)) {
      trace.flush(offset, length);
    }
  }

  @Override
  public synchronized void fence() {
    open();
    long ordinal = fences++;
    if (recording && faults.keepFence(ordinal)) {
      trace.fence(ordinal);
    }
  }

  @Override
  public synchronized void sync() {
    open();
    syncs++;
    if (recording) {
      trace.sync();
    }
  }

  /** Ends the use of the medium; what was not flushed and fenced stays as loose as it was. */
  @Override
  public synchronized void close() {
    closed = true;
  }

  private synchronized void storeNumber(long offset, long value, int length) {
    checkRange(offset, length);
    if (happens(offset, length)) {
      for (int i = 0; i < length; i++) {
        number[i] = (byte) (value >>> (8 * i));
      }
      store(offset, number, 0, length, isLost(offset, length));
    }
  }

  private boolean happens(long offset, long length) {
    return length > 0 && faults.keepStore(offset, length);
  }

  private boolean isLost(long offset, long length) {
    return !faults.keepStoreOnMedia(offset, length);
  }

  private void store(long offset, byte[] source, int index, int length, boolean lost) {
    memory.write(offset, source, index, length);
    if (!recording) {
      return;
    }
    int done = 0;
    while (done < length) {
      int piece = (int) Math.min(length - done, Long.BYTES - ((offset + done) & 7));
      long value = 0;
      for (int i = 0; i < piece; i++) {
        value |= (source[index + done + i] & 0xffL) << (8 * i);
      }
      trace.piece(offset + done, piece, value, lost);
      done += piece;
    }
  }

  private void checkRange(long offset, long length) {
    if (offset < 0 || length < 0 || offset > open().sizeBytes() - length) {
      throw new IndexOutOfBoundsException(
          describe() + ": bytes [" + offset + ", +" + length + ") are outside its " + sizeBytes() + " bytes");
    }
  }

  private static void checkAligned(long offset) {
    if ((offset & 7) != 0) {
      throw new IllegalArgumentException("crash emulator: offset " + offset + " is not a multiple of 8, as an atomic word's must be");
    }
  }

  private PagedMemory open() {
    if (closed) {
      throw new IllegalStateException(describe() + " is closed");
    }
    return memory;
  }
}
