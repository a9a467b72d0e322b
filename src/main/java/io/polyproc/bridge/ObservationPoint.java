package io.polyproc.bridge;

import io.polyproc.graalpy.Compilations;
import io.polyproc.graalpy.PythonStacks;
import io.polyproc.graalpy.PythonThreads;
import io.polyproc.hotspot.NativeThreads;
import io.polyproc.observation.Json;
import io.polyproc.observation.Rendezvous;
import io.polyproc.observation.Responder;
import io.polyproc.posix.Processes;
import io.polyproc.sync.SharedSemaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What this process tells of itself when its user looks at it: see {@link Responder}.
 *
 * <p>An answer has two parts. The stacks are read at safepoints ({@link PythonStacks}); threads
 * that come to none, as they read or write, are woken: GraalPy repeats such calls. What a thread
 * waits for says Python code, {@code _polyproc.observation}, on a thread of its own that needs the
 * GIL: where another thread does not give it, the answer goes without.
 */
public final class ObservationPoint {
  private static final Duration AT_ONCE = Duration.ofMillis(10);
  private static final Duration LATER = Duration.ofMillis(1500);
  private static final Duration DESCRIPTION = Duration.ofSeconds(2);
  private static final int JAVA_FRAMES = 80;

  private static final String RUNTIME = "io.polyproc.";
  private static final String NATIVE_CALLS = "io.polyproc.posix.";
  private static final String SHIM = "/python-shim/";

  /** GraalPy's class of these; those that it makes again when a signal has ended them. */
  private static final String SYSTEM_CALLS = "com.oracle.graal.python.runtime.NFIPosixSupport";

  /** Truffle's class of what ends a wait when there is a safepoint. */
  private static final String SAFEPOINTS = "com.oracle.truffle.api.impl.ThreadLocalHandshake";

  private static final Set<String> REPEATED =
      Set.of("read", "write", "accept", "recv", "recvfrom", "send", "sendto");

  /** The thread on which GraalPy looks for what the program has lost. */
  private static final String GARBAGE_COLLECTOR = "Python GC";

  private final PythonThreads threads;
  private final PythonStacks stacks;
  private final ThreadGroup group;
  private final Responder responder;
  private final Value describe;
  private volatile @Nullable String startMethod;
  private @Nullable Map<Thread, PythonStacks.Answer> requestedInWarmUp;

  /**
   * On Python's main thread.
   *
   * @param describe the function {@code describe} of {@code _polyproc.observation.threads}
   */
  ObservationPoint(Value describe) {
    threads = PythonThreads.current();
    stacks = new PythonStacks(threads);
    group = Thread.currentThread().getThreadGroup();
    responder = new Responder(group, this::answer);
    this.describe = describe;
  }

  /** Tells how this process was started; null for a program. */
  void setStartMethod(@Nullable String method) {
    startMethod = method;
  }

  /**
   * Loads and links what an answer needs, in a process whose image is kept; on Python's main
   * thread, twice: what the first call asks for this thread answers between the two.
   */
  void warmUp() {
    Thread main = Thread.currentThread();
    Map<Thread, PythonStacks.Answer> found = requestedInWarmUp;
    requestedInWarmUp = stacks.request(List.of(main), Processes::currentThread, new Semaphore(0));
    if (found == null) {
      return;
    }
    requestedInWarmUp = null;
    List<PythonStacks.Call> calls = new ArrayList<>();
    found.values().forEach(answer -> calls.addAll(answer.calls()));
    List<String> java = javaStack(main);
    Object[] thread = {
      main.threadId(),
      calls.stream().map(ObservationPoint::forPython).toArray(Object[]::new),
      java.toArray()
    };
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("stack", calls.stream().map(ObservationPoint::plain).toList());
    answer.put("python", plain(describe.execute(new Object[] {thread}, false, true)));
    Object again = Json.parse(Json.write(answer));
    if (!Map.class.isInstance(again) || hasPool(new PythonStacks.Answer(0, calls))) {
      throw new IllegalStateException("not what was written: " + again);
    }
    Rendezvous.observers().forEach(responder::converse);
  }

