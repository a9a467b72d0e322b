package io.polyproc.ipc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.PacketBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class PacketsTest {
  private static final int EPIPE = 32;
  private static final int EBADF = 9;

  private final int[] ends = PacketBuffer.pipe();
  private final PacketCodec here = new PacketCodec();
  private final PacketCodec there = new PacketCodec();

  @AfterEach
  void close() {
    Arrays.stream(ends).filter(end -> end >= 0).forEach(Descriptors::close);
  }

  private void closeEnd(int which) {
    Descriptors.close(ends[which]);
    ends[which] = -1;
  }

  private static byte[] noise(int size) {
    byte[] message = new byte[size];
    new Random(size).nextBytes(message);
    return message;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 100, (32 << 10) - 1, 32 << 10, (32 << 10) + 1, 256 << 10, 300_000, 70 << 20})
  void shouldCarryMessagesOfAnySize(int size) {
    byte[] message = noise(size);
    assertEquals(PacketCodec.DONE, there.write(ends[1], true, message));
    assertEquals(PacketCodec.DONE, here.read(ends[0], Long.MAX_VALUE));
    assertArrayEquals(message, here.take());
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 32 << 10, 100_000, 1 << 20})
  void shouldKnowBytesByTheirPickle(int size) {
    byte[][] pickle = BytesPickle.of(noise(size));
    for (int i = 0; i < 2; i++) {
      assertEquals(PacketCodec.DONE, there.write(ends[1], true, pickle));
    }
    assertEquals(PacketCodec.DONE, here.read(ends[0], Long.MAX_VALUE));
    assertArrayEquals(MessageChannel.joined(pickle), here.take());
    assertEquals(PacketCodec.DONE, here.read(ends[0], Long.MAX_VALUE));
    byte[] bytes = here.takeBytes();
    assertArrayEquals(bytes == null ? MessageChannel.joined(pickle) : noise(size), taken(bytes));
    assertEquals(size >= 32 << 10, bytes != null);
  }

  private byte[] taken(byte @Nullable [] bytes) {
    return bytes == null ? here.take() : bytes;
  }

  @Test
  void shouldKeepMessagesOfSeveralWritersApart() {
    int each = 500;
    CompletableFuture<Void> writers =
        CompletableFuture.allOf(
            Stream.of(10, 5_000, 40_000)
                .map(size -> CompletableFuture.runAsync(() -> write(size, each)))
                .toArray(CompletableFuture<?>[]::new));
    for (int i = 0; i < 3 * each; i++) {
      assertEquals(PacketCodec.DONE, here.read(ends[0], Long.MAX_VALUE));
      byte[] message = here.take();
      assertArrayEquals(noise(message.length), message);
    }
    writers.join();
  }

  private void write(int size, int times) {
    PacketCodec packets = new PacketCodec();
    for (int i = 0; i < times; i++) {
      assertEquals(PacketCodec.DONE, packets.write(ends[1], true, noise(size)));
    }
  }

  @Test
  void shouldNotWaitForRoomIfToldSo() {
    int written = 0;
    while (there.write(ends[1], false, noise(1000)) == PacketCodec.DONE) {
      written++;
    }
    assertTrue(written > 10, "written: " + written);
    assertEquals(PacketCodec.NOT_NOW, there.write(ends[1], false, noise(1000)));
    for (int i = 0; i < written; i++) {
      assertEquals(PacketCodec.DONE, here.read(ends[0], Long.MAX_VALUE));
    }
    assertEquals(PacketCodec.DONE, there.write(ends[1], false, noise(1000)));
  }

  @Test
  void shouldRefuseWhatIsLongerThanAllowed() {
    assertEquals(PacketCodec.DONE, there.write(ends[1], true, noise(11)));
    assertEquals(PacketCodec.DONE, there.write(ends[1], true, noise(100_000)));
    assertEquals(PacketCodec.DONE, there.write(ends[1], true, noise(10)));
    assertEquals(PacketCodec.TOO_LONG, here.read(ends[0], 10));
    assertEquals(PacketCodec.TOO_LONG, here.read(ends[0], 99_999));
    assertEquals(PacketCodec.DONE, here.read(ends[0], 10));
    assertArrayEquals(noise(10), here.take());
  }

  @Test
  void shouldReadWhatWasWrittenBeforeTheEnd() {
    assertEquals(PacketCodec.DONE, there.write(ends[1], true, noise(5)));
    closeEnd(1);
    assertEquals(PacketCodec.DONE, here.read(ends[0], Long.MAX_VALUE));
    assertEquals(PacketCodec.END, here.read(ends[0], Long.MAX_VALUE));
  }

  @Test
  void shouldTellThatNobodyReadsAnyMore() {
    assertEquals(PacketCodec.DONE, there.write(ends[1], true, noise(5)));
    closeEnd(0);
    assertEquals(-EPIPE, there.write(ends[1], true, noise(5)));
    assertEquals(-EPIPE, there.write(ends[1], true, noise(100_000)));
    assertEquals(-EBADF, there.write(-1, true, noise(5)));
    assertEquals(-EBADF, here.read(-1, Long.MAX_VALUE));
  }

  @Test
  void shouldLeaveNoMemoryBehind() throws IOException {
    for (int i = 0; i < 3; i++) {
      assertEquals(PacketCodec.DONE, there.write(ends[1], true, noise(100_000)));
    }
    assertEquals(0, memoryFiles());
    assertEquals(PacketCodec.DONE, here.read(ends[0], Long.MAX_VALUE));
    assertEquals(PacketCodec.TOO_LONG, here.read(ends[0], 5));
    assertEquals(0, memoryFiles());
  }

  private static long memoryFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(PacketsTest::isMessage).count();
    }
  }

  private static boolean isMessage(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("polyproc-message");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }
}
