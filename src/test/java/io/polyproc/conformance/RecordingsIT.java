package io.polyproc.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What is recorded beside the programs is what CPython 3.12 does, where the machine has one. With
 * {@code -Dpolyproc.record=true} the recordings are made anew instead.
 */
@Execution(ExecutionMode.CONCURRENT)
class RecordingsIT {

  private static final String RECORD = "polyproc.record";

  private final Optional<Interpreter> cpython = CPythonFinder.find();

  RecordingsIT() throws IOException {}

  @TestFactory
  Stream<DynamicTest> shouldBeWhatCPythonDoes() throws IOException {
    assumeTrue(!Boolean.getBoolean(RECORD), "the recordings are being made");
    assumeTrue(cpython.isPresent(), "no CPython 3.12 found; see CPythonFinder");
    Runner runner = new Runner(cpython.orElseThrow());
    return programs().stream()
        .map(
            program ->
                dynamicTest(
                    program.title(), () -> Checks.failOnDifferences(program, runner.run(program))));
  }

  @Test
  @EnabledIfSystemProperty(named = RECORD, matches = "true")
  void recordAnew() throws IOException, InterruptedException {
    Runner runner = new Runner(cpython.orElseThrow());
    Map<String, Map<ConformanceProgram, ProgramRun>> byName = new LinkedHashMap<>();
    for (ConformanceProgram program : programs()) {
      byName
          .computeIfAbsent(program.name(), name -> new LinkedHashMap<>())
          .put(program, runner.run(program));
    }
    for (Map<ConformanceProgram, ProgramRun> outcomes : byName.values()) {
      RecordedOutput.write(outcomes);
    }
  }

  private static List<ConformanceProgram> programs() throws IOException {
    return ConformancePrograms.all().stream()
        .filter(program -> !program.isOnlyForPolyproc())
        .toList();
  }
}
