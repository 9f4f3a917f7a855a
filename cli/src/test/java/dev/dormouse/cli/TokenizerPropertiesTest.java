package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of the tokens of any input. */
class TokenizerPropertiesTest {
  @Property(tries = 500)
  void sideBySideTheTokensAreTheInput(@ForAll("inputs") byte[] input) throws IOException {
    assertThat(String.join("", tokens(input))).isEqualTo(latin(input));
  }

  @Property(tries = 500)
  void noTokenIsEmptyAndNeighboursAreOfDifferentKinds(@ForAll("inputs") byte[] input) throws IOException {
    List<Boolean> kinds = kindsOfBytes(input);
    int at = 0;
    for (String token : tokens(input)) {
      assertThat(token).isNotEmpty();
      List<Boolean> own = kinds.subList(at, at + token.length());
      assertThat(own).containsOnly(own.get(0));
      if (at > 0) {
        assertThat(kinds.get(at - 1)).isNotEqualTo(own.get(0));
      }
      at += token.length();
    }
  }

  @Property(tries = 200)
  void howManyBytesASourceGivesAtOnceMakesNoDifference(@ForAll("inputs") byte[] input) throws IOException {
    List<String> byOnes = tokens((position, into, index, length) -> read(input, position, into, index, 1), input.length);
    assertThat(byOnes).isEqualTo(tokens(input));
  }

  @Property(tries = 500)
  void utf8IsWhatTheJdkTakesForUtf8(@ForAll("sequences") byte[] sequence) {
    int codePoint = Utf8.codePoint(sequence, 0, sequence.length);
    int valid = -1;
    for (int length = 1; length <= sequence.length; length++) {
      try {
        valid = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(sequence, 0, length)).codePoints().findFirst().orElseThrow();
        break;
      } catch (CharacterCodingException _) {
        // Not yet, or never.
      }
    }
    if (valid >= 0) {
      assertThat(codePoint).isEqualTo(valid);
      assertThat(Utf8.lengthOf(codePoint)).isEqualTo(Character.toString(valid).getBytes(StandardCharsets.UTF_8).length);
    } else {
      assertThat(codePoint).isNegative();
    }
  }

  @Provide
  Arbitrary<byte[]> inputs() {
    Arbitrary<byte[]> binary = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    Arbitrary<byte[]> text =
        Arbitraries.strings().withChars("ab1 ,\n\u00e4\u00df\u4e2d\u0301").ofMaxLength(300)
            .map(string -> string.getBytes(StandardCharsets.UTF_8));
    Arbitrary<byte[]> runs =
        Arbitraries.of("a", "\u00e9", "\ud83d\ude00", "\ud835\udc00", " ", "\u0000")
            .flatMap(
                unit ->
                    Arbitraries.integers()
                        .between(1, 700)
                        .map(count -> unit.repeat(count).getBytes(StandardCharsets.UTF_8)))
            .list()
            .ofMaxSize(4)
            .map(TokenizerPropertiesTest::concat);
    Arbitrary<byte[]> mixed = Arbitraries.oneOf(binary, text).list().ofMaxSize(4).map(TokenizerPropertiesTest::concat);
    return Arbitraries.oneOf(binary, text, runs, mixed);
  }

  @Provide
  Arbitrary<byte[]> sequences() {
    Arbitrary<Byte> edges =
        Arbitraries.of(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff)
            .map(Integer::byteValue);
    Arbitrary<byte[]> some = edges.array(byte[].class).ofMinSize(1).ofMaxSize(4);
    return Arbitraries.oneOf(
        some, Arbitraries.integers().between(0, 0x10ffff).map(c -> Character.toString(c).getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] concat(List<byte[]> parts) {
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(all::put);
    return all.array();
  }

  private static List<String> tokens(byte[] input) throws IOException {
    return tokens((position, into, index, length) -> read(input, position, into, index, length), input.length);
  }

  private static List<String> tokens(ByteSource source, int inputLength) throws IOException {
    Tokenizer tokenizer = new Tokenizer(source);
    List<String> tokens = new ArrayList<>();
    long start = 0;
    for (long end = tokenizer.endOfToken(0); end > start; end = tokenizer.endOfToken(start)) {
      byte[] bytes = new byte[(int) (end - start)];
      for (int i = 0; i < bytes.length; i++) {
        source.read(start + i, bytes, i, 1);
      }
      byte[] shortBytes = tokenizer.bytesUpTo(Messages.SHORT_TOKEN_BYTES, bytes.length);
      assertThat(shortBytes).isEqualTo(bytes.length <= Messages.SHORT_TOKEN_BYTES ? bytes : Messages.NOTHING);
      tokens.add(latin(bytes));
      start = end;
    }
    assertThat(start).isEqualTo(inputLength);
    return tokens;
  }

  private static int read(byte[] input, long position, byte[] into, int index, int length) {
    if (position >= input.length) {
      return -1;
    }
    int count = (int) Math.min(length, input.length - position);
    System.arraycopy(input, (int) position, into, index, count);
    return count;
  }

  /** For each byte whether it belongs to a letter or digit, found with the JDK's decoder instead of ours. */
  private static List<Boolean> kindsOfBytes(byte[] input) {
    Boolean[] kinds = new Boolean[input.length];
    int at = 0;
    while (at < input.length) {
      int length = 0;
      boolean letter = false;
      for (int tried = 1; tried <= 4 && at + tried <= input.length && length == 0; tried++) {
        try {
          int codePoint =
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(input, at, tried)).codePoints().findFirst().orElseThrow();
          length = tried;
          letter = Character.isLetterOrDigit(codePoint);
        } catch (CharacterCodingException _) {
          // Not yet, or never.
        }
      }
      length = Math.max(1, length);
      Arrays.fill(kinds, at, at + length, letter);
      at += length;
    }
    return Arrays.asList(kinds);
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
