package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.ipc.StreamMessageChannel;
import io.polyproc.posix.RawStream;
import io.polyproc.value.KnownTypes;

/**
 * Two connected ends, one for each side: {@code multiprocessing.Pipe()}. See {@link
 * PythonConnection}.
 *
 * <pre>{@code
 * try (PythonPipe pipe = polyproc.pipe()) {
 *   polyproc.process(PythonFunction.of("chat", "answer"), pipe.there()).start();
 *   pipe.here().send("hello");
 * }
 * }</pre>
 */
public final class PythonPipe implements AutoCloseable {
  private final PythonConnection here;
  private final PythonConnection there;

  private PythonPipe(PythonConnection here, PythonConnection there) {
    this.here = here;
    this.there = there;
  }

  static PythonPipe create(EmbeddedRuntime host, KnownTypes types) {
    RawStream[] ends = RawStream.socketPair();
    return new PythonPipe(
        new PythonConnection(host, types, new StreamMessageChannel(ends[0]), true, true),
        new PythonConnection(host, types, new StreamMessageChannel(ends[1]), true, true));
  }

  /**
   * The end for this program.
   *
   * @return the same one each time
   */
  public PythonConnection here() {
    return here;
  }

  /**
   * The end to give away. Close it here then, so that the end of the other process is seen.
   *
   * @return the same one each time
   */
  public PythonConnection there() {
    return there;
  }

  /**
   * Closes both ends in this program. Processes that were given one have their own. A second call
   * does nothing.
   */
  @Override
  public void close() {
    here.close();
    there.close();
  }

  @Override
  public String toString() {
    return "PythonPipe[here %s, there %s]".formatted(here, there);
  }
}
