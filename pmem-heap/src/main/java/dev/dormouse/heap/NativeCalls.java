package dev.dormouse.heap;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Functions of the system's libraries, where the JVM was allowed to call them. */
final class NativeCalls {
  static final String FLAG = "--enable-native-access=ALL-UNNAMED";

  private NativeCalls() {}

  /** Whether functions may be called. Without the flag the JVM would do it too, and print a warning that nobody asked for. */
  static boolean areAllowed() {
    return NativeCalls.class.getModule().isNativeAccessEnabled();
  }

  /**
   * A function of a library.
   *
   * @param library a name that the system's loader knows; null for the C library
   * @param options as for {@link Linker#downcallHandle}
   * @throws IllegalArgumentException if there is no such library
   * @throws java.util.NoSuchElementException if there is no such function in it
   */
  @SuppressWarnings("restricted") // That is what the flag allows, and who calls this has asked for it.
  static MethodHandle function(String library, String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup symbols = library == null ? linker.defaultLookup() : SymbolLookup.libraryLookup(library, Arena.global());
    return linker.downcallHandle(symbols.findOrThrow(name), descriptor, options);
  }
}
