package dev.dormouse.component;

import dev.dormouse.region.RegionInfo;
import dev.dormouse.region.RegionKind;
import dev.dormouse.region.RegionMap;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The program of all components of the damage survey: shows every byte of its state in one turn, or counts in it in another.
 * Without parsing, because the survey runs millions of turns.
 */
public final class SurveyProgram implements Program {
  /** Replies with everything that is attached: names, places, rights and bytes. */
  static final ByteBuffer SHOW = request(0);

  /** Adds 1 to the first 8 bytes of the first region, and replies with the sum. */
  static final ByteBuffer COUNT = request(1);

  /** Replies with what {@link #COUNT} would add to. */
  static final ByteBuffer PEEK = request(2);

  /** Changes bytes, a region and the regions that there are, in steps that are fenced one by one; then runs {@link #middle}. */
  static final ByteBuffer STOP_IN_THE_MIDDLE = request(3);

  /** Commits a change of each kind of intent, and of bytes. */
  static final ByteBuffer WORK = request(4);

  static volatile Runnable middle = () -> {};

  private static ByteBuffer request(int verb) {
    return ByteBuffer.wrap(new byte[] {(byte) verb}).asReadOnlyBuffer();
  }

  @Override
  public void turn(Turn turn) {
    switch (turn.request().get(0)) {
      case 0 -> show(turn);
      case 1 -> {
        long sum = turn.region(0).getLong(0) + 1;
        turn.region(0).putLong(0, sum);
        turn.reply(sum);
      }
      case 2 -> turn.reply(turn.region(0).getLong(0));
      case 4 -> {
        turn.region(0).putLong(0, 5);
        turn.detach("old");
        turn.attach("slot", 100);
        turn.attach("run", 700);
        turn.regions().attachShared("picture", "picture");
      }
      default -> {
        turn.region(0).putLong(0, -1);
        turn.region(0).fill(64, 128, (byte) -1);
        turn.attach("half-way", 100);
        turn.resize("more", 400);
        turn.region("more").fill(0, 400, (byte) -1);
        turn.region("state").putLong(200, -1);
        middle.run();
      }
    }
  }

  private static void show(Turn turn) {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    show(turn.regions(), shown);
    turn.reply(shown.toByteArray());
  }

  private static void show(RegionMap map, ByteArrayOutputStream shown) {
    for (RegionInfo info : map.list()) {
      shown.writeBytes((info + "\n").getBytes(StandardCharsets.UTF_8));
      if (info.kind() == RegionKind.MANAGED) {
        show(map.managed(info.name()), shown);
      } else {
        byte[] bytes = new byte[(int) info.lengthBytes()];
        map.region(info.name()).get(0, bytes, 0, bytes.length);
        shown.writeBytes(bytes);
      }
    }
  }
}
