package io.polyproc.host;

import io.polyproc.bridge.PythonContexts;
import java.util.function.Consumer;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.PolyglotException;
import org.jspecify.annotations.Nullable;

/**
 * Makes GraalPy contexts of this JVM whose processes are workers of a runtime. They have one
 * engine, and so share what is compiled.
 *
 * <p>Any thread may call.
 */
public final class EmbeddedContexts {
  private final EmbeddedRuntime host;

  /** Guarded by this; made with the first context. */
  private @Nullable Engine engine;

  /** For the contexts of one runtime. */
  public EmbeddedContexts(EmbeddedRuntime host) {
    this.host = host;
  }

  /**
   * Makes a context, which the caller closes.
   *
   * @param customizer may change its options
   * @throws IllegalArgumentException if it can't have processes
   */
  public Context create(Consumer<Context.Builder> customizer) {
    Context.Builder builder =
        PythonContexts.embedded(engine(), host.options().installation().launcher());
    customizer.accept(builder);
    Context context = builder.build();
    try {
      host.install(context);
      return context;
    } catch (PolyglotException e) {
      context.close(true);
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private synchronized Engine engine() {
    Engine shared = engine;
    if (shared == null) {
      shared =
          PythonContexts.engineBuilder()
              // It warns of the native POSIX backend, which this needs.
              .option("log.python.com.oracle.graal.python.runtime.PythonContext.level", "SEVERE")
              .build();
      engine = shared;
    }
    return shared;
  }
}
