package dev.dormouse.cli.torture;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pool must hold, as of the last kill after which it was checked, and how far the run has come with it. Kept in one
 * file, which is replaced in one step, so that a run can be interrupted anywhere.
 */
final class PoolModel {
  /** Each component, by its number. */
  final List<ComponentModel> components = new ArrayList<>();

  /** The last request with an id of each thread, and what it was answered; not acknowledged if it never ran. */
  final Map<Integer, Operation> lastRequests = new HashMap<>();

  /** How many lives the pool has had. */
  long lives;

  /** Whether the pool was left open, for all that is known. */
  Openness openness = Openness.CLOSED;

  Tally tally = new Tally();

  /** How a pool was left. */
  enum Openness {
    CLOSED,
    OPEN,
    /** The kill came while it was being opened or closed. */
    EITHER
  }

  /** A pool in which the shared components were just made. */
  static PoolModel born(long seed, int componentCount) {
    PoolModel model = new PoolModel();
    for (int slot = 0; slot < componentCount; slot++) {
      model.components.add(
          slot < Load.sharedCount(componentCount) ? ComponentModel.born(birthSeed(seed, slot)) : ComponentModel.absent());
    }
    return model;
  }

  /** The seed of a component that is there from the beginning. */
  static long birthSeed(long seed, int slot) {
    return Mix.of(~seed, slot);
  }

  PoolModel copy() {
    PoolModel copy = new PoolModel();
    components.forEach(component -> copy.components.add(component.copy()));
    copy.lastRequests.putAll(lastRequests);
    copy.lives = lives;
    copy.openness = openness;
    copy.tally = tally.copy();
    return copy;
  }

  void save(Path path) throws IOException {
    Path unfinished = path.resolveSibling(path.getFileName() + ".new");
    try (DataOutputStream to = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 16))) {
      to.writeLong(lives);
      to.writeUTF(openness.name());
      tally.save(to);
      to.writeInt(lastRequests.size());
      for (Map.Entry<Integer, Operation> request : lastRequests.entrySet()) {
        save(to, request.getKey(), request.getValue());
      }
      to.writeInt(components.size());
      for (ComponentModel component : components) {
        component.save(to);
      }
    }
    Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void save(DataOutputStream to, int thread, Operation request) throws IOException {
    to.writeInt(thread);
    to.writeLong(request.number());
    to.writeInt(request.slot());
    to.writeLong(request.seed());
    to.writeBoolean(request.isAcknowledged());
    Answer answer = request.isAcknowledged() ? request.acknowledged() : Answer.NONE;
    to.writeLong(answer.order());
    to.writeLong(answer.digest());
  }

  static PoolModel load(Path path) throws IOException {
    PoolModel model = new PoolModel();
    try (DataInputStream from = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16))) {
      model.lives = from.readLong();
      model.openness = Openness.valueOf(from.readUTF());
      model.tally = Tally.load(from);
      for (int count = from.readInt(); count > 0; count--) {
        int thread = from.readInt();
        Operation request = new Operation(from.readLong(), Operation.Kind.AGAIN, from.readInt(), from.readLong(), null);
        boolean acknowledged = from.readBoolean();
        Answer answer = new Answer(from.readLong(), from.readLong());
        model.lastRequests.put(thread, acknowledged ? request.acknowledge(answer) : request);
      }
      for (int count = from.readInt(); count > 0; count--) {
        model.components.add(ComponentModel.load(from));
      }
    }
    return model;
  }
}
