package dev.dormouse.cli.torture;

import dev.dormouse.component.Component;
import dev.dormouse.component.ComponentInfo;
import dev.dormouse.component.ComponentSpec;
import dev.dormouse.component.Program;
import dev.dormouse.component.Turn;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionRights;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The program of all components: does the {@link Deed} of the seed that it is sent, and can show all it has. */
final class TortureProgram implements Program {
  private static final byte DO = 1;
  private static final byte DO_AND_FAIL = 2;
  private static final byte SHOW = 3;
  private static final byte ANSWER = 4;

  /** A turn that was asked to fail. */
  static final class AskedToFail extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AskedToFail() {
      super("it was asked to fail", null, false, false);
    }
  }

  static ByteBuffer doing(long seed) {
    return request(DO, seed);
  }

  /** Does it, and throws then. */
  static ByteBuffer failing(long seed) {
    return request(DO_AND_FAIL, seed);
  }

  /** Asks for what the last turn answered. */
  static ByteBuffer asking() {
    return request(ANSWER, 0);
  }

  private static ByteBuffer request(byte operation, long seed) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(operation).putLong(seed).flip();
  }

  /** Makes a new component what that seed says. */
  static void fill(ComponentSpec spec, long seed) {
    Deed.Birth birth = Deed.Birth.of(seed);
    spec.program(TortureProgram.class)
        .region(Deed.STATE, birth.stateBytes(), Deed.address(Deed.STATE), RegionRights.READ_WRITE)
        .region(Deed.MORE, birth.moreBytes(), Deed.address(Deed.MORE), RegionRights.READ_WRITE);
    if (birth.file()) {
      spec.file(Letters.ROOT, Letters.NAME);
    }
  }

  /** Reads all of a component. */
  static ComponentModel read(Component component) {
    ComponentInfo info = component.info();
    ByteBuffer bytes = component.invoke(request(SHOW, info.regions().size()));
    ComponentModel model = ComponentModel.absent();
    for (ComponentInfo.RegionInfo region : info.regions()) {
      byte[] content = new byte[(int) region.lengthBytes()];
      bytes.get(content);
      model.found(region.name(), content);
    }
    for (ComponentInfo.SlotInfo slot : info.slots()) {
      model.foundFile(slot.positionBytes(), slot.revoked());
    }
    return model;
  }

  @Override
  public void turn(Turn turn) {
    ByteBuffer request = turn.request();
    byte operation = request.get();
    long seed = request.getLong();
    switch (operation) {
      case DO -> turn.reply(Deed.apply(new TurnSpace(turn), seed).encode());
      case DO_AND_FAIL -> {
        Deed.apply(new TurnSpace(turn), seed);
        throw new AskedToFail();
      }
      case SHOW -> show(turn, (int) seed);
      case ANSWER -> turn.reply(Deed.answer(new TurnSpace(turn)).encode());
      default -> throw new IllegalArgumentException("operation " + operation + " is none of its operations");
    }
  }

  private static void show(Turn turn, int regionCount) {
    byte[] all = {};
    for (int i = 0; i < regionCount; i++) {
      Region region = turn.region(i);
      int length = (int) region.lengthBytes();
      all = Arrays.copyOf(all, all.length + length);
      region.get(0, all, all.length - length, length);
    }
    turn.reply(all);
  }
}
