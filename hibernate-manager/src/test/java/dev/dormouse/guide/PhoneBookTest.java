package dev.dormouse.guide;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.Turn;
import dev.dormouse.emulation.junit.CrashScenario;
import dev.dormouse.emulation.junit.CrashTest;
import dev.dormouse.heap.Media;
import dev.dormouse.region.tree.RegionTree;
import dev.dormouse.region.tree.RegionTreeCursor;
import dev.dormouse.region.tree.RegionTreeException;
import java.nio.ByteBuffer;

/** The guide's example of a tree in a component. */
class PhoneBookTest {
  private static final int POOL_BYTES = 256 << 10;
  private static final int PAGE_BYTES = 128;

  // region program
  /** Requests: nothing makes an empty book, {@code name=number} enters, {@code name=} strikes out, {@code ?} lists. */
  public static final class PhoneBook implements Program {
    @Override
    public void turn(Turn turn) {
      String request = UTF_8.decode(turn.request()).toString();
      if (request.isEmpty()) {
        RegionTree.format(turn.region("book"), 8, 4, PAGE_BYTES);
      } else if (request.equals("?")) {
        turn.reply(list(RegionTree.open(turn.region("book"))).getBytes(UTF_8));
      } else {
        int equals = request.indexOf('=');
        byte[] name = request.substring(0, equals).getBytes(UTF_8);
        byte[] number = request.substring(equals + 1).getBytes(UTF_8);
        if (number.length == 0) {
          RegionTree.open(turn.region("book")).remove(name);
        } else {
          enter(turn, name, number);
        }
      }
    }

    private static void enter(Turn turn, byte[] name, byte[] number) {
      try {
        RegionTree.open(turn.region("book")).put(name, number);
      } catch (RegionTreeException e) {
        if (e.reason() != RegionTreeException.Reason.FULL) {
          throw e;
        }
        // Nothing was stored. The tree takes up what the region grows by.
        turn.resize("book", 2 * turn.region("book").lengthBytes());
        RegionTree.open(turn.region("book")).put(name, number);
      }
    }

    private static String list(RegionTree book) {
      book.check();
      StringBuilder list = new StringBuilder();
      byte[] name = new byte[book.mostKeyBytes()];
      byte[] number = new byte[book.mostValueBytes()];
      RegionTreeCursor cursor = book.scan(null, null);
      while (cursor.next()) {
        list.append(new String(name, 0, cursor.key(name), UTF_8)).append('=');
        list.append(new String(number, 0, cursor.value(number), UTF_8)).append(' ');
      }
      return list.toString();
    }
  }
  // endregion

  private static String ask(ProcessStore store, String request) {
    return UTF_8.decode(store.component("book").invoke(UTF_8.encode(request))).toString();
  }

  /** A book whose only leaf is full, in a region without another page. */
  private static void make(Media media) {
    try (ProcessStore store = ProcessStore.open(media, StoreOptions.create(POOL_BYTES))) {
      store.create("book", spec -> spec.program(PhoneBook.class).region("book", 2 * PAGE_BYTES)).invoke(ByteBuffer.allocate(0));
      for (String entry : new String[] {"ann=1", "cat=2", "eve=3", "liz=4"}) {
        ask(store, entry);
      }
    }
  }

  // region crash
  @CrashTest(sizeBytes = POOL_BYTES, models = {PX86, EADR, PAGE_CACHE}, images = 24, recoveryImages = 2)
  void anEntryIsThereWholeOrNotAtAllWithThePagesThatItNeeds(CrashScenario crash) {
    crash.prepare(PhoneBookTest::make)
        .open(media -> ProcessStore.open(media, StoreOptions.existing()))
        .step("enter bob, which splits the leaf and resizes the region", book -> ask(book, "bob=5"))
        .step("enter a new number for bob", book -> ask(book, "bob=6"))
        .step("strike out eve", book -> ask(book, "eve="))
        .step("strike out liz, which empties a leaf", book -> ask(book, "liz="))
        .allOrNothing(book -> ask(book, "?"));
  }
  // endregion
}
