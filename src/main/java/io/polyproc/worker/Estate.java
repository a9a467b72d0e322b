package io.polyproc.worker;

import io.polyproc.hotspot.JvmFork;
import io.polyproc.image.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.ProcessTraits;
import io.polyproc.posix.Processes;
import io.polyproc.wire.ControlClient;
import io.polyproc.wire.Message;
import io.polyproc.wire.MessageCodec;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a process had before its program, so that a fork of it can be without anything of that when
 * the program has ended.
 */
final class Estate {
  private static final System.Logger LOG = System.getLogger(Estate.class.getName());

  /** What a program has computed in less is soon compiled again. */
  private static final Duration LEAST_WORK = Duration.ofSeconds(1);

  /** GraalPy lets only the first context of a process that has asked for it use it. */
  private static final String C_API = "/libpython-native.so";

  /** Begins what the runtime or the JDK may have begun meanwhile, in the words of the traits. */
  private static final List<String> OWN =
      List.of(
          "thread polyproc-",
          "thread Cleaner-",
          Installation.current().home() + "/",
          System.getProperty("java.home") + "/");

  private final ProcessTraits traits;
  private final Map<Integer, String> descriptors;
  private final int fileModeMask;
  private final Duration used;

  private Estate(
      ProcessTraits traits, Map<Integer, String> descriptors, int fileModeMask, Duration used) {
    this.traits = traits;
    this.descriptors = descriptors;
    this.fileModeMask = fileModeMask;
    this.used = used;
  }

  /**
   * In a worker that gets a program; null if that can't be told, or no other context could have
   * what this one has.
   */
  static @Nullable Estate note() {
    try {
      ProcessTraits traits = ProcessTraits.now();
      return traits.mapped().stream().anyMatch(file -> file.endsWith(C_API))
          ? null
          : new Estate(
              traits, Descriptors.targets(), Processes.fileModeMask(), Processes.processorTime());
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /** Whether the program has computed for so long that the next one gains from it. */
  boolean isWorthwhile() {
    return Processes.processorTime().minus(used).compareTo(LEAST_WORK) > 0;
  }

  /**
   * After the program: forks this process for the next run of the same script, and tells the
   * supervisor.
   *
   * @param control this process's line to the supervisor, from which nobody may receive any more
   * @param client who does so far
   * @param endProgram ends in the child what the program has within the JVM
   * @return in the child its own control socket; null in this process, and in a child that could
   *     not be made as if there had been no program, which must end
   */
  @Nullable MessageSocket leave(MessageSocket control, ControlClient client, Runnable endProgram) {
    try (MessageSocket line = MessageSocket.of(Descriptors.duplicate(control.fd()));
        MemoryFile log = MemoryFile.create("polyproc-worker-log", 0)) {
      // Its thread would receive in both processes.
      line.endReceiving();
      client.awaitEnd();
      MessageSocket[] ends = MessageSocket.pair();
      int child = JvmFork.load().fork(true);
      if (child != 0) {
        // If the supervisor has gone, the child sees that next.
        boolean _ = line.send(MessageCodec.encode(new Message.Heir(child)), ends[0].fd(), log.fd());
        return null;
      }
      giveUp(log.fd(), Set.of(log.fd(), line.fd(), ends[1].fd()));
      endProgram.run();
      List<String> changes =
          ProcessTraits.now().changesSince(traits).stream().filter(it -> !isOwn(it)).toList();
      if (changes.isEmpty()) {
        return ends[1];
      }
      LOG.log(Level.DEBUG, "no heir, because of {0}", changes);
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "no heir", e);
    }
    return null;
  }

  private static boolean isOwn(String change) {
    return !change.endsWith(C_API) && OWN.stream().anyMatch(change::startsWith);
  }

  /** Takes back what can be taken back. */
  private void giveUp(int log, Set<Integer> kept) {
    ProcessTitle.set("polyproc: heir");
    Descriptors.forgetStandardStreams();
    Descriptors.duplicateTo(log, 1);
    Descriptors.duplicateTo(log, 2);
    Descriptors.closeAllBut(descriptors, kept, Installation.current().home());
    Processes.ignore(Processes.SIGINT);
    Processes.moveTo(Path.of("/"), System.getenv());
    Processes.setFileModeMask(fileModeMask);
  }
}
