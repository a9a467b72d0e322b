package io.polyproc.host;

import io.polyproc.posix.RawStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;

/**
 * Carries what workers write to a stream of the Java program. All of them write to one pipe, so a
 * line that is written at once stays whole.
 */
final class OutputPump implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(OutputPump.class.getName());
  private static final int BUFFER_BYTES = 8 << 10;
  private static final long LAST_OUTPUT_MILLIS = 1000;

  private final RawStream reader;
  private final RawStream writer;
  private final OutputStream sink;
  private final Thread thread;

  OutputPump(String name, OutputStream sink) {
    RawStream[] ends = RawStream.pipe();
    this.reader = ends[0];
    this.writer = ends[1];
    this.sink = sink;
    this.thread = Thread.ofPlatform().daemon().name("polyproc-" + name).unstarted(this::pump);
  }

  void start() {
    thread.start();
  }

  /** The descriptor for workers to write to; it stays this object's. */
  int descriptor() {
    return writer.fd();
  }

  private void pump() {
    byte[] buffer = new byte[BUFFER_BYTES];
    boolean broken = false;
    try {
      for (int length = reader.read(buffer, 0, buffer.length);
          length >= 0;
          length = reader.read(buffer, 0, buffer.length)) {
        broken = broken || !pass(buffer, length);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the output of workers can't be read", e);
    } finally {
      reader.close();
    }
  }

  /** A sink that fails is given up, but workers must not wait for ever at a full pipe. */
  private boolean pass(byte[] buffer, int length) {
    try {
      sink.write(buffer, 0, length);
      sink.flush();
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "the output of workers is lost from here on: its sink failed", e);
      return false;
    }
  }

  /** Waits until all that ended workers wrote has been passed on. */
  @Override
  public void close() {
    writer.close();
    try {
      thread.join(LAST_OUTPUT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
