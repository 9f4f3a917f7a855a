package dev.dormouse.component;

import dev.dormouse.region.RegionKind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that can be seen of a store's components and dataspaces, by name, as text: what two stores in the same state have in common. */
final class Snapshot {
  private Snapshot() {}

  static Map<String, String> of(ProcessStore store) {
    Map<String, String> components = new TreeMap<>();
    store.forEach(
        component -> {
          ComponentInfo info = component.info();
          if (!store.component(info.name()).id().equals(component.id())) {
            throw new AssertionError("component " + info.name() + " is not found by its name");
          }
          if (components.put(info.name(), describe(component, info)) != null) {
            throw new AssertionError("two components are named " + info.name());
          }
        });
    for (DataspaceInfo dataspace : store.dataspaces()) {
      components.put("dataspace " + dataspace.name(), dataspace.toString());
    }
    return components;
  }

  /** The same of one component alone. */
  static Map<String, String> of(Component component) {
    ComponentInfo info = component.info();
    return Map.of(info.name(), describe(component, info));
  }

  private static String describe(Component component, ComponentInfo info) {
    StringBuilder text = new StringBuilder("outcomes " + info.outcomes());
    describe(component, "", info.regions(), text);
    for (ComponentInfo.SlotInfo slot : info.slots()) {
      text.append(", slot ").append(slot.object()).append(" at ").append(slot.positionBytes());
      text.append(slot.revoked() ? " revoked" : "").append(" generation ").append(slot.generation());
    }
    return text.append(", holds ").append(info.heldBytes()).toString();
  }

  private static void describe(Component component, String path, List<ComponentInfo.RegionInfo> regions, StringBuilder text) {
    for (ComponentInfo.RegionInfo region : regions) {
      String name = path + region.name();
      text.append(", region ").append(name).append('@').append(region.address()).append(' ').append(region.rights()).append(region.dataspace());
      if (region.kind() == RegionKind.MANAGED) {
        text.append(" of ").append(region.lengthBytes());
        describe(component, name + "/", region.regions(), text);
      } else {
        text.append(' ').append(ScriptProgram.ask(component, "sum " + name));
      }
    }
  }
}
