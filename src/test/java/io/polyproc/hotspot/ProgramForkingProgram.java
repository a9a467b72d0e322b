package io.polyproc.hotspot;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Forks itself without its other threads, which wait at everything that a thread can wait at; each
 * child looks whether it is alone, uses what they waited for, and forks in its turn. Run by {@link
 * JvmForkTest} in a JVM of its own, with the number of forks as its argument.
 */
final class ProgramForkingProgram {
  static final String DONE = "all children were alone";

  private static final int FINE = 0;
  private static final int NOT_ALONE = 3;
  private static final int STUCK = 4;
  private static final int SECONDS = 20;
  private static final int EAGAIN = 11;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition condition = lock.newCondition();
  private final Semaphore semaphore = new Semaphore(0);
  private final CountDownLatch latch = new CountDownLatch(1);
  private final Pipe pipe = Pipe.open();
  private final AtomicLong ticks = new AtomicLong();
  private final AtomicBoolean spins = new AtomicBoolean(true);
  private final List<Thread> threads;

  private ProgramForkingProgram() throws IOException {
    threads =
        List.of(
            start("semaphore", () -> semaphore.acquire()),
            start("semaphore too", () -> semaphore.acquire()),
            start("latch", () -> latch.await()),
            start("sleep", () -> Thread.sleep(1_000_000)),
            start("read", () -> pipe.source().read(ByteBuffer.allocate(1))),
            start("condition", this::awaitCondition),
            start("ticks", this::tick));
  }

  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private static Thread start(String name, Task task) {
    return Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(
            () -> {
              try {
                task.run();
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  @SuppressWarnings("WaitNotInLoop") // nothing depends on it
  private void awaitCondition() throws InterruptedException {
    lock.lock();
    try {
      condition.await();
    } finally {
      lock.unlock();
    }
  }

  private void tick() throws InterruptedException {
    while (true) {
      ticks.incrementAndGet();
      Thread.sleep(1);
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    ProgramForkingProgram program = new ProgramForkingProgram();
    for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
      int status = program.forkAndLook(true);
      if (status != FINE) {
        end("child " + i + " ended with status " + status, 1);
      }
    }
    end(program.isRefusedWhileAThreadComputes() ? DONE : "a computing thread was dropped", 0);
  }

  private static void end(String text, int status) {
    System.out.println(text);
    System.out.flush();
    Processes.exit(status);
  }

  private int fork() {
    return JvmFork.load()
        .forkProgram(
            new JvmFork.Program() {
              @Override
              public void prepare() {}

              @Override
              public List<Thread> threads() {
                return threads;
              }

              @Override
              public void undo() {}

              @Override
              public void becomeChild() {}
            });
  }

  private int forkAndLook(boolean again) throws InterruptedException {
    int child = fork();
    if (child == 0) {
      Processes.exit(look(again));
    }
    return ChildProcess.of(child).reap();
  }

  private int look(boolean again) throws InterruptedException {
    System.gc();
    long before = ticks.get();
    Thread helper = Thread.ofPlatform().start(this::useAll);
    helper.join(TimeUnit.SECONDS.toMillis(SECONDS));
    if (helper.isAlive()) {
      return STUCK;
    }
    if (ticks.get() != before) {
      return NOT_ALONE;
    }
    return again ? forkAndLook(false) : FINE;
  }

  /**
   * What the others waited for is this thread's to have: none of them takes it, or is in its way.
   */
  private void useAll() {
    try {
      Thread waits = Thread.ofPlatform().start(semaphore::acquireUninterruptibly);
      while (waits.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
      semaphore.release();
      waits.join();
      lock.lock();
      try {
        condition.signal();
      } finally {
        lock.unlock();
      }
      latch.countDown();
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its stack would be of nobody in the child, in the midst of whatever it does. */
  private boolean isRefusedWhileAThreadComputes() throws InterruptedException {
    Thread computes =
        start(
            "computes",
            () -> {
              while (spins.get()) {
                Thread.onSpinWait();
              }
            });
    try {
      int child =
          JvmFork.load()
              .forkProgram(
                  new JvmFork.Program() {
                    @Override
                    public void prepare() {}

                    @Override
                    public List<Thread> threads() {
                      return List.of(computes);
                    }

                    @Override
                    public void undo() {}

                    @Override
                    public void becomeChild() {}
                  });
      if (child == 0) {
        Processes.exit(FINE);
      }
      return false;
    } catch (PosixException e) {
      return e.errno() == EAGAIN && String.valueOf(e.getMessage()).contains("'computes'");
    } finally {
      spins.set(false);
      computes.join();
    }
  }
}
