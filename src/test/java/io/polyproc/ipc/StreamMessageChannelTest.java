package io.polyproc.ipc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.RawStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
@NullUnmarked // a null fails the test anyhow
final class FramesTest {
  private final RawStream[] ends = RawStream.socketPair();
  private final StreamMessageChannel here = new StreamMessageChannel(ends[0]);
  private final StreamMessageChannel there = new StreamMessageChannel(ends[1]);

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 16 << 10, (16 << 10) + 1, 5_000_000})
  void shouldCarryMessagesOfAnySize(int size) throws IOException {
    byte[] message = new byte[size];
    new Random(size).nextBytes(message);
    CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(message));
    assertArrayEquals(message, there.receive());
    sent.join();
  }

  private void send(byte[]... parts) {
    try {
      here.send(parts);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldJoinParts() throws IOException {
    send(new byte[] {1, 2}, new byte[0], new byte[] {3});
    assertArrayEquals(new byte[] {1, 2, 3}, there.receive());
  }

  @Test
  void shouldWriteTheLengthAsConnectionsOfPythonDo() throws IOException {
    send(new byte[] {7});
    byte[] bytes = new byte[5];
    ends[1].readFully(bytes, 0, 5);
    assertArrayEquals(new byte[] {0, 0, 0, 1, 7}, bytes);
  }

  @Test
  void shouldReadALengthOfEightBytes() throws IOException {
    ends[0].write(new byte[] {-1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 1, 7}, 0, 13);
    assertArrayEquals(new byte[] {7}, there.receive());
  }

  @Test
  void shouldTellTheEnd() {
    here.close();
    assertThrows(EOFException.class, there::receive);
    assertThrows(EOFException.class, () -> there.send(new byte[] {1}));
  }

  @Test
  void shouldRefuseWhatNoArrayHolds() throws IOException {
    ends[0].write(new byte[] {-1, -1, -1, -1, 1, 0, 0, 0, 0, 0, 0, 0}, 0, 12);
    IOException e = assertThrows(IOException.class, there::receive);
    assertTrue(e.getMessage().contains("72057594037927936 bytes"), e.getMessage());
  }

  @Test
  void shouldSayWhetherThereIsSomethingToRead() throws IOException {
    assertFalse(ends[1].await(0));
    send(new byte[] {1});
    assertTrue(ends[1].await(1000));
  }

  @Test
  void shouldWakeAReaderByDisconnecting() throws Exception {
    CompletableFuture<String> reader =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                there.receive();
                return "a message";
              } catch (IOException e) {
                return e.getClass().getSimpleName();
              }
            });
    ends[1].disconnect();
    assertEquals("EOFException", reader.get());
  }
}
