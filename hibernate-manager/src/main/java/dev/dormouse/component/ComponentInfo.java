package dev.dormouse.component;

import dev.dormouse.region.RegionRights;
import java.util.List;

/**
 * What the pool says of a component.
 *
 * @param program the name of its class
 * @param slots its capability slots, in order
 */
public record ComponentInfo(
    ComponentId id,
    String name,
    String program,
    List<RegionInfo> regions,
    List<SlotInfo> slots,
    long quotaBytes,
    int outcomes,
    boolean quarantined,
    boolean awake) {
  /** A region: its name, where it lies in the component's address space, its length in bytes, the rights. */
  public record RegionInfo(String name, long address, long lengthBytes, RegionRights rights) {}

  /** A capability slot: what it names, and how far a file was read, in bytes. */
  public record SlotInfo(int slot, String object, long badge, int generation, boolean revoked, long positionBytes) {}
}
