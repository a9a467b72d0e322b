package io.polyproc.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.MessageSocket;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MessageCodecTest {

  static List<Message> messages() {
    return List.of(
        new Message.Ready(),
        new Message.StartProcess(Long.MIN_VALUE, "Process-1 (f of ü.py)", true),
        new Message.Started(7, Integer.MAX_VALUE),
        new Message.StartFailed(8, "no memory\0left"),
        new Message.Assign("", 1, false),
        new Message.Exited(4121, -15, "last lines", true),
        new Message.ShareDescriptor(7, "token"),
        new Message.SharedDescriptor(7),
        new Message.TakeDescriptor(9, "token"),
        new Message.TakenDescriptor(9),
        new Message.Prepare(),
        new Message.Warm(true),
        new Message.Prepared(),
        new Message.Join(17),
        new Message.Fork(Message.Role.ZYGOTE),
        new Message.Forked(4122),
        new Message.ForkFailed("fork: no memory left"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void shouldReadWhatWasWritten(Message message) {
    assertEquals(message, MessageCodec.decode(MessageCodec.encode(message)));
  }

  @Test
  void shouldCoverEveryType() {
    Set<Class<?>> covered = messages().stream().map(Object::getClass).collect(Collectors.toSet());
    assertEquals(Set.copyOf(Message.TYPES), covered);
    assertEquals(Set.of(Message.class.getPermittedSubclasses()), covered);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void shouldRefuseACutOrPaddedMessage(Message message) {
    byte[] bytes = MessageCodec.encode(message);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThrows(IllegalArgumentException.class, () -> MessageCodec.decode(cut));
    }
    byte[] padded = Arrays.copyOf(bytes, bytes.length + 1);
    assertThrows(IllegalArgumentException.class, () -> MessageCodec.decode(padded));
  }

  @Test
  void shouldCutATextThatIsTooLongForAMessage() {
    byte[] bytes = MessageCodec.encode(new Message.StartFailed(1, "€".repeat(100_000)));
    assertTrue(bytes.length <= MessageSocket.MAX_BYTES);
    Message.StartFailed read = (Message.StartFailed) MessageCodec.decode(bytes);
    assertEquals(MessageCodec.MAX_TEXT, read.reason().length());
  }

  @Test
  void shouldReadRandomBytesAsAMessageOrRefuseThem() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = (byte) random.nextInt(Message.TYPES.size() + 1);
      }
      try {
        Message message = MessageCodec.decode(bytes);
        assertEquals(message, MessageCodec.decode(MessageCodec.encode(message)), "seed " + seed);
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage() != null, "seed " + seed);
      }
    }
  }
}
