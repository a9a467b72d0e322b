package io.polyproc.cli;

import io.polyproc.daemon.DaemonClient;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.Processes;
import io.polyproc.wire.Message;
import io.polyproc.wire.MessageCodec;
import io.polyproc.wire.RunRequest;
import io.polyproc.worker.Program;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** What the JVM runs when the AOT cache of commands is made: all but the conversation's peer. */
final class ClientTraining {
  private ClientTraining() {}

  public static void main(String[] arguments) throws IOException {
    Training.parse();
    Invocation invocation = Arguments.parse(List.of("script.py", "argument"), CommandName.POLYPROC);
    RunRequest request = DaemonRun.request((Invocation.Run) invocation);
    MessageSocket[] ends = MessageSocket.pair();
    try (MemoryFile file = MemoryFile.of("polyproc-request", request.encode())) {
      if (!ends[0].send(MessageCodec.encode(new Message.RunProgram()), file.fd(), 0, 1, 2)) {
        throw new IOException("a socket pair is cut");
      }
      Packet packet = Objects.requireNonNull(ends[1].receive());
      RunRequest.decode(MemoryFile.content(packet.descriptors()[0]));
    }
    if (!ends[1].send(MessageCodec.encode(new Message.Exited(1, 0, "")))
        || !(MessageCodec.decode(Objects.requireNonNull(ends[0].receive()).data())
            instanceof Message.Exited)) {
      throw new IOException("a socket pair is cut");
    }
    // Nobody listens to this one's questions, and its program would be this one's twin.
    DaemonClient.rehearse(ends[0], ends[1].peerUser());
    Processes.inForeground();
    Preconditions.problem(new Program.Script("/no such script"));
  }
}
