package dev.dormouse.region;

/** The names of regions, which a pool keeps once and knows by their symbols. */
public interface RegionNames {
  /** The symbol of a name, or 0 if nobody ever used it. */
  int find(String name);

  /** The symbol of a name, which is made durable if it is new. */
  int intern(String name);

  /** The name of a symbol. */
  String text(int symbol);
}
