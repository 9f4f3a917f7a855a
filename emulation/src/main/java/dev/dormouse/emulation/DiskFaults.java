package dev.dormouse.emulation;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which calls of some {@link FaultyDisk disks} fail. One object is meant for all disks of a test: their writes and syncs are
 * counted together, so that a test can let every one of them fail in turn, until there is none of that number.
 *
 * <p>Threads: as many as use the disks; a plan is called by each of them, under no lock.
 */
public final class DiskFaults {
  /** What can fail. */
  public enum Kind {
    READ,
    WRITE,
    /** Both in one call. It fails as a write does, and leaves the sectors that it wrote as a sync that fails. */
    WRITE_THROUGH,
    SYNC
  }

  /**
   * A call that is about to happen.
   *
   * @param disk what the disk says that it is
   * @param number how many writes and syncs there were before, of all disks
   * @param position where it reads or writes, in bytes from the file's start; 0 for a sync
   * @param length how much, in bytes; 0 for a sync
   */
  public record Call(Kind kind, String disk, long number, long position, long length) {}

  /** Is called before every call, and may do anything: fail it, look at the disks, wait, or throw what the call then throws. */
  @FunctionalInterface
  public interface Plan {
    /** How the call fails; empty if it does not. */
    Optional<DiskFault> before(Call call);
  }

  private final Plan plan;
  private final AtomicLong calls = new AtomicLong();

  private DiskFaults(Plan plan) {
    this.plan = plan;
  }

  /** Nothing fails. */
  public static DiskFaults none() {
    return of(call -> Optional.empty());
  }

  /** The write or sync of that number fails, counted from 0 over all disks, and no other. */
  public static DiskFaults at(long number, DiskFault fault) {
    return of(call -> call.number == number && call.kind != Kind.READ ? Optional.of(fault) : Optional.empty());
  }

  /** The write or sync of that number fails, counted from 0, and every one after it: a disk that is full, or gone. */
  public static DiskFaults from(long number, DiskFault fault) {
    return of(call -> call.number >= number && call.kind != Kind.READ ? Optional.of(fault) : Optional.empty());
  }

  /** What the plan says. */
  public static DiskFaults of(Plan plan) {
    return new DiskFaults(plan);
  }

  /** How many writes and syncs there were so far, those that failed among them. */
  public long calls() {
    return calls.get();
  }

  Optional<DiskFault> before(Kind kind, String disk, long position, long length) {
    long number = kind == Kind.READ ? calls.get() : calls.getAndIncrement();
    return plan.before(new Call(kind, disk, number, position, length));
  }
}