  /** Lets the signal be answered. */
  void open() {
    responder.open();
  }

  /** In a forked child: its parent goes on with the conversations. */
  void afterFork() {
    responder.afterFork();
  }

  /** Answers the observers that wait; false if there are none. */
  boolean answer() {
    return responder.answer();
  }

  private Map<String, @Nullable Object> answer(@Nullable Object question) {
    boolean locals = asks(question, "locals");
    boolean brief = asks(question, "brief");
    boolean queues = asks(question, "queues") && SharedSemaphore.anyIsOfPlaces();
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("pid", Processes.id());
    String unknown = PythonStacks.whyUnknown();
    if (unknown != null) {
      answer.put("problem", unknown);
      return answer;
    }
    Thread main = threads.main();
    List<Thread> alive = threads.alive().stream().filter(ObservationPoint::isOfProgram).toList();
    Map<Thread, PythonStacks.Answer> found = read(alive);
    List<@Nullable Object> all = new ArrayList<>();
    List<Object> described = new ArrayList<>();
    for (Thread thread : alive) {
      PythonStacks.Answer given = found.get(thread);
      List<PythonStacks.Call> calls = given == null ? null : given.calls();
      if (calls != null && calls.isEmpty()) {
        continue; // between two pieces of Python
      }
      Map<String, @Nullable Object> facts = new LinkedHashMap<>();
      facts.put("tid", given == null ? NativeThreads.id(thread) : given.nativeId());
      facts.put("ident", thread.threadId());
      facts.put("thread", thread.getName());
      facts.put("main", thread.equals(main));
      List<String> javaStack = brief && isInShim(calls) ? List.of() : javaStack(thread);
      facts.put("java", javaStack);
      if (calls != null) {
        facts.put("stack", calls.stream().map(ObservationPoint::plain).toList());
      }
      all.add(facts);
      described.add(
          new Object[] {
            thread.threadId(),
            calls == null
                ? new Object[0]
                : calls.stream().map(ObservationPoint::forPython).toArray(Object[]::new),
            javaStack.toArray()
          });
    }
    answer.put("threads", all);
    answer.put("method", startMethod);
    answer.put("compiling", Compilations.pendingNames());
    if (brief && !queues && found.values().stream().noneMatch(ObservationPoint::hasPool)) {
      return answer;
    }
    describe(answer, described.toArray(), locals, queues || !brief);
    return answer;
  }

