package io.polyproc.value;

import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.PythonTuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function, or class, of Python's that is in a pickle.
 *
 * @param function what is called
 * @param arguments of the call, in order
 * @param constructed false if only {@code cls.__new__} is called
 */
record PythonCall(PythonFunction function, PythonTuple arguments, boolean constructed) {

  /** The name of the function within its module. */
  String name() {
    return function.name();
  }

  /** Where the function is from. */
  String module() {
    return ApiAccess.get().parts(function).where();
  }

  int size() {
    return arguments.size();
  }

  Object first() {
    return Objects.requireNonNull(arguments.get(0));
  }

  /** The argument at this place; null if there are fewer. */
  @Nullable Object argument(int at) {
    return arguments.size() > at ? arguments.get(at) : null;
  }

  /** The argument at this place as an int; 0 if it is none. */
  int integer(int at) {
    return argument(at) instanceof Long number ? Math.toIntExact(number) : 0;
  }

  /** The argument at this place as a double; 0 if it is no number. */
  double number(int at) {
    return argument(at) instanceof Number number ? number.doubleValue() : 0;
  }

  /** What the first argument contains. */
  List<@Nullable Object> elements() {
    return arguments.isEmpty() ? List.of() : new ArrayList<>((Collection<?>) first());
  }

  /** What becomes of a call that has no counterpart in Java. */
  PythonObject unknown() {
    return ApiAccess.get().object(new ObjectParts(function, constructed, arguments));
  }
}
