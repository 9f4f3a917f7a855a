package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.PersistencyModel;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/** One run of a test method, under one model: hands in the scenario, and sees to it that it was explored. */
final class CrashInvocation implements TestTemplateInvocationContext, ExecutionCondition, ParameterResolver, InvocationInterceptor {
  private final PersistencyModel model;
  private final CrashScenario scenario;

  CrashInvocation(TestName name, CrashTest test, PersistencyModel model) {
    this.model = model;
    this.scenario = new CrashScenario(TestRun.of(name, test, model), test.sizeBytes());
  }

  @Override
  public String getDisplayName(int invocationIndex) {
    return model.name();
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    return List.of(this);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<PersistencyModel> wanted = Properties.model();
    return wanted.isPresent() && wanted.get() != model
        ? ConditionEvaluationResult.disabled(Properties.MODEL + "=" + wanted.get() + " asks for that model only")
        : ConditionEvaluationResult.enabled("no other model is asked for");
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == CrashScenario.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return scenario;
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
    try {
      invocation.proceed();
    } finally {
      scenario.testRun().publish(context::publishReportEntry);
    }
    scenario.testRun().requireExplored();
  }
}
