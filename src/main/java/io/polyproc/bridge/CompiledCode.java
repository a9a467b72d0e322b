package io.polyproc.bridge;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The compiled code of the Python functions that this thread is in. Truffle's own classes tell, by
 * reflection, as a Java program need not have their packages exported ({@code --add-exports} in
 * {@code lib/jvm.options}); where it has not, compiled code stays as it is.
 *
 * <p>Any thread may call.
 */
final class CompiledCode {
  /** A hot loop is in one of the innermost functions, and what they are inlined in. */
  private static final int FRAMES = 32;

  private static final String REASON = "a signal's handler raises an exception";
  private static final @Nullable CompiledCode TRUFFLES = find();

  private final Object runtime;
  private final Class<?> visitor;
  private final MethodHandle iterateFrames;
  private final MethodHandle callTarget;
  private final MethodHandle rootNode;
  private final MethodHandle nodeReplaced;
  private final Class<?> osrNode;
  private final MethodHandle osrMetadata;
  private final MethodHandle osrCompilations;

  private CompiledCode() throws ReflectiveOperationException {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    String api = "com.oracle.truffle.api.";
    Class<?> node = Class.forName(api + "nodes.Node");
    Class<?> metadata = Class.forName("com.oracle.truffle.runtime.BytecodeOSRMetadata");
    CompiledCode.class.getModule().addReads(node.getModule());
    CompiledCode.class.getModule().addReads(metadata.getModule());
    Class<?> runtimeType = Class.forName(api + "TruffleRuntime");
    visitor = Class.forName(api + "frame.FrameInstanceVisitor");
    osrNode = Class.forName(api + "nodes.BytecodeOSRNode");
    runtime = Class.forName(api + "Truffle").getMethod("getRuntime").invoke(null);
    iterateFrames = lookup.unreflect(runtimeType.getMethod("iterateFrames", visitor));
    callTarget = lookup.unreflect(method(api + "frame.FrameInstance", "getCallTarget"));
    rootNode = lookup.unreflect(method(api + "RootCallTarget", "getRootNode"));
    nodeReplaced =
        lookup.unreflect(
            method(api + "ReplaceObserver", "nodeReplaced", node, node, CharSequence.class));
    osrMetadata = lookup.unreflect(osrNode.getMethod("getOSRMetadata"));
    osrCompilations = lookup.unreflect(metadata.getMethod("getOSRCompilations"));
  }

  private static Method method(String type, String name, Class<?>... parameters)
      throws ReflectiveOperationException {
    return Class.forName(type).getMethod(name, parameters);
  }

  private static @Nullable CompiledCode find() {
    try {
      return new CompiledCode();
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      // Something is not as it was, or not exported: compiled code stays.
      return null;
    }
  }

  /** Lets the functions that this thread is in go on in the interpreter. */
  static void leave() {
    CompiledCode truffles = TRUFFLES;
    if (truffles != null) {
      try {
        truffles.invalidate();
      } catch (Throwable e) { // what a method handle declares
        throw new IllegalStateException("Truffle does not give up compiled code", e);
      }
    }
  }

  private void invalidate() throws Throwable {
    AtomicInteger frames = new AtomicInteger();
    Object each =
        Proxy.newProxyInstance(
            visitor.getClassLoader(),
            new Class<?>[] {visitor},
            (_, _, arguments) -> {
              invalidate(callTarget.invoke(arguments[0]));
              return frames.incrementAndGet() < FRAMES ? null : arguments[0];
            });
    iterateFrames.invoke(runtime, each);
  }

  private void invalidate(Object target) throws Throwable {
    Object root = rootNode.invoke(target);
    if (!osrNode.isInstance(root)) {
      return; // not a Python function, but one of GraalPy's own
    }
    nodeReplaced.invoke(target, root, root, REASON);
    Object metadata = osrMetadata.invoke(root);
    if (metadata != null) {
      for (Object compiled : ((Map<?, ?>) osrCompilations.invoke(metadata)).values()) {
        nodeReplaced.invoke(compiled, root, root, REASON);
      }
    }
  }
}
