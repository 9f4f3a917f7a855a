package dev.dormouse.component;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Names as they are stored: 1 to 1,024 bytes of UTF-8. */
final class Names {
  static final int MAX_BYTES = 1024;

  private Names() {}

  /**
   * @param what what is named, for the message
   * @throws InvalidName if the name is empty, too long, or has a surrogate without its partner
   */
  static byte[] encode(String what, String name) {
    if (name.length() > MAX_BYTES) {
      // Not encoded: it may be of any length.
      throw new InvalidName(what + " of " + name.length() + " characters: 1 to " + MAX_BYTES + " bytes of UTF-8 expected; choose another name");
    }
    try {
      byte[] bytes = encode(name);
      if (bytes.length >= 1 && bytes.length <= MAX_BYTES) {
        return bytes;
      }
      throw new InvalidName(
          what + " of " + bytes.length + " bytes of UTF-8: 1 to " + MAX_BYTES + " expected; choose another name");
    } catch (CharacterCodingException e) {
      throw new InvalidName(
          what + " is not valid Unicode (" + e.getMessage() + "), 1 to " + MAX_BYTES + " bytes of UTF-8 expected; choose another name");
    }
  }

  private static byte[] encode(String name) throws CharacterCodingException {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isSurrogate(name.charAt(i))) {
        // Only here can it be malformed, and getBytes would quietly put a question mark.
        ByteBuffer buffer = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
      }
    }
    return name.getBytes(StandardCharsets.UTF_8);
  }

  static String decode(byte[] bytes, int index, int length) {
    return new String(bytes, index, length, StandardCharsets.UTF_8);
  }
}
