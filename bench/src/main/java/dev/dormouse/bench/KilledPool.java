package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.Anchor;
import dev.dormouse.heap.Geometry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A pool as a killed process leaves it: the file was copied while turns stood in the middle of their work, each with a page
 * overwritten and not committed. Opening it rolls them back; {@link #restore} puts headers and lanes back as they were at
 * the kill, so that it can be opened again. (The bytes that a rollback restores are the same every time.)
 */
final class KilledPool implements AutoCloseable {
  private static final int STATE_BYTES = Geometry.PAGE_BYTES;
  private static final int PATIENCE_SECONDS = 30;

  private final Scratch scratch;
  private final Path path;
  private final ByteBuffer headersAndLanes;
  private final byte[] anchor;

  private KilledPool(Scratch scratch, Path path, ByteBuffer headersAndLanes, byte[] anchor) {
    this.scratch = scratch;
    this.path = path;
    this.headersAndLanes = headersAndLanes;
    this.anchor = anchor;
  }

  static KilledPool create(Population population, int runningTurns) {
    Scratch scratch = new Scratch();
    Path living = scratch.file("living.pool");
    Path killed = scratch.file("killed.pool");
    long sizeBytes = population.poolBytes();
    byte[] anchor;
    try (ProcessStore store = ProcessStore.open(living, StoreOptions.create(sizeBytes))) {
      Sleepers.add(store, "other-", population.others(), Population.SMALL_BYTES, Programs.ReadsOneLong.class);
      anchor = bytesOf(Anchor.pathFor(living));
      copyInsideTurns(store, runningTurns, living, killed);
    }
    putBack(killed, living);
    ByteBuffer headersAndLanes =
        ByteBuffer.allocateDirect((int) Geometry.forNewPool(sizeBytes).pageTableOffset());
    try (FileChannel channel = FileChannel.open(living, StandardOpenOption.READ)) {
      while (headersAndLanes.hasRemaining()) {
        channel.read(headersAndLanes, headersAndLanes.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new KilledPool(scratch, living, headersAndLanes.flip(), anchor);
  }

  private static byte[] bytesOf(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Into the file in which it was killed: the store tells a copy of an open pool from it, and would verify that in full. */
  private static void putBack(Path copy, Path living) {
    try (FileChannel from = FileChannel.open(copy, StandardOpenOption.READ);
        FileChannel to = FileChannel.open(living, StandardOpenOption.WRITE)) {
      long done = 0;
      while (done < from.size()) {
        done += from.transferTo(done, from.size() - done, to);
      }
      Files.delete(copy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copyInsideTurns(ProcessStore store, int runningTurns, Path living, Path killed) {
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < runningTurns; i++) {
      components.add(
          store.create(
              "running-" + i,
              spec -> spec.program(Programs.StopsInsideItsTurn.class).region("state", STATE_BYTES).outcomes(0, 0)));
    }
    List<Thread> threads = new ArrayList<>();
    for (Component component : components) {
      threads.add(Thread.ofPlatform().start(() -> component.invoke(Sleepers.NO_REQUEST)));
    }
    try {
      if (!Programs.StopsInsideItsTurn.STOPPED.tryAcquire(runningTurns, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("fewer than " + runningTurns + " turns run at the same time");
      }
      Files.copy(living, killed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      Programs.StopsInsideItsTurn.MAY_GO_ON.release(runningTurns);
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  Path path() {
    return path;
  }

  /** Makes the pool look killed again. Nobody has it open. */
  void restore() {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      headersAndLanes.rewind();
      while (headersAndLanes.hasRemaining()) {
        channel.write(headersAndLanes, headersAndLanes.position());
      }
      // It knows of the openings that are taken back here. Both on the disk, so that opening waits for nothing of this.
      Files.write(Anchor.pathFor(path), anchor, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
      channel.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
