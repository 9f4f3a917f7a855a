package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.dormouse.heap.EmulatedDaxMedia;
import dev.dormouse.heap.FlushWay;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of media, for each way in which lines can be written back. Skipped where this machine or JVM has not got one. */
class EmulatedDaxMediaContractTest {
  @TempDir Path folder;

  abstract class Contract extends MediaContractTest {
    abstract FlushWay way();

    @Override
    Media zeroed() {
      assumeThat(EmulatedDaxMedia.whyNot(way())).isEmpty();
      return EmulatedDaxMedia.create(folder.resolve(way() + ".pool"), SIZE, way());
    }

    @Test
    void isReadAsAMappedFileAndTheOtherWayRound() {
      Path path = folder.resolve("again.pool");
      try (Media written = EmulatedDaxMedia.create(path, SIZE, way())) {
        written.putLong(4093, 77);
        written.persist(4093, Long.BYTES);
      }
      try (Media mapped = MappedMedia.open(path, SIZE)) {
        assertThat(mapped.getLong(4093)).isEqualTo(77);
        mapped.putLong(0, 78);
      }
      try (Media opened = EmulatedDaxMedia.open(path, SIZE, way())) {
        assertThat(opened.getLong(0)).isEqualTo(78);
      }
    }

    @Test
    void refusesAFlushAfterItsClose() {
      Media media = EmulatedDaxMedia.create(folder.resolve("closed.pool"), SIZE, way());
      media.close();
      assertThatThrownBy(() -> media.persist(0, SIZE)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Nested
  class ByInstruction extends Contract {
    @Override
    FlushWay way() {
      return FlushWay.INSTRUCTION;
    }
  }

  @Nested
  class ByPmdk extends Contract {
    @Override
    FlushWay way() {
      return FlushWay.PMDK;
    }
  }

  @Nested
  class BySystemCalls extends Contract {
    @Override
    FlushWay way() {
      return FlushWay.FORCE;
    }
  }
}
