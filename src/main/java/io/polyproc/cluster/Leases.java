package io.polyproc.cluster;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The objects that this node has in its memory for a while: locks that its processes have acquired
 * several times in a row. A command of such an object takes no transaction of the engine, until
 * another node wants the object, and has it returned.
 *
 * <p>A node that is given up by others must not go on with what it has. Commands are executed here
 * only within {@link #VALID_NANOS} of a moment at which each other node had not given this one up,
 * as its heartbeats show: the next one says that the answer to the last one has arrived. And a node
 * that gives another one up sends it no more heartbeats, and lets as much time pass before what was
 * leased passes on, unless the other's agent has certainly ended.
 *
 * <p>Any thread may call. An object's monitor is held while it is changed or returned.
 */
final class Leases {
  /**
   * How long a lease can be used since the last moment at which the others counted on this node.
   */
  static final long VALID_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long PAUSE_MILLIS = 1;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Engine engine;
  private final String incarnation;
  private final BooleanSupplier isConfirmed;
  private final Recall recall;
  private volatile boolean closing;
  private final Map<String, Leased> held = new ConcurrentHashMap<>();

  /** Asks the lessee of an object to return it. */
  interface Recall {
    /**
     * Returns once the lessee has returned the object, or does not have it yet.
     *
     * @throws IOException if the lessee is not to be reached
     */
    void ask(String lessee, String object) throws IOException;
  }

  /** An object in this node's memory. */
  private static final class Leased implements Cells {
    // Guarded by this object's monitor.
    private byte[] head;
    private boolean returned;

    private volatile long used = System.nanoTime();

    Leased(byte[] head) {
      this.head = head;
    }

    @Override
    public byte @Nullable [] get(long index) {
      return index == 0 ? head : null;
    }

    @Override
    public void put(long index, byte[] content) {
      if (index != 0) {
        throw new IllegalStateException("an object of several cells is not leased");
      }
      head = content;
    }

    @Override
    public void remove(long index) {
      throw new IllegalStateException("the head of an object that is leased stays");
    }
  }

  /**
   * @param incarnation of this node
   * @param isConfirmed whether no other node had given this one up {@link #VALID_NANOS} ago
   */
  Leases(Engine engine, String incarnation, BooleanSupplier isConfirmed, Recall recall) {
    this.engine = engine;
    this.incarnation = incarnation;
    this.isConfirmed = isConfirmed;
    this.recall = recall;
  }

  /** Has a command executed where the object is; returns the outcome. */
  byte[] exec(String object, byte[] command) {
    while (true) {
      byte[] outcome = execHere(object, command);
      if (outcome != null) {
        return outcome;
      }
      outcome = engine.exec(object, command);
      Fields answer = Fields.read(Fields.read(outcome).bytes(0));
      switch (answer.text(0)) {
        case CommandResult.LEASED -> awaitReturn(answer.text(1), object);
        case CommandResult.LEASED_TO_YOU -> {
          held.put(object, new Leased(answer.bytes(2)));
          if (closing) {
            giveBack(object);
          }
          return new CommandResult(CommandResult.DONE, answer.bytes(1)).toBytes();
        }
        default -> {
          return outcome;
        }
      }
    }
  }

  private byte @Nullable [] execHere(String object, byte[] command) {
    Leased leased = held.get(object);
    if (leased == null) {
      return null;
    }
    synchronized (leased) {
      if (leased.returned) {
        return null;
      }
      if (isConfirmed.getAsBoolean()) {
        leased.used = System.nanoTime();
        return ClusterObjects.applyAtLessee(leased, command);
      }
    }
    giveBack(object); // the engine knows whether this node still counts
    return null;
  }

  private void awaitReturn(String lessee, String object) {
    if (!lessee.equals(incarnation)) {
      try {
        recall.ask(lessee, object);
        return;
      } catch (IOException e) {
        // It is about to be lost, and the object comes back by that.
      }
    } // else another thread is about to have it here, or to return it
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns an object to the engine, if it is here. */
  void giveBack(String object) {
    Leased leased = held.get(object);
    if (leased == null) {
      return;
    }
    synchronized (leased) {
      if (!leased.returned) {
        byte[] _ =
            engine.exec(
                object, Fields.of(incarnation + "#0/0", 0, LeaseObject.RETURN, leased.head));
        leased.returned = true;
        held.remove(object, leased);
      }
    }
  }

  /** Returns what was not used lately: when this node is lost, fewer locks count as held. */
  void giveBackIdle() {
    long now = System.nanoTime();
    held.forEach(
        (object, leased) -> {
          if (now - leased.used > IDLE_NANOS) {
            giveBack(object);
          }
        });
  }

  /** Returns all, as the node is about to leave. */
  void giveBackAll() {
    closing = true;
    held.keySet().forEach(this::giveBack);
  }

  /** Objects whose names begin so are gone. */
  void forget(String prefix) {
    held.keySet().removeIf(object -> object.startsWith(prefix));
  }
}
