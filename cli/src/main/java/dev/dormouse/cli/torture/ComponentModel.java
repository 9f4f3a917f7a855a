package dev.dormouse.cli.torture;

import dev.dormouse.heap.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What a component must be, or was found to be: every byte of its regions, and its file. One without regions is none. */
final class ComponentModel implements Space {
  private static final long NO_FILE = -1;

  private final Map<String, byte[]> regions = new TreeMap<>();
  private long filePosition = NO_FILE;
  private boolean revoked;

  static ComponentModel absent() {
    return new ComponentModel();
  }

  static ComponentModel born(long seed) {
    ComponentModel model = new ComponentModel();
    model.bear(seed);
    return model;
  }

  /** Becomes what the component of that seed is when it was just made. */
  void bear(long seed) {
    Deed.Birth birth = Deed.Birth.of(seed);
    attach(Deed.STATE, birth.stateBytes());
    attach(Deed.MORE, birth.moreBytes());
    filePosition = birth.file() ? 0 : NO_FILE;
    revoked = false;
  }

  /** Becomes none. */
  void die() {
    regions.clear();
    filePosition = NO_FILE;
    revoked = false;
  }

  boolean isAbsent() {
    return regions.isEmpty();
  }

  ComponentModel copy() {
    ComponentModel copy = new ComponentModel();
    regions.forEach((name, bytes) -> copy.found(name, bytes.clone()));
    copy.filePosition = filePosition;
    copy.revoked = revoked;
    return copy;
  }

  /** Adds a region with what was read from it. */
  void found(String region, byte[] bytes) {
    regions.put(region, bytes);
  }

  /** Adds the file as it was found. */
  void foundFile(long position, boolean isRevoked) {
    filePosition = position;
    revoked = isRevoked;
  }

  void revoke() {
    revoked = true;
  }

  /** The first thing that is not as in the other, which was found, as a sentence's end; empty if there is none. */
  String differenceTo(ComponentModel found) {
    if (isAbsent() != found.isAbsent()) {
      return isAbsent() ? "is there, nothing expected" : "is gone";
    }
    if (!regions.keySet().equals(found.regions.keySet())) {
      return "has regions " + found.regions.keySet() + ", " + regions.keySet() + " expected";
    }
    for (Map.Entry<String, byte[]> region : regions.entrySet()) {
      byte[] expected = region.getValue();
      byte[] bytes = found.regions.get(region.getKey());
      if (bytes.length != expected.length) {
        return "has a region " + region.getKey() + " of " + bytes.length + " bytes, " + expected.length + " expected";
      }
      int at = Arrays.mismatch(expected, bytes);
      if (at >= 0) {
        return String.format(
            "has 0x%02x at byte %d of region %s, 0x%02x expected (turn %d, expected %d)",
            bytes[at], at, region.getKey(), expected[at], found.getLong(Deed.STATE, Deed.ORDER), getLong(Deed.STATE, Deed.ORDER));
      }
    }
    if (filePosition != found.filePosition || revoked != found.revoked) {
      return "has its file at " + found.file() + ", " + file() + " expected";
    }
    return "";
  }

  private String file() {
    return filePosition == NO_FILE ? "nowhere" : "byte " + filePosition + (revoked ? " (revoked)" : "");
  }

  void save(DataOutputStream to) throws IOException {
    to.writeInt(regions.size());
    for (Map.Entry<String, byte[]> region : regions.entrySet()) {
      to.writeUTF(region.getKey());
      to.writeInt(region.getValue().length);
      to.write(region.getValue());
    }
    to.writeLong(filePosition);
    to.writeBoolean(revoked);
  }

  static ComponentModel load(DataInputStream from) throws IOException {
    ComponentModel model = new ComponentModel();
    for (int count = from.readInt(); count > 0; count--) {
      String name = from.readUTF();
      model.found(name, from.readNBytes(from.readInt()));
    }
    model.filePosition = from.readLong();
    model.revoked = from.readBoolean();
    return model;
  }

  @Override
  public long lengthBytes(String region) {
    return regions.get(region).length;
  }

  @Override
  public long getLong(String region, long offset) {
    return Bytes.getLong(regions.get(region), (int) offset);
  }

  @Override
  public void putLong(String region, long offset, long value) {
    Bytes.putLong(regions.get(region), (int) offset, value);
  }

  @Override
  public void put(String region, long offset, byte[] bytes) {
    System.arraycopy(bytes, 0, regions.get(region), (int) offset, bytes.length);
  }

  @Override
  public void fill(String region, long offset, long length, byte value) {
    Arrays.fill(regions.get(region), (int) offset, (int) (offset + length), value);
  }

  @Override
  public void copy(String region, long fromOffset, long toOffset, long length) {
    byte[] bytes = regions.get(region);
    System.arraycopy(bytes, (int) fromOffset, bytes, (int) toOffset, (int) length);
  }

  @Override
  public void attach(String region, long lengthBytes) {
    found(region, new byte[(int) lengthBytes]);
  }

  @Override
  public void detach(String region) {
    regions.remove(region);
  }

  @Override
  public void resize(String region, long lengthBytes) {
    found(region, Arrays.copyOf(regions.get(region), (int) lengthBytes));
  }

  @Override
  public int readFile(byte[] into) {
    if (filePosition == NO_FILE || revoked) {
      return 0;
    }
    int count = Letters.read(filePosition, into);
    filePosition += Math.max(count, 0);
    return count;
  }

  @Override
  public void rewindFile() {
    filePosition = 0;
  }
}
