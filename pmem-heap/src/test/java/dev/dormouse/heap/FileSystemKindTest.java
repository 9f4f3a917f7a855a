package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pool may promise on a file system, and what is said of it. */
class FileSystemKindTest {
  private static final long SMALL = 1L << 20;
  private static final Path FILE = Path.of("/srv/pools/a.pool");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ext4, '', PROCESS_CRASH, ''",
    "xfs, '', PROCESS_CRASH, ''",
    "fuseblk, '', PROCESS_CRASH, ''",
    "tmpfs, '', VOLATILE, VOLATILE: the pool lies in memory (tmpfs)",
    "ramfs, '', VOLATILE, VOLATILE: the pool lies in memory (ramfs)",
    "rootfs, '', VOLATILE, VOLATILE: the pool lies in memory (rootfs)",
    "overlay, '', PROCESS_CRASH, deleted with the container",
    "overlay, '', PROCESS_CRASH, what that layer lies on cannot be seen from here",
    "overlay, ext4, PROCESS_CRASH, deleted with the container",
    "overlay, tmpfs, VOLATILE, VOLATILE: the pool lies in memory (overlay over tmpfs)",
    "overlay, btrfs, PROCESS_CRASH, the pool lies on btrfs",
    "nfs4, '', PROCESS_CRASH, only one machine may open it",
    "cifs, '', PROCESS_CRASH, only one machine may open it",
    "fuse.sshfs, '', PROCESS_CRASH, only one machine may open it",
    "btrfs, '', PROCESS_CRASH, chattr +C",
    "zfs, '', PROCESS_CRASH, as much space free as the pool is long",
    "bcachefs, '', PROCESS_CRASH, reserve no space",
  })
  void aFileSystemHasAClassAndWhatHasToBeKnownOfIt(String type, String upperType, DurabilityClass durabilityClass, String said) throws IOException {
    FileSystemKind kind = new FileSystemKind(type, upperType);
    assertThat(kind.durabilityClass()).isEqualTo(durabilityClass);
    List<String> notes = kind.notes(Files.createFile(folder.resolve("a")), SMALL);
    if (said.isEmpty()) {
      assertThat(notes).isEmpty();
    } else {
      assertThat(notes).anyMatch(note -> note.contains(said));
    }
  }

  @Test
  void nothingIsSaidOfALayerThatCanBeSeen() {
    assertThat(new FileSystemKind("overlay", "ext4").notes(FILE, SMALL)).singleElement().asString().contains("deleted with the container");
  }

  private static List<String> mounts(String options) {
    return List.of(
        "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard",
        "31 27 0:40 / /srv rw,relatime shared:5 - overlay overlay rw,lowerdir=/lower,upperdir=/hidden,workdir=/w",
        "40 31 0:41 / /srv/pools rw,relatime shared:7 master:1 - overlay overlay rw,lowerdir=/a:/b" + options);
  }

  @Test
  void theUpperLayerOfTheMountThatAFileLiesOnIsFound() {
    assertThat(FileSystemKind.upperFolder(FILE, mounts(",upperdir=/var/my\\040layers/upper,workdir=/w"))).contains(Path.of("/var/my layers/upper"));
    assertThat(FileSystemKind.upperFolder(FILE, mounts(""))).as("read-only").isEmpty();
    assertThat(FileSystemKind.upperFolder(FILE, mounts(",upperdir=upper,workdir=/w"))).as("relative to who knows what").isEmpty();
    assertThat(FileSystemKind.upperFolder(FILE, List.of("nonsense"))).isEmpty();
  }

  @Test
  void thisMachineIsRead() throws IOException {
    Path file = Files.createFile(folder.resolve("b"));
    assertThat(FileSystemKind.of(file).type()).isEqualTo(Files.getFileStore(file).type());
  }
}
