package io.polyproc;

import io.polyproc.callback.CallbackServer;
import io.polyproc.callback.Callee;
import io.polyproc.value.ValueWriter;
import java.io.IOException;

/**
 * A Java object that Python code in any process may call: its methods run in this program's JVM,
 * with all that the program has. Goes into Python as an argument, in other values, and through
 * queues.
 *
 * <pre>{@code
 * interface Prices { BigDecimal priceOf(String article); }
 *
 * try (JavaCallback<Prices> prices = polyproc.callback(Prices.class, repository::findPrice)) {
 *   pool.submit(BigDecimal.class, total, order, prices).join();
 * }
 * // def total(order, prices): return sum(prices.price_of(each) for each in order)
 * }</pre>
 *
 * <p>In Python it has the interface's methods, by their names and as Python writes them, and can be
 * called itself if the interface has one abstract method. Arguments become the types of the
 * parameters, and results what {@link PythonPool} makes of arguments. What the method throws is
 * raised in Python, as the built-in exception nearest to it.
 *
 * <p>Each call runs on a virtual thread of its own, so several may run at the same time: the object
 * must be safe for that. It is known until {@link #close}, after which calls raise {@code
 * RuntimeError}, or until the runtime is closed.
 *
 * @param <T> the interface that Python may call
 */
public final class JavaCallback<T> implements AutoCloseable {
  private final CallbackServer server;
  private final Callee<T> callee;
  private final long number;

  JavaCallback(CallbackServer server, Callee<T> callee) {
    this.server = server;
    this.callee = callee;
    this.number = server.add(callee);
  }

  void write(ValueWriter writer) throws IOException {
    callee.write(writer, server, number);
  }

  /**
   * Forgets the object: calls raise from now on. Does not wait for those that run. A second call
   * does nothing.
   */
  @Override
  public void close() {
    server.remove(number);
  }

  @Override
  public String toString() {
    return "JavaCallback[" + callee + "]";
  }
}
