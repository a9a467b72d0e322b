package io.polyproc.conformance;

import java.util.ArrayList;
import java.util.List;

/** What a program's standard error may hold. */
sealed interface StderrRule {

  /** Nothing at all: what a program without a word on it promises. */
  record Empty() implements StderrRule {}

  /** What is recorded beside the program, once {@link Traceback} has evened it out. */
  record Recorded() implements StderrRule {}

  /** Anything. */
  record Ignored() implements StderrRule {}

  /** Anything that contains all of these strings. */
  record Contains(List<String> texts) implements StderrRule {
    public Contains {
      texts = List.copyOf(texts);
    }
  }

  /** This rule and one more header line. */
  default StderrRule and(String line) {
    if (line.startsWith("contains ")) {
      List<String> texts = new ArrayList<>(this instanceof Contains(var known) ? known : List.of());
      texts.add(line.substring("contains ".length()));
      return new Contains(texts);
    }
    return switch (line) {
      case "empty" -> new Empty();
      case "recorded" -> new Recorded();
      case "ignored" -> new Ignored();
      default -> throw new IllegalArgumentException("unknown rule for stderr '" + line + "'");
    };
  }
}
