package dev.dormouse.region;

/**
 * Where a component keeps the entries of its region maps, all of them together, under undo: changes are part of the running
 * epoch. It also knows what the component holds of the pool, and how much it may.
 */
public interface RegionTable {
  int count();

  RegionEntry get(int index);

  void set(int index, RegionEntry entry);

  /** Adds an entry at the end. */
  void add(RegionEntry entry);

  /** Removes an entry; those behind it move up. */
  void remove(int index);

  /** How many entries there can be, those of all maps together. */
  int mostEntries();

  /** How many bytes more the component holds with another entry, because the table has no room for it. */
  long growthBytes();

  /** The lengths of all extents that the component owns, slack included, as a commit would leave them. */
  long heldBytes();

  /** How many bytes it may hold; {@link Long#MAX_VALUE} where nothing bounds it. */
  long quotaBytes();

  /** How long an extent for that many bytes is. */
  long extentBytes(long sizeBytes);
}
