package io.polyproc.supervisor;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.PosixException;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.Message.Exited;
import io.polyproc.supervisor.WorkerJvm.Peer;
import io.polyproc.supervisor.WorkerJvm.State;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a program: which exist, which one is forked for others (the zygote), and where the
 * next one comes from. Boots workers ahead of need as a {@link StandbyPolicy} has it.
 *
 * <pre>
 *   a new JVM ── Ready ──► standby ── Warm, the first one ──► zygote ── Fork ──► another standby
 *       │                     │                                 (it is never assigned)
 *       └──────── claim ──────┴── Assign ──► a process of the program ── its end ──► Exited
 * </pre>
 *
 * <p>{@link #claim} takes the first that there is of a standby, a fork of the zygote, a worker that
 * still boots, and a new one. It never waits for a boot: the assignment waits in the control
 * socket.
 *
 * <p>At most one worker is the zygote, and at most one worker at a time is asked to fork itself so
 * that there is one. Workers that end before they are used are counted: after three in a row none
 * boots for a while, and {@link #objection} has the reason.
 *
 * <p>Only the supervisor's thread touches it.
 */
final class WorkerSupply {
  private static final System.Logger LOG = System.getLogger(WorkerSupply.class.getName());
  private static final int MAX_BOOT_FAILURES = 3;

  /** After so long without an attempt, a worker may boot again although the last ones could not. */
  private static final Duration BOOT_AGAIN_AFTER = Duration.ofSeconds(10);

  /** What the supervisor does with workers. */
  interface Owner {
    /** There is another worker, whose descriptors are to be watched. */
    void added(WorkerJvm worker);

    /** Handles what the zygote says before it has answered a request to fork. */
    void handle(WorkerJvm zygote, Message message);
  }

  private final List<String> command;
  private final Map<String, String> environment;
  private final StandbyPolicy policy;
  private final Owner owner;
  private final List<WorkerJvm> workers = new ArrayList<>();
  private @Nullable WorkerJvm zygote;
  private boolean canFork = true;
  private boolean prepared;
  private boolean anyAssigned;
  private long lastAssigned;
  private int bootFailures;
  private String lastBootFailure = "";
  private long bootFailedAt;

  /**
   * Has no worker yet.
   *
   * @param command starts a worker, by absolute path
   * @param environment of the workers
   */
  WorkerSupply(
      List<String> command, Map<String, String> environment, StandbyPolicy policy, Owner owner) {
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.policy = policy;
    this.owner = owner;
  }

  /** The workers that have not ended. */
  Stream<WorkerJvm> workers() {
    return workers.stream();
  }

  /**
   * The worker that a message came from.
   *
   * @throws IllegalArgumentException if it is none
   */
  WorkerJvm of(Peer peer) {
    return workers.stream()
        .filter(worker -> worker.pid() == peer.pid())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not a worker: " + peer.pid()));
  }

  /** From now on workers boot ahead of need. */
  void prepare() {
    prepared = true;
  }

  /** A worker has booted, or a fork of one has. */
  void booted(WorkerJvm worker) {
    bootFailures = 0;
    worker.booted();
  }

  /** The first that has not been claimed meanwhile becomes the zygote. */
  void becameWarm(WorkerJvm worker, boolean forkable) {
    worker.becomeWarm();
    if (forkable && wantsZygote() && worker.state() == State.STANDBY) {
      worker.becomeZygote();
      zygote = worker;
    }
  }

  /** Standbys that were forked before a zygote had done all that it does ahead give way. */
  void prepared(WorkerJvm worker) {
    if (worker.equals(zygote)) {
      workers.stream().filter(it -> it.state() == State.STANDBY).forEach(WorkerJvm::discard);
    }
  }

  private boolean wantsZygote() {
    return zygote == null && policy.limit() > 0;
  }

  /**
   * Asks a worker that is about to be assigned to be forked first: under demand no worker would
   * ever be left to become the zygote.
   */
  private void askForZygote(WorkerJvm worker) {
    if (!wantsZygote() || !canFork || isZygoteComing()) {
      return;
    }
    try {
      worker.askForZygote();
    } catch (IOException | PosixException e) {
      // It has ended, or no descriptor is left: the start that claimed it learns so.
      LOG.log(Level.DEBUG, "no zygote was asked for", e);
    }
  }

  /**
   * A worker was forked, as it was asked to be.
   *
   * @return whether the fork is the zygote now
   */
  boolean forked(WorkerJvm original, int pid) {
    WorkerJvm forked = add(original.zygote(pid));
    boolean isWanted = wantsZygote();
    if (isWanted) {
      zygote = forked;
    } else {
      forked.discard();
    }
    return isWanted;
  }

  /** A worker can't be forked; no other is asked for a zygote. */
  void notForked(WorkerJvm original, String reason) {
    LOG.log(Level.DEBUG, "workers can''t be forked: {0}", reason);
    original.abandonZygote();
    canFork = false;
  }

  /** Lets the zygote stop what it does while it waits, as a process wants to be forked from it. */
  void hurryZygote() {
    WorkerJvm original = zygote;
    if (original != null) {
      original.hurry();
    }
  }

  /** Whether there is, or will be, a zygote that is not warm yet. */
  boolean isZygoteAwaited() {
    WorkerJvm original = zygote;
    return original == null ? isZygoteComing() : !original.isWarm();
  }

  private boolean isZygoteComing() {
    return workers.stream().anyMatch(WorkerJvm::isToBeForked);
  }

  /** Whether a worker has booted and waits. */
  boolean hasStandby() {
    return workers.stream().anyMatch(worker -> worker.state() == State.STANDBY);
  }

  /** Why no worker can be had now; null if one may be. */
  @Nullable String objection() {
    boolean mustBoot = zygote == null && workers.stream().noneMatch(WorkerJvm::isUnassigned);
    long sinceFailure = System.nanoTime() - bootFailedAt;
    return mustBoot
            && bootFailures >= MAX_BOOT_FAILURES
            && sinceFailure < BOOT_AGAIN_AFTER.toNanos()
        ? lastBootFailure
        : null;
  }

  /** A worker that was {@linkplain #claim claimed} has an assignment. */
  void assigned() {
    prepared = true;
    anyAssigned = true;
    lastAssigned = System.nanoTime();
  }

  /** A booted worker, else a fork of the zygote, else one that is booting, else a new one. */
  WorkerJvm claim() {
    WorkerJvm booting = null;
    for (WorkerJvm worker : workers) {
      if (worker.state() == State.STANDBY) {
        askForZygote(worker);
        return worker;
      }
      if (worker.state() == State.BOOTING && booting == null) {
        booting = worker;
      }
    }
    WorkerJvm forked = forkZygote();
    if (forked != null) {
      return forked;
    }
    WorkerJvm worker = booting != null ? booting : boot();
    askForZygote(worker);
    return worker;
  }

  /** A new standby; null without a zygote. One that can't be forked is given up. */
  private @Nullable WorkerJvm forkZygote() {
    WorkerJvm original = zygote;
    if (original == null) {
      return null;
    }
    try {
      return add(original.fork(message -> owner.handle(original, message)));
    } catch (IOException | PosixException | IllegalArgumentException e) {
      // No warning: it would stand in the program's standard error, which has what it asked for all
      // the same.
      LOG.log(Level.DEBUG, "a worker could not be forked; others boot in full", e);
      zygote = null;
      original.discard();
      return null;
    }
  }

  private WorkerJvm boot() {
    return add(WorkerJvm.start(command, environment));
  }

  private WorkerJvm add(WorkerJvm worker) {
    workers.add(worker);
    owner.added(worker);
    return worker;
  }

  /**
   * Forks a standby, or boots one: one after the other and only while no process was asked for just
   * now, as those in demand get the processor.
   */
  void topUp() {
    if (!wantsStandby() || millisUntilQuiet() > 0 || forkZygote() != null) {
      return;
    }
    try {
      boot();
    } catch (PosixException e) {
      // A process that is needed will meet the same error and report it.
      bootFailures++;
      LOG.log(Level.DEBUG, "no standby worker could be started", e);
    }
  }

  /** After how many milliseconds {@link #topUp} has something to do; -1 for never. */
  int millisUntilTopUp() {
    return wantsStandby() ? millisUntilQuiet() : -1;
  }

  private boolean wantsStandby() {
    return prepared
        && !isZygoteAwaited()
        && bootFailures < MAX_BOOT_FAILURES
        && workers.stream().noneMatch(w -> w.isBooting() && !w.isDiscarded())
        && standbys() < policy.target(anyAssigned);
  }

  private int millisUntilQuiet() {
    if (!anyAssigned || zygote != null) {
      return 0;
    }
    long quiet = Duration.ofNanos(System.nanoTime() - lastAssigned).toMillis();
    return (int) Math.max(0, policy.quietBeforeTopUp().toMillis() - quiet);
  }

  /** How many workers wait for an assignment or boot to do so. */
  private int standbys() {
    return (int) workers.stream().filter(WorkerJvm::isUnassigned).count();
  }

  /**
   * Reaps a worker that has ended.
   *
   * @return how it ended
   */
  Exited ended(WorkerJvm worker) {
    boolean unassigned = worker.isUnassigned();
    Exited exited = worker.reap();
    workers.remove(worker);
    if (worker.equals(zygote)) {
      zygote = null;
    }
    // A process that was killed while its worker booted says nothing about the next one.
    if (unassigned || (!exited.booted() && exited.status() > 0)) {
      bootFailed(exited);
    }
    return exited;
  }

  private void bootFailed(Exited exited) {
    bootFailures++;
    bootFailedAt = System.nanoTime();
    lastBootFailure =
        exited.lastLines().isEmpty()
            ? "the last of them ended with status %d and said nothing".formatted(exited.status())
            : exited.lastLines();
    LOG.log(Level.DEBUG, "a worker ended before it was used: {0}", exited);
  }

  /** Ends workers that wait, and boots none until one is asked for. */
  void stopStandbys() {
    prepared = false;
    zygote = null;
    workers.stream()
        .filter(worker -> worker.isUnassigned() || worker.state() == State.ZYGOTE)
        .forEach(WorkerJvm::discard);
  }

  /** Waits until all workers that were discarded have ended, so long at most, and reaps them. */
  void reapDiscarded(Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    for (WorkerJvm worker : List.copyOf(workers)) {
      if (worker.isDiscarded()) {
        reapUntil(worker, deadline);
      }
    }
  }

  private static void reapUntil(WorkerJvm worker, long deadline) {
    int[] pidfd = {worker.pidfd()};
    long millis = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
    if (Descriptors.poll(pidfd, (int) millis)[0]) {
      worker.reap();
    }
  }

  /** Adds the descriptors of all workers; they stay the workers'. */
  void addDescriptorsTo(List<Integer> all) {
    for (WorkerJvm worker : workers) {
      all.addAll(worker.descriptors());
    }
  }
}
