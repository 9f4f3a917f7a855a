package dev.dormouse.emulation.junit;

import java.util.List;
import java.util.Optional;

/**
 * How far the steps had come when the crash came.
 *
 * @param done the steps that had ended, by what they were named, in order
 * @param underWay the step that had begun and not ended; empty if the crash came after the last one
 */
public record CrashProgress(List<Object> done, Optional<Object> underWay) {
  public CrashProgress {
    done = List.copyOf(done);
  }
}
