package io.polyproc.host;

import io.polyproc.distribution.Installation;
import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.RawStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Removes named shared memory that a program leaves, even if it is killed: a shell that reads from
 * a pipe whose other end all processes of the runtime hold ({@code tracker.sh}), as Python's
 * resource tracker. It ends with the last of them.
 *
 * <p>Any thread may call.
 */
public final class SharedMemoryTracker implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SharedMemoryTracker.class.getName());
  private static final long END_MILLIS = 1000;

  private final RawStream pipe;
  private final ChildProcess shell;

  SharedMemoryTracker(Installation installation, Map<String, String> environment) {
    RawStream[] ends = RawStream.pipe();
    try (RawStream reader = ends[0]) {
      String script = installation.pythonShim().resolve("_polyproc/ipc/tracker.sh").toString();
      int pid =
          ChildProcess.startHelper(
              List.of("/bin/sh", script, "polyproc", "silent"),
              "polyproc: resource tracker",
              environment.entrySet().stream()
                  .map(entry -> entry.getKey() + "=" + entry.getValue())
                  .toList(),
              reader.fd());
      this.pipe = ends[1];
      this.shell = ChildProcess.of(pid);
    }
  }

  /** The end to write to, for other processes; it stays this object's. */
  int descriptor() {
    return pipe.fd();
  }

  /** Notes that memory of this name, with its slash, exists or is gone. */
  public synchronized void note(String name, boolean exists) {
    byte[] line =
        "%s:%s:shared_memory\n"
            .formatted(exists ? "REGISTER" : "UNREGISTER", name)
            .getBytes(StandardCharsets.UTF_8);
    try {
      pipe.write(line, 0, line.length);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "shared memory may be left behind: its tracker has ended", e);
    }
  }

  /** Lets go of it; blocks for at most a second, until it has removed what is left. */
  @Override
  public void close() {
    pipe.close();
    Thread end = Thread.ofPlatform().daemon().name("polyproc-tracker").start(shell::reap);
    try {
      end.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
