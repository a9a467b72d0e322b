package io.polyproc.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.ByteStream;
import io.polyproc.posix.Descriptors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class MessageTest {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int EBADF = 9;

  private final MessageReader reader = new MessageReader();
  private final MessageWriter writer = new MessageWriter();
  private int here;
  private int there;

  @BeforeEach
  void open() {
    int[] pair = Descriptors.socketPair(AF_UNIX, SOCK_STREAM, 0);
    here = pair[0];
    there = pair[1];
  }

  @AfterEach
  void close() {
    closeHere();
    Descriptors.close(there);
  }

  private void closeHere() {
    if (here >= 0) {
      Descriptors.close(here);
      here = -1;
    }
  }

  private void sendRaw(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(JAVA_BYTE, bytes);
      assertEquals(bytes.length, ByteStream.write(here, memory, 0, bytes.length));
    }
  }

  private int read() {
    return reader.read(there, Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8188, 8189, 8192, 8193, 262140, 262141, 1 << 20, 17 << 20})
  void shouldArriveAsItWasSent(int size) throws Exception {
    byte[] message = new byte[size];
    new Random(size).nextBytes(message);
    CompletableFuture<Integer> sent =
        CompletableFuture.supplyAsync(() -> writer.write(here, message));

    assertEquals(MessageReader.DONE, read());
    assertArrayEquals(message, reader.take());
    assertEquals(MessageWriter.DONE, sent.get(10, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8185, 8186, 262140, 1 << 20, 17 << 20})
  void shouldKnowBytesByTheirPickle(int size) throws Exception {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    byte[][] pickle = BytesPickle.of(content);
    CompletableFuture<Void> sent =
        CompletableFuture.runAsync(
            () -> {
              assertEquals(MessageWriter.DONE, writer.write(here, pickle));
              assertEquals(MessageWriter.DONE, writer.write(here, pickle));
              assertEquals(MessageWriter.DONE, writer.write(here, new byte[size]));
            });

    assertEquals(MessageReader.DONE, read());
    assertArrayEquals(content, reader.takeBytes());
    assertEquals(MessageReader.DONE, read());
    assertArrayEquals(MessageChannel.joined(pickle), reader.take());
    assertEquals(MessageReader.DONE, read());
    assertNull(reader.takeBytes());
    assertArrayEquals(new byte[size], reader.take());
    sent.get(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80044203000000616263", // no end
        "800442020000006162632e", // too short a length
        "800442ffffffff6162632e",
        "800342030000006162632e",
        "800443030000006162632e",
        "80044203000000"
      })
  void shouldLeaveOtherPicklesAsTheyAre(String pickle) {
    byte[] message = HexFormat.of().parseHex(pickle);
    assertEquals(MessageWriter.DONE, writer.write(here, message));

    assertEquals(MessageReader.DONE, read());
    assertNull(reader.takeBytes());
    assertArrayEquals(message, reader.take());
  }

  @Test
  void shouldBeInTheFormatOfCPython() {
    sendRaw("00000002 6869".replace(" ", "") + "ffffffff" + "0000000000000003" + "616263");

    assertEquals(MessageReader.DONE, read());
    assertArrayEquals(new byte[] {'h', 'i'}, reader.take());
    assertEquals(MessageReader.DONE, read());
    assertArrayEquals(new byte[] {'a', 'b', 'c'}, reader.take());
  }

  @Test
  void shouldNotTouchWhatFollows() {
    sendRaw("0000000161" + "62");

    assertEquals(MessageReader.DONE, read());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(10);
      assertEquals(1, ByteStream.read(there, memory, 0, 10));
      assertEquals('b', memory.get(JAVA_BYTE, 0));
    }
  }

  @Test
  void shouldTellWhatIsTooLong() {
    sendRaw("00000003");
    assertEquals(MessageReader.TOO_LONG, reader.read(there, 2));
    sendRaw("ffffffff" + "7fffffffffffffff");
    assertEquals(MessageReader.TOO_LONG, read());
    sendRaw("80000000");
    assertEquals(MessageReader.TOO_LONG, read());
  }

  @Test
  void shouldTellAnEndFromACut() {
    closeHere();
    assertEquals(MessageReader.END, read());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000", "0000000361"})
  void shouldTellACutFromAnEnd(String part) {
    sendRaw(part);
    closeHere();
    assertEquals(MessageReader.CUT_OFF, read());
  }

  @Test
  void shouldFailWithTheErrorNumber() {
    Descriptors.close(here);
    assertEquals(-EBADF, writer.write(here, new byte[1]));
    assertEquals(-EBADF, reader.read(here, 1));
    here = -1;
  }

  @Test
  void shouldTellWhetherSomethingCanBeRead() {
    boolean[] ready = new boolean[2];
    assertEquals(0, ByteStream.await(new int[] {here, there}, ready, 0));
    sendRaw("00000000");
    assertEquals(1, ByteStream.await(new int[] {here, there}, ready, 1000));
    assertArrayEquals(new boolean[] {false, true}, ready);
    assertEquals(1, ByteStream.await(new int[] {there}, ready, 1000));
    assertTrue(ready[0]);
  }
}
