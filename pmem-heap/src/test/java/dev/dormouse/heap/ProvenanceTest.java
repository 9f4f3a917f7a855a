package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.Provenance.AnchorState;
import dev.dormouse.heap.Provenance.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool that was copied, moved, put back or carried elsewhere is told apart from one that was not, and from one that is damaged. */
@Timeout(120)
class ProvenanceTest {
  private static final Geometry SMALL = Geometry.of(128 << 10, 2, 4096, 1);
  private static final MachineIdentity HERE = new MachineIdentity(1, 2);
  private static final Host HOST = new Host(TestPools.BOOT, HERE);

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void make() {
    path = folder.resolve("a.pool");
    try (Pool pool = Pool.create(path, FileMedium.MAPPED, SMALL, HOST, TestPools.nothing())) {
      assertThat(pool.provenance().kinds()).as("never opened").containsExactly(Kind.UNKNOWN);
      pool.begin();
    }
  }

  private static Pool open(Path pool) {
    return Pool.open(pool, FileMedium.MAPPED, HOST);
  }

  private static Provenance look(Path pool) {
    try (Pool open = Pool.openOverlay(pool, HOST)) {
      return open.provenance();
    }
  }

  private static Provenance live(Path pool) {
    try (Pool open = open(pool)) {
      open.begin();
      return open.provenance();
    }
  }

  private byte[] whileOpen() throws IOException {
    try (Pool pool = open(path)) {
      pool.begin();
      return Files.readAllBytes(path);
    }
  }

  @Test
  void itIsWhereItWas() {
    for (int i = 0; i < 3; i++) {
      Provenance found = live(path);
      assertThat(found.kinds()).containsExactly(Kind.SAME);
      assertThat(found.anchor()).isEqualTo(AnchorState.IN_STEP);
      assertThat(found.copiedWhileOpen()).isFalse();
      assertThat(found.recorded().host()).isEqualTo(HOST);
    }
  }

  @Test
  void aKilledProcessLeavesThePoolWhereItWas() {
    for (int i = 0; i < 3; i++) {
      Pool pool = open(path);
      pool.begin();
      pool.abandon();
      assertThat(look(path).kinds()).containsExactly(Kind.SAME);
      assertThat(look(path).copiedWhileOpen()).isFalse();
    }
  }

