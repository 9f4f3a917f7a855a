package dev.dormouse.component;

import dev.dormouse.recovery.Claims;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionKind;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.util.ArrayList;
import java.util.List;

/** The walk of all that one component has attached, for verify: every region has its extent, its name and its addresses. */
final class RegionsWalk {
  private final List<RegionEntry> entries = new ArrayList<>();
  private final long birth;
  private final String name;
  private final DataspaceWalk dataspaces;
  private final Claims claims;
  private final int symbolCount;

  RegionsWalk(RecordEditor editor, long birth, String name, DataspaceWalk dataspaces, Claims claims, int symbolCount) {
    for (int i = 0; i < editor.count(); i++) {
      entries.add(editor.get(i));
    }
    this.birth = birth;
    this.name = name;
    this.dataspaces = dataspaces;
    this.claims = claims;
    this.symbolCount = symbolCount;
  }

  void walk() {
    for (int i = 0; i < entries.size(); i++) {
      RegionEntry entry = entries.get(i);
      switch (entry.kind()) {
        case OWN -> claims.claim(entry.extentOffset(), entry.lengthBytes(), birth, "region " + i + " of component " + name);
        case SHARED -> walkShared(i, entry);
        case MANAGED -> walkManaged(i, entry);
      }
      if (entry.nameSymbol() <= 0 || entry.nameSymbol() >= symbolCount) {
        damage("region " + i + " is named by symbol " + entry.nameSymbol() + ", which does not exist");
      }
      walkPlace(i, entry);
    }
  }

  private void walkShared(int index, RegionEntry entry) {
    String wrong = dataspaces.isShown(entry.extentOffset(), entry.lengthBytes());
    if (wrong != null) {
      damage("region " + index + " " + wrong);
    }
    if (entry.rights() != RegionRights.READ) {
      damage("region " + index + " is shared and says that it may be written");
    }
  }

  private void walkManaged(int index, RegionEntry entry) {
    long number = entry.extentOffset();
    if (number <= RegionEntry.ROOT || number > RegionEntry.MOST_NUMBER) {
      damage("region " + index + " is managed dataspace " + number + ", which cannot be");
    }
    for (int i = 0; i < index; i++) {
      if (entries.get(i).isManaged(number)) {
        damage("regions " + i + " and " + index + " are both managed dataspace " + number);
      }
    }
  }

  /** Whether it lies inside of its map, which exists, and beside the others there. */
  private void walkPlace(int index, RegionEntry entry) {
    long limit = RegionMap.ADDRESS_LIMIT;
    RegionEntry around = entry;
    for (int steps = 0; around.map() != RegionEntry.ROOT; steps++) {
      RegionEntry map = managed(around.map());
      if (map == null || steps > entries.size()) {
        damage("region " + index + " lies in managed dataspace " + around.map() + (map == null ? ", which does not exist" : ", which lies in itself"));
        return;
      }
      limit = steps == 0 ? map.lengthBytes() : limit;
      around = map;
    }
    boolean possible = entry.lengthBytes() > 0 && entry.address() >= 0 && entry.address() <= limit - entry.lengthBytes();
    if (!possible) {
      damage("region " + index + " at [" + entry.address() + ", +" + entry.lengthBytes() + ") cannot be");
    }
    for (int i = 0; i < index && possible; i++) {
      RegionEntry other = entries.get(i);
      if (other.map() == entry.map() && other.overlaps(entry.address(), entry.lengthBytes())) {
        damage("regions " + i + " and " + index + " share addresses");
      }
      if (other.map() == entry.map() && other.nameSymbol() == entry.nameSymbol()) {
        damage("regions " + i + " and " + index + " have the same name");
      }
    }
  }

  private RegionEntry managed(int number) {
    for (RegionEntry entry : entries) {
      if (entry.kind() == RegionKind.MANAGED && entry.extentOffset() == number) {
        return entry;
      }
    }
    return null;
  }

  private void damage(String what) {
    claims.damage("component " + name + ": " + what);
  }
}
