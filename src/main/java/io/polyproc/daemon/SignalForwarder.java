package io.polyproc.daemon;

import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.Processes;
import io.polyproc.wire.Message.SendSignal;
import io.polyproc.wire.MessageCodec;
import java.util.List;

/**
 * Hands the signals that a command gets on to the program that the daemon runs for it.
 *
 * <p>What the terminal sends is for all processes of the foreground group, and the program's are
 * not in it: so they get it too. {@code SIGQUIT} and {@code SIGUSR2} are the JVM's own and do not
 * reach the program.
 */
@SuppressWarnings("sunapi") // the JDK has no other interface to signals
final class SignalForwarder {
  private static final List<String> NAMES =
      List.of("INT", "TERM", "HUP", "USR1", "ALRM", "WINCH", "TSTP", "CONT");
  private static final int SIGSTOP = 19;
  private static final int SIGTSTP = 20;
  private static final int SIGQUIT = 3;

  private SignalForwarder() {}

  static void install(MessageSocket socket, List<Integer> ignored) {
    Processes.setDefaultAction(SIGQUIT);
    for (String name : NAMES) {
      sun.misc.Signal signal = new sun.misc.Signal(name);
      if (!ignored.contains(signal.getNumber())) {
        sun.misc.Signal.handle(signal, received -> forward(socket, received.getNumber()));
      }
    }
  }

  private static void forward(MessageSocket socket, int number) {
    boolean stop = number == SIGTSTP;
    // If the daemon has gone, the main thread sees that.
    boolean _ =
        socket.send(
            MessageCodec.encode(new SendSignal(stop ? SIGSTOP : number, Processes.inForeground())));
    if (stop) {
      Processes.signal(Processes.id(), SIGSTOP);
    }
  }
}
