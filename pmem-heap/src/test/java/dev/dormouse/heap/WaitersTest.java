package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever waits is woken by whoever reaches the number, and by nothing else: here nobody wakes by himself before the test has failed. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WaitersTest {
  private static final long NEVER = TimeUnit.MINUTES.toNanos(5);
  private static final long PATIENCE_MILLIS = 20_000;
  private static final long A_WHILE_MILLIS = 50;
  private static final int RACES = 200_000;

  private final Waiters waiters = new Waiters(NEVER);
  private final List<Waiting> started = new ArrayList<>();

  /** A thread that waits once. */
  private final class Waiting extends Thread {
    private final long number;
    private volatile boolean interrupted;
    private volatile boolean stillInterrupted;

    Waiting(long number) {
      this.number = number;
      setDaemon(true);
    }

    @Override
    public void run() {
      interrupted = waiters.await(number, () -> false);
      stillInterrupted = Thread.interrupted();
    }

    boolean isParked() {
      return LockSupport.getBlocker(this) == waiters && getState() == State.TIMED_WAITING;
    }

    void isWoken() throws InterruptedException {
      join(PATIENCE_MILLIS);
      assertThat(isAlive()).as("the one that waits for %s, still", number).isFalse();
    }
  }

  private static void await(BooleanSupplier condition, String what) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(1);
    }
  }

  private Waiting parked(long number) throws InterruptedException {
    return parked(new Waiting(number));
  }

  private Waiting parked(Waiting waiting) throws InterruptedException {
    started.add(waiting);
    waiting.start();
    await(waiting::isParked, "it waits");
    return waiting;
  }

  @AfterEach
  void nobodyIsLeftWaiting() throws InterruptedException {
    waiters.wake(Long.MAX_VALUE);
    for (Waiting waiting : started) {
      waiting.isWoken();
    }
  }

  @Test
  void whoWaitsForWhatIsReachedOrForLessIsWoken() throws InterruptedException {
    Waiting less = parked(4);
    Waiting same = parked(5);
    waiters.wake(5);
    less.isWoken();
    same.isWoken();
    assertThat(same.interrupted).isFalse();
  }

  @Test
  void ofThoseWhoWaitForMoreOneIsWokenAndTheOthersWaitOn() throws InterruptedException {
    List<Waiting> more = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      more.add(parked(6 + i));
    }
    Waiting same = parked(5);
    waiters.wake(5);
    same.isWoken();
    await(() -> more.stream().filter(Thread::isAlive).count() < 4, "somebody goes on");
    Thread.sleep(A_WHILE_MILLIS);
    assertThat(more.stream().filter(Waiting::isParked)).as("the others").hasSize(3);
    // Where nobody is done, it is one of them all the same.
    waiters.wake(0);
    await(() -> more.stream().filter(Thread::isAlive).count() < 3, "somebody goes on");
    Thread.sleep(A_WHILE_MILLIS);
    assertThat(more.stream().filter(Waiting::isParked)).hasSize(2);
  }

  @Test
  void whatIsOverIsNotWaitedFor() {
    long start = System.nanoTime();
    assertThat(waiters.await(5, () -> true)).isFalse();
    assertThat(System.nanoTime() - start).isLessThan(NEVER);
  }

  /** Who wakes does so after what he says has come true: it may be in the very moment in which somebody has just asked. */
  @Test
  void whoIsWokenBetweenAskingAndWaitingDoesNotWait() throws InterruptedException {
    AtomicBoolean asked = new AtomicBoolean();
    Thread thread =
        new Thread(
            () ->
                waiters.await(
                    5,
                    () -> {
                      asked.set(true);
                      waiters.wake(5);
                      return false;
                    }));
    thread.setDaemon(true);
    thread.start();
    thread.join(PATIENCE_MILLIS);
    assertThat(asked).isTrue();
    assertThat(thread.isAlive()).as("a wake-up that was lost").isFalse();
  }

  /** A leader reaches one number after the other, each of which somebody waits for, and threads come and go in each other's places. */
  @Test
  void noWakeUpIsLostWhoeverElseSitsDownMeanwhile() throws InterruptedException {
    int threads = 6;
    long numbers = 20_000;
    AtomicLong reached = new AtomicLong();
    AtomicLong[] wanted = new AtomicLong[threads];
    List<Thread> all = new ArrayList<>();
    long place = -1;
    for (int t = 0; t < threads; t++) {
      AtomicLong own = new AtomicLong();
      wanted[t] = own;
      // Each waits for its next number, and some for one that is far away.
      int step = t % 2 == 0 ? 1 : 1000;
      Runnable waiting =
          () -> {
            for (long number = step; number <= numbers; number += step) {
              own.set(number);
              while (reached.get() < number) {
                long next = number;
                waiters.await(next, () -> reached.get() >= next);
              }
            }
            own.set(Long.MAX_VALUE);
          };
      Thread thread = new Thread(waiting);
      // All of them want the same place.
      while (place >= 0 && placeOf(thread) != place) {
        thread = new Thread(waiting);
      }
      place = placeOf(thread);
      thread.setDaemon(true);
      all.add(thread);
    }
    all.forEach(Thread::start);
    for (long number = 1; number <= numbers; number++) {
      reached.set(number);
      waiters.wake(number);
      long patient = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      for (int t = 0; t < threads; t++) {
        while (wanted[t].get() <= number) {
          assertThat(System.nanoTime()).as("thread %d was not told that %d is reached", t, number).isLessThan(patient);
          Thread.onSpinWait();
        }
      }
    }
    for (Thread thread : all) {
      thread.join(PATIENCE_MILLIS);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private static long placeOf(Thread thread) {
    return thread.threadId() & (Waiters.SEATS - 1);
  }

  /** Two want the same place: what the one waits for is not what the other one does. */
  @Test
  void whoComesTooLateForAPlaceDoesNotSayWhatIsWaitedForThere() throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    AtomicBoolean stop = new AtomicBoolean();
    // Whoever is woken though he waits for more: this one, who comes before the others.
    Runnable first = () -> waiters.await(Long.MAX_VALUE, () -> waitFor(end));
    Thread more = new Thread(first);
    while (placeOf(more) > Waiters.SEATS / 2) {
      more = new Thread(first);
    }
    Thread late =
        new Thread(
            () -> {
              while (!stop.get()) {
                waiters.await(9, () -> true);
              }
            });
    Runnable waiting =
        () -> {
          for (int i = 0; i < RACES; i++) {
            waiters.await(
                5,
                () -> {
                  for (int spin = 0; spin < 20; spin++) {
                    Thread.onSpinWait();
                  }
                  waiters.wake(5);
                  return false;
                });
          }
        };
    Thread woken = new Thread(waiting);
    while (placeOf(woken) != placeOf(late)) {
      woken = new Thread(waiting);
    }
    List<Thread> all = List.of(more, late, woken);
    for (Thread thread : all) {
      thread.setDaemon(true);
      thread.start();
    }
    woken.join(PATIENCE_MILLIS);
    assertThat(woken.isAlive()).as("a wake-up that went to somebody else").isFalse();
    stop.set(true);
    end.countDown();
    for (Thread thread : all) {
      thread.join(PATIENCE_MILLIS);
    }
  }

  @Test
  void anInterruptEndsTheWaitIsToldAndIsOver() throws InterruptedException {
    Waiting waiting = parked(5);
    waiting.interrupt();
    waiting.isWoken();
    assertThat(waiting.interrupted).isTrue();
    assertThat(waiting.stillInterrupted).as("it could not wait again").isFalse();
    // His place is free, and whoever takes it is woken.
    Waiting next = parked(5);
    waiters.wake(5);
    next.isWoken();
    assertThat(next.interrupted).isFalse();
  }

  @Test
  void whoWasInterruptedWaitsOnWhenHeAsksAgain() throws InterruptedException {
    AtomicLong awaited = new AtomicLong();
    AtomicBoolean reached = new AtomicBoolean();
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread thread =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              while (!reached.get()) {
                awaited.incrementAndGet();
                interrupted.compareAndSet(false, waiters.await(5, reached::get));
              }
            });
    thread.setDaemon(true);
    thread.start();
    await(() -> LockSupport.getBlocker(thread) == waiters && thread.getState() == Thread.State.TIMED_WAITING && awaited.get() == 2, "it waits again");
    assertThat(interrupted).isTrue();
    reached.set(true);
    waiters.wake(5);
    thread.join(PATIENCE_MILLIS);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void anInterruptOfWhoNeedNotWaitIsLeftToHim() {
    Thread.currentThread().interrupt();
    try {
      assertThat(waiters.await(5, () -> true)).isFalse();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void placesAreUsedAgainWhateverEndedTheWait() throws InterruptedException {
    for (int i = 0; i < 3 * Waiters.SEATS; i++) {
      boolean throwing = i % 2 == 0;
      Thread thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    if (throwing) {
                      assertThatThrownBy(() -> waiters.await(5, WaitersTest::fail)).isInstanceOf(IllegalStateException.class);
                    } else {
                      assertThat(waiters.await(5, () -> true)).isFalse();
                    }
                  });
      thread.join();
    }
    Waiting last = parked(5);
    waiters.wake(5);
    last.isWoken();
  }

  private static boolean fail() {
    throw new IllegalStateException("the journal has failed");
  }

  @Test
  void aThreadThatHasWaitedIsForgotten() throws InterruptedException {
    WeakReference<Thread> gone = waitedOnce();
    await(
        () -> {
          System.gc();
          return gone.get() == null;
        },
        "nothing holds it");
  }

  private WeakReference<Thread> waitedOnce() throws InterruptedException {
    Waiting waiting = new Waiting(5);
    waiting.start();
    await(waiting::isParked, "it waits");
    waiters.wake(5);
    waiting.isWoken();
    return new WeakReference<>(waiting);
  }

  /** There are places for so many; who finds none is not told, and must not wait for it. */
  @Test
  void whoFindsNoPlaceWakesByHimself() throws InterruptedException {
    long nanos = TimeUnit.MILLISECONDS.toNanos(500);
    Waiters crowded = new Waiters(nanos);
    CountDownLatch seated = new CountDownLatch(Waiters.SEATS);
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Waiters.SEATS; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () ->
                      crowded.await(
                          5,
                          () -> {
                            seated.countDown();
                            return waitFor(end);
                          })));
    }
    try {
      assertThat(seated.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
      // What wakes those who have places does not wake this one.
      assertThat(nanosUntilWoken(crowded)).isGreaterThanOrEqualTo(nanos);
    } finally {
      end.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(nanosUntilWoken(crowded)).as("there are places again").isLessThan(nanos);
  }

  private static long nanosUntilWoken(Waiters waiters) {
    long start = System.nanoTime();
    assertThat(
            waiters.await(
                5,
                () -> {
                  waiters.wake(5);
                  return false;
                }))
        .isFalse();
    return System.nanoTime() - start;
  }

  private static boolean waitFor(CountDownLatch latch) {
    try {
      // A wake-up that came first is used up here, or by nobody.
      return latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
