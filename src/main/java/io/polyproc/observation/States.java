package io.polyproc.observation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a thread does in two or three words, by the functions that it is in: as good as can be known
 * without asking Python code in the process, which takes it longer.
 */
final class States {
  static final String RUNNING = "running";

  private static final String SHIM = "/python-shim/";
  private static final String STANDARD_LIBRARY = "/lib/python3.12/";
  private static final String PACKAGES = "/site-packages/";
  private static final String BOOTSTRAP = "BaseProcess._bootstrap";
  private static final String SYSTEM_CALLS = "com.oracle.graal.python.runtime.NFIPosixSupport.";
  private static final Set<String> WAITING_CALLS =
      Set.of("read", "write", "select", "accept", "recv", "recvfrom", "send", "sendto", "waitpid");

  /** By file and qualified name; of several that a thread is in, the outermost tells. */
  private static final Map<String, String> STATES =
      Map.ofEntries(
          Map.entry("_polyproc/ipc/semlock.py SemLock.acquire", "waiting for lock"),
          Map.entry("multiprocessing/synchronize.py Condition.wait", "waiting for condition"),
          Map.entry("multiprocessing/synchronize.py Event.wait", "waiting for event"),
          Map.entry("threading.py Barrier.wait", "waiting for barrier"),
          Map.entry("multiprocessing/queues.py _receive", "waiting for queue"),
          Map.entry("multiprocessing/queues.py Queue.get", "waiting for queue"),
          Map.entry("multiprocessing/queues.py Queue._take_place", "waiting for queue"),
          Map.entry("multiprocessing/queues.py JoinableQueue.join", "waiting for queue"),
          Map.entry("multiprocessing/connection.py _recv", "waiting for message"),
          Map.entry("multiprocessing/connection.py _recv_bytes", "waiting for message"),
          Map.entry("multiprocessing/connection.py _wait_for", "waiting for message"),
          Map.entry("multiprocessing/connection.py _send", "waiting for pipe"),
          Map.entry("multiprocessing/connection.py _send_bytes", "waiting for pipe"),
          Map.entry("multiprocessing/process.py BaseProcess.join", "waiting for child"),
          Map.entry("multiprocessing/popen_fork.py Popen.wait", "waiting for child"),
          Map.entry("_polyproc/process/popen.py Popen.wait", "waiting for child"),
          Map.entry("multiprocessing/pool.py ApplyResult.get", "waiting for pool"),
          Map.entry("multiprocessing/pool.py ApplyResult.wait", "waiting for pool"),
          Map.entry("multiprocessing/pool.py IMapIterator.next", "waiting for pool"),
          Map.entry("multiprocessing/pool.py Pool.join", "waiting for pool"),
          Map.entry("concurrent/futures/_base.py Future.result", "waiting for future"),
          Map.entry("concurrent/futures/_base.py as_completed", "waiting for future"),
          Map.entry("concurrent/futures/_base.py wait", "waiting for future"),
          Map.entry("multiprocessing/managers.py BaseProxy._callmethod", "waiting for manager"),
          Map.entry("threading.py Thread.join", "waiting for thread"),
          Map.entry("threading.py Event.wait", "waiting for thread"),
          Map.entry("threading.py Condition.wait", "waiting for thread"),
          Map.entry("queue.py Queue.get", "waiting for thread"),
          Map.entry("_polyproc/compat/sleep.py sleep", "sleeping"),
          Map.entry("_polyproc/compat/poll.py _Poll._wait", "waiting for events"),
          Map.entry("_polyproc/pool/worker_main.py _Worker._receive", "idle"),
          Map.entry("_polyproc/pool/dispatcher.py Dispatcher._wait", "idle"),
          Map.entry("_polyproc/pool/feeder.py Feeder._run", "idle"),
          Map.entry("concurrent/futures/process.py _process_worker", "idle"),
          Map.entry("concurrent/futures/process.py _ExecutorManagerThread.run", "idle"),
          Map.entry("multiprocessing/managers.py Server.accepter", "idle"),
          Map.entry("multiprocessing/managers.py Server.serve_client", "idle"),
          Map.entry("multiprocessing/managers.py Server.serve_forever", "idle"));

  private States() {}

  /**
   * The file of a call relative to its library; empty if it is the program's own or a package's.
   */
  static String libraryFile(String file) {
    int shim = file.lastIndexOf(SHIM);
    if (shim >= 0) {
      return file.substring(shim + SHIM.length());
    }
    int library = file.lastIndexOf(STANDARD_LIBRARY);
    return library < 0 || file.contains(PACKAGES)
        ? ""
        : file.substring(library + STANDARD_LIBRARY.length());
  }

  /** The innermost call of the program's own, or else of any function. */
  static Optional<ObservedThread.Line> ownCall(ObservedThread thread) {
    return thread.stack().stream()
        .filter(call -> libraryFile(call.file()).isEmpty())
        .findFirst()
        .or(() -> thread.stack().stream().findFirst());
  }

  /** What a thread does. */
  static String of(ObservedThread thread) {
    if (!thread.said().isEmpty()) {
      return thread.said();
    }
    String found = "";
    List<ObservedThread.Line> stack = thread.stack();
    for (ObservedThread.Line call : stack) {
      String file = libraryFile(call.file());
      if (file.isEmpty() || call.qualifiedName().equals(BOOTSTRAP)) {
        break; // further out is what has started it: in a forked process, its parent's calls
      }
      found = STATES.getOrDefault(file + " " + call.qualifiedName(), found);
    }
    if (!found.isEmpty()) {
      return found;
    }
    for (String method : thread.java()) {
      if (method.startsWith(SYSTEM_CALLS)
          && WAITING_CALLS.contains(method.substring(SYSTEM_CALLS.length()))) {
        return "in " + method.substring(SYSTEM_CALLS.length()) + "()";
      }
      if (method.contains(".PLock.") || method.contains(".PRLock.")) {
        return "waiting for thread";
      }
    }
    return thread.answered() ? RUNNING : "in native code";
  }
}
