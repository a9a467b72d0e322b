package io.polyproc.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polyproc.posix.MessageListener;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConversationTest {

  @TempDir Path folder;

  @Test
  void shouldCarryTextsOfAnyLength() throws Exception {
    MessageSocket[] ends = MessageSocket.pair();
    try (Conversation one = new Conversation(ends[0]);
        Conversation other = new Conversation(ends[1])) {
      String text = "ü".repeat(100_000);
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      one.say("");
                      one.say(text);
                    } catch (java.io.IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      assertEquals("", other.listen());
      assertEquals(text, other.listen());
      writer.join();
    }
  }

  @Test
  void shouldEndWithTheOtherSide() {
    MessageSocket[] ends = MessageSocket.pair();
    ends[0].close();
    try (Conversation other = new Conversation(ends[1])) {
      assertNull(other.listen());
    }
  }

  @Test
  void shouldNotListenToWhatNobodyMaySay() {
    MessageSocket[] ends = MessageSocket.pair();
    try (Conversation other = new Conversation(ends[1]);
        MessageSocket stranger = ends[0]) {
      stranger.send(new byte[] {7, 'x'});
      assertNull(other.listen());
    }
  }

  @Test
  void shouldTellWhoHasConnected() {
    Path path = folder.resolve("socket");
    try (MessageListener listener = MessageListener.at(path);
        MessageSocket client = MessageSocket.connect(path);
        MessageSocket server = listener.accept(-1).orElseThrow()) {
      MessageSocket.Peer self = new MessageSocket.Peer(Processes.id(), Processes.effectiveUser());
      assertEquals(self, client.peer());
      assertEquals(self, server.peer());
    }
    assertFalse(Files.exists(path));
    assertThrows(PosixException.class, () -> MessageSocket.connect(path));
  }

  @Test
  void shouldAcceptNobodyWhereNobodyConnects() {
    try (MessageListener listener = MessageListener.at(folder.resolve("socket"))) {
      assertFalse(listener.accept(10).isPresent());
    }
  }
}
