package dev.dormouse.cli.torture;

import com.google.gson.annotations.SerializedName;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.DaxMedia;
import dev.dormouse.heap.EmulatedDaxMedia;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.FlushWay;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.llpl.LlplLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What a pool can lie on whose process is killed. */
public enum TortureMedium {
  /** A mapped file in the working folder. */
  @SerializedName("mapped")
  MAPPED(1, "mapped file on a disk", FileMedium.MAPPED),
  /** A mapped file in a file system that lives in memory. It survives the end of a process, not of the machine. */
  @SerializedName("ram")
  RAM(2, "mapped file on a RAM file system", FileMedium.MAPPED),
  /** A file in the working folder, on persistent memory. */
  @SerializedName("dax")
  DAX(3, "DAX file", FileMedium.DAX),
  /** A mapped file in the working folder, written back line by line as if it were on persistent memory. */
  @SerializedName("emulated_dax")
  EMULATED_DAX(4, "emulated DAX file on a disk", FileMedium.EMULATED_DAX),
  /** A heap of LLPL in the working folder. */
  @SerializedName("llpl")
  LLPL(5, "LLPL heap", FileMedium.LLPL),
  /** A file with a journal in the working folder. */
  @SerializedName("journaled")
  JOURNALED(6, "journaled file on a disk", FileMedium.JOURNALED);

  private static final Path RAM_FILE_SYSTEM = Path.of("/dev/shm");
  private static final long PROBE_BYTES = 1 << 20;

  private final int number;
  private final String description;
  private final FileMedium access;

  TortureMedium(int number, String description, FileMedium access) {
    this.number = number;
    this.description = description;
    this.access = access;
  }

  /** The seed of its part of a run. */
  long seed(long runSeed) {
    return Mix.of(runSeed, number);
  }

  /** The medium and what lies under it. */
  public String describe() {
    return description;
  }

  /** Why a run in that working folder cannot use it; empty if it can. */
  String whyNot(Path folder, long poolBytes) throws IOException {
    return switch (this) {
      case MAPPED, JOURNALED -> whyNotOnDisk(folder);
      case EMULATED_DAX -> whyNotEmulated(folder);
      case RAM -> whyNotInMemory(poolBytes);
      case DAX -> whyNotOnPersistentMemory(folder);
      case LLPL -> LlplLibrary.whatIsMissing();
    };
  }

  private static String whyNotOnDisk(Path folder) throws IOException {
    return isInMemory(folder) ? folder + " lies on a RAM file system; give --dir a folder on a disk" : "";
  }

  /** A system call for each flush would wait for the disk some hundred times in each life. */
  private static String whyNotEmulated(Path folder) throws IOException {
    Optional<String> noInstruction = EmulatedDaxMedia.whyNot(FlushWay.INSTRUCTION);
    Optional<String> noLibrary = EmulatedDaxMedia.whyNot(FlushWay.PMDK);
    return noInstruction.isPresent() && noLibrary.isPresent() ? noInstruction.get() + "; " + noLibrary.get() : whyNotOnDisk(folder);
  }

  private static String whyNotOnPersistentMemory(Path folder) throws IOException {
    Path probe = folder.resolve("dax.probe");
    Files.deleteIfExists(probe);
    try {
      DaxMedia.create(probe, PROBE_BYTES).close();
      return "";
    } catch (MediaUnavailable e) {
      return e.getMessage();
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  private static String whyNotInMemory(long poolBytes) throws IOException {
    if (!Files.isDirectory(RAM_FILE_SYSTEM) || !isInMemory(RAM_FILE_SYSTEM)) {
      return "there is no RAM file system at " + RAM_FILE_SYSTEM;
    }
    if (!Files.isWritable(RAM_FILE_SYSTEM)) {
      return RAM_FILE_SYSTEM + " cannot be written to";
    }
    long free = Files.getFileStore(RAM_FILE_SYSTEM).getUsableSpace();
    return free < poolBytes ? RAM_FILE_SYSTEM + " has " + free + " bytes free, " + poolBytes + " needed" : "";
  }

  private static boolean isInMemory(Path folder) throws IOException {
    String type = Files.getFileStore(folder).type();
    return type.equals("tmpfs") || type.equals("ramfs");
  }

  /** Options to open or make a pool on it. */
  StoreOptions on(StoreOptions options) {
    return options.medium(access);
  }

  /** Where a pool is to lie: a new folder in memory, or the working folder itself. */
  Path newPlace(Path folder) throws IOException {
    return this == RAM ? Files.createTempDirectory(RAM_FILE_SYSTEM, "dormouse-torture-") : folder;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
