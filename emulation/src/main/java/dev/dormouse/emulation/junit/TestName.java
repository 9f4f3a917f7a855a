package dev.dormouse.emulation.junit;

import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test method is called, for people and for the command that runs it alone.
 *
 * @param className the binary name of the class that runs, which for inherited methods is not the one that declares them
 */
record TestName(String className, String methodName) {
  static TestName of(ExtensionContext context) {
    return new TestName(context.getRequiredTestClass().getName(), context.getRequiredTestMethod().getName());
  }

  /** Runs this test only, with the system properties in {@code properties}. */
  String command(String properties) {
    String test = "-Dtest=" + className + "#" + methodName;
    // A shell would replace the dollar sign of a nested class.
    String quoted = test.contains("$") ? "'" + test + "'" : test;
    return "mvn test " + quoted + " " + properties;
  }

  @Override
  public String toString() {
    return className.substring(className.lastIndexOf('.') + 1) + "." + methodName;
  }
}
