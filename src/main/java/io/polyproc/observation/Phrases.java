package io.polyproc.observation;

import java.util.Locale;

/** What is said of a wait, in words. */
final class Phrases {
  private static final int MAX_PERMITS_SHOWN = 1_000_000;

  private Phrases() {}

  /** What a thread waits for, as the end of a sentence. */
  static String wait(ObservedThread thread, ProcessNames names) {
    ObservedThread.Wait wait = thread.waiting();
    Facts facts = wait.facts();
    String name = facts.has("name") ? " " + facts.text("name") : "";
    if (!thread.said().isEmpty()) {
      return thread.said().replaceFirst("^waiting", "waits").replaceFirst("^running", "runs");
    }
    if (!wait.isKnown()) {
      return !thread.answered()
          ? "is in native code, or in Java"
          : thread.role().isEmpty() || thread.user() >= 0 ? "runs" : "waits for work";
    }
    if (facts.flag("idle")) {
      return "waits for a task of its pool";
    }
    return switch (wait.kind()) {
      case "lock", "recursive lock" -> "waits for " + wait.kind() + name + holder(facts, names);
      case "semaphore" -> "waits for semaphore" + name + permits(facts, names);
      case "condition" -> "waits for condition" + name + " to be notified";
      case "event" -> "waits for event" + name + " to be set";
      case "barrier" ->
          "waits at barrier%s, where %d of %d parties are"
              .formatted(name, facts.integer("waiting", 0), facts.integer("parties", 0));
      case "queue get" -> "waits for an item of queue" + name;
      case "queue put" ->
          "waits for room in queue%s, which has %d of %d items"
              .formatted(name, facts.integer("length", 0), facts.integer("capacity", 0));
      case "queue flush" -> "waits until what it has put into a queue is written";
      case "receive" -> "waits for a message from connection" + name;
      case "send" -> "waits for room in connection" + name;
      case "poll" ->
          facts.integers("fds").size() == 1
              ? "waits until a descriptor can be read"
              : "waits until one of %d descriptors can be read"
                  .formatted(facts.integers("fds").size());
      case "join", "child" -> "waits for the end of " + names.of(facts.integer("pid", 0));
      case "remote process" ->
          facts.has("pid")
              ? "stands for " + names.of(facts.integer("pid", 0))
              : "stands for a process of another node";
      case "pool result" ->
          "waits for the result of a pool's tasks"
              + (facts.has("left") ? ", of which %d chunks are left".formatted(left(facts)) : "");
      case "pool join" -> "waits for the end of a pool";
      case "future" -> "waits for the result of future" + name;
      case "executor" -> "waits to submit a task to executor" + name;
      case "thread join" -> "waits for the end of thread " + facts.text("thread");
      case "manager" -> "waits for its manager's answer to " + facts.text("call");
      case "sleep" -> "sleeps";
      case "select" -> "waits for events of descriptors";
      case "system call" -> "is in the system call " + facts.text("call");
      default -> "waits for " + wait.kind() + name;
    };
  }

  private static int left(Facts facts) {
    return facts.integer("left", 0);
  }

  private static String holder(Facts facts, ProcessNames names) {
    int holder = facts.object("semaphore").integer("holder", 0);
    return holder == 0 ? "" : ", held by " + names.of(holder);
  }

  private static String permits(Facts facts, ProcessNames names) {
    Facts semaphore = facts.object("semaphore");
    StringBuilder text = new StringBuilder();
    int max = semaphore.integer("max", 0);
    text.append(
        max < MAX_PERMITS_SHOWN
            ? ", of whose %d permits none is free".formatted(max)
            : ", which has no free permit");
    if (!semaphore.integers("listed").isEmpty()) {
      text.append("; held by ");
      text.append(String.join(", ", semaphore.integers("listed").stream().map(names::of).toList()));
    }
    return text.toString();
  }

  /** How long it has waited, and for how long it will at most. */
  static String duration(Facts wait) {
    String text = "";
    if (wait.has("seconds")) {
      text += String.format(Locale.ROOT, ", for %.1f s", wait.number("seconds", 0));
    }
    if (wait.has("timeout")) {
      text += String.format(Locale.ROOT, ", at most %.1f s in all", wait.number("timeout", 0));
    }
    return text;
  }

  /** What a process is called in a sentence. */
  @FunctionalInterface
  interface ProcessNames {
    String of(int pid);
  }
}
