package dev.dormouse.cli.torture;

import java.util.List;

/** The pool is not what it must be. */
final class Violated extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean damaged;
  private final transient List<String> findings;

  Violated(boolean damaged, List<String> findings) {
    super(findings.getFirst());
    this.damaged = damaged;
    this.findings = List.copyOf(findings);
  }

  boolean damaged() {
    return damaged;
  }

  List<String> findings() {
    return findings;
  }
}
