package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.PersistencyModel;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes one invocation of a {@link CrashTest} for each of its models. */
final class CrashTestExtension implements TestTemplateInvocationContextProvider {
  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return annotation(context).isPresent();
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
    CrashTest test = annotation(context).orElseThrow();
    TestName name = TestName.of(context);
    List<PersistencyModel> models = Arrays.stream(test.models()).distinct().toList();
    if (models.isEmpty()) {
      throw new ExtensionConfigurationException(name + ": no models, at least one expected; nothing would be crashed");
    }
    Optional<PersistencyModel> wanted = Properties.model();
    if (wanted.isPresent() && !models.contains(wanted.get())) {
      throw new ExtensionConfigurationException(
          name + ": " + Properties.MODEL + "=" + wanted.get() + " asked for, but its models are " + models
              + "; nothing would be crashed");
    }
    // All at once and here, so that an attribute that cannot be is told by its own sentence.
    return models.stream().<TestTemplateInvocationContext>map(model -> new CrashInvocation(name, test, model)).toList().stream();
  }

  private static Optional<CrashTest> annotation(ExtensionContext context) {
    Optional<Method> method = context.getTestMethod();
    return AnnotationSupport.findAnnotation(method, CrashTest.class);
  }
}
