package dev.dormouse.emulation.mutation;

import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** The code of a method as a list that is changed in place. */
final class MethodCode {
  private final List<CodeElement> elements;

  MethodCode(List<CodeElement> elements) {
    this.elements = elements;
  }

  /** Where the call is; {@link Edit#EVERY} is no place. */
  int call(String name, int ordinal) {
    return one("calls of " + name, calls(name), ordinal);
  }

  /** Where the field is read. */
  int field(String name, int ordinal) {
    List<Integer> reads =
        where(
            element ->
                element instanceof FieldInstruction field
                    && (field.opcode() == Opcode.GETFIELD || field.opcode() == Opcode.GETSTATIC)
                    && field.name().equalsString(name));
    return one("reads of " + name, reads, ordinal);
  }

  private List<Integer> calls(String name) {
    return where(element -> element instanceof InvokeInstruction call && CallEdits.nameOf(call).equals(name));
  }

  private List<Integer> where(Predicate<CodeElement> matches) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      if (matches.test(elements.get(i))) {
        found.add(i);
      }
    }
    return found;
  }

  private static int one(String what, List<Integer> found, int ordinal) {
    if (ordinal == Edit.ONLY ? found.size() != 1 : ordinal < 0 || ordinal >= found.size()) {
      throw new IllegalStateException(
          "it has " + found.size() + " " + what + ", " + (ordinal == Edit.ONLY ? "exactly 1" : "number " + ordinal + " counted from 0") + " expected");
    }
    return found.get(ordinal == Edit.ONLY ? 0 : ordinal);
  }

  void replaceCalls(String name, int ordinal, List<CodeElement> reached, Function<InvokeInstruction, List<CodeElement>> by) {
    List<Integer> found = calls(name);
    List<Integer> chosen = ordinal == Edit.EVERY && !found.isEmpty() ? found : List.of(one("calls of " + name, found, ordinal));
    for (int at : chosen.reversed()) {
      InvokeInstruction call = (InvokeInstruction) elements.remove(at);
      elements.addAll(at, by.apply(call));
      elements.addAll(at, reached);
    }
  }

  void changeConstant(Object from, int ordinal, ConstantInstruction to, List<CodeElement> reached) {
    List<Integer> found = where(element -> element instanceof ConstantInstruction load && from.equals(load.constantValue()));
    int at = one("constants " + from, found, ordinal);
    elements.set(at, to);
    elements.addAll(at, reached);
  }

  void changeBranch(int anchor, Branch branch, List<CodeElement> reached) {
    int at = anchor + 1;
    while (at < elements.size() && !(elements.get(at) instanceof BranchInstruction jump && isConditional(jump))) {
      at++;
    }
    if (at == elements.size()) {
      throw new IllegalStateException("there is no conditional jump behind it, 1 expected");
    }
    BranchInstruction jump = (BranchInstruction) elements.remove(at);
    List<CodeElement> code = new ArrayList<>(reached);
    if (branch == Branch.NEGATED) {
      code.add(BranchInstruction.of(negated(jump.opcode()), jump.target()));
    } else {
      code.add(StackInstruction.of(StackDepth.operandsOf(jump) == 2 ? Opcode.POP2 : Opcode.POP));
      if (branch == Branch.JUMP) {
        code.add(BranchInstruction.of(Opcode.GOTO, jump.target()));
      }
    }
    elements.addAll(at, code);
  }

  private static boolean isConditional(BranchInstruction jump) {
    return jump.opcode() != Opcode.GOTO && jump.opcode() != Opcode.GOTO_W;
  }

  private static Opcode negated(Opcode opcode) {
    return switch (opcode) {
      case IFEQ -> Opcode.IFNE;
      case IFNE -> Opcode.IFEQ;
      case IFLT -> Opcode.IFGE;
      case IFGE -> Opcode.IFLT;
      case IFGT -> Opcode.IFLE;
      case IFLE -> Opcode.IFGT;
      case IF_ICMPEQ -> Opcode.IF_ICMPNE;
      case IF_ICMPNE -> Opcode.IF_ICMPEQ;
      case IF_ICMPLT -> Opcode.IF_ICMPGE;
      case IF_ICMPGE -> Opcode.IF_ICMPLT;
      case IF_ICMPGT -> Opcode.IF_ICMPLE;
      case IF_ICMPLE -> Opcode.IF_ICMPGT;
      case IF_ACMPEQ -> Opcode.IF_ACMPNE;
      case IF_ACMPNE -> Opcode.IF_ACMPEQ;
      case IFNULL -> Opcode.IFNONNULL;
      case IFNONNULL -> Opcode.IFNULL;
      default -> throw new IllegalStateException("a jump " + opcode + " cannot be negated");
    };
  }

  void dropStatement(int anchor, List<CodeElement> reached) {
    int start = takeOut(anchor).start;
    elements.addAll(start, reached);
  }

  void move(int anchor, int otherAnchor, boolean after, List<CodeElement> reached) {
    TakenOut taken = takeOut(anchor);
    int behind = taken.start + taken.instructions.size();
    if (otherAnchor >= taken.start && otherAnchor < behind) {
      throw new IllegalStateException("both calls are in one statement, two expected");
    }
    int at = otherAnchor < taken.start ? otherAnchor : otherAnchor - taken.instructions.size();
    StackDepth depth = new StackDepth(elements);
    int target = after ? depth.endOfStatement(at) : depth.startOfStatement(at);
    List<CodeElement> code = new ArrayList<>(reached);
    code.addAll(taken.instructions);
    elements.addAll(target, code);
  }

  private record TakenOut(int start, List<CodeElement> instructions) {}

  /** Takes the instructions of a statement; labels, line numbers and the like stay where they are if they are in front of it or behind it. */
  private TakenOut takeOut(int anchor) {
    StackDepth depth = new StackDepth(elements);
    int start = depth.startOfStatement(anchor);
    int end = depth.endOfStatement(anchor);
    while (!(elements.get(start) instanceof Instruction)) {
      start++;
    }
    List<CodeElement> statement = elements.subList(start, end);
    List<CodeElement> taken = new ArrayList<>(statement);
    statement.clear();
    return new TakenOut(start, taken);
  }
}
