package io.polyproc.host;

import io.polyproc.protocol.ChildHandle;
import io.polyproc.sync.SharedSemaphore;
import java.util.function.IntSupplier;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * What a flight recording tells of processes and tasks. An event that is not recorded costs
 * nothing.
 */
public final class Events {
  private Events() {}

  @Name("io.polyproc.ProcessStart")
  @Label("Python Process Start")
  @Category("polyproc")
  @Description(
      "A Python process was started; the duration is from the call until it has its work: what it"
          + " then boots, imports and reads is its own time")
  @StackTrace(false)
  @Enabled
  public static final class ProcessStart extends Event {
    @Label("Process Id")
    int pid;

    @Label("Name")
    String process = "";

    @Label("Function")
    String function = "";

    @Label("Writing")
    @Description("The step in which function and arguments are written")
    @Timespan(Timespan.NANOSECONDS)
    long writing;

    @Label("Assignment")
    @Description("The step in which a worker that is ready gets them, or a new one is started")
    @Timespan(Timespan.NANOSECONDS)
    long assignment;
  }

  @Name("io.polyproc.LockWait")
  @Label("Python Lock Wait")
  @Category("polyproc")
  @Description("A thread of Java had to wait for a lock or semaphore that processes share")
  @Enabled
  public static final class LockWait extends Event {
    @Label("Lock")
    @Description("The same for all threads and processes that share it")
    String lock = "";

    @Label("Kind")
    @Description("Lock, RLock, Semaphore or BoundedSemaphore")
    String kind = "";

    @Label("Holder")
    @Description("The id of the process that held it when the wait began; 0 if it is not known")
    int holder;

    @Label("Acquired")
    boolean acquired;
  }

  @Name("io.polyproc.QueuePut")
  @Label("Python Queue Put")
  @Category("polyproc")
  @Description("A thread of Java has put a value into a queue; the duration has the wait for room")
  @StackTrace(false)
  @Enabled
  public static final class QueuePut extends Event {
    @Label("Queue")
    String queue = "";

    @Label("Bytes")
    @DataAmount
    long bytes;

    @Label("Length")
    @Description("About how many values are in the queue then")
    int length;
  }

  @Name("io.polyproc.QueueGet")
  @Label("Python Queue Get")
  @Category("polyproc")
  @Description("A thread of Java has taken a value from a queue; the duration has the wait for it")
  @StackTrace(false)
  @Enabled
  public static final class QueueGet extends Event {
    @Label("Queue")
    String queue = "";

    @Label("Bytes")
    @DataAmount
    long bytes;

    @Label("Length")
    @Description("About how many values are in the queue then")
    int length;
  }

  @Name("io.polyproc.ProcessExit")
  @Label("Python Process Exit")
  @Category("polyproc")
  @Description("A Python process has ended")
  @StackTrace(false)
  @Enabled
  public static final class ProcessExit extends Event {
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
  public static final class TaskStart extends Event {
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
  public static final class TaskEnd extends Event {
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
  public static final class WorkerLost extends Event {
    @Label("Process Id")
    int pid;

    @Label("Exit Status")
    int exitStatus;

    @Label("Task")
    String task = "";
  }

  /** Before a thread waits for a lock or semaphore. */
  public static LockWait lockWaits(SharedSemaphore semaphore) {
    LockWait event = new LockWait();
    if (event.isEnabled()) {
      event.holder = semaphore.holder();
      event.begin();
    }
    return event;
  }

  /** After that. */
  public static void lockWaited(
      LockWait event, SharedSemaphore semaphore, String kind, boolean acquired) {
    event.end();
    if (event.shouldCommit()) {
      event.lock = semaphore.id();
      event.kind = kind;
      event.acquired = acquired;
      event.commit();
    }
  }

  /** Before a value is put into a queue. */
  public static QueuePut queuePuts() {
    QueuePut event = new QueuePut();
    event.begin();
    return event;
  }

  /** After that. */
  public static void queuePut(
      QueuePut event, SharedSemaphore places, long bytes, IntSupplier length) {
    event.end();
    if (event.shouldCommit()) {
      event.queue = places.id();
      event.bytes = bytes;
      event.length = length.getAsInt();
      event.commit();
    }
  }

  /** Before a value is taken from a queue. */
  public static QueueGet queueGets() {
    QueueGet event = new QueueGet();
    event.begin();
    return event;
  }

  /** After that. */
  public static void queueGot(
      QueueGet event, SharedSemaphore places, long bytes, IntSupplier length) {
    event.end();
    if (event.shouldCommit()) {
      event.queue = places.id();
      event.bytes = bytes;
      event.length = length.getAsInt();
      event.commit();
    }
  }

  /** Before a process is started. */
  public static ProcessStart processStarts() {
    ProcessStart event = new ProcessStart();
    event.begin();
    event.writing = System.nanoTime();
    return event;
  }

  /** What it is to do is written. */
  public static void processWritten(ProcessStart event) {
    event.assignment = System.nanoTime();
    event.writing = event.assignment - event.writing;
  }

  /** The process has its work. */
  public static void processStarted(
      ProcessStart event, ChildHandle child, String name, String function) {
    if (event.isEnabled()) {
      event.assignment = System.nanoTime() - event.assignment;
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

  /** A worker is given a task; the event is to be ended by {@link #taskEnded}. */
  public static TaskEnd taskStarted(long task, String function, int pid) {
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

  /** A task has ended. */
  public static void taskEnded(TaskEnd end, String outcome) {
    end.outcome = outcome;
    end.commit();
  }

  /** A worker has ended with a task. */
  public static void workerLost(int pid, int status, String task) {
    WorkerLost event = new WorkerLost();
    if (event.isEnabled()) {
      event.pid = pid;
      event.exitStatus = status;
      event.task = task;
      event.commit();
    }
  }
}
