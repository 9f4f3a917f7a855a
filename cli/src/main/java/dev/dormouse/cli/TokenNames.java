package dev.dormouse.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name of a token's component: {@code word:Alice} for a short run of letters and digits, {@code mark:2c20} with the
 * bytes in hexadecimal for a short run of others, {@code long:} with half of a SHA-256 for what is longer. No two tokens
 * share one, but for a collision of 128 bits, which the component would notice by its text.
 */
final class TokenNames {
  private static final String WORD = "word:";
  private static final String MARK = "mark:";
  private static final String LONG = "long:";
  private static final int MOST_WORD_BYTES = 32;
  private static final int MOST_MARK_BYTES = 16;
  private static final int HASH_BYTES = 16;

  private TokenNames() {}

  /** Whether a component of this name is a token. */
  static boolean isToken(String name) {
    return name.startsWith(WORD) || name.startsWith(MARK) || name.startsWith(LONG);
  }

  /** The name of a token of at most {@link Messages#SHORT_TOKEN_BYTES} bytes. */
  static String of(byte[] bytes) {
    boolean word = Tokenizer.isLetterOrDigit(Utf8.codePoint(bytes, 0, bytes.length));
    if (word && bytes.length <= MOST_WORD_BYTES) {
      return WORD + new String(bytes, StandardCharsets.UTF_8);
    }
    if (!word && bytes.length <= MOST_MARK_BYTES) {
      return MARK + HexFormat.of().formatHex(bytes);
    }
    MessageDigest digest = newDigest();
    digest.update(bytes);
    return of(digest);
  }

  /** The name of a longer token, all of whose bytes have gone into {@code digest}. */
  static String of(MessageDigest digest) {
    return LONG + HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
  }

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
