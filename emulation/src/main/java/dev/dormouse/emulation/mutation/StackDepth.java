package dev.dormouse.emulation.mutation;

import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many slots are on the operand stack before each element of a method's code. Where none is, a statement of the source
 * begins: that is all that is left of statements in bytecode.
 */
final class StackDepth {
  private final int[] before;

  StackDepth(List<CodeElement> code) {
    before = new int[code.size() + 1];
    Map<Label, Integer> known = new HashMap<>();
    for (CodeElement element : code) {
      if (element instanceof ExceptionCatch handler) {
        known.put(handler.handler(), 1);
      }
    }
    int depth = 0;
    boolean reachable = true;
    for (int i = 0; i < code.size(); i++) {
      CodeElement element = code.get(i);
      if (element instanceof LabelTarget target) {
        // Only loops jump back, and a loop begins where the stack is empty.
        depth = known.getOrDefault(target.label(), reachable ? depth : 0);
        reachable = true;
      }
      before[i] = depth;
      if (element instanceof Instruction instruction) {
        depth += effect(instruction);
        if (instruction instanceof BranchInstruction jump) {
          known.putIfAbsent(jump.target(), depth);
        }
        reachable = !endsFlow(instruction);
      }
    }
    before[code.size()] = depth;
  }

  /** Where the statement begins that the element belongs to. */
  int startOfStatement(int at) {
    int start = at;
    while (before[start] != 0) {
      start--;
    }
    return start;
  }

  /** Behind the last element of the statement. */
  int endOfStatement(int at) {
    int end = at + 1;
    while (before[end] != 0) {
      end++;
    }
    return end;
  }

  private static boolean endsFlow(Instruction instruction) {
    return instruction instanceof ReturnInstruction
        || instruction instanceof ThrowInstruction
        || instruction instanceof TableSwitchInstruction
        || instruction instanceof LookupSwitchInstruction
        || (instruction instanceof BranchInstruction jump && operandsOf(jump) == 0);
  }

  /** How many operands a jump takes from the stack. */
  static int operandsOf(BranchInstruction jump) {
    return switch (jump.opcode()) {
      case GOTO, GOTO_W -> 0;
      case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE, IFNULL, IFNONNULL -> 1;
      default -> 2;
    };
  }

  private static int effect(Instruction instruction) {
    return switch (instruction) {
      case LoadInstruction load -> load.typeKind().slotSize();
      case StoreInstruction store -> -store.typeKind().slotSize();
      case ConstantInstruction constant -> constant.typeKind().slotSize();
      case FieldInstruction field -> effect(field);
      case InvokeInstruction call -> effect(call.typeSymbol(), call.opcode() == Opcode.INVOKESTATIC ? 0 : 1);
      case InvokeDynamicInstruction call -> effect(call.typeSymbol(), 0);
      case BranchInstruction jump -> -operandsOf(jump);
      case ConvertInstruction convert -> convert.toType().slotSize() - convert.fromType().slotSize();
      case ArrayLoadInstruction load -> load.typeKind().slotSize() - 2;
      case ArrayStoreInstruction store -> -store.typeKind().slotSize() - 2;
      case NewObjectInstruction _ -> 1;
      case NewMultiArrayInstruction array -> 1 - array.dimensions();
      case TableSwitchInstruction _ -> -1;
      case LookupSwitchInstruction _ -> -1;
      case MonitorInstruction _ -> -1;
      case ThrowInstruction _ -> -1;
      case ReturnInstruction end -> -end.typeKind().slotSize();
      case StackInstruction stack -> effect(stack.opcode());
      case OperatorInstruction operator -> effect(operator);
      // Casts, type tests, increments, arrays for their length.
      default -> 0;
    };
  }

  private static int effect(FieldInstruction field) {
    int slots = TypeKind.from(field.typeSymbol()).slotSize();
    return switch (field.opcode()) {
      case GETSTATIC -> slots;
      case PUTSTATIC -> -slots;
      case GETFIELD -> slots - 1;
      default -> -slots - 1;
    };
  }

  private static int effect(MethodTypeDesc type, int receiver) {
    int arguments = receiver;
    for (ClassDesc parameter : type.parameterList()) {
      arguments += TypeKind.from(parameter).slotSize();
    }
    return TypeKind.from(type.returnType()).slotSize() - arguments;
  }

  private static int effect(Opcode stack) {
    return switch (stack) {
      case POP -> -1;
      case POP2 -> -2;
      case DUP, DUP_X1, DUP_X2 -> 1;
      case DUP2, DUP2_X1, DUP2_X2 -> 2;
      default -> 0;
    };
  }

  private static int effect(OperatorInstruction operator) {
    int slots = operator.typeKind().slotSize();
    return switch (operator.opcode()) {
      case INEG, LNEG, FNEG, DNEG, ARRAYLENGTH -> 0;
      case ISHL, ISHR, IUSHR, LSHL, LSHR, LUSHR -> -1;
      case LCMP, DCMPL, DCMPG -> -3;
      case FCMPL, FCMPG -> -1;
      default -> -slots;
    };
  }
}
