package io.polyproc.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;

/** A connection between two agents. */
final class TlsChannel extends Channel {
  private static final int FAREWELL_MILLIS = 5_000;
  private static final int DRAIN_BYTES = 4096;

  private final SSLSocket socket;
  private final Socket transport;
  private final InputStream in;
  private final OutputStream out;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param transport what TLS runs on
   */
  TlsChannel(SSLSocket socket, Socket transport) throws IOException {
    this.socket = socket;
    this.transport = transport;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  @Override
  int read(byte[] into, int offset, int length) throws IOException {
    return in.read(into, offset, length);
  }

  @Override
  void write(byte[] from, int offset, int length) throws IOException {
    out.write(from, offset, length);
  }

  /** The certificate's owner at the other end; empty if it has shown none. */
  String peer() {
    return Tls.nameOf(socket);
  }

  boolean isClosed() {
    return closed.get();
  }

  /** What was written still arrives; then the other side sees the end. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("closing").start(this::takeLeave);
    }
  }

  /**
   * If it were closed at once, what the other side has sent meanwhile would reset the connection.
   */
  private void takeLeave() {
    try {
      socket.shutdownOutput();
      socket.setSoTimeout(FAREWELL_MILLIS);
      byte[] rest = new byte[DRAIN_BYTES];
      while (in.read(rest) >= 0) {
        // it is not needed any more
      }
    } catch (IOException e) {
      // It has gone without a word.
    } finally {
      abort();
    }
  }

  /** Ends it at once, also when the other side hangs. */
  void abort() {
    closed.set(true);
    try {
      transport.close();
    } catch (IOException e) {
      // It was closed.
    }
  }
}
