package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class UnixSocketsTest {

  @Test
  void shouldKnowWhichTwoAreConnectedAndWhatWaits() throws IOException {
    MessageSocket[] ends = MessageSocket.pair();
    try (MessageSocket one = ends[0];
        MessageSocket other = ends[1]) {
      one.send(new byte[100]);
      Map<Long, UnixSockets.Socket> all = UnixSockets.all();
      assertEquals(inode(other.fd()), socket(all, inode(one.fd())).peer());
      assertEquals(inode(one.fd()), socket(all, inode(other.fd())).peer());
      assertEquals(100, socket(all, inode(other.fd())).waiting());
      assertEquals(0, socket(all, inode(one.fd())).waiting());
    }
  }

  private static UnixSockets.Socket socket(Map<Long, UnixSockets.Socket> all, long inode) {
    return Objects.requireNonNull(all.get(inode), () -> "no socket " + inode);
  }

  private static long inode(int fd) throws IOException {
    String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
    return Long.parseLong(target.replaceAll("\\D", ""));
  }
}