  private static boolean asks(@Nullable Object question, String what) {
    return question instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get(what));
  }

  private static boolean isOfProgram(Thread thread) {
    return !thread.getName().equals(GARBAGE_COLLECTOR)
        && !thread.getName().startsWith(Responder.THREAD);
  }

  /** Whether the innermost call says what a thread waits for. */
  private static boolean isInShim(@Nullable List<PythonStacks.Call> calls) {
    return calls != null && calls.getFirst().file().contains(SHIM);
  }

  /** Whether a thread gives tasks out, of which Python code can tell more. */
  private static boolean hasPool(PythonStacks.Answer answer) {
    return answer.calls().stream()
        .anyMatch(
            call ->
                call.qualifiedName().equals("Dispatcher._run")
                    || call.qualifiedName().equals("_ExecutorManagerThread.run"));
  }

  /** Asks, and wakes those that are in a system call. */
  private Map<Thread, PythonStacks.Answer> read(Collection<Thread> asked) {
    Semaphore arrived = new Semaphore(0);
    Map<Thread, PythonStacks.Answer> found =
        stacks.request(asked, Processes::currentThread, arrived);
    boolean all = await(arrived, asked.size(), AT_ONCE);
    if (!all) {
      int coming = 0;
      for (Thread thread : asked) {
        coming += !found.containsKey(thread) && comes(thread) ? 1 : 0;
      }
      boolean _ = await(arrived, coming, LATER);
    }
    return Map.copyOf(found);
  }

  /**
   * Whether a thread will soon be at a safepoint; ends a system call that the runtime, or GraalPy,
   * makes again at once.
   */
  private static boolean comes(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    if (stack.length == 0 || !isNative(stack[0])) {
      return true; // it runs, if it gets a processor
    }
    boolean mayWake = false;
    for (StackTraceElement frame : stack) {
      String type = frame.getClassName();
      if (type.startsWith(SAFEPOINTS)) {
        return true; // it waits for what ends when there is a safepoint
      }
      mayWake |=
          type.startsWith(RUNTIME)
              || (type.equals(SYSTEM_CALLS) && REPEATED.contains(frame.getMethodName()));
    }
    int id = mayWake ? NativeThreads.id(thread) : 0;
    if (id == 0) {
      return false;
    }
    Processes.allowWaking();
    Processes.wake(id);
    return true;
  }

  /** A native method, or what calls functions of the C library without one. */
  private static boolean isNative(StackTraceElement frame) {
    return frame.isNativeMethod() || frame.getClassName().startsWith(NATIVE_CALLS);
  }

  /** Waits for so many more answers, and takes their permits; else takes those that there are. */
  private static boolean await(Semaphore arrived, int count, Duration longest) {
    try {
      if (arrived.tryAcquire(count, longest.toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    arrived.drainPermits();
    return false;
  }

  private static Map<String, Object> plain(PythonStacks.Call call) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("file", call.file());
    plain.put("function", call.function());
    plain.put("qualname", call.qualifiedName());
    plain.put("line", call.line());
    plain.put("tier", call.tier());
    return plain;
  }

  private static Object[] forPython(PythonStacks.Call call) {
    return new Object[] {
      call.file(),
      call.function(),
      call.line(),
      call.names().toArray(),
      call.values(),
      call.globals() == null ? false : call.globals()
    };
  }

  private static List<String> javaStack(Thread thread) {
    List<String> frames = new ArrayList<>();
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frames.size() == JAVA_FRAMES) {
        break;
      }
      frames.add(frame.getClassName() + "." + frame.getMethodName());
    }
    return frames;
  }

  /** Adds what Python code can say of the threads, if it comes to it. */
  private void describe(
      Map<String, @Nullable Object> answer, Object[] described, boolean locals, boolean queues) {
    FutureTask<@Nullable Object> task =
        new FutureTask<>(() -> plain(describe.execute(described, locals, queues)));
    Thread thread = new Thread(group, task, Responder.THREAD + "-python");
    thread.setDaemon(true);
    thread.start();
    try {
      answer.put("python", task.get(DESCRIPTION.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      answer.put("problem", "another thread keeps the GIL");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      answer.put(
          "problem",
          cause instanceof PolyglotException raised ? raised.getMessage() : cause.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Numbers, strings, lists and dictionaries of Python's as {@link Json} has them. */
  private static @Nullable Object plain(Value value) {
    if (value.isNull()) {
      return null;
    }
    if (value.isBoolean()) {
      return value.asBoolean();
    }
    if (value.isString()) {
      return value.asString();
    }
    if (value.fitsInLong()) {
      return value.asLong();
    }
    if (value.isNumber()) {
      return value.asDouble();
    }
    if (value.hasHashEntries()) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      Value keys = value.getHashKeysIterator();
      while (keys.hasIteratorNextElement()) {
        Value key = keys.getIteratorNextElement();
        map.put(key.asString(), plain(value.getHashValue(key)));
      }
      return map;
    }
    List<@Nullable Object> list = new ArrayList<>();
    for (long i = 0; i < value.getArraySize(); i++) {
      list.add(plain(value.getArrayElement(i)));
    }
    return list;
  }
}
