package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In JVMs of their own: a fault in here would take the tests along. */
@Timeout(300)
final class JvmForkTest {
  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=1"})
  void shouldLetEveryThreadGoOnInParentAndChild(String option)
      throws IOException, InterruptedException {
    assumeTrue(JvmFork.isSupported(), "no code to fork a JVM on this system");
    assertEquals(ForkingProgram.DONE, run(ForkingProgram.class, option, "25"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=1"})
  void shouldLeaveTheThreadsOfTheProgramOut(String option)
      throws IOException, InterruptedException {
    assumeTrue(JvmFork.isSupported(), "no code to fork a JVM on this system");
    assertEquals(ProgramForkingProgram.DONE, run(ProgramForkingProgram.class, option, "10"));
  }

  /**
   * What is known of the JVM's objects holds for this one: another version may need another look.
   */
  @Test
  void shouldKnowTheLayoutOfThisJvm() {
    assumeTrue(JvmFork.isSupported(), "no code to fork a JVM on this system");
    assertNull(JvmFork.whyNoProgramCanBeForked());
  }

  /** Forks while another thread seems to hold a lock of the C library's, or does. */
  static final class LockingProgram {
    private static final int LOCKED_TWICE = 2;

    public static void main(String[] arguments) throws InterruptedException {
      BlockingQueue<Integer> ids = new ArrayBlockingQueue<>(1);
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                ids.add(Processes.currentThread());
                LockSupport.park();
              });
      int id = ids.take();
      // Half of a pointer may be a thread's id; the rest is as it was found in a C library once.
      System.out.print(forkWith(2, 0xba6ff150, id, 9, 1));
      System.out.print(forkWith(0, LOCKED_TWICE, id, 1, 1));
      System.out.print(forkWith(1, LOCKED_TWICE, id + 1_000_000, 1, 1));
      System.out.print(forkWith(1, LOCKED_TWICE, id, 1, 1));
      System.out.flush();
      Processes.exit(0);
    }

    private static String forkWith(int... lock) {
      JvmFork fork = JvmFork.load();
      MemorySegment memory = Arena.global().allocateFrom(ValueLayout.JAVA_INT, lock);
      fork.noteLocks(memory.address(), memory.byteSize());
      try {
        int child = fork.fork(false);
        if (child == 0) {
          Processes.exit(0);
        }
        return ChildProcess.of(child).reap() == 0 ? "forked " : "failed ";
      } catch (PosixException e) {
        return "refused ";
      }
    }
  }

  @Test
  void shouldWaitForALockButNotForWhatLooksLikeOne() throws Exception {
    assertEquals("forked forked forked refused", run(LockingProgram.class, "-XX:+UseSerialGC"));
  }

  private static String run(Class<?> program, String option, String... arguments)
      throws IOException, InterruptedException {
    List<String> options =
        List.of("--sun-misc-unsafe-memory-access=allow", "-XX:-UsePerfData", option);
    OwnJvm.Result result = OwnJvm.run(program, options, arguments);
    assertEquals(0, result.status(), result.output());
    return result.output();
  }
}
