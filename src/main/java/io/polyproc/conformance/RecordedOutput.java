package io.polyproc.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a program shall print: the files {@code name.out} and, where the header asks for it, {@code
 * name.err} beside it. A variant that prints something else than the others has {@code
 * name@variant.out}. The exit status is in the header.
 */
final class RecordedOutput {

  private static final String OUT = "out";
  private static final String ERR = "err";

  private RecordedOutput() {}

  /** The recorded standard output; no file stands for no output. */
  static String stdout(ConformanceProgram program) throws IOException {
    return read(program, OUT);
  }

  /** The recorded standard error. */
  static String stderr(ConformanceProgram program) throws IOException {
    return read(program, ERR);
  }

  private static String read(ConformanceProgram program, String kind) throws IOException {
    Path own = file(program, "@" + program.variant(), kind);
    Path common = file(program, "", kind);
    if (Files.exists(own)) {
      return Files.readString(own);
    }
    return Files.exists(common) ? Files.readString(common) : "";
  }

  /** Replaces the recording of a program by what its variants printed. */
  static void write(Map<ConformanceProgram, ProgramRun> outcomes) throws IOException {
    Map<ConformanceProgram, String> printed = new LinkedHashMap<>();
    Map<ConformanceProgram, String> complained = new LinkedHashMap<>();
    for (var entry : outcomes.entrySet()) {
      ConformanceProgram program = entry.getKey();
      printed.put(program, Comparison.masked(program.header(), entry.getValue().stdout()));
      if (program.header().stderr() instanceof StderrRule.Recorded) {
        complained.put(program, Traceback.evenOut(entry.getValue().stderr()));
      }
    }
    write(OUT, printed);
    write(ERR, complained);
  }

  private static void write(String kind, Map<ConformanceProgram, String> texts) throws IOException {
    String common = mostFrequent(texts.values());
    for (var entry : texts.entrySet()) {
      ConformanceProgram program = entry.getKey();
      write(file(program, "", kind), common, !common.isEmpty());
      boolean differs = !entry.getValue().equals(common);
      write(file(program, "@" + program.variant(), kind), entry.getValue(), differs);
    }
  }

  private static void write(Path file, String text, boolean wanted) throws IOException {
    if (wanted) {
      Files.writeString(file, text);
    } else {
      Files.deleteIfExists(file);
    }
  }

  private static String mostFrequent(Collection<String> texts) {
    return texts.stream()
        .max(Comparator.comparingInt(text -> Collections.frequency(texts, text)))
        .orElse("");
  }

  private static Path file(ConformanceProgram program, String suffix, String kind) {
    String name = program.declaration().getFileName().toString().replaceFirst("\\.[a-z]+$", "");
    return program.declaration().resolveSibling(name + suffix + "." + kind);
  }
}
