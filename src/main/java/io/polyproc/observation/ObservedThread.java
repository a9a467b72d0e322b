package io.polyproc.observation;

import java.util.ArrayList;
import java.util.List;

/**
 * A thread of Python's, as its process has told of it.
 *
 * @param id the kernel's; 0 if it is not known
 * @param ident Python's {@code threading.get_ident()}
 * @param isMain whether it is Python's main thread
 * @param role what the runtime or the standard library needs it for; empty if it is the program's
 * @param answered whether it has come to a safepoint, so that its stack is known
 * @param stack the innermost call first, without what has started the thread
 * @param user which of these is the innermost one of the program's own; -1 for none
 * @param java the innermost methods of its Java stack
 * @param served the processes that it looks after
 * @param said what it does in the words of its process; empty if that is to be told by its stack
 * @param runs how often it had run when it was looked at; -1 if its machine's kernel is to be asked
 */
record ObservedThread(
    int pid,
    int id,
    int ident,
    String name,
    boolean isMain,
    String role,
    boolean answered,
    List<Line> stack,
    int user,
    Wait waiting,
    List<String> java,
    List<Integer> served,
    String said,
    long runs) {

  /**
   * One call.
   *
   * @param qualifiedName with the class that the function is in
   * @param variables of the function and their values as text; empty if they were not asked for
   * @param tier of its code: 0 if it is interpreted; -1 if that is not known
   */
  record Line(
      String file,
      String function,
      String qualifiedName,
      int line,
      List<List<String>> variables,
      int tier) {}

  /**
   * What it waits for, as {@code _polyproc/observation/waits.py} has it.
   *
   * @param facts empty if it does not wait, as far as is known
   */
  record Wait(Facts facts) {
    boolean isKnown() {
      return facts.has("kind");
    }

    String kind() {
      return facts.text("kind");
    }

    /** Who could end it: see {@link WaitGraph}. */
    String needs() {
      return facts.text("needs");
    }
  }

  /** The calls of the thread that its process's answer tells of. */
  static ObservedThread of(int pid, Facts thread, Facts described) {
    List<Facts> calls = thread.objects("stack");
    int shown = Math.min(described.integer("shown", calls.size()), calls.size());
    List<Line> stack = new ArrayList<>();
    List<String> files = described.texts("files");
    List<?> variables = described.map().get("locals") instanceof List<?> list ? list : List.of();
    for (int i = 0; i < shown; i++) {
      Facts call = calls.get(i);
      stack.add(
          new Line(
              i < files.size() ? files.get(i) : call.text("file"),
              call.text("function"),
              call.text("qualname"),
              call.integer("line", -1),
              i < variables.size() ? variables(variables.get(i)) : List.of(),
              call.integer("tier", -1)));
    }
    return new ObservedThread(
        pid,
        thread.integer("tid", 0),
        thread.integer("ident", 0),
        described.has("name") ? described.text("name") : thread.text("thread"),
        thread.flag("main"),
        described.text("role"),
        thread.has("stack"),
        List.copyOf(stack),
        described.integer("user", -1),
        new Wait(described.object("wait")),
        thread.texts("java"),
        described.integers("pids"),
        thread.text("state"),
        thread.integer("runs", -1));
  }

  /** As it would be if it had not called what is not the program's own. */
  ObservedThread fromUser() {
    return new ObservedThread(
        pid,
        id,
        ident,
        name,
        isMain,
        role,
        answered,
        stack.subList(user, stack.size()),
        0,
        waiting,
        java,
        served,
        said,
        runs);
  }

  private static List<List<String>> variables(Object pairs) {
    List<List<String>> found = new ArrayList<>();
    if (pairs instanceof List<?> list) {
      for (Object pair : list) {
        if (pair instanceof List<?> two && two.size() == 2) {
          found.add(List.of(String.valueOf(two.get(0)), String.valueOf(two.get(1))));
        }
      }
    }
    return found;
  }
}
