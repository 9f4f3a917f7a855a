package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.dormouse.recovery.VerifyReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessStoreTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  static ByteBuffer amount(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(0, value);
  }

  static long value(ByteBuffer reply) {
    return reply.order(ByteOrder.LITTLE_ENDIAN).getLong(reply.position());
  }

  @Test
  void aSlotKeepsItsNumberIdentityAndBadgeThroughAKillAndSaysWhatBecameOfIt() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "a");
    Files.writeString(folder.resolve("b.txt"), "b");
    Path pool = folder.resolve("slots.pool");
    byte[] killed;
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).fileRoot("root", folder))) {
      Component holder =
          store.create(
              "holder", spec -> spec.program(CartProgram.class).region("state", 64).file("root", "a.txt", 7).file("root", "b.txt", -9));
      assertThat(holder.resume().entries()).extracting(ResumeAccount.Entry::badge).containsExactly(7L, -9L);
      holder.revoke(1);
      killed = Files.readAllBytes(pool);
    }
    KilledPools.leave(pool, killed);
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().fileRoot("root", folder))) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.ROLLED_BACK);
      assertThat(store.component("holder").resume().entries())
          .extracting(ResumeAccount.Entry::slot, ResumeAccount.Entry::object, ResumeAccount.Entry::badge, ResumeAccount.Entry::outcome)
          .containsExactly(
              tuple(0, "file root/a.txt", 7L, ResumeAccount.Outcome.REOBTAINED),
              tuple(1, "file root/b.txt", -9L, ResumeAccount.Outcome.REVOKED));
    }
  }

  @Test
  void aComponentIsAtItsLastCommittedTurnAfterReopening() {
    Path pool = folder.resolve("tenants.pool");
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(64 * MIB))) {
      Component cart = store.create("cart-42", spec -> spec.program(CartProgram.class).region("state", 64 << 10));
      assertThat(value(cart.invoke(RequestId.of(1), amount(5)))).isEqualTo(5);
      assertThat(value(cart.invoke(RequestId.of(2), amount(7)))).isEqualTo(12);
      cart.hibernate();
      assertThat(cart.isAwake()).isFalse();
    }
    assertThat(StoreVerifier.verify(pool).findings()).isEmpty();
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
    try (ProcessStore store = ProcessStore.open(pool)) {
      Component cart = store.component("cart-42");
      assertThat(value(cart.invoke(RequestId.of(2), amount(7)))).as("a repeat").isEqualTo(12);
      assertThat(value(cart.invoke(RequestId.of(3), amount(1)))).isEqualTo(13);
      assertThatThrownBy(() -> cart.invoke(amount(-1))).isInstanceOf(TurnFailed.class).hasMessageContaining("cart-42");
      assertThat(value(cart.invoke(amount(0)))).isEqualTo(13);
      cart.destroy();
      assertThatThrownBy(() -> cart.invoke(amount(0))).isInstanceOf(NoSuchComponent.class);
      assertThat(store.find("cart-42")).isEmpty();
    }
    VerifyReport report = StoreVerifier.verify(pool);
    assertThat(report.findings()).isEmpty();
    assertThat(report.components()).isZero();
  }
}
