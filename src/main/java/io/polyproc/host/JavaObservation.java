package io.polyproc.host;

import io.polyproc.observation.Responder;
import io.polyproc.posix.Processes;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a Java program be looked at that has a runtime, as its Python processes are: its threads
 * with their Java stacks, and its pools. There is one of it in a JVM, from its first runtime on.
 *
 * <p>Any thread may call.
 */
public final class JavaObservation {
  private static final System.Logger LOG = System.getLogger(JavaObservation.class.getName());
  private static final String PUBLIC_API = "io.polyproc.";
  private static final int MAX_CALLS = 100;

  /** What a thread waits for by the class of the API that it has called. */
  private static final Map<String, String> WAITS =
      Map.ofEntries(
          Map.entry("PythonPool", "waiting for pool"),
          Map.entry("pool.PoolTask", "waiting for pool"),
          Map.entry("pool.BulkTasks", "waiting for pool"),
          Map.entry("PythonQueue", "waiting for queue"),
          Map.entry("PythonLock", "waiting for lock"),
          Map.entry("PythonSemaphore", "waiting for lock"),
          Map.entry("PythonEvent", "waiting for event"),
          Map.entry("PythonBarrier", "waiting for barrier"),
          Map.entry("PythonProcess", "waiting for child"),
          Map.entry("PythonConnection", "waiting for message"),
          Map.entry("PythonManager", "waiting for manager"),
          Map.entry("PythonProxy", "waiting for manager"),
          Map.entry("Polyproc", "waiting for pool"));

  private static @Nullable Responder responder;
  private static final Set<Supplier<List<Map<String, Object>>>> POOLS =
      ConcurrentHashMap.newKeySet();

  private JavaObservation() {}

  /**
   * Lets this JVM be looked at, if it is not yet, and has an observer told of pools.
   *
   * @param pools of a runtime; as {@code docs/observation.md} has them
   */
  public static synchronized void add(Supplier<List<Map<String, Object>>> pools) {
    POOLS.add(pools);
    if (responder != null) {
      return;
    }
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    responder = new Responder(group, _ -> answer());
    try {
      responder.open();
    } catch (IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "this JVM can't be looked at: {0}", e.getMessage());
    }
  }

  /** The runtime is closed. */
  public static void remove(Supplier<List<Map<String, Object>>> pools) {
    POOLS.remove(pools);
  }

  private static Map<String, @Nullable Object> answer() {
    List<@Nullable Object> threads = new ArrayList<>();
    Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getValue().length > 0 && isOfProgram(entry.getKey()))
        .sorted(Comparator.comparingLong(entry -> entry.getKey().threadId()))
        .forEach(entry -> threads.add(facts(entry.getKey(), entry.getValue())));
    Map<String, @Nullable Object> python = new LinkedHashMap<>();
    python.put("pools", POOLS.stream().flatMap(pools -> pools.get().stream()).toList());
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("pid", Processes.id());
    answer.put("language", "Java");
    answer.put("threads", threads);
    answer.put("python", python);
    return answer;
  }

  /** Not one of the JVM's own or of ours. */
  private static boolean isOfProgram(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group != null
        && !group.getName().equals("system")
        && !group.getName().equals("InnocuousThreadGroup")
        && !thread.getName().startsWith("polyproc-");
  }

  private static Map<String, @Nullable Object> facts(Thread thread, StackTraceElement[] stack) {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("ident", thread.threadId());
    facts.put("thread", thread.getName());
    facts.put("main", thread.threadId() == 1);
    facts.put("state", state(thread, stack));
    List<Object> calls = new ArrayList<>();
    for (StackTraceElement frame : stack) {
      if (calls.size() == MAX_CALLS) {
        break;
      }
      String type = frame.getClassName();
      String method = type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName();
      String file = frame.getFileName();
      calls.add(
          Map.of(
              "file",
              file == null ? type : file,
              "function",
              method,
              "qualname",
              type + "." + frame.getMethodName(),
              "line",
              Math.max(0, frame.getLineNumber())));
    }
    facts.put("stack", calls);
    return facts;
  }

  /** In the words that there are for threads of Python's. */
  private static String state(Thread thread, StackTraceElement[] stack) {
    String found = "";
    for (StackTraceElement frame : stack) {
      String type = frame.getClassName();
      if (type.startsWith(PUBLIC_API)) {
        String name = type.substring(PUBLIC_API.length()).replaceAll("\\$.*", "");
        found = WAITS.getOrDefault(name, found);
      } else if (!found.isEmpty()) {
        return found; // the program's own call
      }
    }
    if (!found.isEmpty()) {
      return found;
    }
    return switch (thread.getState()) {
      case RUNNABLE -> stack[0].isNativeMethod() ? "in native code" : "running";
      case BLOCKED -> "waiting for thread";
      default -> ofPark(stack);
    };
  }

  private static String ofPark(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().equals("java.lang.Thread")
          && frame.getMethodName().startsWith("sleep")) {
        return "sleeping";
      }
      if (frame.getClassName().equals("java.util.concurrent.CompletableFuture")) {
        return "waiting for future";
      }
    }
    return "waiting for thread";
  }
}
