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
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A process of another node's program that runs here, and its channel to what stands for it there:
 * see {@code _polyproc/cluster/stub.py}. Every message begins with a letter.
 *
 * <pre>
 *   from there   M message for the process   S number of a signal
 *   to there     M message of the process    O, E what it has written   X its exit status, last
 * </pre>
 *
 * <p>The first message for the process is its start. Each later one is the answer to a question,
 * and they come in the order of the questions, which the process and what it has forked ask on
 * channels of their own.
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

  /** The channels that an answer is for, the next one first; the process's own one begins. */
  private final BlockingQueue<Channel> asking = new LinkedBlockingQueue<>();

  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean hasBegun = new AtomicBoolean();
  private final CountDownLatch open = new CountDownLatch(2);

  /** Its pidfd may be another file's. */
  private volatile boolean reaped;

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

  /**
   * The process has connected, or one that it has forked, and asks its questions until it closes
   * the channel.
   */
  void attach(Channel channel) {
    channels.add(channel);
    if (!hasBegun.getAndSet(true)) {
      asking.add(channel); // it is owed its start
    }
    try {
      while (!reaped) {
        byte[] message = channel.receive();
        synchronized (asking) {
          asking.add(channel);
          home.send(message('M', message, message.length));
        }
      }
    } catch (IOException e) {
      // It has ended: the exit status of the process says how.
    } finally {
      channels.remove(channel);
    }
  }

  private void answer(byte[] message) throws InterruptedException {
    try {
      asking.take().send(message);
    } catch (IOException e) {
      // The process that has asked has ended meanwhile.
    }
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
                kill(); // what it writes is not read any more
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
    Thread fromHome =
        Thread.ofPlatform().daemon().name("from-home-" + pid()).start(this::takeFromHome);
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
      home.close();
      fromHome.interrupt();
      channels.forEach(Channel::close);
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
          answer(Arrays.copyOfRange(message, 1, message.length));
        }
      }
    } catch (IOException e) {
      kill();
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
