package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.ipc.StreamMessageChannel;
import io.polyproc.posix.RawStream;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.MessageCodec;
import io.polyproc.value.KnownTypes;
import io.polyproc.value.ValueReader;
import io.polyproc.value.ValueWriter;
import io.polyproc.value.ValuesTest;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Hostile bytes for everything that reads bytes: whatever comes, they are read or refused by the
 * exception that is documented, and nothing else happens. Run for longer by {@code mvn test
 * -Dtest=FuzzTest -Dfuzz.inputs=5000000}, and again by {@code -Dfuzz.seed}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FuzzTest {
  private static final int INPUTS = Integer.getInteger("fuzz.inputs", 20_000);
  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

  private int inputs;
  private int read;

  /** What an input led to is told with the bytes that did. */
  private interface Target {
    /** Whether the bytes were read. */
    boolean read(byte[] input) throws Exception;
  }

  @AfterAll
  void report() {
    System.out.printf("fuzzed %d inputs with seed %d; %d were read%n", inputs, SEED, read);
    assertTrue(read > 0 && read < inputs, "inputs are neither all right nor all wrong");
  }

  private void fuzz(List<byte[]> examples, int count, Target target) {
    Mutator mutator = new Mutator(examples, new Random(SEED));
    for (int i = 0; i < count; i++) {
      byte[] input = mutator.next();
      inputs++;
      try {
        if (target.read(input)) {
          read++;
        }
      } catch (Throwable e) {
        throw new AssertionError(
            "seed %d, input %d: %s".formatted(SEED, i, Arrays.toString(input)), e);
      }
    }
  }

  @Test
  void shouldReadOrRefuseControlMessages() {
    List<byte[]> examples =
        List.<Message>of(
                new Message.Ready(),
                new Message.StartProcess(Long.MIN_VALUE, "Process-1 (f of ü.py)", true),
                new Message.Assign("a title", 1, false),
                new Message.Exited(4121, -15, "last lines", true),
                new Message.TakeDescriptor(9, "token"),
                new Message.ForkFailed("fork: no memory left"))
            .stream()
            .map(MessageCodec::encode)
            .toList();
    fuzz(
        examples,
        INPUTS,
        input -> {
          try {
            Message message = MessageCodec.decode(input);
            assertEquals(message, MessageCodec.decode(MessageCodec.encode(message)));
            return true;
          } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage());
            return false;
          }
        });
  }

  @Test
  void shouldReadOrRefusePickles() {
    List<byte[]> examples =
        ValuesTest.values()
            .map(arguments -> ValueWriter.write(arguments.get()[0], "value"))
            .toList();
    fuzz(
        examples,
        INPUTS * 5,
        input -> {
          try {
            Object _ = ValueReader.read(input, new KnownTypes(), "value");
            return true;
          } catch (UnconvertibleValueException e) {
            assertTrue(Objects.requireNonNull(e.getMessage()).contains("value"));
            return false;
          }
        });
  }

  @Test
  void shouldReadOrRefuseFrames() {
    List<byte[]> examples =
        List.of(
            frame(0, 0),
            frame(1, 1),
            frame(300, 300),
            frame(20_000, 20_000),
            frame(7, 3),
            new byte[] {-1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 8},
            new byte[] {-1, -1, -1, -1, 0, 0, 0, 1, 0, 0, 0, 0});
    fuzz(
        examples,
        INPUTS / 2,
        input -> {
          RawStream[] pipe = RawStream.pipe();
          try (StreamMessageChannel frames = new StreamMessageChannel(pipe[0])) {
            // A pipe takes 64 KiB before it is read.
            pipe[1].write(input, 0, Math.min(input.length, 60_000));
            pipe[1].close();
            int got = 0;
            try {
              while (true) {
                got += frames.receive().length + 4;
              }
            } catch (EOFException e) {
              assertTrue(got <= input.length, "more than was sent");
              return true;
            } catch (IOException e) {
              assertTrue(String.valueOf(e.getMessage()).contains("was announced"), e.getMessage());
              return false;
            }
          }
        });
  }

  private static byte[] frame(int announced, int bytes) {
    byte[] frame = new byte[4 + bytes];
    for (int i = 0; i < 4; i++) {
      frame[i] = (byte) (announced >>> (24 - 8 * i));
    }
    return frame;
  }
}
