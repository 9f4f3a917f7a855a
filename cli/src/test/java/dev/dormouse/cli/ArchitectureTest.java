package dev.dormouse.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.dormouse.heap.Pool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows of the design's section 2, over production classes. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.dormouse");

  @ParameterizedTest
  @ValueSource(strings = {"heap", "emulation", "recovery", "region", "component", "bench", "cli"})
  void everyModuleIsLookedAt(String module) {
    assertThat(CLASSES.stream().filter(type -> type.getPackageName().startsWith("dev.dormouse." + module)).count())
        .as("classes in dev.dormouse.%s", module)
        .isPositive();
  }

  @Test
  void noArrowPointsUpwards() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("dev.dormouse..")
        .layer("heap").definedBy("dev.dormouse.heap..")
        .layer("emulation").definedBy("dev.dormouse.emulation..")
        .layer("recovery").definedBy("dev.dormouse.recovery..")
        .layer("region").definedBy("dev.dormouse.region..")
        .layer("component").definedBy("dev.dormouse.component..")
        .layer("bench").definedBy("dev.dormouse.bench..")
        .layer("cli").definedBy("dev.dormouse.cli..")
        .whereLayer("heap").mayNotAccessAnyLayer()
        .whereLayer("emulation").mayOnlyAccessLayers("heap")
        .whereLayer("recovery").mayOnlyAccessLayers("heap")
        .whereLayer("region").mayOnlyAccessLayers("heap", "recovery")
        .whereLayer("component").mayOnlyAccessLayers("heap", "recovery", "region")
        .whereLayer("cli").mayNotBeAccessedByAnyLayer()
        .whereLayer("bench").mayOnlyBeAccessedByLayers("cli")
        .ensureAllClassesAreContainedInArchitectureIgnoring("dev.dormouse")
        .check(CLASSES);
  }

  @Test
  void modulesHaveNoCycles() {
    slices().matching("dev.dormouse.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyOnePackageOfTheHeapAndOneOfTheBenchmarksKnowLlpl() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.dormouse.heap.llpl..", "dev.dormouse.bench.llpl..", "com.intel.pmem..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.intel.pmem..")
        .check(CLASSES);
  }

  /** LLPL's own package has one class of ours, for what LLPL keeps to it. */
  @Test
  void oneClassOfOursIsInLlplsPackage() {
    JavaClasses heap = new ClassFileImporter().importUrl(Pool.class.getProtectionDomain().getCodeSource().getLocation());
    assertThat(heap.stream().map(JavaClass::getName).filter(name -> !name.startsWith("dev.dormouse.")))
        .containsExactly("com.intel.pmem.llpl.DormouseBridge");
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.dormouse.heap.llpl..", "com.intel.pmem..")
        .should()
        .dependOnClassesThat()
        .haveSimpleName("DormouseBridge")
        .check(CLASSES);
  }

  /** It is optional: whoever does not use that package does not have it. */
  @Test
  void onlyOnePackageKnowsAgrona() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.dormouse.region.agrona..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.agrona..")
        .check(CLASSES);
  }
}
