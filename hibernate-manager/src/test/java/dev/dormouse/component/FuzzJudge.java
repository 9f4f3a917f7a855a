package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.dormouse.emulation.fuzz.BoundedMedia;
import dev.dormouse.heap.PoolException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Assertions;

/**
 * What must hold of every pool, whatever is in it: whoever reads it comes to an end, with an answer or with an error that has a
 * type; takes no more memory than the pool is worth; and leaves those alone whose records were not touched.
 */
final class FuzzJudge {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long MOST_ACCESSES = 4_000_000;
  private static final long MOST_ALLOCATED_BYTES = 256 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private FuzzJudge() {}

  /** Judges one case, in a thread that is given up where it does not end. */
  static void judge(FuzzSubject subject, FuzzCase one) {
    byte[] bytes = subject.changed(one);
    Assertions.assertTimeoutPreemptively(
        LIMIT,
        () -> {
          long before = THREADS.getCurrentThreadAllocatedBytes();
          verify(bytes);
          use(subject, one, bytes);
          repair(bytes);
          assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).as("bytes allocated").isLessThan(MOST_ALLOCATED_BYTES);
        });
  }

  private static void verify(byte[] bytes) {
    FuzzLook.answers(() -> StoreVerifier.verify(new SurveyImage(bytes), SurveyPools.BOOT));
  }

  private static BoundedMedia media(SurveyMemory memory) {
    return new BoundedMedia(memory, MOST_ACCESSES);
  }

  private static void use(FuzzSubject subject, FuzzCase one, byte[] bytes) {
    SurveyMemory memory = new SurveyMemory(bytes);
    ProcessStore store;
    try {
      store = ProcessStore.open(media(memory), FuzzSubject.options());
    } catch (PoolException refused) {
      return;
    }
    try {
      Set<String> unharmed = subject.unharmed(one);
      for (String name : unharmed) {
        assertThat(FuzzLook.at(store, name, subject.requests(name))).as(name).isEqualTo(subject.seen(name));
      }
      FuzzLook.answers(() -> store.forEach(component -> FuzzLook.answers(component::info)));
      FuzzLook.answers(store::dataspaces);
      unharmed.forEach(name -> assertThat(SurveyTruth.works(store, name)).as("%s keeps what a turn committed", name).isTrue());
      // Now those who may believe something else. What they write is theirs only as far as their records tell the truth.
      for (String name : subject.components()) {
        if (!unharmed.contains(name)) {
          handle(subject, store, name);
        }
      }
      changeTheStore(store);
    } catch (Throwable e) {
      store.engine().pool().abandon();
      throw e;
    }
    FuzzLook.answers(store::close);
    store.engine().pool().abandon();
    byte[] after = new byte[bytes.length];
    memory.read(0, after, 0, after.length);
    verify(after);
  }

  /** Every kind of use, each of which may be refused. */
  private static void handle(FuzzSubject subject, ProcessStore store, String name) {
    FuzzLook.at(store, name, subject.requests(name));
    FuzzLook.answers(() -> store.component(name).invoke(SurveyProgram.COUNT));
    FuzzLook.answers(
        () -> {
          // Without room for outcomes that would be the caller's mistake.
          if (store.component(name).info().outcomes() > 0) {
            store.component(name).invoke(RequestId.of(99), SurveyProgram.COUNT);
          }
        });
    FuzzLook.answers(() -> store.component(name).invoke(SurveyProgram.WORK));
    FuzzLook.answers(() -> store.component(name).invoke(SurveyProgram.STOP_IN_THE_MIDDLE));
    FuzzLook.answers(() -> store.component(name).resume());
    FuzzLook.answers(() -> store.component(name).revoke(0));
    FuzzLook.answers(() -> store.component(name).setQuota(1 << 20));
    FuzzLook.answers(() -> store.component(name).hibernate());
    FuzzLook.answers(() -> store.component(name).destroy());
  }

  private static void changeTheStore(ProcessStore store) {
    for (int i = 0; i < 3; i++) {
      String name = "new-" + i;
      FuzzLook.answers(
          () -> store.create(name, spec -> spec.program(SurveyProgram.class).region("state", 64).region(name, 5000)).invoke(SurveyProgram.COUNT));
    }
    FuzzLook.answers(() -> store.createDataspace("fuzz", 200, region -> region.fill(0, 200, (byte) 1)));
    FuzzLook.answers(() -> store.dataspace("picture"));
    FuzzLook.answers(() -> store.destroyDataspace("unseen"));
    FuzzLook.answers(store::statistics);
  }

  /** A repair makes what it can sound, and what it left can be verified. */
  private static void repair(byte[] bytes) {
    SurveyMemory memory = new SurveyMemory(bytes);
    if (FuzzLook.answers(() -> StoreRepair.repair(media(memory), new RepairStage.Memory(), RepairStage.options()))) {
      byte[] after = new byte[bytes.length];
      memory.read(0, after, 0, after.length);
      verify(after);
    }
  }
}
