package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One invocation of a component, run alone: the request, the component's regions and capabilities, and the reply. All of it
 * is committed when the program returns, or undone when it throws.
 *
 * <p>For the thread that runs it, until it ends; afterwards every method throws {@link IllegalStateException}, and every
 * region taken from it is stale.
 */
public final class Turn {
  static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private final Engine engine;
  private final Awake awake;
  private final ByteBuffer request;
  private ByteBuffer requestView;
  private Epoch epoch;
  private ByteBuffer reply = EMPTY;
  private Region firstView;
  private Region[] views;

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
   * The region of that name.
   *
   * @throws RegionException {@code NOT_ATTACHED} if there is none
   */
  public Region region(String name) {
    running();
    return region(indexOf(name));
  }

  /** The region with that number; they are numbered as they were named when the component was created, from 0. */
  public Region region(int index) {
    running();
    if (index < 0 || index >= awake.regionCount) {
      throw new RegionException(
          RegionException.Reason.NOT_ATTACHED, "region " + index + " of " + awake.regionCount + ": no such region is attached");
    }
    if (index == 0) {
      if (firstView == null) {
        firstView = engine.viewOfFirst(awake, epoch);
      }
      return firstView;
    }
    if (views == null || views.length <= index) {
      views = views == null ? new Region[index + 4] : Arrays.copyOf(views, index + 4);
    }
    if (views[index] == null) {
      RegionEntry entry = editor().get(index);
      views[index] = engine.view(awake, epoch, entry.extentOffset(), entry.lengthBytes(), entry.rights());
    }
    return views[index];
  }

  /** The region that covers an address of the component's address space. */
  public Region regionAt(long address) {
    int index = map().indexAt(address);
    if (index < 0) {
      throw new RegionException(RegionException.Reason.NOT_ATTACHED, "no region covers address " + address);
    }
    return region(index);
  }

  /** Attaches a new region of zeros, at any address. It gets the next number. Errors as for {@link RegionMap#attach}. */
  public void attach(String name, long lengthBytes) {
    attach(name, lengthBytes, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
  }

  /** Attaches a new region of zeros. It gets the next number. Errors as for {@link RegionMap#attach}. */
  public void attach(String name, long lengthBytes, long address, RegionRights rights) {
    running();
    map().attach(engine.symbols().intern("region", name), name, lengthBytes, address, rights);
  }

  /** Detaches a region; its bytes are gone with the commit. The regions behind it move up by a number. */
  public void detach(String name) {
    running();
    closeViews();
    map().detach(engine.symbols().find(name), name);
  }

  /** Makes a region longer or shorter. Views of regions taken before are stale. Errors as for {@link RegionMap#resize}. */
  public void resize(String name, long lengthBytes) {
    running();
    closeViews();
    map().resize(engine.symbols().find(name), name, lengthBytes);
  }

  /** Changes what the component may do with a region. Views of regions taken before are stale. */
  public void protect(String name, RegionRights rights) {
    running();
    closeViews();
    map().protect(engine.symbols().find(name), name, rights);
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
    return engine.nameOf(awake.recordOffset);
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

  /** The epoch of this turn, for the thread that runs it. */
  Epoch running() {
    if (epoch == null || !awake.turn.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          epoch == null
              ? "this turn is over; what a program keeps from one turn to the next belongs into its regions"
              : "this turn runs in another thread than " + Thread.currentThread());
    }
    return epoch;
  }

  ByteBuffer reply() {
    return reply;
  }

  /** Makes the turn and all its views unusable. */
  void end() {
    closeViews();
    epoch = null;
  }

  private int indexOf(String name) {
    int symbol = engine.symbols().find(name);
    int index = symbol == 0 ? -1 : engine.isFirstRegion(awake, symbol) ? 0 : map().indexOf(symbol);
    if (index < 0) {
      throw new RegionException(RegionException.Reason.NOT_ATTACHED, "no region named " + name + " is attached");
    }
    return index;
  }

  private RegionMap map() {
    return new RegionMap(engine.media(), running(), awake, editor(), awake.quotaBytes);
  }

  private RecordEditor editor() {
    return new RecordEditor(engine.media(), awake, epoch);
  }

  private void closeViews() {
    if (firstView != null) {
      firstView.close();
      firstView = null;
    }
    if (views != null) {
      for (Region view : views) {
        if (view != null) {
          view.close();
        }
      }
      views = null;
    }
  }
}
