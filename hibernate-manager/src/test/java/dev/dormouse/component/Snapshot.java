package dev.dormouse.component;

import java.util.Map;
import java.util.TreeMap;

/** All that can be seen of a store's components, by name, as text: what two stores in the same state have in common. */
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
    return components;
  }

  private static String describe(Component component, ComponentInfo info) {
    StringBuilder text = new StringBuilder("outcomes " + info.outcomes());
    for (ComponentInfo.RegionInfo region : info.regions()) {
      text.append(", region ").append(region.name()).append('@').append(region.address()).append(' ').append(region.rights());
      text.append(' ').append(ScriptProgram.ask(component, "sum " + region.name()));
    }
    for (ComponentInfo.SlotInfo slot : info.slots()) {
      text.append(", slot ").append(slot.object()).append(" at ").append(slot.positionBytes());
      text.append(slot.revoked() ? " revoked" : "").append(" generation ").append(slot.generation());
    }
    return text.toString();
  }
}
