package dev.dormouse.region.agrona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.region.Region;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;
import org.agrona.concurrent.status.Position;
import org.agrona.concurrent.status.StatusIndicator;
import org.agrona.concurrent.status.UnsafeBufferPosition;
import org.agrona.concurrent.status.UnsafeBufferStatusIndicator;
import org.junit.jupiter.api.Test;

/** Counters that live in a region from turn to turn. */
class RegionCountersTest {
  private static final int COUNTERS = 4;
  private static final int RECORDS_BYTES = COUNTERS * CountersReader.METADATA_LENGTH;
  private static final int VALUES_BYTES = COUNTERS * CountersReader.COUNTER_LENGTH;

  private final AgronaStage stage = AgronaStage.create(RECORDS_BYTES + VALUES_BYTES);
  private final AtomicLong clock = new AtomicLong(1000);

  private RegionCounters counters(Region region) {
    return new RegionCounters(
        RegionBuffer.over(region, 0, RECORDS_BYTES), RegionBuffer.over(region, RECORDS_BYTES, VALUES_BYTES),
        StandardCharsets.UTF_8, clock::get, 10);
  }

  @Test
  void aNewObjectGivesOutNoIdThatIsInUse() {
    stage.run(region -> assertThat(counters(region).newCounter("sent").id()).isZero());
    stage.run(
        region -> {
          RegionCounters counters = counters(region);
          assertThat(counters.available()).isEqualTo(3);
          AtomicCounter received = counters.newCounter("received", 7, key -> key.putLong(0, 42));
          assertThat(received.id()).isEqualTo(1);
          received.incrementRelease();
          counters.counter(0).set(5);
        });
    stage.undone(region -> assertThat(counters(region).allocate("undone")).isEqualTo(2));
    stage.run(
        region -> {
          RegionCounters counters = counters(region);
          assertThat(counters.allocate("third")).isEqualTo(2);
          List<String> seen = new ArrayList<>();
          counters.forEach((value, id, label) -> seen.add(id + " " + label + " " + value));
          assertThat(seen).containsExactly("0 sent 5", "1 received 1", "2 third 0");
          List<String> keys = new ArrayList<>();
          counters.forEach((id, type, key, label) -> keys.add(id + " " + type + " " + key.getLong(0) + " " + label));
          assertThat(keys).containsExactly("0 0 0 sent", "1 7 42 received", "2 0 0 third");
        });
  }

  /** The reason for this class. */
  @Test
  void agronasManagerGivesTheIdsOfAFormerTurnOutAgain() {
    stage.run(region -> assertThat(counters(region).allocate("sent")).isZero());
    stage.undone(
        region ->
            assertThat(
                    new CountersManager(RegionBuffer.over(region, 0, RECORDS_BYTES), RegionBuffer.over(region, RECORDS_BYTES, VALUES_BYTES))
                        .allocate("received"))
                .isZero());
  }

