package dev.dormouse.emulation.mutation;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ConstantPoolBuilder;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.constant.ConstantDescs;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;

/** Makes a mutant's class file from the original's. */
final class Mutator {
  /** A static flag that the changed code sets when it runs. */
  static final String REACHED = "mutation$reached";

  private Mutator() {}

  /**
   * @throws IllegalStateException if an edit does not fit the class
   */
  static byte[] mutate(byte[] original, Mutation mutation, ClassLoader loader) {
    ClassFile classFile =
        ClassFile.of(
            // Variables' names and ranges may not fit the changed code; line numbers do no harm.
            ClassFile.DebugElementsOption.DROP_DEBUG,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader).orElse(ClassHierarchyResolver.defaultResolver())));
    byte[] bytes = addFlag(classFile, original, mutation);
    for (Edit edit : mutation.edits()) {
      try {
        bytes = apply(classFile, bytes, edit);
      } catch (IllegalStateException e) {
        throw new IllegalStateException(
            "mutation " + mutation.name() + ": " + edit.place() + " of " + mutation.className() + ": " + e.getMessage()
                + "; the code has changed, change the mutation with it",
            e);
      }
    }
    return bytes;
  }

  private static byte[] addFlag(ClassFile classFile, byte[] original, Mutation mutation) {
    ClassModel model = classFile.parse(original);
    if (model.flags().has(AccessFlag.INTERFACE)) {
      throw new IllegalStateException("mutation " + mutation.name() + ": " + mutation.className() + " is an interface; mutate its callers");
    }
    int flags = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;
    return classFile.transformClass(model, ClassTransform.endHandler(builder -> builder.withField(REACHED, ConstantDescs.CD_boolean, flags)));
  }

  private static byte[] apply(ClassFile classFile, byte[] bytes, Edit edit) {
    ClassModel model = classFile.parse(bytes);
    List<MethodModel> methods =
        model.methods().stream()
            .filter(method -> method.code().isPresent() && edit.place().matches(method.methodName().stringValue(), method.methodType().stringValue()))
            .toList();
    if (methods.isEmpty() || (methods.size() > 1 && !edit.place().mayBeSeveral())) {
      throw new IllegalStateException("the class has " + methods.size() + " such methods, exactly 1 expected");
    }
    List<byte[]> fits = new ArrayList<>();
    IllegalStateException misfit = null;
    // Of several lambdas the edit must fit one: what it names tells which.
    for (MethodModel method : methods) {
      try {
        fits.add(classFile.transformClass(model, new OneMethod(model, method, edit)));
      } catch (IllegalStateException e) {
        misfit = e;
      }
    }
    if (fits.isEmpty()) {
      throw misfit;
    }
    if (fits.size() > 1) {
      throw new IllegalStateException("the edit fits " + fits.size() + " lambdas, exactly 1 expected");
    }
    return fits.getFirst();
  }

  private record OneMethod(ClassModel model, MethodModel method, Edit edit) implements ClassTransform {
    @Override
    public void accept(ClassBuilder builder, ClassElement element) {
      if (element != method) {
        builder.with(element);
        return;
      }
      builder.transformMethod(
          method,
          (methodBuilder, part) -> {
            if (part instanceof CodeModel code) {
              methodBuilder.transformCode(code, new WholeCode(model, edit));
            } else {
              methodBuilder.with(part);
            }
          });
    }
  }

  /** Collects all code, changes it, and gives it to the builder. */
  private static final class WholeCode implements CodeTransform {
    private final ClassModel model;
    private final Edit edit;
    private final List<CodeElement> elements = new ArrayList<>();

    WholeCode(ClassModel model, Edit edit) {
      this.model = model;
      this.edit = edit;
    }

    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
      elements.add(element);
    }

    @Override
    public void atEnd(CodeBuilder builder) {
      ConstantPoolBuilder pool = builder.constantPool();
      List<CodeElement> reached =
          List.of(
              ConstantInstruction.ofIntrinsic(Opcode.ICONST_1),
              FieldInstruction.of(
                  Opcode.PUTSTATIC, model.thisClass(), pool.utf8Entry(REACHED), pool.utf8Entry(ConstantDescs.CD_boolean)));
      edit.change().apply(new MethodCode(elements), reached, pool);
      elements.forEach(builder);
    }
  }
}
