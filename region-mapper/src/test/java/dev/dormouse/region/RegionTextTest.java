package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.recovery.Epoch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Strings and digits lie as Agrona's own buffer would put them, and it reads what was stored here. */
class RegionTextTest {
  private static final int LENGTH = 2000;
  private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

  /** A region and Agrona's buffer over an array, with the same random bytes. */
  private static final class Pair {
    private static final Set<String> REFUSALS = Set.of("out of bounds", "no number", "refused");

    private final byte[] bytes = new byte[LENGTH];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final Region region;
    private final RegionText text;

    Pair(Random random) {
      RegionStage stage = RegionStage.create();
      Epoch epoch = stage.lanes.lease();
      stage.map(epoch).attach("text", LENGTH, 0, RegionRights.READ_WRITE);
      region = stage.view(epoch, stage.table(epoch).get(0));
      text = region.text();
      random.nextBytes(bytes);
      region.put(0, bytes, 0, LENGTH);
    }

    /** Both do the same, with the same answer; or both refuse it, and here nothing is stored then. */
    void same(String what, int offset, LongFunction<Object> here, IntFunction<Object> there) {
      byte[] before = bytes.clone();
      Object expected = answer(() -> there.apply(offset));
      if (REFUSALS.contains(expected)) {
        System.arraycopy(before, 0, bytes, 0, LENGTH);
      }
      Object found = answer(() -> here.apply(offset));
      assertThat(found instanceof Long number ? (Object) (int) (long) number : found).as("%s at %d", what, offset)
          .isEqualTo(expected instanceof Long number ? (Object) (int) (long) number : expected);
      assertThat(region.mismatch(0, bytes, 0, LENGTH)).as("%s at %d", what, offset).isEqualTo(-1);
    }

    /** Two errors are alike if both are of a place, or of a number. */
    private static Object answer(Supplier<Object> call) {
      try {
        Object answer = call.get();
        return answer == null ? "nothing" : answer;
      } catch (IndexOutOfBoundsException e) {
        return "out of bounds";
      } catch (NumberFormatException e) {
        return "no number";
      } catch (IllegalArgumentException e) {
        return "refused";
      }
    }
  }

