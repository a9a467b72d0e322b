package io.polyproc.supervisor;

import io.polyproc.posix.Descriptors;
import io.polyproc.supervisor.WorkerJvm.Peer;
import io.polyproc.wire.Message.Exited;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One running program, as its supervisor sees it: what its processes share. */
final class ProgramRun {
  private final String script;
  private final Peer main;
  private final int group;
  private final Consumer<Exited> onEnd;
  private final Map<String, Integer> sharedDescriptors = new HashMap<>();
  private @Nullable Exited exited;
  private long killAt;

  /**
   * @param script what it runs, for who runs the same next
   * @param main the program's first process
   * @param group the process group of its processes; 0 if it is that of the supervisor
   * @param onEnd called once, when it has ended and none of its daemonic processes is left
   */
  ProgramRun(String script, Peer main, int group, Consumer<Exited> onEnd) {
    this.script = script;
    this.main = main;
    this.group = group;
    this.onEnd = onEnd;
  }

  String script() {
    return script;
  }

  int group() {
    return group;
  }

  boolean isMain(Peer peer) {
    return main.pid() == peer.pid();
  }

  /** Whether its first process has ended. */
  boolean isEnding() {
    return exited != null;
  }

  /** When what is left of it is killed, as {@link System#nanoTime}. */
  long killAt() {
    return killAt;
  }

  void mainEnded(Exited how, long deadline) {
    exited = how;
    killAt = deadline;
  }

  void ended() {
    release();
    Exited how = exited;
    if (how != null) {
      onEnd.accept(how);
    }
  }

  void share(String token, int descriptor) {
    Integer former = sharedDescriptors.put(token, descriptor);
    if (former != null) {
      Descriptors.close(former);
    }
  }

  /** The descriptor left under a token, which is the caller's now; null if there is none. */
  @Nullable Integer take(String token) {
    return sharedDescriptors.remove(token);
  }

  /** What it holds open: the main process's pidfd, and what its processes have left for others. */
  List<Integer> descriptors() {
    return Stream.concat(Stream.of(main.pidfd()), sharedDescriptors.values().stream()).toList();
  }

  private void release() {
    sharedDescriptors.values().forEach(Descriptors::close);
    sharedDescriptors.clear();
  }
}