  @Test
  void aLinkLeadsToTheSameFile() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.pool"), path);
    assertThat(live(link).kinds()).containsExactly(Kind.SAME);
    assertThat(folder.resolve("link.pool.anchor")).doesNotExist();
    assertThat(look(path).kinds()).containsExactly(Kind.SAME);
    Path other = Files.createSymbolicLink(folder.resolve("other"), folder);
    assertThat(live(other.resolve("a.pool")).kinds()).containsExactly(Kind.SAME);
  }

  @Test
  void aMoveInOneFileSystemKeepsTheFile() throws IOException {
    Path moved = Files.move(path, folder.resolve("b.pool"));
    Provenance found = live(moved);
    assertThat(found.kinds()).containsExactly(Kind.RENAMED);
    assertThat(found.anchor()).isEqualTo(AnchorState.NONE);
    assertThat(look(moved).kinds()).containsExactly(Kind.SAME);
  }

  @Test
  void aCopyNamesItsOriginalWhereAnAnchorKnowsIt() throws IOException {
    Path copy = Files.copy(path, folder.resolve("b.pool"));
    assertThat(look(copy).kinds()).containsExactly(Kind.COPIED);
    assertThat(look(copy).sentence()).contains("it is a copy of " + path.toRealPath()).contains("still there");
    Path elsewhere = Files.copy(path, Files.createDirectory(folder.resolve("elsewhere")).resolve("b.pool"));
    assertThat(look(elsewhere).kinds()).containsExactly(Kind.COPIED);
    assertThat(look(elsewhere).sentence()).contains("which of the two cannot be told");
    // With its anchor, as a folder is copied.
    Files.copy(Anchor.pathFor(path), Anchor.pathFor(elsewhere));
    assertThat(look(elsewhere).sentence()).contains("it is a copy of " + path.toRealPath());
    assertThat(look(elsewhere).anchor()).isEqualTo(AnchorState.IN_STEP);
    Files.move(path, folder.resolve("moved-away"));
    assertThat(look(copy).sentence()).contains("which is no more");
    Files.writeString(path, "something else");
    assertThat(look(copy).sentence()).contains("where another file is now");
    live(copy);
    assertThat(look(copy).kinds()).as("at home now").containsExactly(Kind.SAME);
  }

  /** The file system gives the number of a deleted file to the next one; the time of birth tells them apart. */
  @Test
  void aFileThatWasPutInItsPlaceIsAnother() throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    Files.delete(path);
    Files.write(path, bytes);
    assertThat(look(path).kinds()).containsExactly(Kind.REPLACED);
    assertThat(look(path).anchor()).isEqualTo(AnchorState.IN_STEP);
    live(path);
    assertThat(look(path).kinds()).containsExactly(Kind.SAME);
  }

  @Test
  void anOldCopySaysWhichOpeningsAreMissingAndDoesNotRepeatThem() throws IOException {
    byte[] old = Files.readAllBytes(path);
    live(path);
    live(path);
    Files.write(path, old);
    Provenance found = look(path);
    assertThat(found.kinds()).containsExactly(Kind.OLD_COPY);
    assertThat(found.missingOpenings()).isEqualTo(2);
    assertThat(found.sentence()).contains("OLD COPY").contains("openings 2 to 3 are missing");
    assertThat(found.anchor()).isEqualTo(AnchorState.AHEAD);
    try (Pool pool = open(path)) {
      pool.begin();
      assertThat(pool.header().openCount()).isEqualTo(4);
    }
    assertThat(look(path).kinds()).containsExactly(Kind.SAME);
    Files.delete(path);
    Files.write(path, old);
    assertThat(look(path).kinds()).containsExactlyInAnyOrder(Kind.OLD_COPY, Kind.REPLACED);
    assertThat(look(path).missingOpenings()).isEqualTo(3);
  }

  @Test
  void oneOpeningThatIsMissingIsNamed() throws IOException {
    byte[] old = Files.readAllBytes(path);
    live(path);
    Files.write(path, old);
    assertThat(look(path).sentence()).contains("opening 2 is missing");
  }

  @Test
  void whatWasCopiedBeforeTheEndOfItsLastOpeningIsOldAndWasOpen() throws IOException {
    byte[] open = whileOpen();
    Files.write(path, open);
    Provenance found = look(path);
    assertThat(found.kinds()).containsExactly(Kind.OLD_COPY);
    assertThat(found.missingOpenings()).isZero();
    assertThat(found.copiedWhileOpen()).isTrue();
    assertThat(found.sentence()).contains("the end of opening 2");
  }

  @Test
  void aCopyOfAnOpenPoolIsTold() throws IOException {
    Path copy = Files.write(folder.resolve("b.pool"), whileOpen());
    Provenance found = look(copy);
    assertThat(found.copiedWhileOpen()).isTrue();
    assertThat(found.kinds()).containsExactly(Kind.COPIED);
    assertThat(found.sentence()).contains("copied while it was open");
    try (Pool pool = open(copy)) {
      pool.begin();
    }
    assertThat(look(copy).copiedWhileOpen()).isFalse();
  }

  /** The anchor speaks of the newest header; without its newer copy a pool is behind, and not old. */
  @Test
  void aDamagedCopyOfTheHeaderMakesNoOldCopy() throws IOException {
    byte[] sound = Files.readAllBytes(path);
    for (int copy = 0; copy < 2; copy++) {
      byte[] bytes = sound.clone();
      bytes[copy * 4096 + HeaderLayout.SALT] ^= 1;
      Files.write(path, bytes);
      assertThat(look(path).kinds()).as("without copy %d", copy).containsExactly(Kind.SAME);
      assertThat(look(path).copiedWhileOpen()).isFalse();
    }
  }

  @Test
  void anotherMachineIsTold() throws IOException {
    MachineIdentity there = new MachineIdentity(3, 4);
    try (Pool pool = Pool.openOverlay(path, new Host(TestPools.BOOT, there))) {
      assertThat(pool.provenance().kinds()).as("the same file: a disk that was moved").containsExactly(Kind.OTHER_MACHINE);
      assertThat(pool.provenance().sentence()).contains(HERE.toString()).contains(there.toString());
    }
    byte[] bytes = Files.readAllBytes(path);
    Files.delete(path);
    Files.write(path, bytes);
    try (Pool pool = Pool.openOverlay(path, new Host(TestPools.BOOT, there))) {
      assertThat(pool.provenance().kinds()).as("nothing was replaced there").containsExactlyInAnyOrder(Kind.COPIED, Kind.OTHER_MACHINE);
    }
    try (Pool pool = Pool.openOverlay(path, new Host(TestPools.BOOT, MachineIdentity.UNKNOWN))) {
      assertThat(pool.provenance().kinds()).as("unknown is neither").containsExactly(Kind.REPLACED);
    }
  }

  @Test
  void anAnchorThatIsBehindMissingOrOfAnotherPoolDoesNoHarm() throws IOException {
    byte[] anchor = Files.readAllBytes(Anchor.pathFor(path));
    live(path);
    Files.write(Anchor.pathFor(path), anchor);
    assertThat(look(path).kinds()).containsExactly(Kind.SAME);
    assertThat(look(path).anchor()).isEqualTo(AnchorState.BEHIND);
    assertThat(look(path).sentence()).contains("cut short at its beginning or made elsewhere");
    live(path);
    Files.write(Anchor.pathFor(path), anchor);
    assertThat(look(path).sentence()).contains("last 2 openings");
    Files.delete(Anchor.pathFor(path));
    assertThat(look(path).kinds()).containsExactly(Kind.SAME);
    assertThat(look(path).anchor()).isEqualTo(AnchorState.NONE);
    Path other = folder.resolve("other.pool");
    try (Pool pool = Pool.create(other, FileMedium.MAPPED, SMALL, HOST, TestPools.nothing())) {
      pool.begin();
    }
    Files.copy(Anchor.pathFor(other), Anchor.pathFor(path));
    assertThat(look(path).kinds()).containsExactly(Kind.REPLACED);
    assertThat(look(path).anchor()).isEqualTo(AnchorState.OTHER_POOL);
  }

  @Test
  void aTornOrFlippedAnchorIsNotBelieved() throws IOException {
    Path file = Anchor.pathFor(path);
    byte[] whole = Files.readAllBytes(file);
    byte[] old = Files.readAllBytes(path);
    int secondCopy = whole.length / 2;
    int text = new String(whole, 0, secondCopy, StandardCharsets.US_ASCII).indexOf('\0');
    for (int length = 0; length < text; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(look(path).anchor()).as("%d bytes", length).isEqualTo(AnchorState.UNREADABLE);
    }
    for (int bit = 0; bit < text * 8; bit++) {
      byte[] bytes = whole.clone();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, bytes);
      // The other copy may be the one of before the closing.
      assertThat(look(path).anchor()).as("bit %d of one copy", bit).isIn(AnchorState.IN_STEP, AnchorState.BEHIND);
      bytes[secondCopy + bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, bytes);
      assertThat(look(path).anchor()).as("bit %d of both", bit).isEqualTo(AnchorState.UNREADABLE);
    }
    assertThat(look(path).kinds()).containsExactly(Kind.SAME);
    assertThat(look(path).sentence()).contains("is not believed");
    live(path);
    assertThat(look(path).anchor()).isEqualTo(AnchorState.IN_STEP);
    Files.write(path, old);
    assertThat(look(path).kinds()).containsExactly(Kind.OLD_COPY);
  }

  @Test
  void anAnchorThatWouldUseUpAllOpeningsIsNotBelieved() throws IOException {
    Path file = Anchor.pathFor(path);
    String body = Files.readString(file).replaceFirst("(?s)\0.*", "").replaceFirst("openings 1\n", "openings 16777216\n").replaceFirst("crc32c.*\n", "");
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    Files.writeString(file, body + String.format("crc32c 0x%08x%n", crc.getValue()));
    assertThat(look(path).anchor()).isEqualTo(AnchorState.UNREADABLE);
  }

  @Test
  void anAnchorThatCannotBeWrittenIsSaid() throws IOException {
    Files.delete(Anchor.pathFor(path));
    Files.createDirectories(Anchor.pathFor(path).resolve("in the way"));
    try (Pool pool = open(path)) {
      pool.begin();
      assertThat(pool.provenance().sentence()).contains("could not be written");
    }
    assertThat(look(path).anchor()).isEqualTo(AnchorState.UNREADABLE);
  }

  /** Each writing goes over the older copy: where it is torn, the one before it counts. */
  @Test
  void aTornWritingOfAnAnchorLeavesTheOneBefore() throws IOException {
    for (int life = 0; life < 5; life++) {
      byte[] before = Files.readAllBytes(Anchor.pathFor(path));
      try (Pool pool = open(path)) {
        pool.begin();
        byte[] torn = Files.readAllBytes(Anchor.pathFor(path));
        int changed = Arrays.mismatch(before, torn);
        assertThat(changed).isNotNegative();
        int copy = changed / (torn.length / 2) * (torn.length / 2);
        assertThat(Arrays.equals(before, torn.length / 2 - copy, torn.length - copy, torn, torn.length / 2 - copy, torn.length - copy)).isTrue();
        Arrays.fill(torn, copy, copy + 40, (byte) 'x');
        Files.write(Anchor.pathFor(path), torn);
        assertThat(Anchor.read(path, pool.header().uuid())).get().extracting(Anchor::openCount).isEqualTo(pool.header().openCount() - 1);
      }
      assertThat(look(path).anchor()).isEqualTo(AnchorState.IN_STEP);
    }
  }

  @Test
  void aPoolThatIsRenamedWhileItIsOpenIsNotOpenedASecondTime() throws IOException {
    Path renamed = folder.resolve("renamed.pool");
    try (Pool pool = open(path)) {
      pool.begin();
      Files.move(path, renamed);
      assertThatThrownBy(() -> open(renamed)).isInstanceOf(InUse.class).hasMessageContaining("before it was renamed");
    }
    assertThat(look(renamed).kinds()).containsExactly(Kind.RENAMED);
    open(renamed).close();
  }

  @Test
  void aPoolThatIsRenamedWhileAnotherProcessHasItIsNotOpenedASecondTime() throws IOException {
    Path renamed = folder.resolve("renamed.pool");
    Pool left = open(path);
    left.begin();
    left.abandon();
    Files.move(path, renamed);
    // What another process would hold: the lock beside the former name.
    try (PoolLock _ = PoolLock.take(path)) {
      assertThatThrownBy(() -> open(renamed)).isInstanceOf(InUse.class).hasMessageContaining("as " + folder.toRealPath().resolve("a.pool"));
    }
    open(renamed).close();
  }

  @Test
  void aSnapshotOfAnOpenPoolIsACopyOfIt() {
    FileIdentity original = new FileIdentity(12, 99, 3, 1);
    assertThat(new FileIdentity(12, 99, 4, 2).isInSnapshotOf(original)).isTrue();
    assertThat(new FileIdentity(12, 99, 4, 1).isInSnapshotOf(original)).as("the same path: the device has another number").isFalse();
    assertThat(new FileIdentity(12, 99, 3, 2).isInSnapshotOf(original)).as("renamed").isFalse();
  }

  @Test
  void whatIsNoRegularFileHasNoIdentity() {
    assertThat(FileIdentity.of(Path.of("/dev/null"))).isEqualTo(FileIdentity.UNKNOWN);
    assertThat(FileIdentity.of(folder)).isEqualTo(FileIdentity.UNKNOWN);
  }

  @Test
  void aLinkThatIsDeletedTakesItsPoolAlong() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.pool"), path);
    Pool.delete(link);
    assertThat(path).doesNotExist();
    assertThat(Anchor.pathFor(path)).doesNotExist();
  }

  @Test
  void aPathThatNeedsQuotingIsReadBack() throws IOException {
    Path odd = folder.resolve("a b\n100%\u00e9.pool");
    try (Pool pool = Pool.create(odd, FileMedium.MAPPED, SMALL, HOST, TestPools.nothing())) {
      pool.begin();
    }
    assertThat(look(odd).anchor()).isEqualTo(AnchorState.IN_STEP);
    assertThat(look(Files.copy(odd, folder.resolve("b.pool"))).sentence()).contains("it is a copy of " + odd.toRealPath());
  }

  /** An anchor that is longer than what is read of it at first. */
  @Test
  void aLongPathIsReadBack() throws IOException {
    Path deep = folder;
    for (int i = 0; i < 4; i++) {
      deep = deep.resolve("\u00e9".repeat(100));
    }
    Path far = Files.createDirectories(deep).resolve("far.pool");
    try (Pool pool = Pool.create(far, FileMedium.MAPPED, SMALL, HOST, TestPools.nothing())) {
      pool.begin();
    }
    byte[] old = Files.readAllBytes(far);
    assertThat(Files.readString(Anchor.pathFor(far)).indexOf('\0')).isGreaterThan(2048);
    assertThat(live(far).anchor()).isEqualTo(AnchorState.IN_STEP);
    assertThat(look(far).anchor()).as("written over itself").isEqualTo(AnchorState.IN_STEP);
    Files.write(far, old);
    assertThat(look(far).kinds()).containsExactly(Kind.OLD_COPY);
  }

  @Test
  void growingShrinkingAndDeletingKeepTrackOfIt() throws IOException {
    Path growing = folder.resolve("growing.pool");
    Geometry mayGrow = Geometry.of(128 << 10, 4 << 20, 2, 4096, 1);
    try (Pool pool = Pool.create(growing, FileMedium.MAPPED, mayGrow, HOST, TestPools.nothing())) {
      pool.begin();
      assertThat(pool.heap().reserve(512 << 10).lengthBytes()).isPositive();
      assertThat(pool.header().geometry().sizeBytes()).isGreaterThan(512 << 10);
    }
    assertThat(look(growing).kinds()).containsExactly(Kind.SAME);
    byte[] before = Files.readAllBytes(growing);
    Pool.shrink(growing, FileMedium.MAPPED, 256 << 10, HOST);
    assertThat(look(growing).kinds()).containsExactly(Kind.SAME);
    assertThat(look(growing).anchor()).isEqualTo(AnchorState.IN_STEP);
    Files.write(growing, before);
    assertThat(look(growing).kinds()).as("what was there before it was made shorter").containsExactly(Kind.OLD_COPY);
    Pool.delete(growing);
    assertThat(Anchor.pathFor(growing)).doesNotExist();
  }

  @Test
  void aPoolInNoFileIsNowhere() {
    Pool pool = TestPools.inMemory(SMALL);
    pool.begin();
    assertThat(pool.provenance().kinds()).containsExactly(Kind.UNKNOWN);
    assertThat(pool.header().file()).isEqualTo(FileIdentity.UNKNOWN);
    assertThat(pool.header().machine()).isEqualTo(MachineIdentity.UNKNOWN);
  }

  @Test
  void twoCopiesAreOpenAtOnceAndEachHasItsOwnLife() throws IOException {
    Path copy = Files.copy(path, folder.resolve("b.pool"));
    try (Pool one = open(path);
        Pool two = open(copy)) {
      one.begin();
      two.begin();
      assertThat(one.header().uuid()).isEqualTo(two.header().uuid());
      one.media().putLong(SMALL.arenaOffset(), 1);
      two.media().putLong(SMALL.arenaOffset(), 2);
      assertThat(one.media().getLong(SMALL.arenaOffset())).isEqualTo(1);
      assertThatThrownBy(() -> open(path)).isInstanceOf(InUse.class);
      assertThatThrownBy(() -> open(copy)).isInstanceOf(InUse.class);
    }
    assertThat(look(path).kinds()).containsExactly(Kind.SAME);
    assertThat(look(copy).kinds()).containsExactly(Kind.SAME);
  }

  @Test
  void twoCopiesAreOpenAtOnceInTwoProcesses() throws Exception {
    Path copy = Files.copy(path, folder.resolve("b.pool"));
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                PoolTest.Holder.class.getName(),
                copy.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var output = other.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("open");
      assertThat(live(path).kinds()).containsExactly(Kind.SAME);
      assertThatThrownBy(() -> open(copy)).isInstanceOf(InUse.class).hasMessageContaining("process " + other.pid());
    } finally {
      other.destroyForcibly();
      assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(look(copy).copiedWhileOpen()).as("its process was killed").isFalse();
  }

  @Test
  void aFileWithTwoNamesIsRefusedUntilItHasOne() throws IOException {
    Path link = folder.resolve("link.pool");
    try (Pool pool = open(path)) {
      pool.begin();
      Files.createLink(link, path);
      assertThatThrownBy(() -> open(link)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("2 names").hasMessageContaining("delete the other names");
      assertThatThrownBy(() -> look(link)).isInstanceOf(MediaUnavailable.class);
    }
    assertThatThrownBy(() -> open(path)).isInstanceOf(MediaUnavailable.class);
    Files.delete(link);
    assertThat(live(path).kinds()).containsExactly(Kind.SAME);
  }

  @Test
  void filesAreComparedByWhatIsKnown() {
    FileIdentity file = new FileIdentity(7, 100, 1, 50);
    assertThat(file.isSameFileAs(new FileIdentity(7, 100, 2, 51))).as("devices are numbered anew").isTrue();
    assertThat(file.isSameFileAs(new FileIdentity(7, 101, 1, 50))).as("the number of a deleted file").isFalse();
    assertThat(file.isSameFileAs(new FileIdentity(8, 100, 1, 50))).as("some file systems give a file another number each time").isTrue();
    assertThat(file.isSameFileAs(new FileIdentity(8, 100, 1, 51))).isFalse();
    assertThat(file.isSameFileAs(new FileIdentity(8, 101, 1, 50))).isFalse();
    FileIdentity noBirth = new FileIdentity(7, 0, 1, 50);
    assertThat(noBirth.isSameFileAs(new FileIdentity(7, 0, 1, 51))).isTrue();
    assertThat(noBirth.isSameFileAs(new FileIdentity(7, 0, 2, 50))).as("the same path").isTrue();
    assertThat(noBirth.isSameFileAs(new FileIdentity(7, 0, 2, 51))).isFalse();
    assertThat(FileIdentity.UNKNOWN.isSameFileAs(FileIdentity.UNKNOWN)).isFalse();
    assertThat(FileIdentity.of(folder.resolve("nowhere"))).isEqualTo(FileIdentity.UNKNOWN);
  }

  /** The expected words are those of {@code printf 'dormouse machine\0%s' ID | sha256sum}. */
  @Test
  void aMachineIsAHashOfItsNumber() {
    String id = "0123456789abcdef0123456789abcdef";
    assertThat(MachineIdentity.ofId(id)).isEqualTo(new MachineIdentity(0xe932e20514a73f88L, 0x63495ca80b7c11e6L));
    for (String none : new String[] {"", "uninitialized", id + "0", "g123456789abcdef0123456789abcdef"}) {
      assertThat(MachineIdentity.ofId(none)).as(none).isEqualTo(MachineIdentity.UNKNOWN);
    }
    assertThat(MachineIdentity.UNKNOWN.differsFrom(HERE)).isFalse();
    assertThat(HERE.differsFrom(MachineIdentity.UNKNOWN)).isFalse();
    assertThat(HERE.differsFrom(new MachineIdentity(1, 3))).isTrue();
  }
}
