package dev.dormouse.cli.mailbox;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** The process that is killed: does one operation after the other, and says which is committed. */
final class MailboxWorker {
  static final String COMPONENT = "mailbox";
  static final long POOL_BYTES = 1 << 20;

  private MailboxWorker() {}

  public static void main(String[] arguments) {
    try (ProcessStore store = ProcessStore.open(Path.of(arguments[0]), StoreOptions.existing())) {
      Component mailbox = store.component(COMPONENT);
      ByteBuffer nothing = ByteBuffer.allocate(0);
      while (true) {
        // With a full stop, so that a line which the kill has cut is known.
        System.out.println(mailbox.invoke(nothing).order(ByteOrder.LITTLE_ENDIAN).getLong() + ".");
      }
    }
  }
}
