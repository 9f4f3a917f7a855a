package dev.dormouse.region.agrona;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionRights;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Every method of Agrona's interface, called of a buffer over a region and of Agrona's own with the same bytes. */
class RegionBufferDifferentialTest {
  private static final int REGION_BYTES = 1024;
  // In the middle of the region, so that what leaves the buffer is seen.
  private static final int OFFSET = 328;
  private static final int CAPACITY = 256;
  private static final List<Method> METHODS = BufferCall.methods();

  /** Two buffers with the same bytes; ours is in a turn. */
  private static final class Pair {
    private final AgronaStage stage = AgronaStage.create(REGION_BYTES);
    private final byte[] before = new byte[REGION_BYTES];
    private final byte[] committed;
    private final Epoch epoch;
    private final Region region;
    private final RegionBuffer ours;
    private final UnsafeBuffer agronas = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));

    Pair(long seed) {
      Random random = new Random(seed);
      random.nextBytes(before);
      System.arraycopy(BufferCall.content(CAPACITY, random), 0, before, OFFSET, CAPACITY);
      stage.run(view -> view.put(0, before, 0, REGION_BYTES));
      committed = stage.bytes();
      epoch = stage.lease();
      region = stage.view(epoch, RegionRights.READ_WRITE);
      ours = RegionBuffer.over(region, OFFSET, CAPACITY);
      agronas.putBytes(0, before, OFFSET, CAPACITY);
    }

    /** Whether it failed, in both. */
    boolean failed(BufferCall call) {
      byte[] was = stage.bytes();
      List<Object> wanted = call.on(agronas);
      List<Object> found = call.on(ours);
      assertThat(found).as("%s", call).isEqualTo(wanted);
      byte[] is = stage.bytes();
      boolean failed = BufferCall.isFailure(wanted);
      if (failed) {
        assertThat(is).as("%s failed and stored", call).isEqualTo(was);
        // Agrona has stored some of it in a few cases.
        agronas.putBytes(0, is, OFFSET, CAPACITY);
      } else {
        assertThat(Arrays.copyOfRange(is, OFFSET, OFFSET + CAPACITY)).as("%s", call).isEqualTo(BufferCall.all(agronas));
        System.arraycopy(was, OFFSET, is, OFFSET, CAPACITY);
        assertThat(is).as("%s stored outside of the buffer", call).isEqualTo(was);
      }
      assertThat(ours.hashCode()).isEqualTo(agronas.hashCode());
      return failed;
    }

    void abort() {
      region.close();
      stage.abort(epoch);
      assertThat(stage.bytes()).as("what was undone").isEqualTo(committed);
    }
  }

  @Provide
  Arbitrary<BufferCall> calls() {
    return Combinators.combine(Arbitraries.of(METHODS), Arbitraries.longs()).as(BufferCall::new);
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void anySequenceOfCallsDoesWhatItDoesInAgronasBufferAndIsUndone(
      @ForAll("calls") BufferCall first, @ForAll @Size(min = 1, max = 120) List<@From("calls") BufferCall> calls) {
    Pair pair = new Pair(first.seed());
    pair.failed(first);
    calls.forEach(pair::failed);
    pair.abort();
  }

  /** So that no method passes because its arguments never fit, or always did. */
  @Test
  void everyMethodIsCalledWithArgumentsThatFitAndSuchThatDoNot() {
    Map<String, int[]> counts = new TreeMap<>();
    for (Method method : METHODS) {
      Pair pair = new Pair(method.hashCode());
      int[] count = counts.computeIfAbsent(method.toString(), _ -> new int[2]);
      for (long seed = 0; seed < 300; seed++) {
        count[pair.failed(new BufferCall(method, seed)) ? 1 : 0]++;
      }
      pair.abort();
    }
    counts.forEach(
        (method, count) -> {
          assertThat(count[0]).as("calls of %s that did something", method).isPositive();
          boolean takesIndex = method.contains("(int") && !method.contains("checkLimit");
          assertThat(count[1] > 0 || !takesIndex).as("calls of %s that failed", method).isTrue();
        });
    assertThat(counts.size()).isEqualTo(METHODS.size()).isGreaterThan(100);
  }
}
