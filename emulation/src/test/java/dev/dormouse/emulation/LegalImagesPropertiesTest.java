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

  private enum Op {
    STORE,
    FLUSH,
    FENCE,
    MARK
  }

  private record Step(Op op, int thread, int offset, byte value) {}

  @Property(tries = 300)
  void theExplorerFindsExactlyTheLegalImages(@ForAll long seed) throws Exception {
    List<Step> program = program(new Random(seed));
    Set<String> found = new TreeSet<>();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      for (PersistencyModel model : PersistencyModel.values()) {
        found.clear();
        CrashExplorer.explore(
                CrashMedia.zeros(SIZE),
                media -> run(program, media, other),
                media -> {},
                (media, marks) -> {
                  byte[] bytes = new byte[SIZE];
                  media.read(0, bytes, 0, SIZE);
                  assertThat(found.add(state(bytes, marks.size()))).as("each state is checked once").isTrue();
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
    Op[] ops = {Op.STORE, Op.STORE, Op.STORE, Op.FLUSH, Op.FLUSH, Op.FENCE, Op.MARK};
    int count = 3 + random.nextInt(10);
    for (int i = 0; i < count; i++) {
      steps.add(
          new Step(
              ops[random.nextInt(ops.length)],
              random.nextInt(2),
              random.nextInt(LINES) * 64 + random.nextInt(3) * 5,
              (byte) random.nextInt(3)));
    }
    return steps;
  }

  private static void run(List<Step> program, CrashMedia media, ExecutorService other) throws Exception {
    for (Step step : program) {
      Runnable action =
          switch (step.op) {
            case STORE -> () -> media.putByte(step.offset, step.value);
            case FLUSH -> () -> media.flush(step.offset, 1);
            case FENCE -> media::fence;
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
      if (model == PersistencyModel.EADR) {
        byte[] bytes = new byte[SIZE];
        past.stream().filter(step -> step.op == Op.STORE).forEach(step -> bytes[step.offset] = step.value);
        states.add(state(bytes, marks));
      } else {
        addLeft(past, 0, new byte[SIZE], marks, states);
      }
    }
    return states;
  }

  /** Tries, line after line, every number of stores that the line may keep. */
  private static void addLeft(List<Step> past, int line, byte[] bytes, int marks, Set<String> states) {
    if (line == LINES) {
      states.add(state(bytes, marks));
      return;
    }
    List<Integer> stores = new ArrayList<>();
    for (int i = 0; i < past.size(); i++) {
      if (past.get(i).op == Op.STORE && past.get(i).offset / 64 == line) {
        stores.add(i);
      }
    }
    for (int kept = guaranteed(past, line, stores); kept <= stores.size(); kept++) {
      byte[] image = bytes.clone();
      for (int i : stores.subList(0, kept)) {
        image[past.get(i).offset] = past.get(i).value;
      }
      addLeft(past, line + 1, image, marks, states);
    }
  }

  private static int guaranteed(List<Step> past, int line, List<Integer> stores) {
    int guaranteed = 0;
    for (int flush = 0; flush < past.size(); flush++) {
      if (past.get(flush).op == Op.FLUSH && past.get(flush).offset / 64 == line) {
        int thread = past.get(flush).thread;
        boolean fenced =
            past.subList(flush, past.size()).stream().anyMatch(step -> step.op == Op.FENCE && step.thread == thread);
        int at = flush;
        int before = (int) stores.stream().filter(store -> store < at).count();
        guaranteed = fenced ? Math.max(guaranteed, before) : guaranteed;
      }
    }
    return guaranteed;
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