  @Test
  void aFreedIdWaitsForItsTimeAndStartsAtZero() {
    stage.run(
        region -> {
          RegionCounters counters = counters(region);
          try (AtomicCounter first = counters.newCounter("first")) {
            first.set(9);
            counters.setCounterRegistrationId(0, 3);
          }
          assertThat(counters.allocate("second")).isEqualTo(1);
          assertThat(counters.available()).isEqualTo(2);
        });
    clock.addAndGet(10);
    stage.run(
        region -> {
          RegionCounters counters = counters(region);
          assertThat(counters.available()).isEqualTo(3);
          assertThat(counters.allocate(5, new UnsafeBuffer(new byte[] {1}), 0, 1, new UnsafeBuffer("third".getBytes(StandardCharsets.UTF_8)), 0, 5))
              .isZero();
          assertThat(counters.getCounterValue(0)).isZero();
          assertThat(counters.getCounterRegistrationId(0)).isZero();
          assertThat(counters.getCounterLabel(0)).isEqualTo("third");
          counters.allocate("fourth");
          counters.allocate("fifth");
          assertThatThrownBy(() -> counters.allocate("sixth")).isInstanceOf(IllegalStateException.class).hasMessageContaining("all 4 are in use");
          counters.free(2);
          assertThatThrownBy(() -> counters.free(2)).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> counters.position(2)).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> counters.counter(4)).isInstanceOf(IllegalArgumentException.class);
        });
  }

  @Test
  void aKeyFunctionThatThrowsTakesNoId() {
    stage.run(
        region -> {
          RegionCounters counters = counters(region);
          assertThatThrownBy(
                  () ->
                      counters.allocate(
                          "none",
                          1,
                          _ -> {
                            throw new IllegalArgumentException("no key");
                          }))
              .hasMessage("no key");
          assertThat(counters.allocate("first")).isZero();
        });
  }

  @Test
  void whatIsWrittenIsLaidOutAsAgronaDoesIt() {
    UnsafeBuffer records = new UnsafeBuffer(ByteBuffer.allocateDirect(RECORDS_BYTES));
    UnsafeBuffer values = new UnsafeBuffer(ByteBuffer.allocateDirect(VALUES_BYTES));
    use(new CountersManager(records, values, StandardCharsets.UTF_8, clock::get, 10));
    stage.run(region -> use(counters(region)));
    assertThat(Arrays.copyOf(stage.bytes(), RECORDS_BYTES)).isEqualTo(BufferCall.all(records));
    assertThat(Arrays.copyOfRange(stage.bytes(), RECORDS_BYTES, RECORDS_BYTES + VALUES_BYTES)).isEqualTo(BufferCall.all(values));
  }

  private static void use(CountersManager counters) {
    AtomicCounter first = counters.newCounter("first", 1);
    first.set(8);
    first.appendToLabel(" one");
    first.updateKey(key -> key.putInt(4, 4));
    AtomicCounter second = counters.newCounter("second", 2, key -> key.putStringAscii(0, "key"));
    second.getAndAdd(5);
    counters.newCounter("third").close();
    second.updateLabel("2nd");
    second.updateKey(new UnsafeBuffer(new byte[] {9, 8}), 0, 2);
    assertThat(second.label()).isEqualTo("2nd");
    assertThat(second.isClosed()).isFalse();
    second.disconnectCountersManager();
    assertThat(second.label()).isNull();
    second.close();
  }

  /** One that was not overridden would go to an address. */
  @Test
  void everyMethodOfACounterIsOverridden() throws ReflectiveOperationException {
    for (Method method : AtomicCounter.class.getMethods()) {
      if (method.getDeclaringClass() == AtomicCounter.class && !Modifier.isStatic(method.getModifiers())) {
        assertThat(RegionCounter.class.getMethod(method.getName(), method.getParameterTypes()).getDeclaringClass())
            .as("%s", method)
            .isEqualTo(RegionCounter.class);
      }
    }
  }

  @Test
  void countersPositionsAndIndicatorsDoWhatAgronasDo() {
    UnsafeBuffer values = new UnsafeBuffer(ByteBuffer.allocateDirect(VALUES_BYTES));
    stage.run(
        region -> {
          RegionCounters counters = counters(region);
          counters.allocate("zero");
          counters.allocate("one");
          assertAlike(AtomicCounter.class, counters.counter(1), new AtomicCounter(values, 1), counters, values);
          assertAlike(Position.class, counters.position(1), new UnsafeBufferPosition(values, 1), counters, values);
          assertAlike(StatusIndicator.class, counters.statusIndicator(1), new UnsafeBufferStatusIndicator(values, 1), counters, values);
        });
  }

  /** Every method that takes nothing or longs, with values below, at and above the counter's. */
  private static <T> void assertAlike(Class<T> type, T ours, T agronas, RegionCounters counters, UnsafeBuffer values) {
    int called = 0;
    for (Method method : type.getMethods()) {
      boolean isOfObject = method.getDeclaringClass() == Object.class || method.getName().equals("toString");
      boolean takesLongs = Arrays.stream(method.getParameterTypes()).allMatch(parameter -> parameter == long.class);
      if (isOfObject || !takesLongs || List.of("close", "label", "disconnectCountersManager").contains(method.getName())) {
        continue;
      }
      for (long[] given : new long[][] {{1, 5}, {7, 1}, {9, 9}}) {
        Object[] arguments = Arrays.stream(given).limit(method.getParameterCount()).boxed().toArray();
        values.putLong(CountersReader.COUNTER_LENGTH, 7);
        counters.setCounterValue(1, 7);
        assertThat(result(method, ours, arguments)).as("%s%s", method, Arrays.toString(arguments)).isEqualTo(result(method, agronas, arguments));
        assertThat(counters.getCounterValue(1)).as("%s", method).isEqualTo(values.getLong(CountersReader.COUNTER_LENGTH));
        called++;
      }
    }
    assertThat(called).isGreaterThan(20);
  }

  private static Object result(Method method, Object target, Object[] arguments) {
    try {
      method.setAccessible(true);
      return method.invoke(target, arguments);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new LinkageError(method.toString(), e);
    }
  }
}
