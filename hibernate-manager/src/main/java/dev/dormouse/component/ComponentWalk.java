package dev.dormouse.component;

import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Claims;
import dev.dormouse.recovery.Finding;
import dev.dormouse.region.RegionKind;

/** The walk of one component for verify: its record and all that it refers to. */
final class ComponentWalk {
  private final Media media;
  private final Heap heap;
  private final Directory directory;
  private final DataspaceWalk dataspaces;
  private final Claims claims;
  private final Awake seat = new Awake(0);
  private final byte[] record = new byte[ComponentLayout.BYTES];
  private final int symbolCount;
  private String name = "without a name";

  ComponentWalk(
      Media media, Heap heap, Directory directory, DataspaceWalk dataspaces, Claims claims, long offset, int symbolCount) {
    this.media = media;
    this.heap = heap;
    this.directory = directory;
    this.dataspaces = dataspaces;
    this.claims = claims;
    this.symbolCount = symbolCount;
    seat.recordOffset = offset;
    media.read(offset, record, 0, record.length);
    seat.take(record);
  }

  void walk() {
    byte[] nameBytes = new ComponentNames(media).read(seat.recordOffset);
    if (nameBytes != null) {
      name = Names.decode(nameBytes, 0, nameBytes.length);
    }
    claims.component();
    claims.about(Finding.Kind.COMPONENT, "component " + name, seat.recordOffset);
    long before = claims.findingCount();
    try {
      walk(nameBytes);
    } catch (DormouseException | IndexOutOfBoundsException e) {
      damage(e.getMessage());
    }
    if (claims.findingCount() > before) {
      // What could not be reached is not lost: it is the component's, as the owner words say.
      claims.keepAll(seat.birth);
      claims.keepAll(heap.ownerOf(seat.recordOffset));
    }
  }

  private void walk(byte[] nameBytes) {
    long before = claims.claimedBytes(Claims.Account.COMPONENTS);
    if (!claims.claim(seat.recordOffset, ComponentLayout.BYTES, seat.birth, "a component's record")) {
      return;
    }
    if (!ComponentLayout.isSound(record, new Checksum())) {
      damage("its record at " + seat.recordOffset + " fails its crc32c; it is quarantined, the others are not hit");
      return;
    }
    if (seat.isQuarantined()) {
      walkQuarantined(nameBytes);
      return;
    }
    if (seat.programSymbol <= 0 || seat.programSymbol >= symbolCount) {
      damage("its program is symbol " + seat.programSymbol + ", which does not exist");
    }
    walkAnnex(nameBytes);
    walkTable();
    long held = claims.claimedBytes(Claims.Account.COMPONENTS) - before;
    if (held > seat.quotaBytes) {
      damage("it holds " + held + " bytes, more than its quota of " + seat.quotaBytes);
    }
  }

  /** Of a component that is quarantined nothing is believed but its record and its name; the owner words say what it holds. */
  private void walkQuarantined(byte[] nameBytes) {
    claims.about(Finding.Kind.QUARANTINE, "component " + name, seat.recordOffset);
    damage("it is quarantined and does not run, because recovery could not undo its last epoch, or repair could not mend it; the others are not hit");
    if (nameBytes == null || directory.find(nameBytes) != seat.recordOffset) {
      claims.about(Finding.Kind.COMPONENT, "component " + name, seat.recordOffset);
      damage("the directory does not find it by its name");
    }
    countShown();
  }

  /** It still has attached what it can be seen to have attached. */
  private void countShown() {
    try {
      RecordEditor editor = new RecordEditor(media, heap, seat, null);
      for (int i = 0; i < editor.count(); i++) {
        if (editor.get(i).kind() == RegionKind.SHARED) {
          dataspaces.isShown(editor.get(i).extentOffset(), editor.get(i).lengthBytes());
        }
      }
    } catch (DormouseException e) {
      // That is why it is quarantined.
      claims.keepAll(seat.birth);
    }
  }

  private void walkAnnex(byte[] nameBytes) {
    long annex = seat.annexOffset;
    if (nameBytes == null || directory.find(nameBytes) != seat.recordOffset) {
      damage("the directory does not find it by its name");
      return;
    }
    int count = media.getShort(annex + AnnexLayout.OUTCOME_COUNT) & 0xffff;
    int replyBytes = media.getShort(annex + AnnexLayout.REPLY_BYTES) & 0xffff;
    int first = Outcomes.firstOutcome(nameBytes.length);
    long length = first + (long) count * Outcomes.outcomeBytes(replyBytes);
    if (!claims.claim(annex, length, seat.birth, "the annex of component " + name)) {
      return;
    }
    if (ComponentNames.readAnnex(media, annex, seat.birth) == null) {
      damage("its annex fails its crc32c");
      return;
    }
    int before = 0;
    for (int i = 0; i < count; i++) {
      if (!Outcomes.isSound(media, annex + first + (long) i * Outcomes.outcomeBytes(replyBytes), replyBytes)) {
        damage("outcome " + i + " that it remembers fails its crc32c");
        before++;
      }
    }
    if (before == 0 && !Outcomes.areSound(media, annex + first, count, replyBytes)) {
      damage("an outcome is missing between those that it remembers");
    }
  }

  private void walkTable() {
    RecordEditor editor = new RecordEditor(media, heap, seat, null);
    if (seat.tableOffset != 0) {
      byte[] table = RecordEditor.readTable(media, seat.tableOffset, seat.birth);
      claims.claim(seat.tableOffset, table.length, seat.birth, "the table of component " + name);
    }
    new RegionsWalk(editor, seat.birth, name, dataspaces, claims, symbolCount).walk();
    for (int i = 0; i < seat.slotCount; i++) {
      Slot slot = editor.slot(i);
      if (slot.kind() == Slot.FILE) {
        FileRecipe recipe = FileRecipe.read(media, slot.object(), seat.birth, i);
        claims.claim(slot.object(), recipe.encode().length, seat.birth, "the recipe of slot " + i + " of component " + name);
      }
    }
  }

  private void damage(String what) {
    claims.damage("component " + name + ": " + what);
  }
}
