package io.polyproc.python;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Collection;
import org.graalvm.polyglot.Engine;

/**
 * Lets an engine keep what it has parsed, with what is compiled of it, when the context is gone for
 * which it was parsed.
 *
 * <p>A context finds the code of another one on its engine by the source's text. But Truffle 25
 * keeps such code only while somebody has the very source object, which GraalPy drops at once; so
 * after the next collection the code is parsed anew. With its {@code storeEngine}, meant for
 * engines that are stored in a file, it keeps the code for good. There is no option for that.
 */
public final class CodeCache {
  /** What a program may have parsed, in sources: one that evaluates text after text has more. */
  private static final int MOST = 2000;

  /** Truffle's class of what can be compiled. */
  static final String COMPILABLE = "com.oracle.truffle.runtime.OptimizedCallTarget";

  /** Its field that the thresholds of the compiler are for. */
  static final String HEAT = "callAndLoopCount";

  private final Engine engine;
  private boolean keeps;

  /** Of an engine that drops what it parses, so far. */
  public CodeCache(Engine engine) {
    this.engine = engine;
  }

  /** The engine whose code it is. */
  public Engine engine() {
    return engine;
  }

  /**
   * Lets the engine keep what it parses from now on.
   *
   * @return false where Truffle's classes are others, or can't be reached ({@code --add-opens} in
   *     {@code lib/jvm.options})
   */
  public boolean keep() {
    keeps = set(true);
    return keeps;
  }

  /** Whether there is so much that it is not worth its memory. */
  public boolean isFull() {
    return engine.getCachedSources().size() > MOST;
  }

  /** Lets it keep what it has, and nothing in addition. */
  public void freeze() {
    if (keeps) {
      keeps = !set(false);
    }
  }

  /**
   * Forgets how often each function was called and its loops went round. One whose compiled code is
   * given up would otherwise be compiled anew at its next call, even if that is the only one.
   *
   * <p>The calls alone are still known: from these and those of each place in it the compiler
   * concludes how often that is reached, and what is worth to be inlined there. Nothing happens
   * where Truffle's classes are others, or can't be reached.
   */
  public void forgetHeat() {
    try {
      Class<?> type = Class.forName(COMPILABLE);
      Field heat = type.getDeclaredField(HEAT);
      heat.setAccessible(true);
      for (Object target : callTargets(engine)) {
        if (type.isInstance(target)) {
          heat.setInt(target, 0);
        }
      }
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      // Then more is compiled.
    }
  }

  static Collection<?> callTargets(Engine engine) throws ReflectiveOperationException {
    Object implementation = implementation(engine);
    Method callTargets = implementation.getClass().getDeclaredMethod("getCallTargets");
    callTargets.setAccessible(true);
    return (Collection<?>) callTargets.invoke(implementation);
  }

  private static Object implementation(Engine engine) throws ReflectiveOperationException {
    Field receiver = Engine.class.getDeclaredField("receiver");
    receiver.setAccessible(true);
    return receiver.get(engine);
  }

  private boolean set(boolean store) {
    try {
      Object implementation = implementation(engine);
      Field storeEngine = implementation.getClass().getDeclaredField("storeEngine");
      storeEngine.setAccessible(true);
      storeEngine.setBoolean(implementation, store);
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false;
    }
  }
}
