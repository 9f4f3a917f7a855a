package dev.dormouse.cli.torture;

import dev.dormouse.component.CapabilityException;
import dev.dormouse.component.FileCapability;
import dev.dormouse.component.Turn;
import dev.dormouse.region.RegionRights;
import java.io.IOException;

/** A component during its turn. */
final class TurnSpace implements Space {
  private final Turn turn;

  TurnSpace(Turn turn) {
    this.turn = turn;
  }

  @Override
  public long lengthBytes(String region) {
    return turn.region(region).lengthBytes();
  }

  @Override
  public long getLong(String region, long offset) {
    return turn.region(region).getLong(offset);
  }

  @Override
  public void putLong(String region, long offset, long value) {
    turn.region(region).putLong(offset, value);
  }

  @Override
  public void put(String region, long offset, byte[] bytes) {
    turn.region(region).put(offset, bytes, 0, bytes.length);
  }

  @Override
  public void fill(String region, long offset, long length, byte value) {
    turn.region(region).fill(offset, length, value);
  }

  @Override
  public void copy(String region, long fromOffset, long toOffset, long length) {
    turn.region(region).copy(fromOffset, toOffset, length);
  }

  @Override
  public void attach(String region, long lengthBytes) {
    turn.attach(region, lengthBytes, Deed.address(region), RegionRights.READ_WRITE);
  }

  @Override
  public void detach(String region) {
    turn.detach(region);
  }

  @Override
  public void resize(String region, long lengthBytes) {
    turn.resize(region, lengthBytes);
  }

  @Override
  public int readFile(byte[] into) throws IOException {
    try {
      return turn.file(Deed.FILE_SLOT).read(into, 0, into.length);
    } catch (CapabilityException _) {
      // It has none, or it was revoked: the model knows which, and the bytes will tell if it was something else.
      return 0;
    }
  }

  @Override
  public void rewindFile() {
    FileCapability file = turn.file(Deed.FILE_SLOT);
    file.position(0);
  }
}
