package dev.dormouse.recovery;

/** How the module that owns the components' records marks one that must not run. */
@FunctionalInterface
public interface Quarantine {
  /**
   * The log of an epoch that never committed is damaged, so the component's bytes may be torn. Persists that it must not
   * run; may be asked again.
   *
   * @param birth the component
   * @param recordOffset where its record lies
   */
  void quarantine(long birth, long recordOffset, String reason);
}
