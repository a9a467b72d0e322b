package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses {@code polyproc top} on a terminal, as a person does. */
@Timeout(120)
final class TopIT {
  private static final int ROWS = 24;
  private static final int COLUMNS = 200;

  @TempDir Path folder;
  private Commands commands = new Commands(Path.of("."));
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @BeforeEach
  void setUp() {
    commands = new Commands(folder);
  }

  @AfterEach
  void tearDown() throws InterruptedException {
    commands.endAll();
  }

  @Test
  void shouldShowSortFilterDumpAndKill() throws Exception {
    Process program =
        commands.start(
            commands
                .script(
                    """
                    import multiprocessing, time
                    def nap():
                        time.sleep(1000)
                    if __name__ == "__main__":
                        queue = multiprocessing.Queue(10)
                        for number in range(3):
                            queue.put(number)
                        process = multiprocessing.Process(target=nap, name="the napper")
                        process.start()
                        print(process.pid, flush=True)
                        process.join()
                        time.sleep(1000)
                    """)
                .toString());
    long napper = Long.parseLong(program.inputReader().readLine());
    Process top =
        commands.startOnTerminal(ROWS, COLUMNS, Commands.POLYPROC + " top --interval 0.5");
    read(top);

    String screen = screenWith("the napper", "sleeping", "[queue queue: 3 of 10]");
    assertTrue(screen.contains("waiting for child"), screen);
    press(top, "/napper\r");
    screen = screenWith("filter: napper");
    assertEquals(1, screen.lines().filter(line -> line.contains("sleeping")).count(), screen);
    press(top, "s");
    screenWith("order: processor");
    press(top, "d");
    screenWith("line 3, in nap", "time.sleep(1000)");
    press(top, "x");
    screenWith("filter: napper");
    press(top, "K");
    screenWith("end process " + napper + " the napper with SIGKILL? y/n");
    press(top, "n");
    screenWith("q quit");
    assertTrue(ProcessHandle.of(napper).isPresent());
    press(top, "Ky");
    screenWith("no process fits the filter");
    press(top, "q");

    assertTrue(top.waitFor(20, TimeUnit.SECONDS));
    assertEquals(0, top.exitValue());
    assertFalse(ProcessHandle.of(napper).filter(ProcessHandle::isAlive).isPresent());
    assertTrue(
        output.toString(StandardCharsets.UTF_8).contains("\033[?1049l"),
        "the terminal is given back");
  }

  @Test
  void shouldRefuseWhatIsNoTerminal() throws Exception {
    CompletedCommand outcome = commands.run("top");
    assertEquals(69, outcome.status());
    assertTrue(outcome.errors().contains("are no terminal"), outcome.errors());
  }

  private void read(Process process) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              byte[] bytes = new byte[8192];
              try (InputStream in = process.getInputStream()) {
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                  output.write(bytes, 0, count);
                }
              } catch (IOException e) {
                // It has ended.
              }
            });
  }

  private static void press(Process process, String keys) throws IOException {
    process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  private String screenWith(String... texts) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (true) {
      String screen = Commands.screen(ROWS, COLUMNS, output.toString(StandardCharsets.UTF_8));
      boolean all = true;
      for (String text : texts) {
        all &= screen.contains(text);
      }
      if (all) {
        return screen;
      }
      assertTrue(
          System.nanoTime() - deadline < 0,
          () -> "not shown: " + String.join(", ", texts) + "\n" + screen);
      Thread.sleep(50);
    }
  }
}
