package dev.dormouse.bench;

/** A map of byte strings as the benchmark uses one: every change is a commit of its own. For one thread. */
interface BenchMap extends AutoCloseable {
  int KEY_BYTES = 16;
  int VALUE_BYTES = 100;

  /** Adds or replaces an entry and commits. */
  void put(byte[] key, byte[] value);

  /** Removes an entry and commits. */
  void remove(byte[] key);

  /** Copies a value; answers whether there is one. */
  boolean get(byte[] key, byte[] value);

  /** Adds many entries; how many are committed together is the map's choice. */
  void fill(BenchKeys keys, int count);

  /** How long its file is, in bytes. */
  long fileBytes();

  @Override
  void close();

  /** Makes an empty map of its kind with room for as many entries and as many again. */
  static BenchMap create(String kind, int entries) {
    return switch (kind) {
      case "floor" -> new BareMap(entries);
      case "turn" -> new TurnMap(entries);
      case "epoch" -> new EpochMap(entries);
      case "mvstore" -> new MvStoreMap();
      default -> LmdbMap.create(kind, entries);
    };
  }
}
