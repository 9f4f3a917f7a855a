package dev.dormouse.recovery;

/**
 * Something that verify found not to be as it should be.
 *
 * @param kind what it is that is hit
 * @param object its name, such as {@code component cart} or {@code lane 3}
 * @param place where it lies, in bytes from the pool's start: of a component always its record; -1 where that is not known
 * @param sentence what is wrong, and what is hit by it
 * @param whatToDo the next step, in one sentence
 */
public record Finding(Kind kind, String object, long place, String sentence, String whatToDo) {
  /** What can be hit. */
  public enum Kind {
    /** A copy of the header, or both. */
    HEADER("the other copy is used; ./dormouse repair writes it over this one"),
    /** A lane: its words, or the log of its last epoch. */
    LANE("./dormouse repair finishes the lane as far as its log can be read"),
    /** A component; the others are not hit. */
    COMPONENT("./dormouse repair mends it, or quarantines it"),
    /** A component that was quarantined; the others are not hit. */
    QUARANTINE("export its bytes with ./dormouse repair --export DIR, then give it up with --destroy-quarantined, or restore it from a backup"),
    /** The directory: names may be hit, and not what they name. */
    DIRECTORY("./dormouse repair finds the components by their records, and names them anew"),
    /** A symbol, or the table of them: whoever uses it is hit. */
    SYMBOL("./dormouse repair connects it again where it can be found, and quarantines who uses it where it cannot"),
    /** A dataspace of the store, or the table of them: whoever has it attached is hit. */
    DATASPACE("let go of it and make it anew, or restore from a backup; ./dormouse repair mends its count and its name"),
    /** Bytes that somebody owns and nothing leads to. */
    LOST("./dormouse repair releases it, or keeps it as a component in quarantine, from where it can be exported and given up; where it says that the pool has no room for that, destroy components, then run it again"),
    /** An entry of the page table: the pages behind it are given to nobody. */
    PAGE("./dormouse repair writes it anew from what the records say"),
    /** The word that says what room a chunk has. */
    CHUNK("./dormouse repair writes it anew from the page table"),
    /** Sums that do not agree; what makes them differ is told beside. */
    SUM("follow what the other findings say");

    private final String advice;

    Kind(String advice) {
      this.advice = advice;
    }

    String advice() {
      return advice;
    }
  }

  Finding(Kind kind, String object, long place, String sentence) {
    this(kind, object, place, sentence, kind.advice);
  }
}
