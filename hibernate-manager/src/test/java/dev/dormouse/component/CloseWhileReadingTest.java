package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.Geometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I8: who looks for a component while another thread closes the store is told that it was closed, wherever the close comes. */
final class CloseWhileReadingTest {
  private static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);

  /** Closes a store in the middle of a reader's work, before the word is read that the count says. */
  private static final class ClosingMedia extends HookedMedia {
    private ProcessStore store;
    private int wordsLeft;

    ClosingMedia() {
      super(CrashMedia.zeroed(SMALL.sizeBytes()));
    }

    void closeBeforeWord(ProcessStore itsStore, int count) {
      store = itsStore;
      wordsLeft = count;
    }

    @Override
    public long getLongAcquire(long offset) {
      if (store != null && wordsLeft-- == 0) {
        ProcessStore closing = store;
        store = null;
        closing.close();
      }
      return super.getLongAcquire(offset);
    }
  }

  private static ProcessStore storeOn(ClosingMedia media) {
    ProcessStore store = ProcessStore.open(media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL));
    store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 256));
    return store;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aFindIsToldSo(int word) {
    ClosingMedia media = new ClosingMedia();
    ProcessStore store = storeOn(media);
    media.closeBeforeWord(store, word);
    assertThatThrownBy(() -> store.find("cart")).isInstanceOf(StoreClosed.class).hasMessageContaining("the store was closed");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aWalkIsToldSo(int word) {
    ClosingMedia media = new ClosingMedia();
    ProcessStore store = storeOn(media);
    media.closeBeforeWord(store, word);
    assertThatThrownBy(() -> store.forEach(component -> {})).isInstanceOf(StoreClosed.class);
  }

  @Test
  void whatTheActionOfAWalkThrowsIsItsOwn() {
    try (ProcessStore store = storeOn(new ClosingMedia())) {
      assertThatThrownBy(
              () ->
                  store.forEach(
                      component -> {
                        throw new IllegalStateException("mine");
                      }))
          .hasMessage("mine");
    }
  }
}
