package io.polyproc.hotspot;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Forks itself again and again, with threads in every state that a JVM's threads can be in; each
 * child looks whether all of them go on, collects garbage and ends. Run by {@link JvmForkTest} in a
 * JVM of its own, with the number of forks as its argument.
 */
final class ForkingProgram {
  static final String DONE = "all children were whole";

  private static final int WHOLE = 0;
  private static final int STUCK = 3;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  /** A child that ends between its read and its write has taken a byte of its parent's pipe. */
  private static final int SPARE_BYTES = 1000;

  private enum Work {
    SLEEP,
    COMPUTE,
    ALLOCATE,
    LOCK,
    CONTEND,
    HAND_OVER,
    TAKE_OVER,
    READ_AND_WRITE,
    START_THREADS,
    VIRTUAL
  }

  private static final List<Task> TASKS =
      Stream.of(Work.values()).map(work -> new Task(work, new AtomicLong())).toList();

  private record Task(Work work, AtomicLong progress) {}

  private static final AtomicLong SINK = new AtomicLong();

  private final Object lock = new Object();
  private final Semaphore there = new Semaphore(0);
  private final Semaphore back = new Semaphore(1);
  private final Pipe pipe = Pipe.open();

  private ForkingProgram() throws IOException {
    pipe.sink().write(ByteBuffer.allocate(SPARE_BYTES));
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    ForkingProgram program = new ForkingProgram();
    for (Task task : TASKS) {
      Thread.ofPlatform().daemon().name(task.work().name()).start(() -> program.repeat(task));
    }
    boolean _ = program.goesOn();
    for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
      int child = JvmFork.load().fork(false);
      if (child == 0) {
        Processes.exit(program.goesOn() ? WHOLE : STUCK);
      }
      int status = ChildProcess.of(child).reap();
      if (status != WHOLE) {
        System.out.println("child " + i + " ended with status " + status);
        Processes.exit(1);
      }
    }
    System.out.println(program.goesOn() ? DONE : "the parent is stuck");
    System.out.flush();
    Processes.exit(0);
  }

  /** Whether every thread has done something since, and a collection of garbage ends. */
  private boolean goesOn() throws InterruptedException {
    System.gc();
    long[] goals = TASKS.stream().mapToLong(task -> task.progress().get() + 2).toArray();
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() - end < 0) {
      if (IntStream.range(0, goals.length)
          .allMatch(i -> TASKS.get(i).progress().get() >= goals[i])) {
        return true;
      }
      Thread.sleep(1);
    }
    IntStream.range(0, goals.length)
        .filter(i -> TASKS.get(i).progress().get() < goals[i])
        .forEach(i -> System.out.println(TASKS.get(i).work() + " does not go on"));
    Thread.getAllStackTraces()
        .forEach((thread, stack) -> System.out.println(thread + " " + Arrays.toString(stack)));
    System.out.flush();
    return false;
  }

  private void repeat(Task task) {
    try {
      while (true) {
        perform(task.work());
        task.progress().incrementAndGet();
      }
    } catch (InterruptedException | IOException e) {
      throw new IllegalStateException(e); // seen as a thread that does not go on
    }
  }

  private void perform(Work work) throws InterruptedException, IOException {
    switch (work) {
      case SLEEP -> Thread.sleep(2);
      case COMPUTE -> SINK.addAndGet(Long.bitCount(System.nanoTime()) + compute());
      case ALLOCATE -> SINK.addAndGet(new byte[200_000].length);
      case LOCK, CONTEND -> {
        synchronized (lock) {
          LockSupport.parkNanos(100_000);
        }
        LockSupport.parkNanos(100_000); // a monitor is not fair: the other would starve for seconds
      }
      case HAND_OVER -> {
        back.acquire();
        there.release();
      }
      case TAKE_OVER -> {
        there.acquire();
        back.release();
      }
      case READ_AND_WRITE -> {
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
        pipe.source().read(ByteBuffer.allocate(1));
        Thread.sleep(1);
      }
      case START_THREADS -> Thread.ofPlatform().start(SINK::incrementAndGet).join();
      case VIRTUAL -> Thread.ofVirtual().start(SINK::incrementAndGet).join();
    }
  }

  private static long compute() {
    long sum = 0;
    for (int i = 0; i < 100_000; i++) {
      sum += i ^ (sum << 1);
    }
    return sum;
  }
}
