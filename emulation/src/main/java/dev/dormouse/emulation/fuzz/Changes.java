package dev.dormouse.emulation.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What is done to one record: a few changes, and whether its checksum is made right again afterwards. It prints itself as it is
 * written in a corpus: {@code sealed; LONG 24 0x40; CUT 100 0x0}.
 */
public record Changes(boolean sealed, List<Mutation> mutations) {
  private static final int MOST = 4;
  private static final String SEALED = "sealed";
  private static final String PLAIN = "plain";

  /** Thinks of changes to a record of so many bytes, in a file or pool of so many. Most are sealed: without, few get far. */
  public static Changes random(Random random, int recordBytes, long poolBytes) {
    List<Mutation> mutations = new ArrayList<>();
    for (int count = 1 + random.nextInt(MOST); count > 0; count--) {
      mutations.add(Mutation.random(random, recordBytes, poolBytes));
    }
    return new Changes(random.nextInt(4) != 0, mutations);
  }

  /** The bytes of a record with the changes made to {@code length} of them from {@code from} on, and sealed if they are to be. */
  public byte[] of(byte[] whole, int from, int length, UnaryOperator<byte[]> seal) {
    byte[] changed = whole.clone();
    mutations.forEach(mutation -> mutation.change(changed, from, length));
    return sealed ? seal.apply(changed) : changed;
  }

  @Override
  public String toString() {
    return mutations.stream().map(mutation -> "; " + mutation).collect(Collectors.joining("", sealed ? SEALED : PLAIN, ""));
  }

  /**
   * The changes that printed themselves so.
   *
   * @throws IllegalArgumentException if none did
   */
  public static Changes parse(String text) {
    String[] parts = text.split("; ", -1);
    if (!parts[0].equals(SEALED) && !parts[0].equals(PLAIN)) {
      throw new IllegalArgumentException(text + ": " + SEALED + " or " + PLAIN + " expected first");
    }
    return new Changes(parts[0].equals(SEALED), Arrays.stream(parts).skip(1).map(Mutation::parse).toList());
  }
}
