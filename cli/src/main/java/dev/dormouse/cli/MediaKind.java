package dev.dormouse.cli;

import dev.dormouse.heap.FileMedium;
import java.util.Locale;

/** The media that a verb can make a pool on. */
enum MediaKind {
  /** An ordinary file, mapped. */
  MAPPED("mapped file", FileMedium.MAPPED),
  /** A file on persistent memory. */
  DAX("DAX file", FileMedium.DAX);

  private final String description;
  private final FileMedium medium;

  MediaKind(String description, FileMedium medium) {
    this.description = description;
    this.medium = medium;
  }

  FileMedium medium() {
    return medium;
  }

  String describe() {
    return description;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
