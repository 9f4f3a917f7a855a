package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Media;
import java.util.Arrays;

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

  /** The head of a component's annex and its name; null if it is not what was written. */
  static byte[] readAnnex(Media media, long annex, long birth) {
    if (annex <= 0 || annex > media.sizeBytes() - AnnexLayout.BYTES) {
      return null;
    }
    int length = AnnexLayout.BYTES + (media.getShort(annex + AnnexLayout.NAME_BYTES) & 0xffff);
    if (length > media.sizeBytes() - annex) {
      return null;
    }
    byte[] head = new byte[length];
    media.read(annex, head, 0, length);
    boolean sound =
        Bytes.getLong(head, AnnexLayout.BIRTH) == birth
            && Bytes.getInt(head, AnnexLayout.CRC32C) == new Checksum().ofRecord(head, 0, length, AnnexLayout.CRC32C);
    return sound ? head : null;
  }

  /** The name of the component whose record lies there; null if its annex is not what was written. */
  byte[] readSound(long record) {
    byte[] head =
        readAnnex(
            media,
            media.getLong(record + ComponentLayout.ANNEX_OFFSET),
            media.getLong(record + ComponentLayout.BIRTH));
    return head == null ? null : Arrays.copyOfRange(head, AnnexLayout.BYTES, head.length);
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

  /** The name of the component whose record lies there, for messages. */
  String textOf(long record) {
    byte[] name = read(record);
    return name == null ? "without a readable name" : Names.decode(name, 0, name.length);
  }
}
