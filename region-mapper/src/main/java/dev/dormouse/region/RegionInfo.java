package dev.dormouse.region;

/**
 * What a region map says of one of its regions.
 *
 * @param address where it begins in the map that it lies in
 * @param rights what it was attached with; where the managed dataspaces around it have fewer, those count
 */
public record RegionInfo(String name, RegionKind kind, long address, long lengthBytes, RegionRights rights) {}
