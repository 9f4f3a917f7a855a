package dev.dormouse.component;

import java.lang.reflect.Constructor;
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
   * @throws ProgramUnavailable if no instance of it can be made
   */
  void register(int symbol, Class<? extends Program> type) {
    if (instances.get(symbol) == null) {
      keep(symbol, instance(type));
    }
  }

  private Program make(String className) {
    try {
      return instance(Class.forName(className, true, loader).asSubclass(Program.class));
    } catch (ClassNotFoundException | LinkageError e) {
      throw new ProgramUnavailable(
          "program " + className + " is not on the class path of this JVM; add it, or give the store a class loader that has it", e);
    } catch (ClassCastException e) {
      throw new ProgramUnavailable("class " + className + " is no " + Program.class.getName(), e);
    }
  }

  private static Program instance(Class<? extends Program> type) {
    if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
      throw new ProgramUnavailable("program " + type.getName() + " is abstract", null);
    }
    try {
      Constructor<? extends Program> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (NoSuchMethodException e) {
      throw new ProgramUnavailable("program " + type.getName() + " has no constructor without parameters", e);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new ProgramUnavailable("the constructor of program " + type.getName() + " failed: " + e.getCause(), e);
    }
  }
}
