package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs programs where something has run out: descriptors, or room on a disk. */
final class ScarcityIT {

  private static final Path LAUNCHER = Path.of(System.getProperty("polyproc.home"), "bin/polyproc");
  private static final int TIMEOUT_SECONDS = 120;

  /** Of whatever can be asked for, what it says. */
  private static final String ATTEMPTS =
      """
      import multiprocessing as mp, os, sys
      from multiprocessing import shared_memory

      def child(x):
          return x

      def process():
          p = mp.Process(target=child, args=(1,))
          p.start()
          p.join()
          return p.exitcode

      def pool():
          with mp.Pool(2) as p:
              return sum(map(len, p.map(bytes, [1 << 20] * 4)))

      def queue():
          q = mp.Queue()
          q.put(b'x' * (16 << 20))
          return len(q.get())

      def memory():
          block = shared_memory.SharedMemory(create=True, size=16 << 20)
          try:
              block.buf[:] = b'x' * block.size
              return block.size
          finally:
              block.close()
              block.unlink()

      def attempt(*functions):
          for function in functions:
              try:
                  result = function()
              except OSError as e:
                  result = f'{type(e).__name__} {e.errno} {e.strerror}'
              print(function.__name__, result, flush=True)
      """;

  @TempDir Path folder;
  private Path script;

  @BeforeEach
  void choose() {
    script = folder.resolve("script.py");
  }

  @Test
  void shouldGoOnAfterDescriptorsHadRunOut() throws Exception {
    Files.writeString(
        script,
        ATTEMPTS
            + """
            if __name__ == '__main__':
                attempt(process)
                held = []
                try:
                    while True:
                        held.append(os.open('/dev/null', os.O_RDONLY))
                except OSError as e:
                    print(e.errno, len(held) > 100)
                attempt(process, mp.Pipe, mp.Manager)
                for fd in held:
                    os.close(fd)
                attempt(process, pool, queue)
            """);
    assertEquals(
        """
        process 0
        24 True
        process OSError 24 Too many open files
        Pipe OSError 24 Too many open files
        Manager OSError 24 Too many open files
        process 0
        pool 4194304
        queue 16777216
        """,
        run("ulimit -n 600; exec \"$0\" \"$1\"", LAUNCHER, script));
  }

  @Test
  void shouldRefuseSharedMemoryThatHasNoRoom() throws Exception {
    Files.writeString(
        script,
        ATTEMPTS
            + """
            if __name__ == '__main__':
                attempt(memory, pool, queue)
                print(os.listdir('/dev/shm'))
            """);
    assertEquals(
        """
        memory OSError 28 No space left on device for shared memory of 16777216 bytes
        pool 4194304
        queue 16777216
        []
        """,
        inNamespace("mount -t tmpfs -o size=4m none /dev/shm"));
  }

  @Test
  void shouldRunWhereNothingCanBeWritten() throws Exception {
    Files.writeString(
        script, ATTEMPTS + "if __name__ == '__main__': attempt(memory, pool, queue)\n");
    Path full = Files.createDirectory(folder.resolve("full"));
    Path home = Files.createDirectory(folder.resolve("home"));
    assertEquals(
        """
        memory 16777216
        pool 4194304
        queue 16777216
        """,
        inNamespace(
            """
            mount -t tmpfs -o size=64k none %1$s
            head -c 65536 /dev/zero >%1$s/zeros
            mount -t tmpfs -o ro none %2$s
            export TMPDIR=%1$s HOME=%2$s"""
                .formatted(full, home)));
    assertEquals(List.of(), children(home));
  }

  /** Runs the script where mounts are seen by no other process. */
  private String inNamespace(String preparation) throws Exception {
    assumeTrue(
        new ProcessBuilder("unshare", "-rm", "true").start().waitFor() == 0,
        "user namespaces are not allowed here");
    return run(
        "exec unshare -rm bash -ec \"$2\"$'\\n''exec \"$0\" \"$1\"' \"$0\" \"$1\"",
        LAUNCHER,
        script,
        preparation);
  }

  private static List<Path> children(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  private String run(String command, Object... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of("bash", "-c", command));
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    Path errors = folder.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(words).redirectError(errors.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("POLYPROC_"));
    builder.environment().put("POLYPROC_IMAGE", "kept");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS));
    assertEquals("", Files.readString(errors));
    return output;
  }
}
