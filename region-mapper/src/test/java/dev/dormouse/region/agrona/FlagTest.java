package dev.dormouse.region.agrona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which classes need the flag; docs/agrona.md says the same. */
class FlagTest {
  @Test
  void ourBufferAndTheStructuresOverItNeedNoFlag() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                WithoutFlag.class.getName())
            .redirectErrorStream(true)
            .start();
    List<String> lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(child.waitFor()).as("%s", lines).isZero();
    assertThat(lines)
        .containsExactly(
            "works RegionBuffer",
            "works ManyToOneRingBuffer",
            "works OneToOneRingBuffer",
            "works BroadcastTransmitter, BroadcastReceiver, CopyBroadcastReceiver with a scratch buffer",
            "works CountersManager",
            "works RegionCounters",
            "works DistinctErrorLog",
            "works codecs of SBE",
            "works collections",
            "works AsciiSequenceView",
            "works DirectBufferDataInput",
            "works PrintBufferUtil",
            "fails UnsafeBuffer",
            "fails ExpandableArrayBuffer",
            "fails ExpandableDirectByteBuffer",
            "fails ExpandableRingBuffer",
            "fails BufferUtil",
            "fails CopyBroadcastReceiver without one",
            "works AtomicLongPosition",
            "fails OneToOneConcurrentArrayQueue",
            "fails ManyToOneConcurrentArrayQueue",
            "fails ManyToManyConcurrentArrayQueue",
            "fails ManyToOneConcurrentLinkedQueue",
            "require --add-exports java.base/jdk.internal.misc=ALL-UNNAMED: this test needs buffers of Agrona's own, and this JVM was"
                + " started without --add-exports java.base/jdk.internal.misc=ALL-UNNAMED: the first of them would throw"
                + " IllegalAccessError; add the flag to the command line, or use RegionBuffer alone");
  }

  @Test
  void theTestsHaveTheFlag() {
    assertThat(AgronaAccess.isGranted()).isTrue();
    assertThatCode(() -> AgronaAccess.require("this test")).doesNotThrowAnyException();
  }
}
