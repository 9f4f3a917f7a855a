package dev.dormouse.emulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A litmus test as its file says it; the format is described beside the files.
 *
 * @param name the file's name without its ending
 * @param source where it comes from
 * @param offsets where each variable lies, in the order in which outcomes name them
 * @param sizeBytes the length of a medium that holds them
 * @param threads the operations of each thread
 * @param expected what each model, by name, allows and forbids
 */
record LitmusProgram(
    String name,
    String source,
    Map<String, Long> offsets,
    long sizeBytes,
    List<List<Operation>> threads,
    Map<String, Expected> expected) {
  private static final int SECTOR_BYTES = 512;
  private static final int LINE_BYTES = 64;
  private static final Pattern GUARDED = Pattern.compile("if (\\w+) == (\\d): (.*)");
  private static final Pattern ASSIGNED = Pattern.compile("(?:(release|rmw) )?(\\w+) = (\\w+)");
  private static final Pattern NAMED = Pattern.compile("(clwb|clflush) (\\w+)|(sfence|mfence|sync)|settle (\\w+)(?: (\\w+))?");

  /** What an operation does; a variable or a register that it does not have is the empty string. */
  enum Verb {
    STORE,
    RELEASE,
    RMW,
    LOAD,
    CLWB,
    CLFLUSH,
    SFENCE,
    MFENCE,
    SYNC,
    SETTLE
  }

  /** The operation is skipped unless the register holds the value. */
  record Guard(String register, long value) {}

  /**
   * One step of a thread.
   *
   * @param operand what is stored: a digit or a register; for a load, the register that it goes to; for a settle, how many
   *     bytes from the variable on
   */
  record Operation(Verb verb, String variable, String operand, Optional<Guard> guard) {
    boolean stores() {
      return verb == Verb.STORE || verb == Verb.RELEASE || verb == Verb.RMW;
    }

    /** What it stores, given the thread's registers. */
    long value(Map<String, Long> registers) {
      return isDigit(operand) ? operand.charAt(0) - '0' : registers.get(operand);
    }
  }

  /** Outcomes, each with one digit for a variable. What is in none of the sets was forgotten. */
  record Expected(Set<String> allowed, Set<String> forbidden, Set<String> open) {}

  static LitmusProgram read(Path file) {
    try {
      return new Parser(file.getFileName().toString().replace(".litmus", "")).parse(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  /** Every outcome that there could be, if any variable could have any value that is ever stored to it. */
  Set<String> combinations() {
    return combinations(offsets.keySet(), threads);
  }

  private static Set<String> combinations(Set<String> variables, List<List<Operation>> threads) {
    Set<String> found = new TreeSet<>(List.of(""));
    for (String variable : variables) {
      Set<String> longer = new TreeSet<>();
      for (String outcome : found) {
        values(variable, threads).forEach(value -> longer.add(outcome + value));
      }
      found = longer;
    }
    return found;
  }

  private static Set<String> values(String variable, List<List<Operation>> threads) {
    Set<String> values = new TreeSet<>(List.of("0"));
    for (List<Operation> thread : threads) {
      for (Operation operation : thread) {
        if (operation.stores() && operation.variable().equals(variable)) {
          if (isDigit(operation.operand())) {
            values.add(operation.operand());
          } else {
            thread.stream().filter(load -> load.verb() == Verb.LOAD && load.operand().equals(operation.operand()))
                .forEach(load -> values.addAll(values(load.variable(), threads)));
          }
        }
      }
    }
    return values;
  }

  private static boolean isDigit(String operand) {
    return operand.length() == 1 && Character.isDigit(operand.charAt(0));
  }

  /** Reads one file. Whatever it does not understand is an error, so that no line of the data is idle. */
  private static final class Parser {
    private final String name;
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private final List<List<Operation>> threads = new ArrayList<>();
    private final Map<String, String> models = new TreeMap<>();
    private String source = "";
    private long sizeBytes;

    Parser(String name) {
      this.name = name;
    }

    LitmusProgram parse(List<String> lines) {
      for (String line : lines) {
        if (line.startsWith("  ")) {
          threads.getLast().add(guarded(line.strip()));
        } else if (!line.isBlank() && !line.startsWith("#")) {
          header(line);
        }
      }
      Map<String, Expected> expected = new TreeMap<>();
      models.forEach((model, outcomes) -> expected.put(model, expected(outcomes)));
      return new LitmusProgram(name, source, offsets, sizeBytes, threads, expected);
    }

    private void header(String line) {
      int colon = line.indexOf(':');
      String key = line.substring(0, Math.max(0, colon));
      String value = line.substring(colon + 1).strip();
      switch (key) {
        case "source" -> source = value;
        case "place" -> place(value);
        case "thread" -> threads.add(new ArrayList<>());
        case "" -> throw misread(line);
        default -> models.put(key, value);
      }
    }

    private void place(String text) {
      for (String sector : text.split("\\|\\|", -1)) {
        long line = sizeBytes;
        sizeBytes += SECTOR_BYTES;
        for (String variables : sector.split("\\|", -1)) {
          long word = line;
          line += LINE_BYTES;
          for (String variable : variables.strip().split(" ", -1)) {
            offsets.put(variable, word);
            word += Long.BYTES;
          }
        }
      }
    }

    private Operation guarded(String line) {
      Matcher guarded = GUARDED.matcher(line);
      return guarded.matches()
          ? operation(guarded.group(3), Optional.of(new Guard(guarded.group(1), Long.parseLong(guarded.group(2)))))
          : operation(line, Optional.empty());
    }

    private Operation operation(String line, Optional<Guard> guard) {
      Matcher assigned = ASSIGNED.matcher(line);
      if (assigned.matches()) {
        String left = assigned.group(2);
        String right = assigned.group(3);
        if (assigned.group(1) == null && offsets.containsKey(right)) {
          return new Operation(Verb.LOAD, right, left, guard);
        }
        Verb verb =
            assigned.group(1) == null ? Verb.STORE : assigned.group(1).equals("rmw") ? Verb.RMW : Verb.RELEASE;
        return new Operation(verb, known(left, line), right, guard);
      }
      Matcher named = NAMED.matcher(line);
      if (!named.matches()) {
        throw misread(line);
      }
      if (named.group(3) != null) {
        Verb verb =
            switch (named.group(3)) {
              case "sfence" -> Verb.SFENCE;
              case "mfence" -> Verb.MFENCE;
              default -> Verb.SYNC;
            };
        return new Operation(verb, "", "", guard);
      }
      if (named.group(4) != null) {
        String first = known(named.group(4), line);
        String last = named.group(5) == null ? first : known(named.group(5), line);
        long length = offsets.get(last) + Long.BYTES - offsets.get(first);
        if (length <= 0) {
          throw misread(line);
        }
        return new Operation(Verb.SETTLE, first, Long.toString(length), guard);
      }
      Verb verb = named.group(1).equals("clwb") ? Verb.CLWB : Verb.CLFLUSH;
      return new Operation(verb, known(named.group(2), line), "", guard);
    }

    private String known(String variable, String line) {
      if (!offsets.containsKey(variable)) {
        throw misread(line);
      }
      return variable;
    }

    private Expected expected(String text) {
      Map<String, Set<String>> sets = new TreeMap<>();
      Set<String> rest = combinations(offsets.keySet(), threads);
      String takesRest = "";
      for (String clause : text.split(",", -1)) {
        List<String> words = List.of(clause.strip().split(" ", -1));
        Set<String> set = sets.computeIfAbsent(words.getFirst(), verb -> new TreeSet<>());
        for (String outcome : words.subList(1, words.size())) {
          switch (outcome) {
            case "all" -> set.addAll(combinations(offsets.keySet(), threads));
            case "rest" -> takesRest = words.getFirst();
            default -> set.add(outcome);
          }
        }
        rest.removeAll(set);
      }
      if (!takesRest.isEmpty()) {
        sets.get(takesRest).addAll(rest);
      }
      if (!Set.of("allows", "forbids", "open").containsAll(sets.keySet())) {
        throw misread(text);
      }
      return new Expected(
          sets.getOrDefault("allows", Set.of()),
          sets.getOrDefault("forbids", Set.of()),
          sets.getOrDefault("open", Set.of()));
    }

    private IllegalArgumentException misread(String line) {
      return new IllegalArgumentException("litmus test " + name + ": \"" + line + "\" is not in its format; see README.md there");
    }
  }
}
