package dev.dormouse.component;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The programs of a store: one instance for each class, made when the first component needs it. */
final class Programs {
  private final ClassLoader loader;
  private final Symbols symbols;
  // By the symbol of the class's name.
  private final AtomicReferenceArray<Program> instances;

  Programs(ClassLoader loader, Symbols symbols) {
    this.loader = loader;
    this.symbols = symbols;
    this.instances = new AtomicReferenceArray<>(symbols.capacity());
  }

  /**
   * @throws ProgramUnavailable if the class is not there, is no program, or cannot be made
   */
  Program get(int symbol) {
    Program program = symbol > 0 && symbol < instances.length() ? instances.get(symbol) : null;
    return program != null ? program : keep(symbol, make(symbols.text(symbol)));
  }

  /** The first instance of a class is the one. */
  private Program keep(int symbol, Program made) {
    return instances.compareAndSet(symbol, null, made) ? made : instances.get(symbol);
  }

  /**
   * Takes the class that a new component is to run, so that it need not be found by its name in this life of the store.
   *
   * @return the version of what it keeps
   * @throws ProgramUnavailable if no instance of it can be made
   */
  int register(int symbol, Class<? extends Program> type) {
    Program program = instances.get(symbol);
    return stateVersionOf(program != null ? program : keep(symbol, instance(type)));
  }

  private Program make(String className) {
    try {
      // Not initialised here: that runs the program's own code, whose failures are told apart below.
      return instance(Class.forName(className, false, loader).asSubclass(Program.class));
    } catch (ClassNotFoundException | LinkageError e) {
      throw new ProgramUnavailable(
          "program " + className + ": its class cannot be loaded (" + e + "), one on the class path of this JVM is expected; add it, or give the"
              + " store a class loader that has it", e);
    } catch (ClassCastException e) {
      throw new ProgramUnavailable(
          "program " + className + ": the class is no " + Program.class.getName() + ", which was expected; give the store a class loader that has"
              + " the right class of that name", e);
    }
  }

  private static Program instance(Class<? extends Program> type) {
    String object = "program " + type.getName() + ": ";
    if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
      throw new ProgramUnavailable(object + "it is abstract, a class that can be instantiated is expected; name one that extends it", null);
    }
    try {
      Constructor<? extends Program> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (NoSuchMethodException e) {
      throw new ProgramUnavailable(object + "it has no constructor without parameters, which is expected; give it one", e);
    } catch (InvocationTargetException e) {
      throw new ProgramUnavailable(
          object + "its constructor threw " + e.getCause() + ", an instance was expected; mend it, and call the component again", e.getCause());
    } catch (ExceptionInInitializerError e) {
      throw new ProgramUnavailable(
          object + "its static initialiser threw " + e.getCause() + ", and this JVM will not try again; mend it, and start another JVM", e.getCause());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      throw new ProgramUnavailable(
          object + "it cannot be instantiated (" + e + "), a class with a constructor that this module may call is expected; mend it, and start"
              + " another JVM", e);
    }
  }

  /**
   * The version of what a program keeps.
   *
   * @throws ProgramUnavailable if it does not say
   */
  int stateVersionOf(Program program) {
    try {
      return program.stateVersion();
    } catch (RuntimeException e) {
      throw saysNothing(program, "stateVersion()", e);
    }
  }

  /**
   * Whether a program can go on with what a component has.
   *
   * @throws ProgramUnavailable if it does not say
   */
  boolean accepts(Program program, int recorded) {
    try {
      return stateVersionOf(program) == recorded || program.acceptsStateVersion(recorded);
    } catch (RuntimeException e) {
      throw saysNothing(program, "acceptsStateVersion(" + recorded + ")", e);
    }
  }

  /** What to throw where it cannot. */
  StateVersionMismatch mismatch(Program program, int recorded, String component) {
    int expected = stateVersionOf(program);
    return new StateVersionMismatch(
        "component " + component + ": its regions were written by version " + recorded + " of program " + program.getClass().getName() + ", version "
            + expected + " is here and does not accept that; run it with the program that wrote it, or let acceptsStateVersion(" + recorded
            + ") be true and adopt the version in a turn", recorded, expected);
  }

  private static ProgramUnavailable saysNothing(Program program, String what, RuntimeException e) {
    return new ProgramUnavailable(
        "program " + program.getClass().getName() + ": its " + what + " threw " + e + ", an answer was expected; mend it, and call the component again", e);
  }
}