  private static String string(Random random) {
    int length = random.nextInt(4) == 0 ? random.nextInt(700) : random.nextInt(12);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(random.nextBoolean() ? 1 : 6)) {
        case 0 -> text.append((char) (' ' + random.nextInt(95)));
        case 1 -> text.append((char) (0x7d + random.nextInt(6)));
        case 2 -> text.append((char) (0x7fd + random.nextInt(6)));
        case 3 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
        // Halves of pairs, too.
        case 4 -> text.append((char) (0xd7f0 + random.nextInt(0x830)));
        default -> text.append((char) random.nextInt(0x10000));
      }
    }
    return text.toString();
  }

  @Property(tries = 60, seed = "24301")
  void stringsLieAsAgronaWouldPutThem(@ForAll long seed) {
    Random random = new Random(seed);
    Pair pair = new Pair(random);
    RegionText text = pair.text;
    UnsafeBuffer buffer = pair.buffer;
    for (int i = 0; i < 30; i++) {
      int offset = random.nextInt(LENGTH - 500) - random.nextInt(4) + random.nextInt(2) * 490;
      String value = random.nextInt(20) == 0 ? null : string(random);
      ByteOrder order = ORDERS.get(random.nextInt(2));
      int max = random.nextInt(40);
      pair.same("ascii", offset, at -> text.putStringAscii(at, value), at -> buffer.putStringAscii(at, value));
      pair.same("get ascii", offset, text::getStringAscii, buffer::getStringAscii);
      pair.same("get ascii", offset, at -> appended(to -> text.getStringAscii(at, to)), at -> appended(to -> buffer.getStringAscii(at, to)));
      pair.same("ascii, order", offset, at -> text.putStringAscii(at, value, order), at -> buffer.putStringAscii(at, value, order));
      pair.same("get ascii, order", offset, at -> text.getStringAscii(at, order), at -> buffer.getStringAscii(at, order));
      pair.same("get ascii, order", offset, at -> appended(to -> text.getStringAscii(at, to, order)), at -> appended(to -> buffer.getStringAscii(at, to, order)));
      pair.same("ascii, no length", offset, at -> text.putStringWithoutLengthAscii(at, value), at -> buffer.putStringWithoutLengthAscii(at, value));
      if (value != null && !value.isEmpty()) {
        int from = random.nextInt(value.length());
        pair.same("ascii, part", offset, at -> text.putStringWithoutLengthAscii(at, value, from, max), at -> buffer.putStringWithoutLengthAscii(at, value, from, max));
      }
      pair.same("get ascii, length", offset, at -> text.getStringAscii(at, max), at -> buffer.getStringAscii(at, max));
      pair.same("get ascii, length", offset, at -> appended(to -> text.getStringAscii(at, max, to)), at -> appended(to -> buffer.getStringAscii(at, max, to)));
      pair.same("get ascii, no length", offset, at -> text.getStringWithoutLengthAscii(at, max), at -> buffer.getStringWithoutLengthAscii(at, max));
      pair.same("get ascii, no length", offset, at -> appended(to -> text.getStringWithoutLengthAscii(at, max, to)), at -> appended(to -> buffer.getStringWithoutLengthAscii(at, max, to)));
      pair.same("utf-8", offset, at -> text.putStringUtf8(at, value), at -> buffer.putStringUtf8(at, value));
      pair.same("get utf-8", offset, text::getStringUtf8, buffer::getStringUtf8);
      pair.same("utf-8, order", offset, at -> text.putStringUtf8(at, value, order), at -> buffer.putStringUtf8(at, value, order));
      pair.same("get utf-8, order", offset, at -> text.getStringUtf8(at, order), at -> buffer.getStringUtf8(at, order));
      pair.same("utf-8, max", offset, at -> text.putStringUtf8(at, value, max), at -> buffer.putStringUtf8(at, value, max));
      pair.same("utf-8, order, max", offset, at -> text.putStringUtf8(at, value, order, max), at -> buffer.putStringUtf8(at, value, order, max));
      pair.same("utf-8, no length", offset, at -> text.putStringWithoutLengthUtf8(at, value), at -> buffer.putStringWithoutLengthUtf8(at, value));
      pair.same("get utf-8, length", offset, at -> text.getStringUtf8(at, max), at -> buffer.getStringUtf8(at, max));
      pair.same("get utf-8, no length", offset, at -> text.getStringWithoutLengthUtf8(at, max), at -> buffer.getStringWithoutLengthUtf8(at, max));
    }
  }

  private interface Appending {
    int to(Appendable appendable);
  }

  private static String appended(Appending appending) {
    StringBuilder builder = new StringBuilder();
    return appending.to(builder) + " " + builder;
  }

  private static long number(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> Long.MIN_VALUE >> random.nextInt(64);
      case 1 -> Long.MAX_VALUE >> random.nextInt(64);
      case 2 -> (long) Math.pow(10, random.nextInt(19)) - random.nextInt(3);
      case 3 -> random.nextInt(2000) - 1000;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  @Property(tries = 60, seed = "24301")
  void digitsLieAsAgronaWouldPutThem(@ForAll long seed) {
    Random random = new Random(seed);
    Pair pair = new Pair(random);
    RegionText text = pair.text;
    UnsafeBuffer buffer = pair.buffer;
    for (int i = 0; i < 60; i++) {
      int offset = 30 + random.nextInt(LENGTH - 60);
      long number = number(random);
      int small = random.nextInt(10) == 0 ? Integer.MIN_VALUE : (int) number;
      int natural = small & Integer.MAX_VALUE;
      long naturalLong = number & Long.MAX_VALUE;
      int length = random.nextInt(14);
      pair.same("int", offset, at -> text.putIntAscii(at, small), at -> buffer.putIntAscii(at, small));
      pair.same("long", offset, at -> text.putLongAscii(at, number), at -> buffer.putLongAscii(at, number));
      pair.same("natural int", offset, at -> text.putNaturalIntAscii(at, natural), at -> buffer.putNaturalIntAscii(at, natural));
      pair.same("natural long", offset, at -> text.putNaturalLongAscii(at, naturalLong), at -> buffer.putNaturalLongAscii(at, naturalLong));
      pair.same("from end", offset, at -> text.putNaturalIntAsciiFromEnd(natural, at), at -> buffer.putNaturalIntAsciiFromEnd(natural, at));
      pair.same(
          natural + " padded to " + length,
          offset,
          at -> {
            text.putNaturalPaddedIntAscii(at, length, natural);
            return null;
          },
          at -> {
            buffer.putNaturalPaddedIntAscii(at, length, natural);
            return null;
          });
    }
  }

  private static String digits(Random random) {
    String digits =
        switch (random.nextInt(4)) {
          case 0 -> Long.toString(number(random));
          case 1 -> Integer.toString((int) number(random));
          case 2 -> Long.toString(number(random) + (random.nextBoolean() ? Integer.MAX_VALUE : Integer.MIN_VALUE));
          default -> "9223372036854775800".substring(0, 18 + random.nextInt(2)) + random.nextInt(10);
        };
    return switch (random.nextInt(9)) {
      case 0 -> "-" + digits;
      case 1 -> "0".repeat(random.nextInt(12)) + digits;
      case 2 -> digits.substring(0, random.nextInt(digits.length() + 1));
      case 3 -> digits.replace((char) ('0' + random.nextInt(10)), (char) random.nextInt(128));
      case 4 -> digits + digits;
      default -> digits;
    };
  }

  @Property(tries = 60, seed = "24301")
  void digitsAreReadAsAgronaReadsThem(@ForAll long seed) {
    Random random = new Random(seed);
    Pair pair = new Pair(random);
    for (int i = 0; i < 200; i++) {
      String digits = digits(random);
      int offset = random.nextInt(LENGTH - 100);
      pair.text.putStringWithoutLengthAscii(offset, digits);
      pair.buffer.putStringWithoutLengthAscii(offset, digits);
      int length = digits.length();
      pair.same("int " + digits, offset, at -> pair.text.parseIntAscii(at, length), at -> pair.buffer.parseIntAscii(at, length));
      pair.same("long " + digits, offset, at -> "" + pair.text.parseLongAscii(at, length), at -> "" + pair.buffer.parseLongAscii(at, length));
      pair.same("natural int " + digits, offset, at -> pair.text.parseNaturalIntAscii(at, length), at -> pair.buffer.parseNaturalIntAscii(at, length));
      pair.same("natural long " + digits, offset, at -> "" + pair.text.parseNaturalLongAscii(at, length), at -> "" + pair.buffer.parseNaturalLongAscii(at, length));
    }
  }

  @Test
  void aNegativeNumberIsNoNaturalOne() {
    Pair pair = new Pair(new Random(1));
    List<Runnable> refused =
        List.of(
            () -> pair.text.putNaturalIntAscii(0, -1),
            () -> pair.text.putNaturalLongAscii(0, -1),
            () -> pair.text.putNaturalIntAsciiFromEnd(-1, 100),
            () -> pair.text.putNaturalPaddedIntAscii(0, 9, -1));
    refused.forEach(put -> assertThatThrownBy(put::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("negative"));
    assertThat(pair.region.mismatch(0, pair.bytes, 0, LENGTH)).isEqualTo(-1);
  }

  @Test
  void whatLeadsOutOfTheRegionIsRefusedAndNothingIsStored() {
    Pair pair = new Pair(new Random(2));
    String text = "x".repeat(600);
    List<Runnable> refused =
        List.of(
            () -> pair.text.putStringAscii(LENGTH - 603, text),
            () -> pair.text.putStringUtf8(LENGTH - 603, text),
            () -> pair.text.putStringWithoutLengthAscii(LENGTH - 599, text),
            () -> pair.text.putStringWithoutLengthUtf8(LENGTH - 599, text),
            () -> pair.text.getStringWithoutLengthAscii(LENGTH - 599, 600),
            () -> pair.text.getStringAscii(-4, 10),
            () -> pair.text.getStringUtf8(-4, 10),
            () -> pair.text.getStringAscii(Long.MAX_VALUE, 10),
            () -> pair.text.getStringWithoutLengthUtf8(0, -1),
            () -> pair.text.parseIntAscii(0, -1),
            () -> pair.text.putNaturalPaddedIntAscii(LENGTH - 5, 6, 1),
            () -> pair.text.putNaturalPaddedIntAscii(0, -1, 1));
    refused.forEach(access -> assertThatThrownBy(access::run).isInstanceOf(IndexOutOfBoundsException.class));
    assertThat(pair.region.mismatch(0, pair.bytes, 0, LENGTH)).isEqualTo(-1);
    // A length that was read, and cannot be.
    pair.region.putInt(0, LENGTH);
    assertThatThrownBy(() -> pair.text.getStringUtf8(0)).isInstanceOf(IndexOutOfBoundsException.class);
    pair.region.putInt(0, -1);
    assertThatThrownBy(() -> pair.text.getStringAscii(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void anAppendableThatFailsIsTold() {
    Pair pair = new Pair(new Random(3));
    Appendable failing =
        new Appendable() {
          @Override
          public Appendable append(CharSequence text) throws IOException {
            throw new IOException("full");
          }

          @Override
          public Appendable append(CharSequence text, int start, int end) throws IOException {
            throw new IOException("full");
          }

          @Override
          public Appendable append(char character) throws IOException {
            throw new IOException("full");
          }
        };
    assertThatThrownBy(() -> pair.text.getStringWithoutLengthAscii(0, 3, failing)).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void theErrorOfAParseShowsWhatIsThere() {
    Pair pair = new Pair(new Random(4));
    pair.text.putStringWithoutLengthAscii(100, "12a4");
    assertThatThrownBy(() -> pair.text.parseIntAscii(100, 4)).hasMessage("'12a4', 4 bytes at offset 100: byte 2 is no digit; expected an int");
    byte[] nines = new byte[30];
    Arrays.fill(nines, (byte) '9');
    pair.region.put(200, nines, 0, 30);
    assertThatThrownBy(() -> pair.text.parseLongAscii(200, 30)).hasMessageContaining("it is too great");
    assertThatThrownBy(() -> pair.text.parseLongAscii(200, 0)).hasMessageContaining("there are no digits");
  }
}
