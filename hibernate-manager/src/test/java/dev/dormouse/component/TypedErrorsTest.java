package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.NotAPool;
import dev.dormouse.heap.OldCopy;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.UnsupportedFormat;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * I8: the errors of docs/errors.md, each with its class, the four parts of its sentence (the object, the fact, what was expected,
 * what to do), and a pool that is unharmed by it.
 */
final class TypedErrorsTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;
  private Path pool;

  @BeforeEach
  void namePool() {
    pool = folder.resolve("a.pool");
  }

  private static void script(ComponentSpec spec) {
    spec.program(ScriptProgram.class).region("state", 64);
  }

  /** A class, and pieces of the sentence in their order: the object, the fact, what was expected, what to do. */
  private static <T extends DormouseException> T requireError(ThrowingCallable call, Class<T> type, String... sentence) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isExactlyInstanceOf(type);
    assertThat(sentence).hasSize(4);
    assertThat(thrown.getMessage()).as("one line").doesNotContain("\n", "\r");
    int at = 0;
    for (String part : sentence) {
      int found = thrown.getMessage().indexOf(part, at);
      assertThat(found).as("'%s' behind byte %d of '%s'", part, at, thrown.getMessage()).isNotNegative();
      at = found + part.length();
    }
    assertThat(thrown.getMessage().substring(0, thrown.getMessage().indexOf(sentence[1]))).as("the object comes first").contains(": ");
    return type.cast(thrown);
  }

  /** Somebody else's component, whose state must be there afterwards. */
  private void madePool() {
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB))) {
      ask(store.create("neighbour", TypedErrorsTest::script), "put state 0 5");
    }
  }

  private void requireUnharmed(Path file) {
    VerifyReport report = StoreVerifier.verify(file);
    assertThat(report.findings()).isEmpty();
    assertThat(report.verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
    try (ProcessStore store = ProcessStore.open(file)) {
      assertThat(ask(store.component("neighbour"), "get state 0")).isEqualTo("5");
    }
  }

  /** Refusals of everything that takes a pool's file change not one byte of it. */
  private <T extends DormouseException> void requireRefused(Path file, Class<T> type, String... sentence) throws IOException {
    byte[] before = Files.readAllBytes(file);
    List<ThrowingCallable> calls =
        List.of(
            () -> ProcessStore.open(file),
            () -> ProcessStore.open(file, StoreOptions.openOrCreate(MIB)),
            () -> ProcessStore.inspect(file),
            () -> ProcessStore.delete(file),
            () -> ProcessStore.shrink(file, StoreOptions.existing(), 512 << 10));
    for (ThrowingCallable call : calls) {
      requireError(call, type, sentence);
      assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }
    assertThat(leftOvers()).isEmpty();
  }

  private List<String> leftOvers() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".creating")).toList();
    }
  }

  @Test
  void anOlderCopyWhereThatIsRefused() throws IOException {
    madePool();
    byte[] old = Files.readAllBytes(pool);
    requireUnharmed(pool);
    Files.write(pool, old);
    OldCopy refused =
        requireError(
            () -> ProcessStore.open(pool, StoreOptions.existing().refuseOldCopies(true)), OldCopy.class, pool + ": ", "OLD COPY", "nothing was changed", "Use the newer one");
    assertThat(refused.missingOpenings()).isEqualTo(1);
    assertThat(Files.readAllBytes(pool)).isEqualTo(old);
  }

  @Test
  void aFileThatIsNoPool() throws IOException {
    for (byte[] bytes : List.of(new byte[0], new byte[1], "a letter".getBytes(StandardCharsets.UTF_8), new byte[200_000])) {
      Files.write(pool, bytes);
      requireRefused(pool, NotAPool.class, "pool " + pool + ": ", "no copy of the header", "begins with DORMOUSE", "nothing was changed");
      requireError(
          () -> StoreVerifier.verify(pool), NotAPool.class, "pool " + pool + ": ", "no copy of the header", "begins with DORMOUSE", "nothing was changed");
    }
  }

  private void setFormat(int major) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(pool.toFile(), "rw")) {
      for (int header = 0; header < 2; header++) {
        byte[] bytes = new byte[256];
        file.seek(header * 4096L);
        file.readFully(bytes);
        Bytes.putShort(bytes, 8, (short) major);
        Bytes.putInt(bytes, 12, new Checksum().ofRecord(bytes, 0, bytes.length, 12));
        file.seek(header * 4096L);
        file.write(bytes);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 0, 999})
  void aNewerAndAnOlderFormat(int major) throws IOException {
    madePool();
    setFormat(major);
    requireRefused(pool, UnsupportedFormat.class, "pool " + pool + ": ", "format " + major + ".0", "this build reads 1.x", "use the version");
    requireError(() -> StoreVerifier.verify(pool), UnsupportedFormat.class, "pool " + pool + ": ", "format " + major + ".0", "this build reads 1.x", "use the version");
    setFormat(1);
    requireUnharmed(pool);
  }

  @Test
  void aPoolThatWasTruncated() throws IOException {
    madePool();
    byte[] whole = Files.readAllBytes(pool);
    Files.write(pool, Arrays.copyOf(whole, (int) MIB - 4096));
    requireRefused(
        pool, Damaged.class, "pool " + pool + ": ", "the file has " + (MIB - 4096) + " bytes", "its header says " + MIB, "restore it");
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(VerifyReport.Verdict.DAMAGED);
    Files.write(pool, whole);
    requireUnharmed(pool);
  }

  @Test
  void aFileThatIsNotThereOrThereAlready() throws IOException {
    requireError(() -> ProcessStore.open(pool), MediaUnavailable.class, "pool " + pool + ": ", "there is no such file", "create the pool first", "or check the path");
    Path lost = folder.resolve("no-such-folder").resolve("a.pool");
    requireError(
        () -> ProcessStore.open(lost, StoreOptions.create(MIB)), MediaUnavailable.class, "pool " + lost + ": ", "cannot be made", "the system said", "the folder must exist");
    assertThat(Files.exists(lost.getParent())).isFalse();
    madePool();
    byte[] before = Files.readAllBytes(pool);
    requireError(
        () -> ProcessStore.open(pool, StoreOptions.create(MIB)), MediaUnavailable.class, "pool " + pool + ": ", "there is a file of that name already", "open it", "or delete it first");
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    requireUnharmed(pool);
  }

  @Test
  void aSecondOpenerInThisProcess() throws IOException {
    madePool();
    try (ProcessStore store = ProcessStore.open(pool)) {
      String me = "process " + ProcessHandle.current().pid();
      requireRefused(pool, InUse.class, "pool " + pool + ": ", "in use by " + me, "one opener at a time", "close it there first");
      requireError(() -> StoreVerifier.verify(pool), InUse.class, "pool " + pool + ": ", "in use by " + me, "one opener at a time", "close it there first");
      assertThat(ask(store.component("neighbour"), "get state 0")).isEqualTo("5");
    }
    requireUnharmed(pool);
  }

  /** Opens a pool, says so, and closes it when it is told to. */
  public static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (ProcessStore store = ProcessStore.open(Path.of(arguments[0]))) {
        ask(store.component("neighbour"), "put state 0 6");
        System.out.write('+');
        System.out.flush();
        while (System.in.read() != '-') {
          // On.
        }
        ask(store.component("neighbour"), "put state 0 5");
      }
    }
  }

  @Test
  void aSecondOpenerInAnotherProcess() throws IOException, InterruptedException {
    madePool();
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                pool.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      InputStream said = other.getInputStream();
      assertThat(said.read()).as("what the other process says first").isEqualTo('+');
      requireRefused(pool, InUse.class, "pool " + pool + ": ", "in use by process " + other.pid() + " of user", "one opener at a time", "close it there first");
      requireError(
          () -> StoreVerifier.verify(pool), InUse.class, "pool " + pool + ": ", "in use by process " + other.pid() + " of user", "one opener at a time", "close it there first");
      other.getOutputStream().write('-');
      other.getOutputStream().flush();
      assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(other.exitValue()).isZero();
    } finally {
      other.destroyForcibly();
    }
    requireUnharmed(pool);
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }

  /** Makes a file or folder read-only, also for a user whom rights do not stop; false where the system lets us do neither. */
  private static boolean protect(Path what) throws IOException, InterruptedException {
    Files.setPosixFilePermissions(what, PosixFilePermissions.fromString(Files.isDirectory(what) ? "r-xr-xr-x" : "r--r--r--"));
    if (!Files.isWritable(what)) {
      return true;
    }
    if (!run("mount", "--bind", what.toString(), what.toString())) {
      return false;
    }
    if (run("mount", "-o", "remount,bind,ro", what.toString())) {
      return true;
    }
    run("umount", what.toString());
    return false;
  }

  private static void unprotect(Path what) throws IOException, InterruptedException {
    run("umount", what.toString());
    Files.setPosixFilePermissions(what, PosixFilePermissions.fromString(Files.isDirectory(what) ? "rwxr-xr-x" : "rw-r--r--"));
  }

  @Test
  void aReadOnlyFileOrFolder() throws IOException, InterruptedException {
    madePool();
    boolean readOnlyFile = protect(pool);
    try {
      assumeTrue(readOnlyFile, "neither rights nor a mount make a file read-only for this user");
      byte[] before = Files.readAllBytes(pool);
      requireError(() -> ProcessStore.open(pool), MediaUnavailable.class, "pool " + pool + ": ", "cannot be opened", "the system said", "");
      assertThat(StoreVerifier.verify(pool).verdict()).as("who only reads may").isEqualTo(VerifyReport.Verdict.CLEAN);
      try (ProcessStore store = ProcessStore.inspect(pool)) {
        assertThat(ask(store.component("neighbour"), "add state 0 1")).isEqualTo("6");
      }
      assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    } finally {
      unprotect(pool);
    }
    requireUnharmed(pool);
    Path shut = Files.createDirectory(folder.resolve("shut"));
    Path inside = shut.resolve("inside.pool");
    Files.copy(pool, inside);
    boolean readOnlyFolder = protect(shut);
    try {
      assumeTrue(readOnlyFolder, "neither rights nor a mount make a folder read-only for this user");
      Path fresh = shut.resolve("new.pool");
      requireError(
          () -> ProcessStore.open(fresh, StoreOptions.create(MIB)), MediaUnavailable.class, "pool " + fresh + ": ", "lock file", "the system said", "writable");
      requireError(() -> ProcessStore.open(inside), MediaUnavailable.class, "pool " + inside + ": ", "lock file", "the system said", "writable");
    } finally {
      unprotect(shut);
    }
    requireUnharmed(inside);
    try (Stream<Path> files = Files.list(shut)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("inside.pool", "inside.pool.lock", "inside.pool.anchor");
    }
  }

  /** A RAM file system of that size, where the system lets us mount one. */
  private void onASmallDisk(String size, Consumer<Path> what) throws IOException, InterruptedException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.toString()), "this user may not mount a small disk");
    try {
      what.accept(disk);
    } finally {
      assertThat(run("umount", disk.toString())).isTrue();
    }
  }

  @Test
  void aFullDiskAtMakingAPool() throws IOException, InterruptedException {
    onASmallDisk(
        "1m",
        disk -> {
          Path large = disk.resolve("large.pool");
          requireError(() -> ProcessStore.open(large, StoreOptions.create(4 * MIB)), PoolFull.class, "pool " + large + ".creating: ", "writing 4194304 bytes failed", "the file was deleted again", "free some disk space");
          assertThat(disk.toFile().list()).as("what is left of it").containsOnly("large.pool.lock");
          try (ProcessStore store = ProcessStore.open(large, StoreOptions.create(512 << 10))) {
            ask(store.create("neighbour", TypedErrorsTest::script), "put state 0 5");
          }
          requireUnharmed(large);
        });
  }

  @Test
  void aFullDiskWhileAPoolGrowsInATurn() throws IOException, InterruptedException {
    onASmallDisk(
        "3m",
        disk -> {
          Path growing = disk.resolve("growing.pool");
          try (ProcessStore store = ProcessStore.open(growing, StoreOptions.create(MIB).growTo(16 * MIB))) {
            ask(store.create("neighbour", TypedErrorsTest::script), "put state 0 5");
            Component cart = store.create("cart", TypedErrorsTest::script);
            for (String script : List.of("put state 0 6; attach more 4000000", "put state 0 6; attach a 1500000; fill a 1; attach b 1500000", "put state 0 6; resize state 5000000")) {
              Throwable thrown = catchThrowable(() -> ask(cart, script));
              assertThat(thrown).isInstanceOf(TurnFailed.class).hasMessageContaining("component cart").hasMessageContaining("rolled back");
              assertThat(thrown.getCause()).isInstanceOf(PoolFull.class).hasMessageContaining("growing.pool");
              assertThat(ask(cart, "get state 0")).isEqualTo("0");
            }
            requireError(
                () -> store.create("large", spec -> spec.program(ScriptProgram.class).region("state", 5_000_000)), PoolFull.class, "pool " + growing + ": ", "growing it from", "it stays as it was", "free some disk space");
            assertThat(store.find("large")).isEmpty();
            assertThat(ask(cart, "attach small 300000; fill small 3; get state 0")).isEqualTo("0");
          }
          requireUnharmed(growing);
        });
  }

  /** Runs something on a store with a component, and proves afterwards that nothing was harmed. */
  private void onAStore(Consumer<ProcessStore> what) {
    madePool();
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().awake(4))) {
      int lanes = store.engine().freeLanes();
      what.accept(store);
      assertThat(store.engine().freeLanes()).as("lanes that were given back").isEqualTo(lanes);
    }
    requireUnharmed(pool);
  }

  @Test
  void namesThatCannotBe() {
    onAStore(
        store -> {
          Map<String, String> names =
              Map.of(
                  "", "of 0 bytes",
                  "x".repeat(1025), "of 1025 characters",
                  "x".repeat(100_000_000), "of 100000000 characters",
                  "\u00e4".repeat(513), "of 1026 bytes",
                  "\ud800", "is not valid Unicode",
                  "a\udc00b", "is not valid Unicode",
                  "\udc00\ud800", "is not valid Unicode");
          names.forEach(
              (name, fact) -> {
                List<ThrowingCallable> calls =
                    List.of(
                        () -> store.create(name, TypedErrorsTest::script),
                        () -> store.find(name),
                        () -> store.component(name),
                        () -> store.create("good", spec -> spec.program(ScriptProgram.class).region(name, 64)),
                        () -> store.createDataspace(name, 64, view -> {}),
                        () -> StoreOptions.existing().fileRoot(name, folder));
                for (ThrowingCallable call : calls) {
                  Throwable thrown = catchThrowable(call);
                  assertThat(thrown).isExactlyInstanceOf(InvalidName.class).hasMessageContaining(fact).hasMessageContaining("expected; choose another name");
                  assertThat(thrown.getMessage().length()).as("the name is not in it").isLessThan(300);
                }
              });
          assertThat(store.find("good")).isEmpty();
        });
  }

  @Test
  void namesWithControlCharactersAreNamesAndNoMessageIsTornByThem() {
    onAStore(
        store -> {
          for (String name : List.of("\0", "a\nb", "a\r\nb", "\u001b[31m", "\u0085", "\u009b", "tab\t")) {
            Component component = store.create(name, TypedErrorsTest::script);
            assertThat(component.name()).isEqualTo(name);
            assertThat(store.component(name)).isEqualTo(component);
            for (Throwable thrown :
                List.of(
                    catchThrowable(() -> store.create(name, TypedErrorsTest::script)),
                    catchThrowable(() -> ask(component, "throw " + name.replace(' ', '_'))),
                    catchThrowable(() -> store.component("not " + name)))) {
              assertThat(thrown).isInstanceOf(DormouseException.class);
              assertThat(thrown.getMessage().chars()).noneMatch(Character::isISOControl);
              assertThat(thrown).hasMessageContaining(String.format("\\u%04x", name.chars().filter(Character::isISOControl).findFirst().orElseThrow()));
            }
          }
        });
  }

  public abstract static class AbstractProgram implements Program {}

  public static final class DemandingProgram implements Program {
    public DemandingProgram(String something) {
      assertThat(something).isNotNull();
    }

    @Override
    public void turn(Turn turn) {}
  }

  public static final class BrokenProgram implements Program {
    public BrokenProgram() {
      throw new IllegalStateException("broken\nin two");
    }

    @Override
    public void turn(Turn turn) {}
  }

  public static final class ErrorProgram implements Program {
    public ErrorProgram() {
      throw new StackOverflowError("deep");
    }

    @Override
    public void turn(Turn turn) {}
  }

  public static final class StaticProgram implements Program {
    static final int NUMBER = Integer.parseInt("no number");

    @Override
    public void turn(Turn turn) {
      turn.reply(NUMBER);
    }
  }

  public static final class ShyProgram implements Program {
    @Override
    public void turn(Turn turn) {}

    @Override
    public int stateVersion() {
      throw new IllegalStateException("I do not know");
    }
  }

  @Test
  void programsThatCannotBeMade() {
    onAStore(
        store -> {
          Map<Class<? extends Program>, String[]> programs =
              Map.of(
                  AbstractProgram.class, new String[] {"it is abstract", "can be instantiated is expected", "name one that extends it"},
                  Program.class, new String[] {"it is abstract", "can be instantiated is expected", "name one that extends it"},
                  DemandingProgram.class, new String[] {"no constructor without parameters", "is expected", "give it one"},
                  BrokenProgram.class, new String[] {"its constructor threw", "an instance was expected", "mend it"},
                  ErrorProgram.class, new String[] {"its constructor threw", "an instance was expected", "mend it"},
                  ShyProgram.class, new String[] {"its stateVersion() threw", "an answer was expected", "mend it"});
          programs.forEach(
              (program, sentence) ->
                  requireError(
                      () -> store.create("cart", spec -> spec.program(program)), ProgramUnavailable.class, "program " + program.getName() + ": ", sentence[0], sentence[1], sentence[2]));
          for (int i = 0; i < 2; i++) {
            // The second time the JVM says only that it tried before.
            assertThatThrownBy(() -> store.create("cart", spec -> spec.program(StaticProgram.class)))
                .isExactlyInstanceOf(ProgramUnavailable.class)
                .hasMessageContaining(StaticProgram.class.getName())
                .hasMessageContaining("start another JVM");
          }
          requireError(() -> store.create("cart", spec -> {}), ProgramUnavailable.class, "component cart: ", "has no program", "a class is expected", "program(...)");
          assertThat(store.find("cart")).isEmpty();
        });
  }

  /** Sees only some classes, or others than those that were there when the component was made. */
  private static final class PartLoader extends ClassLoader {
    private final Map<String, byte[]> others;
    private final List<String> missing;

    PartLoader(Map<String, byte[]> others, String... missing) {
      super(TypedErrorsTest.class.getClassLoader());
      this.others = others;
      this.missing = List.of(missing);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (missing.contains(name)) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = others.get(name);
      if (bytes == null) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : defineClass(name, bytes, 0, bytes.length);
    }
  }

  /** The bytes of one class under the name of another of the same length. */
  private static byte[] renamed(Class<?> from, Class<?> to) throws IOException {
    String path = from.getName().replace('.', '/');
    byte[] bytes;
    try (InputStream in = from.getClassLoader().getResourceAsStream(path + ".class")) {
      bytes = in.readAllBytes();
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(from.getName()).hasSameSizeAs(to.getName());
    return text.replace(path, to.getName().replace('.', '/')).replace(from.getSimpleName(), to.getSimpleName()).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytesOf(Class<?> type) throws IOException {
    return renamed(type, type);
  }

  public static final class GoodProgram implements Program {
    @Override
    public void turn(Turn turn) {
      turn.reply(turn.region(0).getLong(0));
    }
  }

  public static final class GoodStatics implements Program {
    static final int NUMBER = Integer.parseInt("no number");

    @Override
    public void turn(Turn turn) {
      turn.reply(NUMBER);
    }
  }

  /** As long a name as {@link GoodProgram}, and no program. */
  public static final class NotAProgram {}

  @Test
  void programsThatCannotBeHadAnyMore() throws IOException {
    madePool();
    String good = GoodProgram.class.getName();
    try (ProcessStore store = ProcessStore.open(pool)) {
      store.create("cart", spec -> spec.program(GoodProgram.class).region("state", 64));
    }
    Map<ClassLoader, String[]> loaders =
        Map.of(
            new PartLoader(Map.of(), good), new String[] {"cannot be loaded", "class path of this JVM is expected", "add it"},
            new PartLoader(Map.of(good, renamed(NotAProgram.class, GoodProgram.class))), new String[] {"is no " + Program.class.getName(), "which was expected", "give the store"},
            new PartLoader(Map.of(good, renamed(GoodStatics.class, GoodProgram.class))), new String[] {"its static initialiser threw", "will not try again", "start another JVM"},
            new PartLoader(Map.of(good, new byte[] {1, 2, 3})), new String[] {"cannot be loaded", "is expected", "add it"},
            new PartLoader(Map.of(good, bytesOf(GoodProgram.class))), new String[0]);
    for (Map.Entry<ClassLoader, String[]> loader : loaders.entrySet()) {
      try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().classLoader(loader.getKey()))) {
        Component cart = store.component("cart");
        String[] sentence = loader.getValue();
        if (sentence.length == 0) {
          assertThat(ProcessStoreTest.value(cart.invoke(ByteBuffer.allocate(0)))).isZero();
        } else {
          requireError(() -> cart.invoke(ByteBuffer.allocate(0)), ProgramUnavailable.class, "program " + good + ": ", sentence[0], sentence[1], sentence[2]);
          assertThat(cart.info().program()).isEqualTo(good);
        }
      }
      requireUnharmed(pool);
    }
  }

  /** A program whose version a test decides. */
  public static final class VersionedProgram implements Program {
    static volatile int version;
    static volatile int accepted;

    @Override
    public void turn(Turn turn) {
      if (turn.request().hasRemaining()) {
        assertThat(turn.stateVersion()).isEqualTo((int) turn.request().get());
        turn.adoptStateVersion();
        assertThat(turn.stateVersion()).isEqualTo(version);
        if (turn.request().hasRemaining()) {
          throw new IllegalStateException("after all not");
        }
      }
      turn.reply(turn.stateVersion());
    }

    @Override
    public int stateVersion() {
      return version;
    }

    @Override
    public boolean acceptsStateVersion(int other) {
      if (accepted == -1) {
        throw new IllegalStateException("cannot tell");
      }
      return other == accepted;
    }
  }

  private long askVersion(int version, int accepted, int... request) {
    VersionedProgram.version = version;
    VersionedProgram.accepted = accepted;
    ByteBuffer bytes = ByteBuffer.allocate(request.length);
    for (int i = 0; i < request.length; i++) {
      bytes.put(i, (byte) request[i]);
    }
    try (ProcessStore store = ProcessStore.open(pool)) {
      return ProcessStoreTest.value(store.component("cart").invoke(bytes));
    }
  }

  @Test
  void aProgramOfAnotherVersion() {
    madePool();
    VersionedProgram.version = 3;
    try (ProcessStore store = ProcessStore.open(pool)) {
      store.create("cart", spec -> spec.program(VersionedProgram.class).region("state", 64).region("more", 64));
    }
    assertThat(askVersion(3, 0)).isEqualTo(3);
    StateVersionMismatch mismatch =
        requireError(
            () -> askVersion(4, 2), StateVersionMismatch.class, "component cart: ", "written by version 3", "version 4 is here and does not accept that", "acceptsStateVersion(3)");
    assertThat(mismatch.recorded()).isEqualTo(3);
    assertThat(mismatch.expected()).isEqualTo(4);
    assertThatThrownBy(() -> askVersion(4, -1)).isExactlyInstanceOf(ProgramUnavailable.class).hasMessageContaining("acceptsStateVersion(3) threw");
    assertThat(askVersion(3, 0)).as("the old program still runs").isEqualTo(3);
    assertThat(askVersion(4, 3)).as("accepted, and not adopted").isEqualTo(3);
    assertThatThrownBy(() -> askVersion(4, 3, 3, 0)).as("adopted in a turn that fails").isExactlyInstanceOf(TurnFailed.class);
    assertThat(askVersion(4, 3)).isEqualTo(3);
    assertThat(askVersion(4, 3, 3)).as("adopted").isEqualTo(4);
    assertThat(askVersion(4, 0)).isEqualTo(4);
    requireError(() -> askVersion(3, 0), StateVersionMismatch.class, "component cart: ", "written by version 4", "version 3 is here", "run it with");
    assertThat(askVersion(Integer.MIN_VALUE, 4, 4)).isEqualTo(Integer.MIN_VALUE);
    assertThat(askVersion(Integer.MIN_VALUE, 0)).isEqualTo(Integer.MIN_VALUE);
    requireUnharmed(pool);
  }

  @Test
  void aProgramThatThrows() {
    onAStore(
        store -> {
          Component cart = store.create("cart", TypedErrorsTest::script);
          requireError(() -> ask(cart, "put state 0 9; throw oops"), TurnFailed.class, "component cart: ", "its program threw", "oops", "the turn is rolled back");
          assertThatThrownBy(() -> ask(cart, "put state 0 9; error oops")).isInstanceOf(AssertionError.class).hasMessage("oops");
          assertThat(ask(cart, "get state 0")).isEqualTo("0");
        });
  }

  @Test
  void requestsAndRepliesThatAreTooLarge() {
    onAStore(
        store -> {
          Component cart = store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 64).outcomes(2, 8).quota(100_000));
          requireError(() -> ask(cart, 1, "put state 0 9; pad 9"), ReplyTooLarge.class, "component cart: ", "has 9 bytes", "outcomes of 8 bytes", "outcomes(2, 9)");
          assertThat(ask(cart, "get state 0")).as("the turn was undone").isEqualTo("0");
          assertThat(ask(cart, " ".repeat(20_000_000) + "get state 0")).as("a request may be of any length").isEqualTo("0");
          assertThat(ask(cart, "pad 20000000")).as("a reply without an id, too").hasSize(20_000_000);
          Map<String, RegionException.Reason> scripts =
              Map.of(
                  "attach more 100000", RegionException.Reason.QUOTA_EXCEEDED,
                  "resize state 100000", RegionException.Reason.QUOTA_EXCEEDED,
                  "attach more 9223372036854775807", RegionException.Reason.INVALID_RANGE,
                  "attach more 0", RegionException.Reason.INVALID_RANGE,
                  "map more 4611686018427387904", RegionException.Reason.OVERLAP,
                  "resize state -1", RegionException.Reason.INVALID_RANGE);
          scripts.forEach(
              (script, reason) -> {
                Throwable thrown = catchThrowable(() -> ask(cart, "put state 0 9; " + script));
                assertThat(thrown).isExactlyInstanceOf(TurnFailed.class);
                assertThat(thrown.getCause()).isInstanceOfSatisfying(RegionException.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason));
              });
          Component rich = store.create("rich", TypedErrorsTest::script);
          assertThatThrownBy(() -> ask(rich, "put state 0 9; attach more 10000000")).hasCauseInstanceOf(PoolFull.class);
          List<Component> all = new ArrayList<>(List.of(cart, rich));
          all.forEach(component -> assertThat(ask(component, "get state 0")).isEqualTo("0"));
        });
  }
}
