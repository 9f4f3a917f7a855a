package dev.dormouse.component;

import dev.dormouse.region.RegionKind;
import dev.dormouse.region.RegionRights;
import java.util.List;

/**
 * What the pool says of a component.
 *
 * @param program the name of its class; empty where a repair had to empty the record of a component that is quarantined
 * @param regions those of its root map, in order
 * @param slots its capability slots, in order
 * @param quotaBytes how many bytes of the pool it may hold; {@link Long#MAX_VALUE} where nothing bounds it
 * @param heldBytes how many it holds: the lengths of all extents that it owns, slack included
 */
public record ComponentInfo(
    ComponentId id,
    String name,
    String program,
    List<RegionInfo> regions,
    List<SlotInfo> slots,
    long quotaBytes,
    long heldBytes,
    int outcomes,
    boolean quarantined,
    boolean awake) {
  /**
   * A region.
   *
   * @param address where it begins in the map that it lies in
   * @param dataspace the name of the store's dataspace that it shows; empty where it is the component's own
   * @param regions those inside of it, in order, if it is a managed dataspace
   */
  public record RegionInfo(
      String name, RegionKind kind, long address, long lengthBytes, RegionRights rights, String dataspace, List<RegionInfo> regions) {}

  /** A capability slot: what it names, and how far a file was read, in bytes. */
  public record SlotInfo(int slot, String object, long badge, int generation, boolean revoked, long positionBytes) {}
}
