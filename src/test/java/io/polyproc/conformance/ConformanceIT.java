package io.polyproc.conformance;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every program does under polyproc what is recorded beside it. */
@Execution(ExecutionMode.CONCURRENT)
class ConformanceIT {

  private final Runner runner = new Runner(Interpreter.polyproc());

  @TestFactory
  Stream<DynamicTest> shouldDoAsRecorded() throws IOException, InterruptedException {
    runner.makeImage();
    return ConformancePrograms.all().stream()
        .map(program -> dynamicTest(program.title(), () -> check(program)));
  }

  private void check(ConformanceProgram program) throws IOException, InterruptedException {
    Checks.failOnDifferences(program, runner.run(program));
  }
}
