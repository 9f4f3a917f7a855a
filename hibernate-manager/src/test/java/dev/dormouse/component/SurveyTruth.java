package dev.dormouse.component;

import dev.dormouse.heap.DormouseException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What can be seen of an undamaged store, by name, and how another one compares with it. */
final class SurveyTruth {
  /** How somebody is, compared with how he was. */
  enum State {
    AS_BEFORE,
    /** Refused with a typed error. */
    HIT,
    /** Something else is shown, without a word. */
    DIFFERENT
  }

  private record Known(ComponentId id, String info, ByteBuffer shown, Map<RequestId, ByteBuffer> replies) {}

  private final Map<String, Known> components = new TreeMap<>();
  private final Map<String, DataspaceInfo> dataspaces = new TreeMap<>();

  private SurveyTruth() {}

  /** Looks at all of a store that is whole. */
  static SurveyTruth of(ProcessStore store, SurveyMap map) {
    SurveyTruth truth = new SurveyTruth();
    List<Component> all = new ArrayList<>();
    store.forEach(all::add);
    for (Component component : all) {
      String name = component.name();
      Map<RequestId, ByteBuffer> replies = new TreeMap<>((a, b) -> Long.compare(a.low(), b.low()));
      for (RequestId id : SurveyPools.requests()) {
        if (map.recordedRequests(name).contains((int) id.low())) {
          replies.put(id, component.invoke(id, SurveyProgram.SHOW));
        }
      }
      component.hibernate();
      truth.components.put(name, new Known(component.id(), component.info().toString(), component.invoke(SurveyProgram.SHOW), replies));
    }
    for (DataspaceInfo dataspace : store.dataspaces()) {
      truth.dataspaces.put("dataspace " + dataspace.name(), dataspace);
    }
    return truth;
  }

  Set<String> components() {
    return components.keySet();
  }

  /** Compares everybody. What is thrown that has no type of its own is thrown on. */
  Map<String, State> compare(ProcessStore store) {
    Map<String, State> states = new TreeMap<>();
    components.forEach((name, known) -> states.put(name, state(() -> isAsBefore(store, name, known))));
    dataspaces.forEach((name, known) -> states.put(name, state(() -> store.dataspace(known.name()).equals(known))));
    return states;
  }

  private interface Look {
    boolean isAsBefore();
  }

  private static State state(Look look) {
    try {
      return look.isAsBefore() ? State.AS_BEFORE : State.DIFFERENT;
    } catch (TurnFailed failed) {
      requireTyped(failed);
      return State.HIT;
    } catch (DormouseException refused) {
      return State.HIT;
    }
  }

  /** The program of the survey throws nothing of its own. */
  private static void requireTyped(TurnFailed failed) {
    if (!(failed.getCause() instanceof DormouseException)) {
      throw failed;
    }
  }

  private static boolean isAsBefore(ProcessStore store, String name, Known known) {
    Component component = store.component(name);
    // Whoever is refused at any of these is not taken for another.
    boolean same = component.name().equals(name);
    same &= component.info().toString().equals(known.info);
    same &= component.invoke(SurveyProgram.SHOW).equals(known.shown);
    same &= component.id().equals(known.id);
    for (Map.Entry<RequestId, ByteBuffer> reply : known.replies.entrySet()) {
      // A request that was answered is not run again.
      same &= component.invoke(reply.getKey(), SurveyProgram.COUNT).equals(reply.getValue());
    }
    return same && component.invoke(SurveyProgram.SHOW).equals(known.shown);
  }

  /** Whether a store shows exactly those components, each once, that the given ones are; or says that it cannot. */
  boolean isEnumerated(ProcessStore store, Map<String, State> states) {
    Set<ComponentId> seen = new TreeSet<>((a, b) -> Long.compare(a.recordOffset(), b.recordOffset()));
    boolean complete = true;
    try {
      store.forEach(component -> seen.add(component.id()));
    } catch (DormouseException refused) {
      complete = false;
    }
    for (Map.Entry<String, Known> component : components.entrySet()) {
      if (states.get(component.getKey()) == State.AS_BEFORE && !seen.contains(component.getValue().id)) {
        return false;
      }
    }
    return complete || states.containsValue(State.HIT) || seen.size() == components.size();
  }

  /** Whether somebody who is made takes nothing away from those who are there; one who cannot be made takes nothing. */
  static boolean isLeftAlone(ProcessStore store, Set<String> others) {
    Map<String, ByteBuffer> before = new TreeMap<>();
    others.forEach(name -> before.put(name, store.component(name).invoke(SurveyProgram.SHOW)));
    makeNewcomer(store);
    return before.entrySet().stream()
        .allMatch(
            known ->
                state(() -> {
                      store.component(known.getKey()).hibernate();
                      return store.component(known.getKey()).invoke(SurveyProgram.SHOW).equals(known.getValue());
                    })
                    == State.AS_BEFORE);
  }

  private static void makeNewcomer(ProcessStore store) {
    try {
      store.create("newcomer", SurveyTruth::takeAll).invoke(SurveyProgram.COUNT);
    } catch (DormouseException refused) {
      // The heap may be what is damaged, or the word of the directory that its name hashes to.
      return;
    }
  }

  /** Extents of all lengths that there are slabs of. */
  private static void takeAll(ComponentSpec spec) {
    spec.program(SurveyProgram.class).outcomes(0, 0);
    for (int bytes : new int[] {64, 128, 192, 256, 320, 384}) {
      spec.region("new-" + bytes, bytes);
    }
  }

  /** A turn, its commit, and a look at what it left. */
  static boolean works(ProcessStore store, String name) {
    Component component = store.component(name);
    long sum = component.invoke(SurveyProgram.COUNT).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    component.hibernate();
    return component.invoke(SurveyProgram.PEEK).order(ByteOrder.LITTLE_ENDIAN).getLong(0) == sum;
  }
}
