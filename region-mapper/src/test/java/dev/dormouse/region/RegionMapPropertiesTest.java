package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.Epoch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Random lives of an address space with dataspaces inside of dataspaces, against a map from addresses to arrays: what is
 * refused and what is there, through commits, aborts and openings. After each commit the heap owns just what the model holds,
 * to the byte.
 */
class RegionMapPropertiesTest {
  private static final long BOOK_OWNER = RegionStage.BIRTH + 1;
  private static final int STEPS = 120;
  private static final int NAMES = 5;
  private static final List<RegionKind> KINDS = List.of(RegionKind.values());

  /** A region, by its address in its map: with bytes, or with regions in it, or a window. */
  private static final class Node {
    final String name;
    final RegionKind kind;
    RegionRights rights;
    byte[] bytes;
    int windowStart;
    long lengthBytes;
    Map<Long, Node> inside;

    Node(String name, RegionKind kind, RegionRights rights, long lengthBytes) {
      this.name = name;
      this.kind = kind;
      this.rights = rights;
      this.lengthBytes = lengthBytes;
    }

    Node copy() {
      Node copy = new Node(name, kind, rights, lengthBytes);
      copy.bytes = bytes == null ? null : bytes.clone();
      copy.windowStart = windowStart;
      copy.inside = inside == null ? null : copyOf(inside);
      return copy;
    }
  }

  private static Map<Long, Node> copyOf(Map<Long, Node> map) {
    Map<Long, Node> copy = new TreeMap<>();
    map.forEach((address, node) -> copy.put(address, node.copy()));
    return copy;
  }

  private static final class Life {
    private final Random random;
    private RegionStage stage = RegionStage.create();
    private final Extent book;
    private Map<Long, Node> committed = new TreeMap<>();
    private int committedAttachments;
    private Map<Long, Node> model = new TreeMap<>();
    private Epoch epoch;
    private AddressSpace space;
    private final StringBuilder history = new StringBuilder();
    private int fullCount;

    Life(long seed) {
      random = new Random(seed);
      Epoch first = stage.lanes.lease();
      Extent whole = first.allocate(1000, BOOK_OWNER);
      for (int i = 0; i < 1000; i++) {
        stage.media.putByte(whole.offset() + i, (byte) (i * 7));
      }
      book = new Extent(whole.offset(), 1000);
      first.commit();
      stage.lanes.giveBack(first);
      begin();
    }

