package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where mapping fails by an Error, as it does where a page cannot be had, nothing is left behind. */
class PoolFilesTest {
  private static final int SIZE = 8192;

  @TempDir Path folder;
  private final List<Arena> arenas = new ArrayList<>();
  private final List<PoolFile> files = new ArrayList<>();

  private MappedMedia fail(PoolFile file, Arena arena) {
    files.add(file);
    arenas.add(arena);
    throw new InternalError("a fault occurred in an unsafe memory access operation");
  }

  private void everythingIsClosed() {
    assertThat(arenas).singleElement().satisfies(arena -> assertThat(arena.scope().isAlive()).isFalse());
    assertThat(files).singleElement().satisfies(file -> assertThat(file.channel().isOpen()).isFalse());
  }

  @Test
  void aFileThatCannotBeMappedIsClosed() throws IOException {
    Path path = Files.write(folder.resolve("a"), new byte[SIZE]);
    assertThatThrownBy(() -> PoolFiles.open(path, SIZE, this::fail)).isInstanceOf(InternalError.class);
    everythingIsClosed();
    assertThat(path).hasSize(SIZE);
  }

  @Test
  void aNewFileThatCannotBeMappedIsDeleted() {
    Path path = folder.resolve("b");
    assertThatThrownBy(() -> PoolFiles.create(path, SIZE, _ -> {}, this::fail)).isInstanceOf(InternalError.class);
    everythingIsClosed();
    assertThat(path).doesNotExist();
  }

  @Test
  void aDiskThatRefusesPagesIsATypedError() {
    assertThatThrownBy(
            () ->
                ForcedPages.write(
                    "a.pool",
                    () -> {
                      throw new UncheckedIOException(new IOException("Input/output error"));
                    }))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("a.pool: the system could not write it to the disk: Input/output error");
  }
}
