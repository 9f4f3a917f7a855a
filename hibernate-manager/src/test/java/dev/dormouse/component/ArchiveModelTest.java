package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.PoolArchive;
import dev.dormouse.heap.RestorePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterTry;

/**
 * A store that is used, killed, closed, opened with its archive and without, and at every mark what a map had by then: each mark that
 * can be restored has just that; none is made that cannot.
 */
final class ArchiveModelTest {
  private static final int STEPS = 60;
  private static final long MIB = 1 << 20;

  private Path folder;

  /** A mark, and what the components had by then. */
  private record Mark(RestorePoint point, Map<String, Long> had) {}

  @Property(tries = 12)
  void whatIsRestoredIsWhatThereWas(@ForAll long seed) throws IOException {
    folder = Files.createTempDirectory("archive");
    new Walk(new Random(seed)).run();
  }

  @AfterTry
  void delete() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private final class Walk {
    private final Random random;
    private final Path pool = folder.resolve("a.pool");
    private final Path archive = folder.resolve("archive");
    private final JournalOptions journal;
    private final Map<String, Long> model = new TreeMap<>();
    private final List<Mark> marks = new ArrayList<>();
    private ProcessStore store;
    private boolean hasArchive = true;
    private boolean hasBase;
    private int made;
    private int restored;

    Walk(Random random) {
      this.random = random;
      this.journal = new JournalOptions(256 << 10, 32 << 10, 64 << 10, random.nextBoolean());
      this.store =
          ProcessStore.open(pool, StoreOptions.create(MIB).growTo(8 * MIB).medium(FileMedium.JOURNALED).journal(journal.withArchive(archive)));
    }

    void run() {
      try {
        for (int i = 0; i < STEPS; i++) {
          step();
        }
        marks.forEach(this::check);
      } finally {
        store.close();
      }
    }

    private void step() {
      switch (random.nextInt(16)) {
        case 0, 1 -> {
          String name = "c" + made++;
          store.create(name, spec -> spec.program(ScriptProgram.class).region("state", 4096L << random.nextInt(5)));
          model.put(name, 0L);
        }
        case 2 -> {
          if (!model.isEmpty()) {
            String name = any();
            store.component(name).destroy();
            model.remove(name);
          }
        }
        case 3 -> {
          if (hasArchive && !hasBase) {
            assertThatThrownBy(() -> store.mark("nothing")).isInstanceOf(MediaUnavailable.class);
          } else if (hasArchive) {
            marks.add(new Mark(store.mark("m" + marks.size()), new LinkedHashMap<>(model)));
          }
        }
        case 4 -> {
          if (hasArchive) {
            marks.add(new Mark(store.archiveBase(bytes -> {}), new LinkedHashMap<>(model)));
            hasBase = true;
          }
        }
        case 5 -> reopen();
        case 6 -> forget();
        case 7 -> {
          if (!marks.isEmpty()) {
            check(marks.get(random.nextInt(marks.size())));
          }
        }
        default -> add();
      }
    }

    private void add() {
      if (!model.isEmpty()) {
        String name = any();
        long what = random.nextInt(1000);
        ask(store.component(name), "add state 0 " + what);
        model.merge(name, what, Long::sum);
      }
    }

    private String any() {
      return new ArrayList<>(model.keySet()).get(random.nextInt(model.size()));
    }

    private void reopen() {
      if (random.nextBoolean()) {
        store.close();
      } else {
        store.engine().pool().abandon();
      }
      hasArchive = random.nextInt(6) != 0;
      hasBase &= hasArchive;
      StoreOptions options = StoreOptions.existing();
      store = ProcessStore.open(pool, hasArchive ? options.medium(FileMedium.JOURNALED).journal(journal.withArchive(archive)) : options);
    }

    private void forget() {
      int from = random.nextInt(marks.size() + 1);
      if (from < marks.size()) {
        PoolArchive.in(archive).forgetBefore(marks.get(from).point);
        marks.subList(0, from).clear();
      }
    }

    private void check(Mark mark) {
      Path target = folder.resolve("restored-" + restored++);
      ProcessStore.restore(archive, mark.point, target, bytes -> {});
      Map<String, Long> has = new TreeMap<>();
      try (ProcessStore copy = ProcessStore.open(target)) {
        copy.forEach(component -> has.put(component.info().name(), Long.parseLong(ask(component, "get state 0"))));
      }
      assertThat(has).as("at %s", mark.point).isEqualTo(mark.had);
    }
  }
}
