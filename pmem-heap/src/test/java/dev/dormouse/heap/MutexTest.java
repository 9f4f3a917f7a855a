package dev.dormouse.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MutexTest {
  private static final int TURNS = 200_000;

  /** What the lock guards, with nothing volatile in it. */
  private static final class Counter extends Mutex {
    private long count;

    void add() {
      lock();
      try {
        count++;
      } finally {
        unlock();
      }
    }
  }

  @Test
  void nothingIsLostBetweenPlatformThreadsAndVirtualOnes() throws InterruptedException {
    Counter counter = new Counter();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread.Builder builder = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      threads.add(
          builder.start(
              () -> {
                for (int turn = 0; turn < TURNS; turn++) {
                  counter.add();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(4L * TURNS, counter.count);
  }

  @Test
  void everybodyWhoSleepsIsWokenInTurn() throws InterruptedException {
    Counter counter = new Counter();
    counter.lock();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(Thread.ofPlatform().start(counter::add));
    }
    for (Thread thread : threads) {
      awaitState(thread, Thread.State.WAITING);
    }
    counter.unlock();
    for (Thread thread : threads) {
      assertTrue(thread.join(Duration.ofSeconds(20)), "somebody was left asleep");
    }
    assertEquals(8, counter.count);
  }

  @Test
  void anInterruptIsKeptAndDoesNotLetAnybodyIn() throws InterruptedException {
    Counter counter = new Counter();
    CountDownLatch interruptedInside = new CountDownLatch(1);
    counter.lock();
    Thread waiter =
        Thread.ofPlatform()
            .start(
                () -> {
                  counter.add();
                  if (Thread.currentThread().isInterrupted()) {
                    interruptedInside.countDown();
                  }
                });
    awaitState(waiter, Thread.State.WAITING);
    waiter.interrupt();
    assertFalse(waiter.join(Duration.ofMillis(50)), "the interrupt let it in");
    assertEquals(0, counter.count);
    counter.unlock();
    assertTrue(interruptedInside.await(20, TimeUnit.SECONDS), "the interrupt was swallowed");
    assertEquals(1, counter.count);
  }

  private static void awaitState(Thread thread, Thread.State state) throws InterruptedException {
    while (thread.getState() != state) {
      Thread.sleep(1);
    }
  }
}
