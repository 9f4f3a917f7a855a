package dev.dormouse.cli;

import java.util.Locale;

/** The media that a verb can make a pool on. */
enum MediaKind {
  /** An ordinary file, mapped. */
  MAPPED("mapped file");

  private final String description;

  MediaKind(String description) {
    this.description = description;
  }

  String describe() {
    return description;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
