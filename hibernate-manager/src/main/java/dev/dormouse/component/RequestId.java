package dev.dormouse.component;

import java.util.UUID;

/** Names a request, as its sender chose; a repeated one gets the recorded outcome. Must not be zero. */
public record RequestId(long high, long low) {
  public RequestId {
    if (high == 0 && low == 0) {
      throw new IllegalArgumentException("request id 0 is reserved; count from 1, or use a UUID");
    }
  }

  /** An id from a sender's own counter, which must start at 1. */
  public static RequestId of(long number) {
    return new RequestId(0, number);
  }

  public static RequestId of(UUID uuid) {
    return new RequestId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }
}
