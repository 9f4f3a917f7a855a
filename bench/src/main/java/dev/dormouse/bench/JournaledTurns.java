package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.Program;
import dev.dormouse.component.Turn;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.region.Region;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The turns of components on a journaled file, which are found by name; as many are awake as a store has by default. */
final class JournaledTurns implements DurableTurns {
  private final JournaledPool pool;
  private final String[] names;

  JournaledTurns(int records) {
    pool = new JournaledPool(FileMedium.JOURNALED, JournalOptions.STANDARD, records, RECORD_BYTES, ChangesAPlace.class, options -> options);
    names = new String[records];
    for (int key = 0; key < records; key++) {
      names[key] = Integer.toString(key);
    }
  }

  /** Copies its state out, as an application does that works on it, and writes a place of it back. */
  public static final class ChangesAPlace implements Program {
    @Override
    public void turn(Turn turn) {
      ByteBuffer request = turn.request();
      int place = request.getInt();
      Region state = turn.region(0);
      byte[] record = new byte[RECORD_BYTES];
      state.get(0, record, 0, record.length);
      long before = DurableTurns.change(record, place, request.getLong());
      state.put((long) place * CHANGED_BYTES, record, place * CHANGED_BYTES, CHANGED_BYTES);
      turn.reply(before);
    }
  }

  Journal journal() {
    return pool.journal();
  }

  @Override
  public Turner turner() {
    ByteBuffer request = ByteBuffer.allocate(Integer.BYTES + Long.BYTES);
    return (key, place, number) -> {
      Component component = pool.store().component(names[key]);
      return component.invoke(request.clear().putInt(place).putLong(number).flip()).order(ByteOrder.LITTLE_ENDIAN).getLong();
    };
  }

  @Override
  public void rest() {
    pool.rest();
  }

  @Override
  public void close() {
    pool.close();
  }
}
