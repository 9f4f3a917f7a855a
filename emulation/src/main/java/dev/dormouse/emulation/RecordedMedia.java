package dev.dormouse.emulation;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.Function;

/**
 * A medium made of aligned words of 8 bytes that writes down what is asked of it, piece by piece. What the words are, and
 * who may use the medium when, is the subclasses' business.
 */
abstract class RecordedMedia implements Media {
  private static final int TRANSFER_BYTES = 1 << 16;

  private final LentRanges lent = new LentRanges(this);
  private final byte[] number = new byte[Long.BYTES];
  private byte[] transfer = new byte[512];
  private boolean closed;
  private long flushes;
  private long freeWords;

  /** Comes before every access; {@link #leave} comes after it. */
  abstract void enter();

  abstract void leave();

  /** The word as the CPU sees it. */
  abstract long word(long index);

  /** Copies whole words, one after the other. */
  void words(long index, int count, byte[] destination, int at) {
    for (int i = 0; i < count; i++) {
      Bytes.putLong(destination, at + i * Long.BYTES, word(index + i));
    }
  }

  /** Replaces a word. */
  abstract void setWord(long index, long value);

  /** Where events are written down; null if they are not. */
  abstract Trace trace();

  abstract FaultPlan faults();

  /** The next fence's ordinal, counted from 0. */
  abstract long countFence();

  abstract void countSync();

  abstract PersistencyModel model();

  /** Makes the methods that touch bytes usable again after a {@link #close}. */
  final void reopen() {
    closed = false;
    lent.clear();
    guardWords();
  }

  /** How many words may be read without entering and looking at lent segments; 0 if none may. */
  abstract long unguardedWords();

  private void guardWords() {
    freeWords = closed || !lent.isEmpty() ? 0 : unguardedWords();
  }

  @Override
  public final DurabilityClass durabilityClass() {
    return DurabilityClass.POWER_LOSS;
  }

  @Override
  public final boolean flushes() {
    return model().flushes();
  }

  @Override
  public final byte getByte(long offset) {
    return (byte) number(offset, Byte.BYTES);
  }

  @Override
  public final short getShort(long offset) {
    return (short) number(offset, Short.BYTES);
  }

  @Override
  public final int getInt(long offset) {
    return (int) number(offset, Integer.BYTES);
  }

  @Override
  public final long getLong(long offset) {
    long index = offset >>> 3;
    return (offset & 7) == 0 && index < freeWords ? word(index) : number(offset, Long.BYTES);
  }

  @Override
  public final long getLongAcquire(long offset) {
    checkAligned(offset);
    return number(offset, Long.BYTES);
  }

  @Override
  public final void putByte(long offset, byte value) {
    putNumber(offset, value, Byte.BYTES, 0);
  }

  @Override
  public final void putShort(long offset, short value) {
    putNumber(offset, value, Short.BYTES, 0);
  }

  @Override
  public final void putInt(long offset, int value) {
    putNumber(offset, value, Integer.BYTES, 0);
  }

  @Override
  public final void putLong(long offset, long value) {
    putNumber(offset, value, Long.BYTES, 0);
  }

  @Override
  public final void putLongRelease(long offset, long value) {
    checkAligned(offset);
    putNumber(offset, value, Long.BYTES, Trace.RELEASE);
  }

  @Override
  public final void read(long offset, byte[] destination, int index, int length) {
    Objects.checkFromIndexSize(index, length, destination.length);
    begin(offset, length);
    try {
      readBytes(offset, destination, index, length);
    } finally {
      leave();
    }
  }

  @Override
  public final void read(long offset, MemorySegment destination) {
    long length = destination.byteSize();
    begin(offset, length);
    try {
      byte[] bytes = transferOf(Math.min(TRANSFER_BYTES, length));
      for (long done = 0; done < length; done += bytes.length) {
        int piece = (int) Math.min(bytes.length, length - done);
        readBytes(offset + done, bytes, 0, piece);
        MemorySegment.copy(bytes, 0, destination, ValueLayout.JAVA_BYTE, done, piece);
      }
    } finally {
      leave();
    }
  }

