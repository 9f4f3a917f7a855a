package dev.dormouse.emulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.constantpool.ConstantPoolBuilder;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What may stand where a call stood: the arguments are on the stack before it, the answer is behind it. */
final class CallEdits {
  private CallEdits() {}

  /** The arguments are dropped, and zero, false or null is the answer. */
  static Function<InvokeInstruction, List<CodeElement>> nothing(ConstantPoolBuilder pool) {
    return call -> {
      List<CodeElement> code = dropArguments(call);
      TypeKind answer = TypeKind.from(call.typeSymbol().returnType());
      switch (answer) {
        case VOID -> {}
        case REFERENCE -> code.add(ConstantInstruction.ofIntrinsic(Opcode.ACONST_NULL));
        case LONG -> code.add(ConstantInstruction.ofIntrinsic(Opcode.LCONST_0));
        case FLOAT -> code.add(ConstantInstruction.ofIntrinsic(Opcode.FCONST_0));
        case DOUBLE -> code.add(ConstantInstruction.ofIntrinsic(Opcode.DCONST_0));
        default -> code.add(ConstantInstruction.ofIntrinsic(Opcode.ICONST_0));
      }
      return code;
    };
  }

  /** The arguments are dropped, and the answer is a constant. */
  static Function<InvokeInstruction, List<CodeElement>> constant(ConstantPoolBuilder pool, Object constant) {
    return call -> {
      TypeKind wanted = TypeKind.from(call.typeSymbol().returnType()).asLoadable();
      TypeKind given = constant instanceof Long ? TypeKind.LONG : TypeKind.INT;
      if (wanted != given) {
        throw new IllegalStateException("a call of " + nameOf(call) + " answers with a " + wanted + ", " + constant + " is none");
      }
      List<CodeElement> code = dropArguments(call);
      code.add(load(pool, constant));
      return code;
    };
  }

  /** A static method takes receiver and arguments. */
  static Function<InvokeInstruction, List<CodeElement>> staticMethod(
      ConstantPoolBuilder pool, Class<?> by, String owner, String method) {
    String descriptor = descriptorOf(by, method);
    return call ->
        List.of(
            InvokeInstruction.of(
                Opcode.INVOKESTATIC,
                pool.classEntry(ClassDesc.of(owner)),
                pool.utf8Entry(method),
                pool.utf8Entry(descriptor),
                false));
  }

  /** Pushes a constant. */
  static ConstantInstruction load(ConstantPoolBuilder pool, Object constant) {
    return switch (constant) {
      case Boolean truth -> ConstantInstruction.ofIntrinsic(truth ? Opcode.ICONST_1 : Opcode.ICONST_0);
      case Integer number -> ConstantInstruction.ofLoad(Opcode.LDC_W, pool.intEntry(number));
      case Long number -> ConstantInstruction.ofLoad(Opcode.LDC2_W, pool.longEntry(number));
      default -> throw new IllegalArgumentException("constant " + constant + ": a Boolean, an Integer or a Long expected");
    };
  }

  static String nameOf(InvokeInstruction call) {
    String owner = call.owner().asInternalName();
    return owner.substring(Math.max(owner.lastIndexOf('/'), owner.lastIndexOf('$')) + 1) + "." + call.name().stringValue();
  }

  private static List<CodeElement> dropArguments(InvokeInstruction call) {
    List<CodeElement> code = new ArrayList<>();
    List<ClassDesc> parameters = call.typeSymbol().parameterList();
    for (int i = parameters.size() - 1; i >= 0; i--) {
      code.add(StackInstruction.of(TypeKind.from(parameters.get(i)).slotSize() == 2 ? Opcode.POP2 : Opcode.POP));
    }
    if (call.opcode() != Opcode.INVOKESTATIC) {
      code.add(StackInstruction.of(Opcode.POP));
    }
    return code;
  }

  /** Read from the class file: the class itself must not be loaded here, where it is not the one that the mutant will see. */
  private static String descriptorOf(Class<?> by, String method) {
    ClassModel model;
    try (InputStream bytes = by.getResourceAsStream(by.getName().substring(by.getPackageName().length() + 1) + ".class")) {
      model = ClassFile.of().parse(bytes.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("class " + by.getName() + " cannot be read: " + e.getMessage(), e);
    }
    List<MethodModel> found = model.methods().stream().filter(candidate -> candidate.methodName().equalsString(method)).toList();
    boolean usable =
        found.size() == 1
            && found.getFirst().flags().has(AccessFlag.STATIC)
            && found.getFirst().flags().has(AccessFlag.PUBLIC)
            && model.flags().has(AccessFlag.PUBLIC);
    if (!usable) {
      throw new IllegalStateException(
          "class " + by.getName() + " has " + found.size() + " methods " + method + ", exactly 1 expected that is public and static, in a public class");
    }
    return found.getFirst().methodType().stringValue();
  }
}
