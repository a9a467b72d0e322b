package io.polyproc;

import io.polyproc.wire.ChildHandle;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * What a flight recording tells of processes and tasks. An event that nobody records costs nothing.
 */
final class Events {
  private Events() {}

  @Name("io.polyproc.ProcessStart")
  @Label("Python Process Start")
  @Category("polyproc")
  @Description("A Python process was started")
  @StackTrace(false)
  @Enabled
  static final class ProcessStart extends Event {
    @Label("Process Id")
    int pid;

    @Label("Name")
    String process = "";

    @Label("Function")
    String function = "";
  }

  @Name("io.polyproc.ProcessExit")
  @Label("Python Process Exit")
  @Category("polyproc")
  @Description("A Python process has ended")
  @StackTrace(false)
  @Enabled
  static final class ProcessExit extends Event {
    @Label("Process Id")
    int pid;

    @Label("Exit Status")
    @Description("Negative: the signal that killed it")
    int exitStatus;
  }

  @Name("io.polyproc.TaskStart")
  @Label("Python Task Start")
  @Category("polyproc")
  @Description("A worker of a pool was given a task")
  @StackTrace(false)
  @Enabled
  static final class TaskStart extends Event {
    @Label("Task")
    long task;

    @Label("Function")
    String function = "";

    @Label("Process Id")
    int pid;
  }

  @Name("io.polyproc.TaskEnd")
  @Label("Python Task End")
  @Category("polyproc")
  @Description(
      "A task has ended; the duration is from its way to the worker to its result's return")
  @StackTrace(false)
  @Enabled
  static final class TaskEnd extends Event {
    @Label("Task")
    long task;

    @Label("Function")
    String function = "";

    @Label("Process Id")
    int pid;

    @Label("Outcome")
    @Description("done, failed, stopped or lost")
    String outcome = "";
  }

  @Name("io.polyproc.WorkerLost")
  @Label("Python Worker Lost")
  @Category("polyproc")
  @Description("A worker of a pool ended while it ran a task")
  @StackTrace(false)
  @Enabled
  static final class WorkerLost extends Event {
    @Label("Process Id")
    int pid;

    @Label("Exit Status")
    int exitStatus;

    @Label("Task")
    String task = "";
  }

  static void processStarted(ChildHandle child, String name, String function) {
    ProcessStart event = new ProcessStart();
    if (event.isEnabled()) {
      event.pid = child.pid();
      event.process = name;
      event.function = function;
      event.commit();
    }
    var _ = child.end().thenAccept(status -> processEnded(child.pid(), status));
  }

  private static void processEnded(int pid, int status) {
    ProcessExit event = new ProcessExit();
    if (event.isEnabled()) {
      event.pid = pid;
      event.exitStatus = status;
      event.commit();
    }
  }

  static TaskEnd taskStarted(long task, String function, int pid) {
    TaskStart event = new TaskStart();
    if (event.isEnabled()) {
      event.task = task;
      event.function = function;
      event.pid = pid;
      event.commit();
    }
    TaskEnd end = new TaskEnd();
    end.task = task;
    end.function = function;
    end.pid = pid;
    end.begin();
    return end;
  }

  static void taskEnded(TaskEnd end, String outcome) {
    end.outcome = outcome;
    end.commit();
  }

  static void workerLost(int pid, int status, String task) {
    WorkerLost event = new WorkerLost();
    if (event.isEnabled()) {
      event.pid = pid;
      event.exitStatus = status;
      event.task = task;
      event.commit();
    }
  }
}