  @Override
  public final void write(long offset, byte[] source, int index, int length) {
    Objects.checkFromIndexSize(index, length, source.length);
    begin(offset, length);
    try {
      if (happens(offset, length)) {
        store(offset, source, index, length, isLost(offset, length), Trace.BULK);
      }
    } finally {
      leave();
    }
  }

  @Override
  public final void write(long offset, MemorySegment source) {
    long length = source.byteSize();
    begin(offset, length);
    try {
      if (happens(offset, length)) {
        byte[] bytes = transferOf(length);
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, 0, bytes, 0, (int) length);
        store(offset, bytes, 0, (int) length, isLost(offset, length), Trace.BULK);
      }
    } finally {
      leave();
    }
  }

  @Override
  public final void copy(long fromOffset, long toOffset, long length) {
    begin(fromOffset, length);
    try {
      checkRange(toOffset, length);
      if (happens(toOffset, length)) {
        byte[] bytes = transferOf(length);
        readBytes(fromOffset, bytes, 0, (int) length);
        store(toOffset, bytes, 0, (int) length, isLost(toOffset, length), Trace.BULK);
      }
    } finally {
      leave();
    }
  }

  @Override
  public final void fill(long offset, long length, byte value) {
    begin(offset, length);
    try {
      if (happens(offset, length)) {
        boolean lost = isLost(offset, length);
        long all = (value & 0xffL) * 0x0101010101010101L;
        int flags = Trace.BULK;
        for (long done = 0; done < length; ) {
          int piece = (int) Math.min(length - done, Long.BYTES - ((offset + done) & 7));
          storePiece(offset + done, piece, all & maskOf(piece), lost, flags);
          flags |= Trace.CALL_GOES_ON;
          done += piece;
        }
      }
    } finally {
      leave();
    }
  }

  @Override
  public final <R> R lend(long offset, long length, Function<? super MemorySegment, ? extends R> use) {
    begin(offset, length);
    LentRanges.Range range;
    try {
      range = lent.add(offset, length);
      guardWords();
    } finally {
      leave();
    }
    try {
      return use.apply(range.segment());
    } finally {
      enter();
      try {
        lent.remove(range);
        guardWords();
      } finally {
        leave();
      }
    }
  }

  @Override
  public final void flush(long offset, long length) {
    begin(offset, length);
    try {
      if (length == 0 || trace() == null) {
        return;
      }
      long ordinal = flushes++;
      if (faults().keepFlush(offset, length)) {
        trace().flush(offset, length, ordinal);
      }
    } finally {
      leave();
    }
  }

  @Override
  public final void fence() {
    begin(0, 0);
    try {
      long ordinal = countFence();
      if (trace() != null && faults().keepFence(ordinal)) {
        trace().fence(ordinal);
      }
    } finally {
      leave();
    }
  }

  @Override
  public final void sync() {
    begin(0, 0);
    try {
      countSync();
      if (trace() != null) {
        trace().sync();
      }
    } finally {
      leave();
    }
  }

  /** A sync of this range alone, where a crash loses sectors: of a file, if the medium holds several. Nothing elsewhere. */
  @Override
  public final void settle(long offset, long length) {
    begin(offset, length);
    try {
      if (length > 0 && trace() != null) {
        trace().settle(offset, length);
      }
    } finally {
      leave();
    }
  }

  /** Ends the use of the medium; what was not made durable stays as loose as it was. */
  @Override
  public final void close() {
    enter();
    closed = true;
    guardWords();
    leave();
  }

  /** Enters, and sees what was stored through lent segments; leaves again if it throws. */
  private void begin(long offset, long length) {
    enter();
    try {
      checkRange(offset, length);
      lent.absorb();
    } catch (Throwable e) {
      leave();
      throw e;
    }
  }

  private long number(long offset, int bytes) {
    begin(offset, bytes);
    try {
      int shift = (int) (offset & 7) * Byte.SIZE;
      long low = word(offset >>> 3) >>> shift;
      return shift + bytes * Byte.SIZE > Long.SIZE ? low | word((offset >>> 3) + 1) << (Long.SIZE - shift) : low;
    } finally {
      leave();
    }
  }

  private void putNumber(long offset, long value, int bytes, int flags) {
    begin(offset, bytes);
    try {
      if (happens(offset, bytes)) {
        Bytes.putLong(number, 0, value);
        boolean straddles = (offset & 7) + bytes > Long.BYTES;
        store(offset, number, 0, bytes, isLost(offset, bytes), straddles ? flags | Trace.STRADDLES : flags);
      }
    } finally {
      leave();
    }
  }

  private boolean happens(long offset, long length) {
    return length > 0 && faults().keepStore(offset, length);
  }

  private boolean isLost(long offset, long length) {
    return !faults().keepStoreOnMedia(offset, length);
  }

  /** At least so many bytes, all at once: the pieces of one call have to be written down in one go. */
  private byte[] transferOf(long length) {
    if (length > transfer.length) {
      transfer = new byte[Math.toIntExact(Math.max(length, Math.min(TRANSFER_BYTES, 2L * transfer.length)))];
    }
    return transfer;
  }

  private void readBytes(long offset, byte[] destination, int index, int length) {
    int head = (int) Math.min(length, -offset & 7);
    readPart(offset, destination, index, head);
    int whole = (length - head) >>> 3;
    words((offset + head) >>> 3, whole, destination, index + head);
    int done = head + whole * Long.BYTES;
    readPart(offset + done, destination, index + done, length - done);
  }

  /** Reads what lies inside one word. */
  private void readPart(long offset, byte[] destination, int index, int length) {
    if (length > 0) {
      long value = word(offset >>> 3) >>> ((int) (offset & 7) * Byte.SIZE);
      for (int i = 0; i < length; i++) {
        destination[index + i] = (byte) (value >>> (i * Byte.SIZE));
      }
    }
  }

  private void store(long offset, byte[] source, int index, int length, boolean lost, int flags) {
    int callFlags = flags;
    int done = 0;
    while (done < length) {
      int piece = (int) Math.min(length - done, Long.BYTES - ((offset + done) & 7));
      long value = 0;
      if (piece == Long.BYTES) {
        value = Bytes.getLong(source, index + done);
      } else {
        for (int i = 0; i < piece; i++) {
          value |= (source[index + done + i] & 0xffL) << (i * Byte.SIZE);
        }
      }
      storePiece(offset + done, piece, value, lost, callFlags);
      callFlags |= Trace.CALL_GOES_ON;
      done += piece;
    }
  }

  /** Stores what lies inside one word, and writes it down. */
  final void storePiece(long offset, int length, long value, boolean lost, int flags) {
    long index = offset >>> 3;
    int shift = (int) (offset & 7) * Byte.SIZE;
    long mask = maskOf(length) << shift;
    setWord(index, mask == -1L ? value : (word(index) & ~mask) | ((value << shift) & mask));
    lent.stored(index);
    record(offset, length, value, lost, flags, Thread.currentThread());
  }

  /** A store through a lent segment, by another thread perhaps. */
  final void storeLent(long offset, int length, long value, boolean lost, int flags, Thread borrower) {
    long index = offset >>> 3;
    int shift = (int) (offset & 7) * Byte.SIZE;
    long mask = maskOf(length) << shift;
    setWord(index, (word(index) & ~mask) | ((value << shift) & mask));
    record(offset, length, value, lost, flags, borrower);
  }

  private void record(long offset, int length, long value, boolean lost, int flags, Thread thread) {
    Trace trace = trace();
    if (trace != null) {
      trace.piece(offset, length, value, lost, flags, thread);
    }
  }

  /** Sees what was stored through lent segments until now. */
  final void absorbLent() {
    lent.absorb();
  }

  static long maskOf(int bytes) {
    return bytes == Long.BYTES ? -1L : (1L << (bytes * Byte.SIZE)) - 1;
  }

  private void checkRange(long offset, long length) {
    if (closed) {
      throw new IllegalStateException(describe() + " is closed");
    }
    if (offset < 0 || length < 0 || offset > sizeBytes() - length) {
      throw new IndexOutOfBoundsException(
          describe() + ": bytes [" + offset + ", +" + length + ") are outside its " + sizeBytes() + " bytes");
    }
  }

  private static void checkAligned(long offset) {
    if ((offset & 7) != 0) {
      throw new IllegalArgumentException(
          "crash emulator: offset " + offset + " is not a multiple of 8, as an atomic word's must be");
    }
  }
}
