package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.AddressSpace;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * One invocation of a component, run alone: the request, the component's regions and capabilities, and the reply. All of it
 * is committed when the program returns, or undone when it throws.
 *
 * <p>For the thread that runs it, until it ends; afterwards every method throws {@link OutOfTurn}, and every region taken from
 * it is stale. Where the store has a limit for turns ({@link StoreOptions#turnLimit}), every method throws {@link TurnOverdue}
 * beyond it, and every region {@link RegionException} with {@code TURN_OVERDUE}.
 */
public final class Turn {
  static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private static final VarHandle EPOCH;
  private static final VarHandle SPACE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      EPOCH = lookup.findVarHandle(Turn.class, "epoch", Epoch.class);
      SPACE = lookup.findVarHandle(Turn.class, "space", AddressSpace.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Engine engine;
  private final Awake awake;
  private final ByteBuffer request;
  private ByteBuffer requestView;
  // Null once the turn is over, or overdue. Read opaque, so that a loop that asks only this sees that another thread has taken it
  // away; not volatile, whose stores would cost each turn two full fences. Its own thread begins and ends it, and whoever runs the
  // next turn has the lock behind it; the one that watches has the turn from its clock, behind the constructor's stores.
  private Epoch epoch;
  private boolean overdue;
  private ByteBuffer reply = EMPTY;
  // One or the other: the view of the first region, or all that is attached.
  private Region firstView;
  private AddressSpace space;
  private RecordEditor editor;

  Turn(Engine engine, Awake awake, Epoch epoch, ByteBuffer request) {
    this.engine = engine;
    this.awake = awake;
    this.epoch = epoch;
    this.request = request;
  }

  /** What the caller sent: read-only, big-endian, at the caller's position; reading it does not move the caller's buffer. */
  public ByteBuffer request() {
    running();
    if (requestView == null) {
      // Its own position and limit: what the program reads must not move the caller's buffer, which may be sent again.
      requestView = request.asReadOnlyBuffer();
    }
    return requestView;
  }

  /** Answers with a copy of these bytes, when the turn has committed. A later call replaces an earlier one. */
  public void reply(byte[] bytes) {
    running();
    reply = ByteBuffer.wrap(bytes.clone()).asReadOnlyBuffer();
  }

  /** Answers with a copy of the buffer's remaining bytes. */
  public void reply(ByteBuffer bytes) {
    running();
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    reply = ByteBuffer.wrap(copy).asReadOnlyBuffer();
  }

  /** Answers with 8 bytes, little-endian. */
  public void reply(long value) {
    running();
    byte[] bytes = new byte[Long.BYTES];
    Bytes.putLong(bytes, 0, value);
    reply = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /**
   * The region of that name in the root map.
   *
   * @throws RegionException {@code NOT_ATTACHED} if there is none, {@code WRONG_KIND} if it is a managed dataspace
   */
  public Region region(String name) {
    running();
    // Most components have one region: it is found in the seat.
    return space == null && engine.isFirstRegion(awake, engine.symbols().find(name)) ? region(0) : regions().region(name);
  }

  /**
   * The region of the root map with that number; they are numbered as they were named when the component was created, from 0.
   * Errors as for {@link #region(String)}.
   */
  public Region region(int index) {
    Epoch current = running();
    if (index != 0 || space != null || !awake.firstRegionIsPlain) {
      return space(current).region(index);
    }
    if (firstView == null) {
      firstView = engine.viewOfFirst(awake, current);
    }
    return firstView;
  }

  /** The region that covers an address of the component's address space. Errors as for {@link RegionMap#regionAt}. */
  public Region regionAt(long address) {
    return regions().regionAt(address);
  }

  /** Where a view of this turn begins in the component's address space. Errors as for {@link RegionMap#addressOf}. */
  public long addressOf(Region view) {
    return regions().addressOf(view);
  }

  /** The component's address space: everything that is attached, by name and by address. Usable until the turn ends. */
  public RegionMap regions() {
    return space(running()).root();
  }

  /** Attaches a new region of zeros, at any address. It gets the next number. Errors as for {@link RegionMap#attach}. */
  public void attach(String name, long lengthBytes) {
    regions().attach(name, lengthBytes);
  }

  /** Attaches a new region of zeros. It gets the next number. Errors as for {@link RegionMap#attach}. */
  public void attach(String name, long lengthBytes, long address, RegionRights rights) {
    regions().attach(name, lengthBytes, address, rights);
  }

  /** Detaches a region; its bytes are gone with the commit. The regions behind it move up by a number. */
  public void detach(String name) {
    regions().detach(name);
  }

  /** Makes a region longer or shorter. Views of regions taken before are stale. Errors as for {@link RegionMap#resize}. */
  public void resize(String name, long lengthBytes) {
    regions().resize(name, lengthBytes);
  }

  /** Changes what the component may do with a region. Views of regions taken before are stale. */
  public void protect(String name, RegionRights rights) {
    regions().protect(name, rights);
  }

  /** How many bytes of the pool the component holds, as a commit would leave it now; what counts says {@link ComponentSpec#quota}. */
  public long heldBytes() {
    space(running());
    return editor.heldBytes();
  }

  /** How many bytes of the pool it may hold; {@link Long#MAX_VALUE} where nothing bounds it. */
  public long quotaBytes() {
    running();
    return awake.quotaBytes;
  }

  /**
   * The file in a capability slot.
   *
   * @throws CapabilityException if there is none, it was revoked, or it cannot be had now; the message says why
   */
  public FileCapability file(int slot) {
    running();
    return engine.capabilities().file(this, awake, slot);
  }

  /** What became of the capability slots when the component was resumed. Obtains those that were not used yet. */
  public ResumeAccount account() {
    running();
    return engine.capabilities().account(awake);
  }

  /** The component's name. */
  public String name() {
    running();
    return engine.soundNameOf(awake.recordOffset);
  }

  /** The component's identity. */
  public ComponentId id() {
    running();
    return new ComponentId(awake.recordOffset, awake.birth);
  }

  /** Which awake life this is. */
  public Incarnation incarnation() {
    running();
    return engine.incarnationOf(awake);
  }

  /** Which version of the program wrote the component's regions, as its record says: {@link Program#stateVersion}. */
  public int stateVersion() {
    running();
    return awake.stateVersion;
  }

  /** Writes the running program's version into the component's record, with this turn: it has brought the regions to that version. */
  public void adoptStateVersion() {
    space(running());
    editor.setStateVersion(engine.programs().stateVersionOf(awake.program));
  }

  /**
   * The epoch of this turn, for the thread that runs it.
   *
   * @throws OutOfTurn if the turn is over, or another thread asks
   * @throws TurnOverdue if it has run beyond its limit
   */
  Epoch running() {
    Epoch current = (Epoch) EPOCH.getOpaque(this);
    if (current == null || !awake.turn.isHeldByCurrentThread()) {
      // With the release in doom: whoever sees that the epoch was taken away sees why.
      VarHandle.acquireFence();
      throw overdue && awake.turn.isHeldByCurrentThread() ? engine.stopped(awake, null) : outOfTurn(current);
    }
    return current;
  }

  private static OutOfTurn outOfTurn(Epoch current) {
    return current == null
        ? new OutOfTurn(OutOfTurn.Reason.OVER, "this turn is over; what a program keeps from one turn to the next belongs into its regions")
        : new OutOfTurn(
            OutOfTurn.Reason.WRONG_THREAD,
            "this turn runs in another thread, and " + Thread.currentThread() + " may not use it; hand over copies of what is in its regions");
  }

  /**
   * Takes everything away from the program: the turn runs beyond its limit. By the thread that watches; the one that runs the
   * turn undoes it, when the program has ended.
   */
  void doom() {
    overdue = true;
    EPOCH.setRelease(this, null);
    Region first = firstView;
    if (first != null) {
      first.doom();
    }
    AddressSpace all = (AddressSpace) SPACE.getAcquire(this);
    if (all != null) {
      all.doom();
    }
  }

  private void closeViews() {
    if (firstView != null) {
      firstView.close();
    }
    if (space != null) {
      space.close();
    }
  }

  ByteBuffer reply() {
    return reply;
  }

  /** Makes the turn and all its views unusable. */
  void end() {
    closeViews();
    epoch = null;
  }

  /** Made when it is first needed: a turn that uses its first region alone does without. */
  private AddressSpace space(Epoch current) {
    if (space == null) {
      editor = new RecordEditor(engine.media(), engine.heap(), awake, current);
      // By release, for the thread that watches: it must not find one that is half made.
      SPACE.setRelease(this, engine.addressSpace(awake, current, editor));
      if (firstView != null) {
        space.adopt(firstView);
        firstView = null;
      }
    }
    return space;
  }
}
