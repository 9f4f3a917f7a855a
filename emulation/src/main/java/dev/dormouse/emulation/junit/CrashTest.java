package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.PersistencyModel;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that crashes what it runs. Its method takes a {@link CrashScenario}, says what to do on the medium and what must
 * hold after a crash, and is run once for each model:
 *
 * {@snippet :
 * @CrashTest
 * void anAppendIsThereWholeOrNotAtAll(CrashScenario crash) {
 *   crash.open(NumberLog::open)
 *       .step("append 7", log -> log.append(7))
 *       .step("append 8", log -> log.append(8))
 *       .allOrNothing(NumberLog::numbers);
 * }
 * }
 *
 * <p>A method that explores nothing fails, and so does one whose scenario stores nothing. The figures of every exploration
 * are published as report entries of the test, under names that begin with {@code crash.}.
 *
 * <p>The line in a failure's message reproduces that one crash; see {@link CrashScenario} for the system properties in it.
 * The annotation may stand on other annotations, which then mean the same with other values.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(CrashTestExtension.class)
public @interface CrashTest {
  /** The length of the medium in bytes; it starts as zeros. At least 1. */
  long sizeBytes() default 4096;

  /** What a crash may leave; the test runs once under each, and its name is that of the model. At least one. */
  PersistencyModel[] models() default {PersistencyModel.PX86, PersistencyModel.EADR};

  /** How many contents of the medium are tried at one point of the scenario; where fewer are possible, all are. At least 1. */
  int images() default 1024;

  /** The same at one point inside a recovery. At least 1. */
  int recoveryImages() default 32;

  /** How many crashes inside of recoveries follow one another, 0 to 3. */
  int recoveryDepth() default 1;

  /** Decides which contents are tried where not all are. The system property {@code crash.seed} goes before it. */
  long seed() default 0x5EED;
}
