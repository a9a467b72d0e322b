package io.polyproc.protocol;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.Message.Exited;
import io.polyproc.protocol.Message.StartFailed;
import io.polyproc.protocol.Message.StartProcess;
import io.polyproc.protocol.Message.Started;
import io.polyproc.protocol.Message.TakeDescriptor;
import io.polyproc.protocol.Message.TakenDescriptor;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process's end of its control socket, and what it waits for there.
 *
 * <pre>
 *   startProcess, takeDescriptor … ── request with a number ──► the supervisor
 *        ▲ the future of that number ◄── reader thread ◄── Started, StartFailed, Descriptor …
 *   ChildHandle of a process        ◄────────┘         ◄── Exited, whenever one ends
 * </pre>
 *
 * <p>Any thread may call. One reader thread completes what others wait for and owns the socket;
 * when the supervisor goes, every wait fails with an {@link IOException} that says so, and {@code
 * onClose} runs once.
 */
public final class ControlClient {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TOKEN_BYTES = 16;

  private final MessageSocket socket;
  private final AtomicLong requests = new AtomicLong();
  private final Map<Long, CompletableFuture<Packet>> answers = new ConcurrentHashMap<>();
  private final Map<Integer, ChildHandle> children = new ConcurrentHashMap<>();
  private final Map<Long, ChildHandle> starting = new ConcurrentHashMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;

  private ControlClient(MessageSocket socket) {
    this.socket = socket;
  }

  /**
   * Starts to listen.
   *
   * @param onClose runs on the reader thread when the supervisor has gone
   */
  public static ControlClient connect(MessageSocket socket, Runnable onClose) {
    ControlClient client = new ControlClient(socket);
    Thread.ofPlatform()
        .daemon()
        .name("polyproc-control")
        .start(
            () -> {
              client.read();
              onClose.run();
              client.ended.countDown();
            });
    return client;
  }

  /** Waits until the supervisor has gone and all waiting calls have learnt so. */
  public void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try {
      for (Packet packet = socket.receive(); packet != null; packet = socket.receive()) {
        dispatch(packet);
      }
    } finally {
      closed = true;
      socket.close();
      IOException gone = gone();
      answers.values().forEach(answer -> answer.completeExceptionally(gone));
      children.values().forEach(ChildHandle::lost);
    }
  }

  private static IOException gone() {
    return new IOException("the supervisor of this program has ended");
  }

  private void dispatch(Packet packet) {
    switch (MessageCodec.decode(packet.data())) {
      case Started started when packet.descriptors().length == 0 ->
          fail(started.request(), "process %d was started".formatted(started.pid()));
      case Started started -> {
        // Registered here, before its end can be read.
        ChildHandle child = new ChildHandle(started.pid(), packet.descriptors()[0]);
        children.put(started.pid(), child);
        starting.put(started.request(), child);
        answer(started.request(), packet);
      }
      case StartFailed failed -> answer(failed.request(), packet);
      case Message.SharedDescriptor shared -> answer(shared.request(), packet);
      case TakenDescriptor taken -> answer(taken.request(), packet);
      case Exited exited -> {
        ChildHandle child = children.remove(exited.pid());
        if (child != null) {
          child.ended(exited);
        }
      }
      default -> throw new IllegalStateException("not a message to a running process");
    }
  }

  /** The kernel drops a descriptor that came with a message if this process may have no more. */
  private void fail(long request, String what) {
    CompletableFuture<Packet> waiting = answers.remove(request);
    if (waiting != null) {
      waiting.completeExceptionally(
          new IOException(what + ", but this process may open no more files (ulimit -n)"));
    }
  }

  private void answer(long request, Packet packet) {
    CompletableFuture<Packet> waiting = answers.remove(request);
    if (waiting != null) {
      waiting.complete(packet);
    }
  }

  /**
   * Starts a process.
   *
   * @param descriptors payload, standard input, output and error, then those that the payload names
   *     by index; they stay the caller's
   * @throws IOException if it can't be started, with the reason
   */
  public ChildHandle startProcess(String title, boolean daemonic, int... descriptors)
      throws IOException {
    long request = requests.incrementAndGet();
    Packet packet = ask(request, new StartProcess(request, title, daemonic), descriptors);
    Message answer = MessageCodec.decode(packet.data());
    if (answer instanceof StartFailed(long _, String reason)) {
      throw new IOException(reason);
    }
    return Objects.requireNonNull(starting.remove(request), "registered by the reader");
  }

  private Packet ask(long request, Message message, int... descriptors) throws IOException {
    CompletableFuture<Packet> answer = new CompletableFuture<>();
    answers.put(request, answer);
    if (closed || !socket.send(MessageCodec.encode(message), descriptors)) {
      answers.remove(request);
      throw gone();
    }
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the supervisor", e);
    }
  }

  private static IOException failure(ExecutionException e) {
    Throwable cause = e.getCause();
    return cause == null ? new IOException(e) : new IOException(cause.getMessage(), cause);
  }

  /**
   * Leaves a duplicate of a descriptor with the supervisor.
   *
   * @return the token for which a process of this program gets it, once
   */
  public String shareDescriptor(int descriptor) throws IOException {
    byte[] random = new byte[TOKEN_BYTES];
    RANDOM.nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    long request = requests.incrementAndGet();
    ask(request, new Message.ShareDescriptor(request, token), descriptor);
    return token;
  }

  /**
   * Fetches a descriptor that was left with the supervisor; it is the caller's.
   *
   * @throws IOException if there is none under this token, as after it was fetched
   */
  public int takeDescriptor(String token) throws IOException {
    long request = requests.incrementAndGet();
    Packet packet = ask(request, new TakeDescriptor(request, token));
    if (packet.descriptors().length == 0) {
      throw new IOException("no descriptor is kept under this token; it can be fetched only once");
    }
    return packet.descriptors()[0];
  }

  /**
   * In a forked child of the process whose line this is: a line of its own to the same supervisor.
   * This one must not be used any more, as its answers go to the parent.
   *
   * @throws IOException if the supervisor has gone
   */
  public ControlClient join() throws IOException {
    MessageSocket[] ends = MessageSocket.pair();
    int pid = Processes.id();
    int pidfd = ChildProcess.openPidfd(pid);
    // Not the socket itself: a thread that is no more may have been about to send.
    try (MessageSocket line = MessageSocket.of(Descriptors.duplicate(socket.fd()))) {
      byte[] message = MessageCodec.encode(new Message.Join(pid));
      if (closed || !line.send(message, ends[1].fd(), pidfd)) {
        ends[0].close();
        throw gone();
      }
    } finally {
      ends[1].close();
      Descriptors.close(pidfd);
    }
    socket.close();
    return connect(ends[0], () -> {});
  }

  /** In a forked child: the supervisor reports the processes of the parent to the parent only. */
  public void abandonChildren() {
    children.values().forEach(ChildHandle::lost);
  }

  /** Sends what needs no answer; a supervisor that has gone is an error. */
  public void tell(Message message, int... descriptors) throws IOException {
    if (closed || !socket.send(MessageCodec.encode(message), descriptors)) {
      throw gone();
    }
  }
}