    private void begin() {
      stage.book.bytes = book;
      stage.book.attachments = committedAttachments;
      epoch = stage.lanes.lease();
      space = stage.space(epoch, Long.MAX_VALUE);
      model = copyOf(committed);
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(20)) {
          case 0, 1, 2 -> commit();
          case 3 -> abort();
          case 4 -> kill();
          default -> changeOrAbort();
        }
        compare();
      }
      commit();
      assertThat(fullCount).as("%s", history).isLessThan(STEPS / 10);
    }

    /** A log that finds no room is refused, and its epoch is good for nothing but an abort. */
    private void changeOrAbort() {
      try {
        change();
      } catch (PoolFull full) {
        history.append(" full;");
        fullCount++;
        abort();
      }
    }

    private void commit() {
      history.append(" commit;");
      epoch.commit();
      stage.lanes.giveBack(epoch);
      committed = model;
      committedAttachments = stage.book.attachments;
      begin();
      assertThat(ownedBytes()).as("%s", history).isEqualTo(448 + 1024 + stage.table(epoch).heldBytes());
    }

    private void abort() {
      history.append(" abort;");
      epoch.abort();
      stage.lanes.giveBack(epoch);
      begin();
    }

    private void kill() {
      history.append(" kill;");
      stage = RegionStage.open(stage.media, stage.table);
      begin();
    }

    /** A map of the model and the real one beside it. */
    private record Place(Map<Long, Node> model, RegionMap real, long limit) {}

    private List<Place> places() {
      List<Place> all = new ArrayList<>();
      collect(new Place(model, space.root(), RegionMap.ADDRESS_LIMIT), all);
      return all;
    }

    private static void collect(Place place, List<Place> all) {
      all.add(place);
      place.model.values().stream()
          .filter(node -> node.kind == RegionKind.MANAGED)
          .forEach(node -> collect(new Place(node.inside, place.real.managed(node.name), node.lengthBytes), all));
    }

    private void change() {
      List<Place> places = places();
      Place place = places.get(random.nextInt(places.size()));
      if (place.model.isEmpty() || random.nextInt(3) == 0) {
        String name = "n" + random.nextInt(NAMES);
        attach(place, name, place.model.values().stream().anyMatch(node -> node.name.equals(name)));
        return;
      }
      Map.Entry<Long, Node> found = new ArrayList<>(place.model.entrySet()).get(random.nextInt(place.model.size()));
      String name = found.getValue().name;
      int kind = random.nextInt(12);
      if (kind == 0) {
        history.append(" detach ").append(name).append(';');
        if (random.nextBoolean()) {
          place.real.detach(name);
        } else {
          place.real.detachAt(found.getKey() + random.nextLong(found.getValue().lengthBytes));
        }
        place.model.remove(found.getKey());
      } else if (kind < 5) {
        resize(place, found.getKey(), found.getValue());
      } else if (kind < 6) {
        protect(place, found.getValue());
      } else {
        write(place, found.getValue());
      }
    }

    private void attach(Place place, String name, boolean taken) {
      RegionKind kind = KINDS.get(random.nextInt(KINDS.size()));
      RegionRights rights = random.nextInt(4) == 0 ? RegionRights.READ : RegionRights.READ_WRITE;
      long length = kind == RegionKind.MANAGED ? 1 + random.nextInt(20_000) : 1 + random.nextInt(random.nextBoolean() ? 200 : 3000);
      long address = random.nextInt(30_000);
      int window = random.nextInt(1100);
      history.append(" attach ").append(kind).append(' ').append(name).append(" [").append(address).append(", +").append(length).append(");");
      boolean possible =
          !taken && fits(place, address, length, null) && stage.table(epoch).count() < RegionStage.MOST_ENTRIES
              && (kind != RegionKind.SHARED || window <= 1000 - length);
      boolean done = true;
      try {
        switch (kind) {
          case OWN -> place.real.attach(name, length, address, rights);
          case MANAGED -> place.real.attachManaged(name, length, address, rights);
          case SHARED -> place.real.attachShared(name, "book", address, window, length);
        }
      } catch (RegionException refused) {
        done = false;
      }
      assertThat(done).as("%s", history).isEqualTo(possible);
      if (done) {
        Node node = new Node(name, kind, kind == RegionKind.SHARED ? RegionRights.READ : rights, length);
        node.bytes = kind == RegionKind.OWN ? new byte[(int) length] : null;
        node.inside = kind == RegionKind.MANAGED ? new TreeMap<>() : null;
        node.windowStart = window;
        place.model.put(address, node);
      }
    }

    private static boolean fits(Place place, long address, long length, Node except) {
      return address <= place.limit - length
          && place.model.entrySet().stream()
              .noneMatch(
                  other ->
                      other.getValue() != except
                          && other.getKey() < address + length
                          && address < other.getKey() + other.getValue().lengthBytes);
    }

    private void resize(Place place, long address, Node node) {
      long length = 1L + random.nextInt(node.kind == RegionKind.MANAGED ? 20_000 : 4000);
      history.append(" resize ").append(node.name).append(' ').append(length).append(';');
      boolean possible =
          node.kind != RegionKind.SHARED
              && fits(place, address, length, node)
              && (node.inside == null
                  || node.inside.entrySet().stream().allMatch(inner -> inner.getKey() + inner.getValue().lengthBytes <= length));
      boolean done = true;
      try {
        place.real.resize(node.name, length);
      } catch (RegionException refused) {
        done = false;
      }
      assertThat(done).as("%s", history).isEqualTo(possible);
      if (done) {
        node.lengthBytes = length;
        node.bytes = node.bytes == null ? null : Arrays.copyOf(node.bytes, (int) length);
      }
    }

    private void protect(Place place, Node node) {
      RegionRights rights = random.nextBoolean() ? RegionRights.READ : RegionRights.READ_WRITE;
      history.append(" protect ").append(node.name).append(' ').append(rights).append(';');
      boolean done = true;
      try {
        place.real.protect(node.name, rights);
      } catch (RegionException refused) {
        done = false;
      }
      assertThat(done).as("%s", history).isEqualTo(node.kind != RegionKind.SHARED || rights == RegionRights.READ);
      node.rights = done ? rights : node.rights;
    }

    private void write(Place place, Node node) {
      if (node.kind == RegionKind.MANAGED) {
        return;
      }
      Region view = place.real.region(node.name);
      // Often to its end, where a region gives up and gains.
      int at = random.nextInt((int) node.lengthBytes);
      int length = random.nextBoolean() ? (int) node.lengthBytes - at : 1 + random.nextInt((int) node.lengthBytes - at);
      byte value = (byte) (1 + random.nextInt(100));
      history.append(" fill ").append(node.name).append(" [").append(at).append(", +").append(length).append(");");
      try {
        view.fill(at, length, value);
        Arrays.fill(node.bytes, at, at + length, value);
      } catch (RegionException refused) {
        assertThat(view.isWritable()).isFalse();
      }
    }

    private void compare() {
      Map<Long, Node> flat = new HashMap<>();
      compare(model, space.root(), 0, RegionRights.READ_WRITE, flat);
      assertThat(stage.book.attachments).as("%s", history).isEqualTo((int) flat.values().stream().filter(node -> node.kind == RegionKind.SHARED).count());
    }

    private void compare(Map<Long, Node> wanted, RegionMap real, long base, RegionRights around, Map<Long, Node> flat) {
      assertThat(real.list()).as("%s", history).hasSize(wanted.size());
      wanted.forEach(
          (address, node) -> {
            assertThat(real.at(address)).as("%s", history).isEqualTo(new RegionInfo(node.name, node.kind, address, node.lengthBytes, node.rights));
            RegionRights rights = around.least(node.rights);
            if (node.kind == RegionKind.MANAGED) {
              compare(node.inside, real.managed(node.name), base + address, rights, flat);
              return;
            }
            flat.put(base + address, node);
            Region view = space.root().regionAt(base + address + random.nextLong(node.lengthBytes));
            assertThat(view).as("%s", history).isSameAs(real.region(node.name));
            assertThat(space.root().addressOf(view)).isEqualTo(base + address);
            assertThat(view.isWritable()).as("%s: %s", history, node.name).isEqualTo(rights == RegionRights.READ_WRITE && node.kind == RegionKind.OWN);
            byte[] bytes = new byte[(int) node.lengthBytes];
            view.get(0, bytes, 0, bytes.length);
            byte[] expected = node.bytes;
            if (node.kind == RegionKind.SHARED) {
              expected = new byte[bytes.length];
              for (int i = 0; i < expected.length; i++) {
                expected[i] = (byte) ((node.windowStart + i) * 7);
              }
            }
            assertThat(bytes).as("%s: %s", history, node.name).isEqualTo(expected);
          });
    }

    private long ownedBytes() {
      long[] sum = new long[1];
      stage.pool.heap().walk(
          new Heap.Visitor() {
            @Override
            public void extent(Extent extent, long owner, boolean record) {
              sum[0] += extent.lengthBytes();
            }

            @Override
            public void damage(String message) {
              throw new AssertionError(message);
            }
          });
      return sum[0];
    }
  }

  @Property(tries = 150, seed = "5150", shrinking = ShrinkingMode.OFF)
  void anAddressSpaceIsWhatItsModelSays(@ForAll long seed) {
    new Life(seed).run();
  }
}
