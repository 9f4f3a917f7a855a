package dev.dormouse.component;

import dev.dormouse.heap.Media;

/** Reads the names that component records lead to, without believing what a record says before it is checked against the pool's bounds. */
final class ComponentNames {
  private final Media media;

  ComponentNames(Media media) {
    this.media = media;
  }

  /** Whether the record at that offset is of a component of that name. Allocates nothing. */
  boolean isNamed(long record, byte[] name) {
    long annex = annexOf(record);
    if (annex == 0 || nameBytes(annex) != name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (media.getByte(annex + AnnexLayout.BYTES + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  /** The name of the component whose record lies there; null if there is none that can be read. */
  byte[] read(long record) {
    long annex = annexOf(record);
    if (annex == 0) {
      return null;
    }
    byte[] name = new byte[nameBytes(annex)];
    media.read(annex + AnnexLayout.BYTES, name, 0, name.length);
    return name;
  }

  private long annexOf(long record) {
    long annex = media.getLong(record + ComponentLayout.ANNEX_OFFSET);
    boolean inside = annex > 0 && annex <= media.sizeBytes() - AnnexLayout.BYTES;
    return inside && nameBytes(annex) <= media.sizeBytes() - AnnexLayout.BYTES - annex ? annex : 0;
  }

  private int nameBytes(long annex) {
    return media.getShort(annex + AnnexLayout.NAME_BYTES) & 0xffff;
  }
}
