package io.polyproc.graalpy;

import com.oracle.truffle.api.RootCallTarget;
import com.oracle.truffle.api.ThreadLocalAction;
import com.oracle.truffle.api.Truffle;
import com.oracle.truffle.api.TruffleLanguage;
import com.oracle.truffle.api.frame.Frame;
import com.oracle.truffle.api.frame.FrameInstance;
import com.oracle.truffle.api.nodes.RootNode;
import com.oracle.truffle.api.source.Source;
import com.oracle.truffle.api.source.SourceSection;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Python stacks of a context's threads, from any thread, inside the context or not.
 *
 * <p>Truffle lets each thread run a piece of code at its next safepoint, which is where a loop goes
 * round, a function begins, or a wait for the GIL ends. There the thread walks its own stack, which
 * takes some microseconds, and goes on. A thread that is in native code, or in a call of Java,
 * reaches no safepoint before that returns: it is missing from the answer.
 *
 * <p>It relies on what GraalPy keeps in the descriptor of a frame: {@code BytecodeFrameInfo}, which
 * knows the line and the names of variables. {@link #whyUnknown} says what is missing.
 */
public final class PythonStacks {
  private static final String INFO = "com.oracle.graal.python.nodes.bytecode.BytecodeFrameInfo";
  private static final String CODE = "com.oracle.graal.python.compiler.CodeUnit";
  private static final String CELL = "com.oracle.graal.python.builtins.objects.cell.PCell";
  private static final String ARGUMENTS =
      "com.oracle.graal.python.builtins.objects.function.PArguments";
  private static final String OBJECT =
      "com.oracle.graal.python.builtins.objects.object.PythonObject";

  private static final class Handles {
    static final Class<?> INFO_CLASS;
    static final Class<?> CELL_CLASS;
    static final MethodHandle LINE;
    static final MethodHandle CODE_UNIT;
    static final MethodHandle QUALIFIED_NAME;
    static final MethodHandle VARIABLE_COUNT;
    static final MethodHandle VARIABLE_NAME;
    static final MethodHandle CELL_CONTENT;
    static final MethodHandle GENERATOR_FRAME;
    static final MethodHandle GLOBALS;

    private Handles() {}

    static {
      try {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        INFO_CLASS = Class.forName(INFO);
        CELL_CLASS = Class.forName(CELL);
        PythonStacks.class.getModule().addReads(INFO_CLASS.getModule());
        LINE = method(lookup, INFO_CLASS, "getLine", int.class, Frame.class);
        Class<?> codeUnit = Class.forName(CODE);
        CODE_UNIT = method(lookup, INFO_CLASS, "getCodeUnit", Object.class);
        QUALIFIED_NAME =
            lookup
                .unreflectGetter(codeUnit.getField("qualname"))
                .asType(MethodType.methodType(Object.class, Object.class));
        VARIABLE_COUNT = method(lookup, INFO_CLASS, "getVariableCount", int.class);
        VARIABLE_NAME =
            lookup
                .unreflect(INFO_CLASS.getMethod("getVariableName", int.class))
                .asType(MethodType.methodType(Object.class, Object.class, int.class));
        CELL_CONTENT = method(lookup, CELL_CLASS, "getRef", Object.class);
        Class<?> arguments = Class.forName(ARGUMENTS);
        GENERATOR_FRAME =
            lookup
                .unreflect(arguments.getMethod("getGeneratorFrameSafe", Object[].class))
                .asType(MethodType.methodType(Frame.class, Object[].class));
        Class.forName(OBJECT);
        GLOBALS =
            lookup
                .unreflect(arguments.getMethod("getGlobalsSafe", Frame.class))
                .asType(MethodType.methodType(Object.class, Frame.class));
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private static MethodHandle method(
        MethodHandles.Lookup lookup, Class<?> type, String name, Class<?> result, Class<?>... of)
        throws ReflectiveOperationException {
      return lookup
          .unreflect(type.getMethod(name, of))
          .asType(MethodType.methodType(result, Object.class, of));
    }
  }

  /**
   * One call of a Python function.
   *
   * @param file as the code object has it: a path, or a name such as {@code <string>}
   * @param qualifiedName with the class that the function is in
   * @param line the one that is executed; -1 if it is not known
   * @param names of the local variables
   * @param values of the variables that have one, else null; GraalPy's own objects, which are for
   *     Python code only
   * @param globals the namespace of its module, or null
   * @param tier of the code that runs: 0 if it is interpreted, 1 if it is compiled for the time
   *     being, 2 if it is compiled for good
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Call(
      String file,
      String function,
      String qualifiedName,
      int line,
      List<String> names,
      @Nullable Object[] values,
      @Nullable Object globals,
      int tier) {}

  /**
   * What a thread tells of itself.
   *
   * @param nativeId the kernel's id of it
   * @param calls the innermost first; empty if it runs no Python at the moment
   */
  public record Answer(int nativeId, List<Call> calls) {}

  /**
   * A Python function on a stack, without what it does there.
   *
   * @param line where its definition begins
   */
  public record Place(String function, String file, int line) {}

  private final PythonThreads threads;

  /** Those of a context's threads. */
  public PythonStacks(PythonThreads threads) {
    this.threads = threads;
  }

  /**
   * Whether this GraalPy has what is known here.
   *
   * @return null if it has, else what is missing
   */
  public static @Nullable String whyUnknown() {
    try {
      return Handles.LINE == null ? "" : null;
    } catch (LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return "GraalPy's frames are not as expected: " + cause;
    }
  }

  /**
   * Asks threads for their stacks. It does not wait: the answers come in as threads reach their
   * safepoints.
   *
   * @param asked which threads; those that have ended do not answer
   * @param nativeId tells the kernel's id of the thread that calls it
   * @param arrived is given a permit for each answer that has come in
   * @return fills with the answers
   */
  public Map<Thread, Answer> request(
      Collection<Thread> asked, IntSupplier nativeId, Semaphore arrived) {
    Map<Thread, Answer> answers = new ConcurrentHashMap<>();
    TruffleLanguage.Env env = (TruffleLanguage.Env) threads.environment();
    for (Thread thread : asked) {
      // One by one, as one that ends meanwhile fails the request for all.
      try {
        var _ = env.submitThreadLocal(new Thread[] {thread}, new Walk(answers, nativeId, arrived));
      } catch (RuntimeException e) {
        // It has ended: Truffle names it as one that is not of the context.
      }
    }
    return answers;
  }

  /**
   * Asks a thread for its stack, without lines and variables. It does not wait.
   *
   * @param taker is given the stack, the innermost call first, by the thread itself; or null at
   *     once if the thread has ended
   */
  public void sample(Thread thread, Consumer<@Nullable List<Place>> taker) {
    TruffleLanguage.Env env = (TruffleLanguage.Env) threads.environment();
    try {
      var _ = env.submitThreadLocal(new Thread[] {thread}, new Glance(taker));
    } catch (RuntimeException e) {
      taker.accept(null); // Truffle names it as one that is not of the context
    }
  }

  /** What a thread does at its safepoint to be sampled. */
  private static final class Glance extends ThreadLocalAction {
    private final Consumer<@Nullable List<Place>> taker;

    Glance(Consumer<@Nullable List<Place>> taker) {
      super(false, false);
      this.taker = taker;
    }

    @Override
    protected void perform(Access access) {
      List<Place> places = new ArrayList<>();
      Truffle.getRuntime()
          .iterateFrames(
              instance -> {
                RootNode root = ((RootCallTarget) instance.getCallTarget()).getRootNode();
                SourceSection section = root.getSourceSection();
                if (section != null && section.isAvailable()) {
                  places.add(
                      new Place(
                          String.valueOf(root.getName()), file(root), section.getStartLine()));
                }
                return null;
              });
      taker.accept(places);
    }
  }

  /** What a thread does at its safepoint. */
  private static final class Walk extends ThreadLocalAction {
    private final Map<Thread, Answer> answers;
    private final IntSupplier nativeId;
    private final Semaphore arrived;

    Walk(Map<Thread, Answer> answers, IntSupplier nativeId, Semaphore arrived) {
      super(false, false);
      this.answers = answers;
      this.nativeId = nativeId;
      this.arrived = arrived;
    }

    @Override
    protected void perform(Access access) {
      List<Call> calls = new ArrayList<>();
      Truffle.getRuntime()
          .iterateFrames(
              instance -> {
                Call call = call(instance);
                if (call != null) {
                  calls.add(call);
                }
                return null;
              });
      answers.put(access.getThread(), new Answer(nativeId.getAsInt(), calls));
      arrived.release();
    }
  }

  /** Null if it is not a call of a function that is written in Python. */
  private static @Nullable Call call(FrameInstance instance) {
    RootNode root = ((RootCallTarget) instance.getCallTarget()).getRootNode();
    Frame frame = instance.getFrame(FrameInstance.FrameAccess.READ_ONLY);
    if (frame == null) {
      return null;
    }
    try {
      Frame generator = (Frame) Handles.GENERATOR_FRAME.invokeExact(frame.getArguments());
      Frame own = generator == null ? frame : generator;
      Object info = own.getFrameDescriptor().getInfo();
      if (!Handles.INFO_CLASS.isInstance(info)) {
        return null;
      }
      int count = (int) Handles.VARIABLE_COUNT.invokeExact(info);
      List<String> names = new ArrayList<>(count);
      @Nullable Object[] values = new Object[count];
      for (int i = 0; i < count; i++) {
        names.add(String.valueOf((Object) Handles.VARIABLE_NAME.invokeExact(info, i)));
        Object value = own.getValue(i);
        values[i] =
            Handles.CELL_CLASS.isInstance(value)
                ? (Object) Handles.CELL_CONTENT.invokeExact(value)
                : value;
      }
      int line = (int) Handles.LINE.invokeExact(info, frame);
      return new Call(
          file(root),
          String.valueOf(root.getName()),
          qualifiedName(info),
          line < 0 ? (int) Handles.LINE.invokeExact(info, own) : line,
          List.copyOf(names),
          values,
          (Object) Handles.GLOBALS.invokeExact(frame),
          instance.getCompilationTier());
    } catch (Throwable e) {
      // GraalPy has other frames, too, as those of calls of native code. Whatever it is: an
      // exception
      // would be raised in the program that is looked at.
      return null;
    }
  }

  private static String qualifiedName(Object info) throws Throwable {
    Object code = (Object) Handles.CODE_UNIT.invokeExact(info);
    return String.valueOf((Object) Handles.QUALIFIED_NAME.invokeExact(code));
  }

  private static String file(RootNode root) {
    SourceSection section = root.getSourceSection();
    if (section == null) {
      return "";
    }
    Source source = section.getSource();
    String path = source.getPath();
    return path == null ? source.getName() : path;
  }
}
