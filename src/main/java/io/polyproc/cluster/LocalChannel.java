package io.polyproc.cluster;

import io.polyproc.posix.RawStream;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A connection of a process of this machine, or a descriptor that one has left here. */
final class LocalChannel extends Channel {
  private static final int LOOK_MILLIS = 200;

  /** What a descriptor can do. */
  enum Kind {
    SOCKET,
    /**
     * A socket that processes of this machine may have, too: it is not this one's to disconnect.
     */
    SHARED_SOCKET,
    /** The end of a pipe to read from: what is written to it is dropped. */
    READER,
    /** The end of a pipe to write to: reading waits until it ends. */
    WRITER
  }

  private final RawStream stream;
  private final Kind kind;
  private final ReentrantReadWriteLock using = new ReentrantReadWriteLock();
  private volatile boolean closed;

  /** Takes over a descriptor. */
  LocalChannel(int descriptor, Kind kind) {
    this.stream = RawStream.of(descriptor);
    this.kind = kind;
  }

  /** The descriptor; it stays this object's. */
  int descriptor() {
    return stream.fd();
  }

  @Override
  int read(byte[] into, int offset, int length) throws IOException {
    using.readLock().lock();
    try {
      if (kind == Kind.SOCKET) {
        return closed ? -1 : stream.read(into, offset, length);
      }
      // Nothing wakes one that reads from these: it looks now and then whether it is to end.
      while (!closed) {
        if (stream.await(LOOK_MILLIS)) {
          return kind == Kind.WRITER ? -1 : stream.read(into, offset, length);
        }
      }
      return -1;
    } finally {
      using.readLock().unlock();
    }
  }

  @Override
  void write(byte[] from, int offset, int length) throws IOException {
    using.readLock().lock();
    try {
      if (closed) {
        throw new IOException("the connection is closed");
      }
      if (kind != Kind.READER) {
        stream.write(from, offset, length);
      }
    } finally {
      using.readLock().unlock();
    }
  }

  /** The descriptor itself is closed once no thread reads or writes any more. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (kind == Kind.SOCKET) {
        stream.disconnect();
      }
      Thread.ofPlatform().daemon().name("closing").start(this::release);
    }
  }

  private void release() {
    using.writeLock().lock();
    try {
      stream.close();
    } finally {
      using.writeLock().unlock();
    }
  }
}
