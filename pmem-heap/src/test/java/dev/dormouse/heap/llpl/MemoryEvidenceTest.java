package dev.dormouse.heap.llpl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Persistent is what the kernel says is; where it says nothing, or something unknown, it is not. */
class MemoryEvidenceTest {
  private static final String MAPPINGS =
      """
      7f0000000000-7f0000200000 rw-s 00000000 103:02 12                        /mnt/pmem/a.pool
      Size:               2048 kB
      THPeligible:           0
      VmFlags: rd wr sh mr mw me ms sf mm hg sd
      7f0000200000-7f0000400000 rw-s 00000000 fe:00 13                         /srv/b.pool
      Size:               2048 kB
      VmFlags: rd wr sh mr mw me ms sd
      ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
      VmFlags: ex sf
      """;

  @TempDir Path folder;

  @Test
  void onlyAMappingThatTheKernelMarksIsSynchronous() {
    List<String> lines = MAPPINGS.lines().toList();
    assertThat(MemoryEvidence.isSynchronous(lines, 0x7f0000000000L)).isTrue();
    assertThat(MemoryEvidence.isSynchronous(lines, 0x7f00001fffffL)).isTrue();
    assertThat(MemoryEvidence.isSynchronous(lines, 0x7f0000200000L)).isFalse();
    assertThat(MemoryEvidence.isSynchronous(lines, 0x7effffffffffL)).isFalse();
    assertThat(MemoryEvidence.isSynchronous(lines, 0xffffffffff600000L)).isTrue();
    assertThat(MemoryEvidence.isSynchronous(List.of(), 0)).isFalse();
  }

  @Test
  void theMappingsOfThisProcessCanBeReadAndNoneOfThemIsSynchronous() throws IOException {
    Path mappings = Path.of("/proc/self/smaps");
    List<String> lines = Files.isReadable(mappings) ? Files.readAllLines(mappings) : MAPPINGS.lines().skip(4).limit(3).toList();
    assertThat(lines).anyMatch(line -> line.startsWith("VmFlags:"));
    long first = Long.parseUnsignedLong(lines.getFirst().substring(0, lines.getFirst().indexOf('-')), 16);
    assertThat(MemoryEvidence.isSynchronous(lines, first)).isFalse();
  }

  @Test
  void anOrdinaryFileIsNotPersistentMemoryAndNeitherIsWhatCannotBeAsked() throws IOException {
    Path file = Files.write(folder.resolve("a.pool"), new byte[8192]);
    assertThat(MemoryEvidence.isPersistent(file, 0)).isFalse();
    assertThat(MemoryEvidence.isPersistent(folder.resolve("nothing"), 0)).isFalse();
    assertThat(MemoryEvidence.isPersistent(Path.of("/dev/dax-that-is-not-there"), 0)).isFalse();
  }

  /** Device DAX is also how the kernel hands out memory that is not persistent at all. */
  @Test
  void aDeviceIsPersistentWhereItsRegionHasADomainOfPersistence() throws IOException {
    Path region = Files.createDirectories(folder.resolve("devices/ndbus0/region0"));
    Path device = Files.createDirectories(region.resolve("dax0.1/dax/dax0.1"));
    Path other = Files.createDirectories(folder.resolve("devices/platform/hmem.0/dax1.0"));
    Path chars = Files.createDirectories(folder.resolve("dev/char"));
    Path entry = Files.createSymbolicLink(chars.resolve("252:1"), device);
    Path without = Files.createSymbolicLink(chars.resolve("252:2"), other);
    for (String domain : new String[] {"cpu_cache\n", "memory_controller\n"}) {
      Files.writeString(region.resolve("persistence_domain"), domain);
      assertThat(MemoryEvidence.isInPersistentRegion(entry)).as(domain).isTrue();
    }
    for (String domain : new String[] {"\n", "unknown\n", ""}) {
      Files.writeString(region.resolve("persistence_domain"), domain);
      assertThat(MemoryEvidence.isInPersistentRegion(entry)).as(domain).isFalse();
    }
    assertThat(MemoryEvidence.isInPersistentRegion(without)).isFalse();
  }

  @Test
  void whereFlushesDoNothingNothingIsProven() {
    assertThat(MemoryEvidence.flushesAreDone(Map.of())).isTrue();
    assertThat(MemoryEvidence.flushesAreDone(Map.of("PMEM_NO_FLUSH", "0"))).isTrue();
    assertThat(MemoryEvidence.flushesAreDone(Map.of("PMEM_NO_FLUSH", "1"))).isFalse();
  }
}
