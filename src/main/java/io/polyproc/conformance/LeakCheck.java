package io.polyproc.conformance;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Says what a finished run has left: processes, temporary files, shared memory. Made before the
 * run, asked after it. A process that is on its way out gets a moment, for CPython's helpers end
 * only when they see the main process gone.
 */
final class LeakCheck {

  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Sandbox sandbox;
  private final MarkedProcesses processes;
  private final Duration grace;
  private final SharedFolders before;

  LeakCheck(Sandbox sandbox, MarkedProcesses processes) throws IOException {
    this(sandbox, processes, GRACE);
  }

  LeakCheck(Sandbox sandbox, MarkedProcesses processes, Duration grace) throws IOException {
    this.sandbox = sandbox;
    this.processes = processes;
    this.grace = grace;
    this.before = SharedFolders.now();
  }

  /** A line for each thing left. May wait for the grace period. */
  List<String> leftovers() throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(grace);
    List<String> left = look();
    while (!left.isEmpty() && Instant.now().isBefore(deadline)) {
      Thread.sleep(PAUSE); // there is no event for the end of a process that is no child of ours
      left = look();
    }
    return left;
  }

  private List<String> look() throws IOException {
    List<String> left = new ArrayList<>();
    processes.find().forEach(process -> left.add("left a process: " + process));
    sandbox.temporaryFiles().forEach(file -> left.add("left a temporary file: " + file));
    SharedFolders.now().newSince(before).forEach(entry -> left.add("left " + entry));
    return left;
  }
}
