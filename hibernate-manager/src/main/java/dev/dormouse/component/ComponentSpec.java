package dev.dormouse.component;

import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.util.ArrayList;
import java.util.List;

/** What a new component is to be. Filled in by the caller of {@link ProcessStore#create}; for that call only. */
public final class ComponentSpec {
  /** How many outcomes a component remembers, unless said otherwise. */
  public static final int DEFAULT_OUTCOMES = 4;

  /** How long a reply can be that is remembered, unless said otherwise, in bytes. */
  public static final int DEFAULT_REPLY_BYTES = 32;

  static final int MOST_OUTCOMES = 1024;
  static final int MOST_REPLY_BYTES = 32 << 10;

  /** What a region is: one of its own, or a window into a dataspace of the store. */
  sealed interface Attachment permits RegionSpec, ShareSpec {
    String name();
  }

  record RegionSpec(String name, long lengthBytes, long address, RegionRights rights) implements Attachment {}

  /** All of the dataspace where the length is {@link #ALL}. */
  record ShareSpec(String name, String dataspace, long address, long offset, long lengthBytes) implements Attachment {}

  static final long ALL = -1;

  record FileSpec(String root, String path, long badge) {}

  private final List<Attachment> regions = new ArrayList<>();
  private final List<FileSpec> files = new ArrayList<>();
  private Class<? extends Program> program;
  private long quotaBytes = Long.MAX_VALUE;
  private int outcomes = DEFAULT_OUTCOMES;
  private int replyBytes = DEFAULT_REPLY_BYTES;

  ComponentSpec() {}

  /** The program that runs its turns. Must be given. */
  public ComponentSpec program(Class<? extends Program> type) {
    program = type;
    return this;
  }

  /** A region of zeros that it may read and write, at any address. Regions are numbered in the order they are named. */
  public ComponentSpec region(String name, long lengthBytes) {
    return region(name, lengthBytes, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
  }

  /** A region of zeros at an address of its address space, in bytes. */
  public ComponentSpec region(String name, long lengthBytes, long address, RegionRights rights) {
    regions.add(new RegionSpec(name, lengthBytes, address, rights));
    return this;
  }

  /**
   * A region that shows all of a dataspace of the store, for reading. It is numbered like the others.
   *
   * @param dataspace the name by which {@link ProcessStore#createDataspace} made it
   */
  public ComponentSpec share(String name, String dataspace) {
    regions.add(new ShareSpec(name, dataspace, RegionMap.ANY_ADDRESS, 0, ALL));
    return this;
  }

  /**
   * A region that shows a window into a dataspace of the store, for reading.
   *
   * @param address where in its address space, or {@link RegionMap#ANY_ADDRESS}
   * @param offset where the window begins, in bytes from the dataspace's start
   */
  public ComponentSpec share(String name, String dataspace, long address, long offset, long lengthBytes) {
    if (lengthBytes < 1) {
      throw new IllegalArgumentException("a window of " + lengthBytes + " bytes into dataspace " + dataspace + ": at least 1 expected");
    }
    regions.add(new ShareSpec(name, dataspace, address, offset, lengthBytes));
    return this;
  }

  /**
   * The next capability slot, from 0 on: a file below a root that the store was opened with, read from its start.
   *
   * @param path relative, with {@code /}; must lead to a file below the root
   */
  public ComponentSpec file(String root, String path) {
    return file(root, path, 0);
  }

  /**
   * The next capability slot: a file, as above, with a badge.
   *
   * @param badge what the grantor writes on the slot; the account of a resume shows it, and the holder cannot change it
   */
  public ComponentSpec file(String root, String path, long badge) {
    files.add(new FileSpec(root, path, badge));
    return this;
  }

  /**
   * How many bytes of the pool it may hold: the lengths of all extents that it owns, slack included. They are those of its
   * regions, its record of 128 bytes, its annex (name and remembered outcomes), its table if it has one, and the recipes of
   * its files. What it shares is the store's.
   */
  public ComponentSpec quota(long bytes) {
    quotaBytes = bytes;
    return this;
  }

  /**
   * How many outcomes of requests with an id it remembers, the newest ones, and how long their replies can be. A request
   * that is repeated after that many others is taken for a new one.
   *
   * @param count 0 to 1,024; with 0 it takes no requests with an id
   * @param mostReplyBytes 0 to 32,768
   */
  public ComponentSpec outcomes(int count, int mostReplyBytes) {
    if (count < 0 || count > MOST_OUTCOMES || mostReplyBytes < 0 || mostReplyBytes > MOST_REPLY_BYTES) {
      throw new IllegalArgumentException(
          count + " outcomes of " + mostReplyBytes + " bytes: 0 to " + MOST_OUTCOMES + " of 0 to " + MOST_REPLY_BYTES + " expected");
    }
    outcomes = count;
    replyBytes = mostReplyBytes;
    return this;
  }

  Class<? extends Program> program() {
    return program;
  }

  List<Attachment> regions() {
    return regions;
  }

  List<FileSpec> files() {
    return files;
  }

  long quotaBytes() {
    return quotaBytes;
  }

  int outcomes() {
    return outcomes;
  }

  int replyBytes() {
    return replyBytes;
  }
}
