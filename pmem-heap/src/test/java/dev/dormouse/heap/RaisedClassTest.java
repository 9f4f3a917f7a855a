package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A pool whose former life promised less than the new one does. */
class RaisedClassTest {
  private static final Geometry SMALL = Geometry.of(128 << 10, 2, 4096, 1);

  private final Media bytes = TestPools.zeros(SMALL.sizeBytes());
  private final List<String> settled = new ArrayList<>();

  @Test
  void isSettledWholeBeforeItsHeaderPromisesMore() {
    Pool.create(as(DurabilityClass.PROCESS_CRASH), SMALL, TestPools.BOOT, TestPools.nothing()).begin();
    settled.clear();
    Pool pool = Pool.open(as(DurabilityClass.POWER_LOSS), TestPools.BOOT);
    pool.begin();
    assertThat(settled).first().isEqualTo("0 + " + SMALL.sizeBytes() + " under PROCESS_CRASH");
    assertThat(pool.header().durabilityClass()).isEqualTo(DurabilityClass.POWER_LOSS);
  }

  @Test
  void isNotSettledAgainWhereTheClassIsTheSameOrLess() {
    Pool.create(as(DurabilityClass.POWER_LOSS), SMALL, TestPools.BOOT, TestPools.nothing()).begin();
    settled.clear();
    Pool.open(as(DurabilityClass.POWER_LOSS), TestPools.BOOT).begin();
    Pool.open(as(DurabilityClass.VOLATILE), TestPools.BOOT).begin();
    assertThat(settled)
        .containsExactly("0 + " + PoolHeader.BYTES + " under POWER_LOSS", "0 + " + PoolHeader.BYTES + " under VOLATILE");
  }

  /** The same bytes with another promise; writes down what is settled and what the header said then. */
  private Media as(DurabilityClass promise) {
    InvocationHandler handler =
        (_, method, arguments) ->
            switch (method.getName()) {
              case "durabilityClass" -> promise;
              case "settle" -> {
                settled.add(arguments[0] + " + " + arguments[1] + " under " + PoolHeader.read(new MediaReader(bytes)).header().durabilityClass());
                yield null;
              }
              default -> method.invoke(bytes, arguments);
            };
    return (Media) Proxy.newProxyInstance(Media.class.getClassLoader(), new Class<?>[] {Media.class}, handler);
  }
}
