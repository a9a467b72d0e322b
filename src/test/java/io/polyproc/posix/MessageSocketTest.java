package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.MessageSocket.Packet;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class MessageSocketTest {
  private final MessageSocket[] ends = MessageSocket.pair();

  @AfterEach
  void close() {
    ends[0].close();
    ends[1].close();
  }

  @Test
  void shouldKeepMessagesApart() {
    assertTrue(ends[0].send(new byte[] {1, 2}));
    assertTrue(ends[0].send(new byte[] {3}));
    assertArrayEquals(new byte[] {1, 2}, receive().data());
    assertArrayEquals(new byte[] {3}, receive().data());
  }

  @Test
  void shouldCarryTheLongestMessage() {
    byte[] longest = new byte[MessageSocket.MAX_BYTES];
    longest[longest.length - 1] = 7;
    assertTrue(ends[0].send(longest));
    assertArrayEquals(longest, receive().data());
  }

  @Test
  void shouldRefuseAMessageThatIsTooLong() {
    byte[] tooLong = new byte[MessageSocket.MAX_BYTES + 1];
    assertThrows(IllegalArgumentException.class, () -> ends[0].send(tooLong));
  }

  @Test
  void shouldCarryDescriptorsOverAStreamOfBytes() {
    int[] stream = Descriptors.socketPair(1, 1, 0);
    try (MemoryFile file = MemoryFile.of("test", "content".getBytes(StandardCharsets.UTF_8))) {
      MessageSocket.sendDescriptors(stream[0], 1, file.fd());
      MessageSocket.sendDescriptors(stream[0], 200);
    }
    Packet packet = MessageSocket.receiveDescriptors(stream[1], 2);
    assertNotNull(packet);
    assertArrayEquals(new byte[] {1}, packet.data());
    assertEquals(1, packet.descriptors().length);
    assertEquals("content", MemoryFile.tail(packet.descriptors()[0], 100));
    Descriptors.close(packet.descriptors()[0]);
    packet = MessageSocket.receiveDescriptors(stream[1], 2);
    assertNotNull(packet);
    assertArrayEquals(new byte[] {(byte) 200}, packet.data());
    assertEquals(0, packet.descriptors().length);
    Descriptors.close(stream[0]);
    assertNull(MessageSocket.receiveDescriptors(stream[1], 2));
    Descriptors.close(stream[1]);
  }

  @Test
  void shouldCarryDescriptorsOfTheSameOpenFile() {
    try (MemoryFile file = MemoryFile.of("test", "content".getBytes(StandardCharsets.UTF_8))) {
      assertTrue(ends[0].send(new byte[] {1}, file.fd(), file.fd()));
    }
    int[] received = receive().descriptors();
    assertEquals(2, received.length);
    for (int descriptor : received) {
      assertEquals("content", MemoryFile.tail(descriptor, 100));
      Descriptors.close(descriptor);
    }
  }

  @Test
  void shouldReceiveNullAndSendNothingOnceThePeerHasClosed() {
    ends[1].close();
    assertNull(ends[0].receive());
    assertFalse(ends[0].send(new byte[] {1}));
  }

  @Test
  void shouldEndAReceiveThatWaitsWhenDisconnected() throws Exception {
    CompletableFuture<Boolean> ended =
        CompletableFuture.supplyAsync(() -> ends[0].receive() == null);
    ends[0].disconnect();
    assertTrue(ended.get(10, TimeUnit.SECONDS));
    assertNull(ends[1].receive());
  }

  private Packet receive() {
    Packet packet = ends[1].receive();
    assertNotNull(packet);
    return packet;
  }
}
