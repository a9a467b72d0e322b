package io.polyproc.bridge;

import io.polyproc.graalpy.ErrorNumber;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.jspecify.annotations.Nullable;

/**
 * What GraalPy calls for a signal in place of a Python function. An exception of the function is
 * raised where GraalPy 25.0.3 happens to look for signals, and at two kinds of places this goes
 * wrong: at the end of a round of a compiled loop it passes by the {@code except} and {@code
 * finally} of the function with the loop; within {@code print} or a buffered file's write, part of
 * it is lost or written twice. There it is kept, the functions go on in the interpreter, and it is
 * raised at the next place that is good.
 *
 * <p>Called on Python's main thread only.
 */
final class SignalHandler implements ProxyExecutable {
  /**
   * GraalPy looks each 25 ms, and a write that blocks must end while {@link SignalWaker} wakes it.
   */
  private static final Duration PATIENCE = Duration.ofMillis(800);

  private static final String PYTHON_LOOP = "com.oracle.graal.python.nodes.bytecode.PBytecodeRoot";
  private static final String PRINT =
      "com.oracle.graal.python.builtins.modules.BuiltinFunctions$PrintNode";
  private static final String FILES = "com.oracle.graal.python.builtins.modules.io.";
  private static final Pattern WRITE = Pattern.compile("Write|Flush");

  private static final AtomicLong CALLS = new AtomicLong();

  private final int signal;
  private final Value function;
  private final Runnable beforeCall;
  private final Supplier<@Nullable Runnable> repeater;
  private @Nullable Runnable again;
  private @Nullable PolyglotException kept;
  private long keptSince;

  /**
   * @param signal what the function is told that it handles
   * @param function the handler as the program knows it
   * @param beforeCall is run right before the function is called
   * @param repeater gives what lets GraalPy call this once more where it looks for signals next
   */
  SignalHandler(
      int signal, Value function, Runnable beforeCall, Supplier<@Nullable Runnable> repeater) {
    this.signal = signal;
    this.function = function;
    this.beforeCall = beforeCall;
    this.repeater = repeater;
  }

  /** How often any handler was called. */
  static long calls() {
    return CALLS.get();
  }

  /**
   * Calls the function. GraalPy calls this between a system call and its look at {@code errno}, so
   * that is put back.
   */
  @Override
  public @Nullable Object execute(Value... arguments) {
    int errorNumber = ErrorNumber.get();
    try {
      return handle(arguments);
    } finally {
      ErrorNumber.set(errorNumber);
    }
  }

  private @Nullable Object handle(Value... arguments) {
    PolyglotException raised = kept;
    kept = null;
    boolean first = raised == null;
    if (first) {
      again = repeater.get(); // the function may set another handler, and raise then
      raised = call(arguments);
      keptSince = System.nanoTime();
    }
    if (raised == null) {
      return null;
    }
    Place place = place();
    Runnable repeat = again;
    if (place == Place.GOOD
        || repeat == null
        || System.nanoTime() - keptSince > PATIENCE.toNanos()) {
      throw raised;
    }
    if (first || place == Place.COMPILED_LOOP) {
      CompiledCode.leave();
    }
    kept = raised;
    repeat.run();
    return null;
  }

  private @Nullable PolyglotException call(Value... arguments) {
    beforeCall.run();
    CALLS.incrementAndGet();
    try {
      function.executeVoid(signal, arguments[1]);
      return null;
    } catch (PolyglotException e) {
      return e;
    }
  }

  enum Place {
    GOOD,
    COMPILED_LOOP,
    BUFFERED_WRITE
  }

  private static Place place() {
    return StackWalker.getInstance()
        .walk(frames -> place(frames.map(frame -> frame.getClassName())));
  }

  /**
   * Where the main thread was when it looked for signals.
   *
   * @param classes of the frames, the innermost first
   */
  static Place place(Stream<String> classes) {
    Iterator<String> frames =
        classes.dropWhile(name -> !isLook(name)).dropWhile(SignalHandler::isLook).iterator();
    for (boolean first = true; frames.hasNext(); first = false) {
      String name = frames.next();
      if (name.startsWith(PYTHON_LOOP)) {
        return first ? Place.COMPILED_LOOP : Place.GOOD;
      }
      if (name.startsWith(PRINT) || (name.startsWith(FILES) && WRITE.matcher(name).find())) {
        return Place.BUFFERED_WRITE;
      }
    }
    return Place.GOOD;
  }

  private static boolean isLook(String name) {
    return name.contains("ThreadLocalHandshake");
  }
}
