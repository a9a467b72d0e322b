package io.polyproc.sample.graalpy;

import io.polyproc.Polyproc;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPool;
import java.util.List;
import org.graalvm.polyglot.Context;

/** Prints a table with a package of PyPI: in a worker, and in a context of this JVM. */
public final class Tables {
  private Tables() {}

  public static void main(String[] arguments) {
    try (Polyproc polyproc =
            Polyproc.builder().graalpyResources("GRAALPY-VFS/io.polyproc.samples/graalpy").build();
        PythonPool pool = polyproc.pool(1);
        Context context = polyproc.newContext()) {
      List<List<Object>> rows = List.of(List.of("tea", 3.2), List.of("cup", 7.5));
      System.out.println(
          pool.submit(String.class, PythonFunction.of("tables", "table"), rows).join());
      System.out.println(
          context.eval("python", "import tables; tables.table([('kettle', 49.92)])").asString());
    }
  }
}
