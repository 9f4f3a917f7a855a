package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.FaultPlan;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.MediaDisk;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.emulation.junit.Pmempool;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.LlplMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lives of a store against a model in memory, which knows what every component must hold: through kills in the middle
 * of whatever runs (I1, I2), through clean closes, aborts and full rings of outcomes. Regions lie in managed dataspaces, too, and
 * show dataspaces of the store, whose counts are what the model counts. At the end of each life verify proves every byte (I3),
 * and what was freshly attached reads as zeros all along (I4).
 */
final class StoreModelPropertiesTest {
  private static final Geometry GEOMETRY = Geometry.of(1 << 20, 4, 8192, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final int NAMES = 6;
  private static final int REGIONS = 4;
  private static final int DATASPACES = 3;
  private static final int OUTCOMES = 3;
  private static final int STEPS = 60;

  private static StoreOptions fresh() {
    return StoreOptions.create(GEOMETRY.sizeBytes()).geometry(GEOMETRY).bootIdentity(BOOT).awake(3);
  }

  private static StoreOptions existing() {
    return StoreOptions.existing().bootIdentity(BOOT).awake(3);
  }

  /** What a component must be. */
  private static final class Expected {
    // By path; a managed dataspace has no words.
    final Map<String, long[]> regions = new TreeMap<>();
    // Which of them show a dataspace of the store, and which.
    final Map<String, String> shown = new TreeMap<>();
    final LinkedHashMap<Long, String> outcomes = new LinkedHashMap<>();

    Expected copy() {
      Expected copy = new Expected();
      regions.forEach((name, words) -> copy.regions.put(name, words.clone()));
      copy.shown.putAll(shown);
      copy.outcomes.putAll(outcomes);
      return copy;
    }

    /** The regions as {@link ScriptProgram} sums them up. */
    @Override
    public String toString() {
      Map<String, String> sums = new TreeMap<>();
      regions.forEach((name, words) -> sums.put(name, ScriptProgram.sum(words)));
      return sums.toString();
    }
  }

  /** The process dies at some fence: from then on nothing it does reaches the medium. */
  private static final class Death implements FaultPlan {
    private long fencesToLive = Long.MAX_VALUE;
    private boolean dead;

    static final class Killed extends RuntimeException {
      private static final long serialVersionUID = 1L;

      Killed() {
        super("killed");
      }
    }

    void in(int fences) {
      fencesToLive = fences;
    }

    @Override
    public boolean keepStore(long offset, long lengthBytes) {
      return !dead;
    }

    @Override
    public boolean keepFlush(long offset, long lengthBytes) {
      return !dead;
    }

    @Override
    public boolean keepFence(long ordinal) {
      if (dead || fencesToLive-- <= 0) {
        dead = true;
        throw new Killed();
      }
      return true;
    }
  }

  /** What a store lies on, and how its process dies. */
  private interface Ground {
    /** What holds zeros first, and later what the last life left. The process that used the former one is dead, or has closed it. */
    Media next(boolean killed);

    /** It dies at that fence from now on. */
    void dieIn(int fences);

    VerifyReport verify();

    /** A store that was just made. */
    default ProcessStore first() {
      return ProcessStore.open(next(false), fresh());
    }

    /** Everything is at rest, and as the model says. */
    default void atRest(ProcessStore store, String history) {}
  }

  /** The crash emulator, which leaves what a kill or a loss of power may leave. */
  private static final class EmulatedGround implements Ground {
    private final Random random;
    private Death death = new Death();
    private CrashMedia media;

    EmulatedGround(Random random) {
      this.random = random;
    }

    @Override
    public Media next(boolean killed) {
      PoolReader below = media == null ? CrashMedia.zeros(GEOMETRY.sizeBytes()) : image(killed);
      death = new Death();
      media = new CrashMedia(below, death);
      return media;
    }

    private CrashImage image(boolean killed) {
      return !killed || random.nextBoolean() ? media.processKilled() : media.powerLost(PersistencyModel.PX86, random.nextLong());
    }

    @Override
    public void dieIn(int fences) {
      death.in(fences);
    }

    @Override
    public VerifyReport verify() {
      return StoreVerifier.verify(media.processKilled(), BOOT);
    }
  }

  /** A heap of LLPL in a file: a process that is dead stores nothing more, and PMDK finds its own records whole each time. */
  private static final class LlplGround implements Ground {
    private final Path heap;
    private LlplMedia mapped;
    private MortalMedia media;

    LlplGround(Path heap) {
      this.heap = heap;
    }

    /** Stores, flushes and fences throw once it is dead. */
    private static final class MortalMedia extends HookedMedia {
      private long fencesToLive = Long.MAX_VALUE;

      MortalMedia(Media below) {
        super(below);
      }

      @Override
      protected void before() {
        if (fencesToLive <= 0) {
          throw new Death.Killed();
        }
      }

      @Override
      public void fence() {
        fencesToLive--;
        super.fence();
      }
    }

    @Override
    public Media next(boolean killed) {
      if (mapped == null) {
        mapped = LlplMedia.create(heap, GEOMETRY.sizeBytes());
      } else {
        mapped.close();
        Pmempool.check(heap);
        mapped = LlplMedia.open(heap, GEOMETRY.sizeBytes());
      }
      media = new MortalMedia(mapped);
      return media;
    }

    @Override
    public void dieIn(int fences) {
      media.fencesToLive = fences + 1L;
    }

    @Override
    public VerifyReport verify() {
      mapped.close();
      Pmempool.check(heap);
      try (PoolReader reader = FileMedium.LLPL.reader(heap)) {
        return StoreVerifier.verify(reader, BOOT);
      }
    }
  }

  /**
   * A journaled file on a disk that leaves what a kill or a loss of power may leave. Its journal is so short that it is written over
   * all the time, and hardly any page may stay in memory.
   */
  private static final class JournaledGround implements Ground {
    private final Random random;
    private final JournalOptions options;
    private final long journalBytes;
    private int lives;
    private CrashMedia disk;
    private MortalDisk[] files = new MortalDisk[0];
    private Media media;

    JournaledGround(Random random, JournalOptions options) {
      this.random = random;
      this.options = options;
      this.journalBytes = (2 * 4096) + options.journalBytes();
    }

    /** Writes and syncs throw once the process is dead; the one in whose middle it dies leaves a part. */
    private static final class MortalDisk implements DiskFile {
      private final DiskFile file;
      private final long[] callsToLive;
      private boolean buried;

      MortalDisk(DiskFile file, long[] callsToLive) {
        this.file = file;
        this.callsToLive = callsToLive;
      }

      private boolean isDead() {
        return callsToLive[0]-- <= 0;
      }

      @Override
      public String describe() {
        return file.describe();
      }

      @Override
      public long sizeBytes() {
        return file.sizeBytes();
      }

      @Override
      public void read(long position, ByteBuffer destination) throws IOException {
        file.read(position, destination);
      }

      @Override
      public void write(long position, ByteBuffer source) throws IOException {
        if (buried) {
          return;
        }
        if (isDead()) {
          if (callsToLive[0] == -1) {
            file.write(position, source.slice(source.position(), source.remaining() / 2));
          }
          throw new Death.Killed();
        }
        file.write(position, source);
      }

      @Override
      public void sync() throws IOException {
        if (!buried) {
          if (isDead()) {
            throw new Death.Killed();
          }
          file.sync();
        }
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    }

    private Media over(CrashMedia below, long[] callsToLive) {
      files =
          new MortalDisk[] {
            new MortalDisk(new MediaDisk("home", below, 0, GEOMETRY.sizeBytes()), callsToLive),
            new MortalDisk(new MediaDisk("journal", below, GEOMETRY.sizeBytes(), journalBytes), callsToLive)
          };
      int life = lives++;
      return JournaledMedia.over(files[0], files[1], number -> number + 77L * life + 1, options);
    }

    @Override
    public Media next(boolean killed) {
      PoolReader left = disk == null ? CrashMedia.zeros(GEOMETRY.sizeBytes() + journalBytes) : image(killed);
      for (MortalDisk file : files) {
        file.buried = true;
      }
      if (media != null) {
        media.close();
      }
      disk = new CrashMedia(left);
      long[] callsToLive = {Long.MAX_VALUE};
      media = over(disk, callsToLive);
      return media;
    }

    /** Whoever makes a pool settles it before it gets a journal. */
    @Override
    public ProcessStore first() {
      ProcessStore.open(next(false), fresh()).close();
      return ProcessStore.open(next(false), existing());
    }

    private CrashImage image(boolean killed) {
      return !killed || random.nextBoolean() ? disk.processKilled() : disk.powerLost(PersistencyModel.SECTORS, random.nextLong());
    }

    @Override
    public void dieIn(int fences) {
      files[0].callsToLive[0] = fences;
    }

    @Override
    public void atRest(ProcessStore store, String history) {
      store.sync();
      MortalDisk[] its = files;
      // Power is lost, and somebody else finds the files.
      try (Media recovered = over(new CrashMedia(disk.powerLost(PersistencyModel.SECTORS, random.nextLong())), new long[] {Long.MAX_VALUE})) {
        JournaledOracle.compare(history, store, media, recovered);
      } finally {
        files = its;
      }
    }

    @Override
    public VerifyReport verify() {
      return StoreVerifier.verify(disk.processKilled(), BOOT);
    }
  }

  /** One life of a store, from its creation to its verify. */
  private static final class Life {
    private final Random random;
    private final Map<String, Expected> model = new TreeMap<>();
    private final Map<String, long[]> dataspaces = new TreeMap<>();
    private final StringBuilder history = new StringBuilder();
    private long requests;
    private final Ground ground;
    private ProcessStore store;

    Life(Random random, Ground ground) {
      this.random = random;
      this.ground = ground;
      store = ground.first();
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        if (random.nextInt(6) == 0) {
          killDuring();
        } else {
          step();
        }
        if (step % 10 == 0) {
          compare("step " + step);
        }
      }
      compare("the end");
      store.close();
      assertThat(ground.verify().findings()).as("I3 %s", history).isEmpty();
    }

    /** What a step does to the model, where it is done whole. */
    private interface Step {
      void onStore();

      void onModel();

      /** Whether it is a request with an id, which may be sent again. */
      default boolean hasId() {
        return false;
      }
    }

    private void step() {
      Step step = nextStep();
      step.onStore();
      step.onModel();
    }

    /** A step in whose middle the process may die; afterwards it is done, or it is not. */
    private void killDuring() {
      Step step = nextStep();
      ground.dieIn(random.nextInt(12));
      boolean acknowledged = false;
      try {
        step.onStore();
        acknowledged = true;
      } catch (RuntimeException | AssertionError e) {
        // Dead, or refused: told apart by what is found.
        history.append("[killed in it]");
      }
      history.append(" kill;");
      reopen(true);
      Map<String, String> found = found();
      Map<String, String> before = expected();
      Map<String, Expected> old = copyOf(model);
      Map<String, long[]> oldDataspaces = new TreeMap<>(dataspaces);
      step.onModel();
      Map<String, String> after = expected();
      if (!acknowledged && step.hasId() && before.equals(after)) {
        // It changed nothing that can be seen, so nobody knows whether its outcome was recorded: sent once more, it is.
        step.onStore();
      } else if (acknowledged) {
        assertThat(found).as("I1 %s", history).isEqualTo(after);
      } else if (!found.equals(after)) {
        assertThat(found).as("I2 %s", history).isEqualTo(before);
        model.clear();
        model.putAll(old);
        dataspaces.clear();
        dataspaces.putAll(oldDataspaces);
      }
    }

    private void reopen(boolean killed) {
      store = ProcessStore.open(ground.next(killed), existing());
    }

    private Step nextStep() {
      List<String> alive = new ArrayList<>(model.keySet());
      String name = "c" + random.nextInt(NAMES);
      if (random.nextInt(8) == 0) {
        return dataspace("d" + random.nextInt(DATASPACES));
      }
      if (alive.isEmpty() || (!model.containsKey(name) && random.nextInt(3) == 0)) {
        return create(name);
      }
      String chosen = alive.get(random.nextInt(alive.size()));
      return switch (random.nextInt(20)) {
        case 0 -> destroy(chosen);
        case 1 -> sleep(chosen);
        case 2 -> cleanReopening();
        case 3, 4 -> repeat(chosen);
        case 5, 6, 7 -> failing(chosen);
        default -> turn(chosen, random.nextBoolean());
      };
    }

    /** Makes a dataspace, or destroys it if nobody shows it. */
    private Step dataspace(String name) {
      if (!dataspaces.containsKey(name)) {
        history.append(" make ").append(name).append(';');
        long[] words = new long[1 + random.nextInt(80)];
        Arrays.fill(words, random.nextLong());
        return step(
            () ->
                store.createDataspace(
                    name,
                    words.length * 8L,
                    view -> {
                      for (int i = 0; i < words.length; i++) {
                        view.putLong(i * 8L, words[i]);
                      }
                    }),
            () -> dataspaces.put(name, words));
      }
      history.append(" unmake ").append(name).append(';');
      if (shownTimes(name) > 0) {
        return step(() -> assertThatThrownBy(() -> store.destroyDataspace(name)).isInstanceOf(DataspaceInUse.class), () -> {});
      }
      return step(() -> store.destroyDataspace(name), () -> dataspaces.remove(name));
    }

    private long shownTimes(String dataspace) {
      return model.values().stream().flatMap(component -> component.shown.values().stream()).filter(dataspace::equals).count();
    }

    private Step create(String name) {
      history.append(" create ").append(name).append(';');
      int words = 1 + random.nextInt(40);
      return step(
          () -> store.create(name, spec -> spec.program(ScriptProgram.class).region("r0", words * 8L).outcomes(OUTCOMES, 128)),
          () -> {
            Expected expected = new Expected();
            expected.regions.put("r0", new long[words]);
            model.put(name, expected);
          });
    }

    private Step destroy(String name) {
      history.append(" destroy ").append(name).append(';');
      return step(() -> store.component(name).destroy(), () -> model.remove(name));
    }

    private Step sleep(String name) {
      history.append(" sleep ").append(name).append(';');
      return step(() -> store.component(name).hibernate(), () -> {});
    }

    private Step cleanReopening() {
      history.append(" reopen;");
      return step(
          () -> {
            store.close();
            reopen(false);
            assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
          },
          () -> {});
    }

    private Step repeat(String name) {
      Map<Long, String> outcomes = model.get(name).outcomes;
      if (outcomes.isEmpty()) {
        return turn(name, true);
      }
      List<Long> ids = new ArrayList<>(outcomes.keySet());
      long id = ids.get(random.nextInt(ids.size()));
      history.append(" repeat ").append(id).append(" of ").append(name).append(';');
      String reply = outcomes.get(id);
      return step(() -> assertThat(ask(store.component(name), id, "put r0 0 666; throw never")).isEqualTo(reply), () -> {});
    }

    private Step failing(String name) {
      String script = script(model.get(name).copy(), new StringBuilder()) + "throw oops";
      history.append(" failing ").append(name).append(' ').append(script).append(';');
      return step(() -> assertThatThrownBy(() -> ask(store.component(name), script)).isInstanceOf(TurnFailed.class), () -> {});
    }

    private Step turn(String name, boolean withId) {
      Expected next = model.get(name).copy();
      StringBuilder reply = new StringBuilder();
      String script = script(next, reply);
      long id = ++requests;
      history.append(" turn ").append(name).append(withId ? " #" + id : "").append(' ').append(script);
      if (withId) {
        next.outcomes.put(id, reply.toString());
        if (next.outcomes.size() > OUTCOMES) {
          next.outcomes.remove(next.outcomes.keySet().iterator().next());
        }
      }
      return new Step() {
        @Override
        public void onStore() {
          assertThat(withId ? ask(store.component(name), id, script) : ask(store.component(name), script))
              .as("%s", history)
              .isEqualTo(reply.toString());
        }

        @Override
        public void onModel() {
          model.put(name, next);
        }

        @Override
        public boolean hasId() {
          return withId;
        }
      };
    }

    /** Some commands, which are done on the model at once. */
    private String script(Expected state, StringBuilder reply) {
      StringBuilder script = new StringBuilder();
      int commands = 1 + random.nextInt(4);
      for (int i = 0; i < commands; i++) {
        String region = (random.nextInt(4) == 0 ? "m/r" : "r") + random.nextInt(REGIONS);
        if (region.startsWith("m/") && !state.regions.containsKey("m")) {
          script.append("map m 1000000; ");
          state.regions.put("m", new long[0]);
        }
        if (random.nextInt(20) == 0 && state.regions.containsKey("m")) {
          script.append("detach m; ");
          state.regions.keySet().removeIf(path -> path.startsWith("m"));
          state.shown.keySet().removeIf(path -> path.startsWith("m"));
          continue;
        }
        long[] words = state.regions.get(region);
        if (words == null) {
          attach(region, state, script);
          continue;
        }
        if (state.shown.containsKey(region)) {
          if (random.nextInt(3) == 0) {
            script.append("detach ").append(region).append("; ");
            state.regions.remove(region);
            state.shown.remove(region);
          } else {
            int at = random.nextInt(words.length);
            script.append("get ").append(region).append(' ').append(at * 8).append("; ");
            reply.append(reply.isEmpty() ? "" : " ").append(words[at]);
          }
          continue;
        }
        switch (random.nextInt(8)) {
          case 0 -> {
            int length = 1 + random.nextInt(300);
            script.append("resize ").append(region).append(' ').append(length * 8).append("; ");
            state.regions.put(region, Arrays.copyOf(words, length));
          }
          case 1 -> {
            if (state.regions.size() > 1) {
              script.append("detach ").append(region).append("; ");
              state.regions.remove(region);
            }
          }
          case 2 -> {
            long value = random.nextInt(100) + 1L;
            script.append("fill ").append(region).append(' ').append(value).append("; ");
            Arrays.fill(words, value * 0x0101010101010101L);
          }
          default -> {
            int at = random.nextInt(words.length);
            long value = random.nextInt(1000);
            words[at] += value;
            script.append("add ").append(region).append(' ').append(at * 8).append(' ').append(value).append("; ");
            reply.append(reply.isEmpty() ? "" : " ").append(words[at]);
          }
        }
      }
      return script.toString();
    }

    private void attach(String region, Expected state, StringBuilder script) {
      if (!dataspaces.isEmpty() && random.nextInt(3) == 0) {
        List<String> names = new ArrayList<>(dataspaces.keySet());
        String dataspace = names.get(random.nextInt(names.size()));
        script.append("show ").append(region).append(' ').append(dataspace).append("; ");
        state.regions.put(region, dataspaces.get(dataspace));
        state.shown.put(region, dataspace);
      } else {
        int length = 1 + random.nextInt(300);
        script.append("attach ").append(region).append(' ').append(length * 8).append("; ");
        state.regions.put(region, new long[length]);
      }
    }

    private static Step step(Runnable onStore, Runnable onModel) {
      return new Step() {
        @Override
        public void onStore() {
          onStore.run();
        }

        @Override
        public void onModel() {
          onModel.run();
        }
      };
    }

    private static Map<String, Expected> copyOf(Map<String, Expected> model) {
      Map<String, Expected> copy = new TreeMap<>();
      model.forEach((name, expected) -> copy.put(name, expected.copy()));
      return copy;
    }

    private void compare(String when) {
      assertThat(found()).as("%s: %s", when, history).isEqualTo(expected());
      ground.atRest(store, when + ": " + history);
    }

    /** Each component's regions with their words, by name. */
    private Map<String, String> found() {
      Map<String, String> found = new TreeMap<>();
      store.forEach(
          component -> {
            Map<String, String> regions = new TreeMap<>();
            sums(component, "", component.info().regions(), regions);
            found.put(component.name(), regions.toString());
          });
      store.dataspaces().forEach(dataspace -> found.put(dataspace.name(), dataspace.lengthBytes() + " attached " + dataspace.attachments()));
      return found;
    }

    private static void sums(Component component, String path, List<ComponentInfo.RegionInfo> regions, Map<String, String> sums) {
      for (ComponentInfo.RegionInfo region : regions) {
        String name = path + region.name();
        boolean managed = region.kind() == RegionKind.MANAGED;
        sums.put(name, managed ? ScriptProgram.sum(new long[0]) : ask(component, "sum " + name));
        sums(component, name + "/", region.regions(), sums);
      }
    }

    private Map<String, String> expected() {
      Map<String, String> expected = new TreeMap<>();
      model.forEach((name, component) -> expected.put(name, component.toString()));
      dataspaces.forEach((name, words) -> expected.put(name, words.length * 8 + " attached " + shownTimes(name)));
      return expected;
    }
  }

  @Property(tries = 150, seed = "24301", shrinking = ShrinkingMode.OFF)
  void aStoreIsWhatItsModelSays(@ForAll long seed) {
    Random random = new Random(seed);
    new Life(random, new EmulatedGround(random)).run();
  }

  /** The same lives on a journaled file, whose journal goes round and round; and what its files hold is what memory shows. */
  @Property(tries = 60, seed = "8117", shrinking = ShrinkingMode.OFF)
  void aStoreOnAJournaledFileIsWhatItsModelSays(@ForAll long seed) {
    Random random = new Random(seed);
    int ring = 16 << 10;
    JournalOptions options = new JournalOptions((3L + random.nextInt(3)) * ring, ring, random.nextBoolean() ? 4096 : 64 << 10, false);
    new Life(random, new JournaledGround(random, options)).run();
  }

  /** The same lives on real memory of PMDK's, where a kill leaves what was stored; {@code pmempool} looks after each. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aStoreInAHeapOfLlplIsWhatItsModelSays(long seed, @TempDir Path folder) {
    Pmempool.assume();
    new Life(new Random(seed), new LlplGround(folder.resolve("model.pool"))).run();
  }
}
