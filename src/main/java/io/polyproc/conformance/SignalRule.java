package io.polyproc.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A signal that the driver sends once the program has printed a line.
 *
 * @param name such as {@code INT}
 * @param toGroup to the whole process group, as a terminal does, or to the main process alone
 * @param afterLine the line waited for
 */
record SignalRule(String name, boolean toGroup, String afterLine) {

  private static final Pattern RULE = Pattern.compile("([A-Z0-9]+) to (main|group) after \"(.*)\"");

  static SignalRule parse(String text) {
    Matcher matcher = RULE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not 'NAME to main|group after \"line\"': " + text);
    }
    return new SignalRule(matcher.group(1), matcher.group(2).equals("group"), matcher.group(3));
  }

  /** Sends the signal to the process of this id, which leads its process group. */
  void send(long pid) {
    String target = toGroup ? "-" + pid : Long.toString(pid);
    try {
      new ProcessBuilder(List.of("kill", "-s", name, "--", target)).inheritIO().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
