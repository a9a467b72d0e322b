package io.polyproc.bridge;

import io.polyproc.graalpy.Compilations;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Collection;
import org.graalvm.polyglot.Engine;

/** The code that an engine has parsed and compiled. */
public final class CodeCache {
  /** Truffle's class of what can be compiled. */
  static final String COMPILABLE = "com.oracle.truffle.runtime.OptimizedCallTarget";

  /** Its field that the thresholds of the compiler are for. */
  static final String HEAT = "callAndLoopCount";

  private final Engine engine;

  public CodeCache(Engine engine) {
    this.engine = engine;
  }

  /** The engine whose code it is. */
  public Engine engine() {
    return engine;
  }

  /**
   * Forgets how often each function was called and its loops went round, and what is to be
   * compiled. A function whose compiled code is given up would otherwise be compiled anew at its
   * next call, even if that is the only one.
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
    Compilations.cancelPending();
  }

  static Collection<?> callTargets(Engine engine) throws ReflectiveOperationException {
    Field receiver = Engine.class.getDeclaredField("receiver");
    receiver.setAccessible(true);
    Object implementation = receiver.get(engine);
    Method callTargets = implementation.getClass().getDeclaredMethod("getCallTargets");
    callTargets.setAccessible(true);
    return (Collection<?>) callTargets.invoke(implementation);
  }
}
