package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Compares the explorer with the model's definition, carried out literally at every moment of small random programs. */
class LegalImagesPropertiesTest {
  private static final int LINES = 3;
  private static final int SIZE = LINES * 64;

  /** How far apart the lines lie on the medium: the third is in a sector of its own. */
  private static final int APART = 448;

  private static final int MEDIUM_SIZE = (LINES - 1) * APART + 64;

  private enum Op {
    STORE,
    FLUSH,
    FENCE,
    SYNC,
    SETTLE,
    RELEASE,
    MARK
  }

  private record Step(Op op, int thread, int offset, byte value) {
    boolean isStore() {
      return op == Op.STORE || op == Op.RELEASE;
    }

    /** Its offset on the medium. */
    int place() {
      return offset / 64 * APART + offset % 64;
    }

    /** How many bytes are settled: some of its line, or those up to the middle of the next one or the one after. */
    int settled() {
      return Math.min(1 + value * APART, MEDIUM_SIZE - place());
    }

    /** Whether both lie in one granule of so many bytes. */
    boolean isNear(Step other, int granule) {
      return place() / granule == other.place() / granule;
    }
  }

  @Property(tries = 300)
  void theExplorerFindsExactlyTheLegalImages(@ForAll long seed) throws Exception {
    List<Step> program = program(new Random(seed));
    Set<String> found = new TreeSet<>();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      for (PersistencyModel model : PersistencyModel.values()) {
        found.clear();
        CrashExplorer.explore(
                CrashMedia.zeros(MEDIUM_SIZE),
                media -> run(program, media, other),
                media -> {},
                (media, marks) -> {
                  byte[] bytes = new byte[SIZE];
                  for (int line = 0; line < LINES; line++) {
                    media.read((long) line * APART, bytes, line * 64, 64);
                  }
                  found.add(state(bytes, marks.size()));
                },
                CrashOptions.of(model).withImages(1 << 20, 1).withRecoveryDepth(0))
            .requireClean();
        assertThat(found).as("%s %s", model, program).isEqualTo(legal(program, model));
      }
    }
  }

  private static List<Step> program(Random random) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(Op.FENCE, 0, 0, (byte) 0));
    steps.add(new Step(Op.STORE, 0, 0, (byte) 1));
    Op[] ops = {Op.STORE, Op.STORE, Op.STORE, Op.RELEASE, Op.FLUSH, Op.FLUSH, Op.FENCE, Op.SYNC, Op.SETTLE, Op.MARK};
    int count = 3 + random.nextInt(10);
    for (int i = 0; i < count; i++) {
      Op op = ops[random.nextInt(ops.length)];
      int inLine = random.nextInt(3) * (op == Op.RELEASE ? 8 : 5);
      steps.add(new Step(op, random.nextInt(2), random.nextInt(LINES) * 64 + inLine, (byte) random.nextInt(3)));
    }
    return steps;
  }

  private static void run(List<Step> program, CrashMedia media, ExecutorService other) throws Exception {
    for (Step step : program) {
      Runnable action =
          switch (step.op) {
            case STORE -> () -> media.putByte(step.place(), step.value);
            case FLUSH -> () -> media.flush(step.place(), 1);
            case RELEASE -> () -> media.putLongRelease(step.place(), step.value);
            case FENCE -> media::fence;
            case SYNC -> media::sync;
            case SETTLE -> () -> media.settle(step.place(), step.settled());
            case MARK -> () -> media.mark("x");
          };
      if (step.thread == 0) {
        action.run();
      } else {
        Future<?> done = other.submit(action);
        done.get();
      }
    }
  }

  private static Set<String> legal(List<Step> program, PersistencyModel model) {
    Set<String> states = new TreeSet<>();
    for (int end = 0; end <= program.size(); end++) {
      List<Step> past = program.subList(0, end);
      int marks = (int) past.stream().filter(step -> step.op == Op.MARK).count();
      List<Integer> stores = new ArrayList<>();
      for (int i = 0; i < end; i++) {
        if (past.get(i).isStore()) {
          stores.add(i);
        }
      }
      if (model == PersistencyModel.EADR) {
        states.add(state(bytesOf(past, stores), marks));
      } else {
        for (long subset = 0; subset < 1L << stores.size(); subset++) {
          List<Integer> kept = new ArrayList<>();
          for (int i = 0; i < stores.size(); i++) {
            if ((subset >>> i & 1) != 0) {
              kept.add(stores.get(i));
            }
          }
          if (isLegal(past, stores, kept, model)) {
            states.add(state(bytesOf(past, kept), marks));
          }
        }
      }
    }
    return states;
  }

  private static byte[] bytesOf(List<Step> past, List<Integer> kept) {
    byte[] bytes = new byte[SIZE];
    for (int i : kept) {
      if (past.get(i).op == Op.RELEASE) {
        Bytes.putLong(bytes, past.get(i).offset, past.get(i).value);
      } else {
        bytes[past.get(i).offset] = past.get(i).value;
      }
    }
    return bytes;
  }

  /** The models' definitions, word by word: which stores may survive without which others. */
  private static boolean isLegal(List<Step> past, List<Integer> stores, List<Integer> kept, PersistencyModel model) {
    int granule = model == PersistencyModel.PX86 ? 64 : model == PersistencyModel.PAGE_CACHE ? 8 : 512;
    for (int store : stores) {
      if (!kept.contains(store)) {
        boolean laterOfItsGranule =
            kept.stream().anyMatch(other -> other > store && past.get(other).isNear(past.get(store), granule));
        boolean laterRelease =
            model == PersistencyModel.PAGE_CACHE
                && kept.stream().anyMatch(
                    other ->
                        other > store && past.get(other).op == Op.RELEASE && past.get(other).thread == past.get(store).thread);
        if (laterOfItsGranule || laterRelease || isGuaranteed(past, store, model)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isGuaranteed(List<Step> past, int store, PersistencyModel model) {
    for (int i = store + 1; i < past.size(); i++) {
      Step step = past.get(i);
      boolean orders =
          switch (model) {
            case PX86 ->
                step.op == Op.FLUSH && step.isNear(past.get(store), 64)
                    && past.subList(i, past.size()).stream().anyMatch(other -> other.op == Op.FENCE && other.thread == step.thread);
            case PAGE_CACHE -> step.op == Op.FENCE && step.thread == past.get(store).thread;
            case SECTORS -> step.op == Op.SYNC || (step.op == Op.SETTLE && settles(step, past.get(store)));
            case EADR -> true;
          };
      if (orders) {
        return true;
      }
    }
    return false;
  }

  private static boolean settles(Step settle, Step store) {
    int sector = store.place() / 512;
    return settle.place() / 512 <= sector && sector <= (settle.place() + settle.settled() - 1) / 512;
  }

  private static String state(byte[] bytes, int marks) {
    StringBuilder text = new StringBuilder("marks " + marks);
    for (int i = 0; i < SIZE; i += Long.BYTES) {
      text.append(' ').append(Long.toHexString(Bytes.getLong(bytes, i)));
    }
    return text.toString();
  }

  /** Equal bytes by different ways have one hash; the way is random stores over images of images. */
  @Property(tries = 100)
  void imagesHaveEqualHashesWheneverTheirBytesAreEqual(@ForAll long seed) {
    Random random = new Random(seed);
    List<CrashImage> images = new ArrayList<>();
    images.add(CrashImage.of(CrashMedia.zeros(300)));
    for (int i = 0; i < 40; i++) {
      CrashMedia media = new CrashMedia(images.get(random.nextInt(images.size())));
      for (int store = 0; store < 4; store++) {
        media.putByte(random.nextInt(4) * 90L, (byte) random.nextInt(2));
        if (random.nextBoolean()) {
          media.persist(random.nextInt(4) * 90L, 1);
        }
      }
      images.add(random.nextBoolean() ? media.processKilled() : media.powerLost(PersistencyModel.PX86, seed + i));
    }
    for (CrashImage one : images) {
      for (CrashImage other : images) {
        assertThat(one.contentHash() == other.contentHash()).isEqualTo(Arrays.equals(bytes(one), bytes(other)));
      }
    }
  }

  private static byte[] bytes(CrashImage image) {
    byte[] bytes = new byte[300];
    image.read(0, bytes, 0, 7);
    image.read(7, bytes, 7, 293);
    return bytes;
  }
}
