package dev.dormouse.emulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Loads copies of its own of the code under test and of its suites, one class of them mutated; everything else, {@link KillSuite}
 * and {@link Verdict} included, it leaves to its parent. So each mutant lives beside the original and beside all others.
 *
 * <p>Threads: as any class loader.
 */
public final class MutantLoader extends ClassLoader {
  // A suite is called, and its verdict read, from outside.
  private static final Set<String> SHARED = Set.of(KillSuite.class.getName(), Verdict.class.getName());

  private final Predicate<String> fresh;
  private final Mutation mutation;

  /**
   * @param parent finds the class files, and what is not loaded anew
   * @param fresh says by name which classes are loaded anew: the code under test, whatever hands its types on, the suites
   * @param mutation what is changed, or null for the code as it is
   */
  public MutantLoader(ClassLoader parent, Predicate<String> fresh, Mutation mutation) {
    super("mutant", parent);
    this.fresh = fresh;
    this.mutation = mutation;
    if (mutation != null && !isFresh(mutation.className())) {
      throw new IllegalArgumentException(
          "mutation " + mutation.name() + ": class " + mutation.className() + " is not among those that are loaded anew; it would not be seen");
    }
  }

  private boolean isFresh(String name) {
    return fresh.test(name) && !SHARED.contains(name);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!isFresh(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = classFile(name);
    if (mutation != null && name.equals(mutation.className())) {
      bytes = Mutator.mutate(bytes, mutation, getParent());
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] classFile(String name) throws ClassNotFoundException {
    try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Loads and verifies the mutated class, so that what is wrong with the edit is not taken for what the mutant does. */
  void requireSound() {
    try {
      Class.forName(mutation.className(), true, this);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalStateException("mutation " + mutation.name() + ": what is left of the class cannot be loaded: " + e, e);
    }
  }

  /** Whether the changed code was run. */
  boolean wasReached() {
    try {
      var flag = Class.forName(mutation.className(), false, this).getDeclaredField(Mutator.REACHED);
      flag.setAccessible(true);
      return flag.getBoolean(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("mutation " + mutation.name() + ": its class has no flag", e);
    }
  }
}
