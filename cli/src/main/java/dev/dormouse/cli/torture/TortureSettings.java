package dev.dormouse.cli.torture;

import java.util.List;

/**
 * What a run is to be. All but the number of kills stays as it was begun with.
 *
 * @param seed decides the load, and as far as that can be decided the instants of the kills
 * @param kills over all media together
 * @param threads of a child, 1 to {@value #MOST_THREADS}
 * @param components in a pool, at least {@value #LEAST_COMPONENTS}
 * @param media those that do not exist here are skipped
 */
public record TortureSettings(long seed, int kills, int threads, int components, List<TortureMedium> media) {
  /** As many as can be told apart by the numbers of their operations. */
  public static final int MOST_THREADS = 63;

  /** Some that are shared, and some that are not. */
  public static final int LEAST_COMPONENTS = 8;

  private static final long POOL_BYTES = 8 << 20;
  private static final long COMPONENT_BYTES = 64 << 10;

  public TortureSettings {
    media = List.copyOf(media);
  }

  /** More than all components can fill, with everything that their growth leaves free for a while. */
  long poolBytes() {
    return POOL_BYTES + components * COMPONENT_BYTES;
  }

  /** How many of the kills are for that one of some pools. */
  int killsOf(int pool, int pools) {
    return kills / pools + (pool < kills % pools ? 1 : 0);
  }

  /** The same with another number of kills. */
  public TortureSettings withKills(int newKills) {
    return new TortureSettings(seed, newKills, threads, components, media);
  }
}
