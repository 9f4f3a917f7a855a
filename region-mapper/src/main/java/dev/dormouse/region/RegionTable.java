package dev.dormouse.region;

/** Where a component keeps the entries of its region map, under undo: changes are part of the running epoch. */
public interface RegionTable {
  int count();

  RegionEntry get(int index);

  void set(int index, RegionEntry entry);

  /** Adds an entry at the end. */
  void add(RegionEntry entry);

  /** Removes an entry; those behind it move up. */
  void remove(int index);
}
