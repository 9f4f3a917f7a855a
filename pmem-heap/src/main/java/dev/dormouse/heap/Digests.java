package dev.dormouse.heap;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes of what must not be told, each with the purpose that it is hashed for, so that hashes for two purposes never match. */
final class Digests {
  private Digests() {}

  static byte[] of(String purpose, String secret) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(purpose.getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      return sha.digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A word of a digest; never 0, which stands for what is unknown. */
  static long word(byte[] digest, int index) {
    long word = ByteBuffer.wrap(digest).getLong(index * Long.BYTES);
    return word == 0 ? 1 : word;
  }
}
