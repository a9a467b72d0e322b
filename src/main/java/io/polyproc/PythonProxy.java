package io.polyproc;

import io.polyproc.manager.ManagerClient;
import io.polyproc.value.Conversions;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object that lives in a manager's process, and whose methods can be called from everywhere.
 *
 * <pre>{@code
 * PythonProxy counter = manager.create("Value", "i", 0);
 * counter.call(Void.class, "set", 5);
 * long five = counter.call(Long.class, "get");
 * }</pre>
 *
 * <p>Any thread may call. Given to Python, it is a proxy there too. The object is dropped when
 * nothing refers to it any more.
 */
public final class PythonProxy {
  private static final Cleaner CLEANER = Cleaner.create();

  private final ManagerClient client;
  private final String typeId;
  private final String id;
  private final List<?> exposed;

  private PythonProxy(ManagerClient client, String typeId, String id, List<?> exposed) {
    this.client = client;
    this.typeId = typeId;
    this.id = id;
    this.exposed = exposed;
    Reference reference = new Reference(client, id);
    CLEANER.register(this, reference::drop);
  }

  /** For an object whose references count this one already. */
  static PythonProxy adopt(ManagerClient client, String typeId, String id, List<?> exposed) {
    return new PythonProxy(client, typeId, id, exposed);
  }

  /** For an object that another process refers to. */
  static PythonProxy of(ManagerClient client, String typeId, String id, List<?> exposed)
      throws IOException {
    Object _ = client.ask("incref", id);
    return new PythonProxy(client, typeId, id, exposed);
  }

  private record Reference(ManagerClient client, String id) {
    void drop() {
      client.forget(id);
      if (!client.isClosed()) {
        try {
          Object _ = client.ask("decref", id);
        } catch (IOException | PythonException e) {
          // The manager has gone, and the object with it.
          System.getLogger(PythonProxy.class.getName())
              .log(Level.DEBUG, "a reference could not be given back", e);
        }
      }
    }
  }

  /**
   * Calls a method that the manager exposes.
   *
   * @param <T> what the result is to be in Java
   * @param type what the result is to be in Java; {@code Object} for whatever it is
   * @param method its name
   * @param arguments of the method
   * @return the result; null for {@code None}
   * @throws PythonException if it raises, or is not exposed
   * @throws UnconvertibleValueException if an argument has no counterpart in Python, or the result
   *     is none of this type
   * @throws java.io.UncheckedIOException if the manager does not answer
   * @throws IllegalStateException if the manager was closed in this program
   */
  public <T> @Nullable T call(Class<T> type, String method, @Nullable Object... arguments) {
    return Conversions.convert(client.call(id, method, arguments), type, method + "()");
  }

  /**
   * What kind of object it is, as the manager has it registered: {@code "dict"}.
   *
   * @return the name that {@link PythonManager#create} takes
   */
  public String typeId() {
    return typeId;
  }

  void write(ValueWriter writer) throws IOException {
    writer.build(
        "proxy", typeId, client.pythonAddress(), id, client.authkey(), List.copyOf(exposed));
  }

  @Override
  public String toString() {
    return "PythonProxy[" + typeId + " at " + client.address() + "]";
  }
}
