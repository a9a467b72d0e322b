package io.polyproc.cluster;

import io.polyproc.posix.ByteStream;
import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Processes;
import io.polyproc.posix.RawStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A process of another node's program that runs here, and its channel to what stands for it there:
 * see {@code _polyproc/cluster/stub.py}. Every message begins with a letter.
 *
 * <pre>
 *   from there   M message for the process   S number of a signal
 *   to there     M message of the process    O, E what it has written   X its exit status, last
 * </pre>
 *
 * <p>When the channel ends, the process is killed.
 */
final class HostedProcess {
  private static final int PART = 1 << 16;
  private static final int OUTPUT_SECONDS = 1;

  private final Channel home;
  private final ChildProcess process;
  private final String title;
  private final String program;
  private final CompletableFuture<Channel> attached = new CompletableFuture<>();
  private final CountDownLatch open = new CountDownLatch(2);

  /** Its pidfd may be another file's. */
  private boolean reaped;

  private HostedProcess(Channel home, ChildProcess process, String title, String program) {
    this.home = home;
    this.process = process;
    this.title = title;
    this.program = program;
  }

  /**
   * Starts a process.
   *
   * @param home to what stands for it
   */
  static HostedProcess start(
      Channel home,
      String title,
      String program,
      List<String> command,
      Map<String, String> environment,
      Path folder) {
    RawStream[] output = RawStream.pipe();
    RawStream[] error = RawStream.pipe();
    try {
      HostedProcess hosted =
          new HostedProcess(
              home,
              ChildProcess.startProgram(
                  command, environment, folder, output[1].fd(), error[1].fd()),
              title,
              program);
      hosted.pump(output[0], 'O');
      hosted.pump(error[0], 'E');
      return hosted;
    } finally {
      output[1].close();
      error[1].close();
    }
  }

  int pid() {
    return process.pid();
  }

  String title() {
    return title;
  }

  String program() {
    return program;
  }

  /** The process has connected. */
  void attach(Channel channel) {
    attached.complete(channel);
  }

  private void pump(RawStream pipe, char kind) {
    Thread.ofPlatform()
        .daemon()
        .name("output-" + pid())
        .start(
            () -> {
              byte[] part = new byte[PART];
              try (pipe) {
                int read;
                while ((read = pipe.read(part, 0, PART)) >= 0) {
                  home.send(message(kind, part, read));
                }
              } catch (IOException e) {
                kill(); // nobody reads what it writes
              } finally {
                open.countDown();
              }
            });
  }

  private static byte[] message(char kind, byte[] content, int length) {
    byte[] message = new byte[1 + length];
    message[0] = (byte) kind;
    System.arraycopy(content, 0, message, 1, length);
    return message;
  }

  /** Passes messages on until the process has ended; returns then. */
  void serve() {
    Thread.ofPlatform().daemon().name("from-home-" + pid()).start(this::takeFromHome);
    Thread.ofPlatform().daemon().name("from-process-" + pid()).start(this::takeFromProcess);
    try {
      awaitEnd();
      int status = reap();
      // What it has started may keep its output open.
      boolean _ = open.await(OUTPUT_SECONDS, TimeUnit.SECONDS);
      byte[] text = Integer.toString(status).getBytes(StandardCharsets.US_ASCII);
      home.send(message('X', text, text.length));
    } catch (IOException e) {
      // Who wanted to know has gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      attached.cancel(false);
      home.close();
    }
  }

  private void awaitEnd() {
    int ready = 0;
    while (ready == 0 || ready == ByteStream.INTERRUPTED) {
      ready = ByteStream.await(new int[] {process.pidfd()}, new boolean[1], -1);
    }
  }

  private void takeFromHome() {
    try {
      while (true) {
        byte[] message = home.receive();
        if (message[0] == 'S') {
          String number = new String(message, 1, message.length - 1, StandardCharsets.US_ASCII);
          signal(Integer.parseInt(number));
        } else {
          attached.get().send(Arrays.copyOfRange(message, 1, message.length));
        }
      }
    } catch (IOException | ExecutionException | CancellationException e) {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void takeFromProcess() {
    try (Channel channel = attached.get()) {
      while (true) {
        byte[] message = channel.receive();
        home.send(message('M', message, message.length));
      }
    } catch (IOException | ExecutionException | CancellationException e) {
      // It has ended, or never connected: its exit status says how.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized int reap() {
    reaped = true;
    return process.reap();
  }

  private synchronized void signal(int number) {
    if (!reaped) {
      boolean _ = ChildProcess.signal(process.pidfd(), number);
    }
  }

  /** Ends it at once, and what it has forked. */
  synchronized void kill() {
    if (!reaped) {
      Processes.signal(-pid(), Processes.SIGKILL); // it leads a session, so this is its group
    }
  }
}
