package dev.dormouse.region.agrona;

import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.junit.CrashScenario;
import dev.dormouse.emulation.junit.CrashTest;
import dev.dormouse.heap.Media;
import dev.dormouse.region.Region;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** I1, I2: crashed at every persist point, ring buffers, broadcast and counters are as some committed turn left them, byte for byte. */
class MailboxCrashTest {
  private long offset;

  private AgronaStage open(Media media) {
    return AgronaStage.open(media, offset, Mailbox.BYTES);
  }

  private static void turn(AgronaStage stage, Consumer<Mailbox> work) {
    stage.run(region -> work.accept(new Mailbox(region)));
  }

  private static List<String> look(AgronaStage stage) {
    List<String> seen = new ArrayList<>();
    seen.add("bytes " + Arrays.hashCode(stage.bytes()));
    stage.undone((Region region) -> seen.addAll(new Mailbox(region).contents()));
    return seen;
  }

  @CrashTest(sizeBytes = AgronaStage.POOL_BYTES, models = {PX86, PAGE_CACHE}, images = 40, recoveryImages = 2)
  void everyTurnIsThereWholeOrNotAtAll(CrashScenario crash) {
    CrashReport report =
        crash.prepare(
                media -> {
                  offset = AgronaStage.format(media, Mailbox.BYTES);
                  turn(open(media), Mailbox::allocateCounters);
                })
            .open(this::open)
            .step(
                "receive two",
                stage ->
                    turn(
                        stage,
                        box -> {
                          box.receive("one");
                          box.receive("two, which is a little longer");
                        }))
            .step(
                "claim",
                stage ->
                    turn(
                        stage,
                        box -> {
                          box.claimAndCommit("three");
                          box.claimAndAbort();
                        }))
            .step("handle two", stage -> turn(stage, box -> box.handle(2)))
            .step("fail", stage -> stage.undone(region -> new Mailbox(region).handle(9)))
            .step(
                "send and receive",
                stage ->
                    turn(
                        stage,
                        box -> {
                          box.send(1);
                          box.handle(9);
                          box.receive("four");
                        }))
            .step("around the end of the ring", stage -> turn(stage, MailboxCrashTest::goAround))
            .allOrNothing(MailboxCrashTest::look);
    assertThat(report.points()).isGreaterThan(20);
  }

  private static void goAround(Mailbox box) {
    for (int i = 0; i < 8; i++) {
      box.receive("message " + i);
      for (int part = 0; part < 2; part++) {
        box.handle(9);
        box.send(9);
      }
    }
  }
}
