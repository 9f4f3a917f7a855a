package dev.dormouse.bench;

import java.util.Locale;

/** Times and sizes in words. */
final class Units {
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  private Units() {}

  static String nanos(double nanos) {
    if (Double.isNaN(nanos)) {
      return "-";
    }
    if (nanos >= 1_000 && nanos % 1_000_000 == 0) {
      return String.format(Locale.ROOT, "%.0f ms", nanos / 1_000_000);
    }
    if (nanos >= 1_000 && nanos % 1_000 == 0) {
      return String.format(Locale.ROOT, "%.0f us", nanos / 1_000);
    }
    if (nanos < 10) {
      return String.format(Locale.ROOT, "%.2f ns", nanos);
    }
    if (nanos < 1_000) {
      return String.format(Locale.ROOT, "%.0f ns", nanos);
    }
    if (nanos < 1_000_000) {
      return String.format(Locale.ROOT, "%.2f us", nanos / 1_000);
    }
    return String.format(Locale.ROOT, "%.2f ms", nanos / 1_000_000);
  }

  static String bytes(long bytes) {
    if (bytes >= MIB && bytes % MIB == 0) {
      return bytes / MIB + " MiB";
    }
    return bytes >= KIB && bytes % KIB == 0 ? bytes / KIB + " KiB" : bytes + " bytes";
  }
}
