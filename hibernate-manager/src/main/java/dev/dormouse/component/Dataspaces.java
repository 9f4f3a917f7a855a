package dev.dormouse.component;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Holder;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionRights;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Makes dataspaces of the store and destroys them; each is one epoch. */
final class Dataspaces {
  private final Engine engine;
  private final Media media;
  private final DataspaceTable table;

  Dataspaces(Engine engine) {
    this.engine = engine;
    this.media = engine.media();
    this.table = engine.dataspaceTable();
  }

  DataspaceInfo create(String name, long lengthBytes, Consumer<Region> content) {
    Names.encode("dataspace name", name);
    if (lengthBytes <= 0 || lengthBytes > media.sizeBytes()) {
      throw new RegionException(
          RegionException.Reason.INVALID_RANGE,
          "dataspace " + name + " of " + lengthBytes + " bytes: at least 1 and at most the pool's " + media.sizeBytes() + " expected");
    }
    Epoch epoch = engine.leaseForCreation();
    ReentrantLock lock = null;
    try {
      int symbol = engine.symbols().intern("dataspace", name);
      lock = table.lock(DataspaceTable.lockIndexOf(symbol));
      refuseIfTaken(name, symbol, lock);
      // (a) Content and head, in an extent that nobody knows: nothing of it is undone, and what an epoch leaves that never
      // commits is free.
      long birth = engine.nextBirth();
      Extent extent = epoch.allocate(DataspaceHead.bytesFor(lengthBytes), birth);
      fill(epoch, extent, birth, lengthBytes, content);
      int crc = DataspaceHead.crcOf(media, DataspaceHead.contentOf(extent.offset()), lengthBytes);
      DataspaceHead head = new DataspaceHead(extent.offset(), birth, symbol, lengthBytes, crc);
      epoch.willStore(extent.offset(), DataspaceLayout.BYTES);
      head.write(media);
      // (b) Under its lock until the lane is done: (d) of the epoch makes it known before that.
      lock.lock();
      requireFree(name, symbol);
      long place = table.placeOf(symbol);
      epoch.putShared(place, WordTable.word(WordTable.LEAF, extent.offset(), place));
      epoch.commit();
      return new DataspaceInfo(name, lengthBytes, crc, 0);
    } finally {
      giveBack(epoch, lock);
    }
  }

  /** R1, R3: the lane is done, or undone, before the lock goes. */
  private void giveBack(Epoch epoch, ReentrantLock lock) {
    try {
      engine.giveBack(epoch);
    } finally {
      if (lock != null && lock.isHeldByCurrentThread()) {
        lock.unlock();
      }
    }
  }

  /** Before the content is made, which may take long; it is looked at again with the lock that is held until the commit. */
  private void refuseIfTaken(String name, int symbol, ReentrantLock lock) {
    lock.lock();
    try {
      requireFree(name, symbol);
    } finally {
      lock.unlock();
    }
  }

  private void requireFree(String name, int symbol) {
    if (table.find(symbol) != null) {
      throw new NameTaken("dataspace " + name + ": it exists already, a name that none has is expected; choose another name, or destroy it first");
    }
  }

  private void fill(Epoch epoch, Extent extent, long birth, long lengthBytes, Consumer<Region> content) {
    Holder holder =
        new Holder() {
          @Override
          public long birth() {
            return birth;
          }

          @Override
          public long recordOffset() {
            return extent.offset();
          }
        };
    Region view = new Region(media, epoch, holder, DataspaceHead.contentOf(extent.offset()), lengthBytes, RegionRights.READ_WRITE);
    try {
      engine.withoutCalls(() -> content.accept(view));
    } finally {
      view.close();
    }
  }

  void destroy(String name) {
    Epoch epoch = engine.leaseForCreation();
    int symbol = engine.symbols().find(name);
    ReentrantLock lock = table.lock(DataspaceTable.lockIndexOf(symbol));
    try {
      // (e) Under its lock until the lane is done: nobody finds it, or counts it, in between.
      lock.lock();
      DataspaceHead head = existing(name, symbol);
      long attachments = head.attachments(media);
      if (attachments > 0 || table.isPinned(head)) {
        throw new DataspaceInUse(
            "dataspace " + name + " is attached " + attachments + " times" + (table.isPinned(head) ? " and used by a turn that runs" : "")
                + "; detach it there first, or destroy those components",
            attachments);
      }
      epoch.free(epoch.extentOf(head.offset()), head.birth());
      epoch.putShared(table.placeOf(symbol), 0);
      epoch.commit();
    } finally {
      giveBack(epoch, lock);
    }
  }

  private DataspaceHead existing(String name, int symbol) {
    DataspaceHead head = table.find(symbol);
    if (head == null) {
      throw new NoSuchDataspace(media.describe() + ": there is no dataspace named " + name + "; make it first, or check the name");
    }
    return head;
  }

  DataspaceInfo info(String name) {
    int symbol = engine.symbols().find(name);
    // So that it is not destroyed while it is read.
    ReentrantLock lock = table.lock(DataspaceTable.lockIndexOf(symbol));
    lock.lock();
    try {
      return infoOf(name, existing(name, symbol));
    } finally {
      lock.unlock();
    }
  }

  private DataspaceInfo infoOf(String name, DataspaceHead head) {
    return new DataspaceInfo(name, head.lengthBytes(), head.contentCrc32c(), head.attachments(media));
  }

  List<DataspaceInfo> all() {
    List<DataspaceInfo> all = new ArrayList<>();
    for (int symbol = 1; symbol < table.wordCount(); symbol++) {
      ReentrantLock lock = table.lock(DataspaceTable.lockIndexOf(symbol));
      lock.lock();
      try {
        DataspaceHead head = table.find(symbol);
        if (head != null) {
          all.add(infoOf(engine.symbols().text(symbol), head));
        }
      } finally {
        lock.unlock();
      }
    }
    return all;
  }
}
