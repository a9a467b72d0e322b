package io.polyproc.value;

import java.lang.reflect.Method;
import java.util.Locale;

/** What is said of the methods of Java interfaces that Python calls, or has as functions. */
public final class InterfaceMethods {
  private InterfaceMethods() {}

  /** Whether every object has it. */
  public static boolean isOfObject(Method method) {
    try {
      return Object.class.getMethod(method.getName(), method.getParameterTypes()) != null;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  /** {@code scoreText} as {@code score_text}. */
  public static String pythonName(String javaName) {
    return javaName.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
