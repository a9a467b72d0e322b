package io.polyproc;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes examples wrong, in the ways in which bytes go wrong; always the same for a seed. */
public final class Mutator {
  private static final int[] TELLING = {0, 1, 127, 128, 255, -1, 0x7fff_ffff, 0x8000_0000};

  private final List<byte[]> examples;
  private final Random random;

  /**
   * @param examples right inputs
   */
  public Mutator(List<byte[]> examples, Random random) {
    this.examples = examples;
    this.random = random;
  }

  /** An input: one in four is right, mostly. */
  public byte[] next() {
    if (random.nextInt(20) == 0) {
      byte[] noise = new byte[random.nextInt(64)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] bytes = any();
    for (int i = random.nextInt(4); i > 0; i--) {
      bytes = mutate(bytes);
    }
    return bytes;
  }

  private byte[] any() {
    return examples.get(random.nextInt(examples.size())).clone();
  }

  private byte[] mutate(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(7)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> bytes[at] = (byte) TELLING[random.nextInt(TELLING.length)];
      case 3 -> {
        int number = TELLING[random.nextInt(TELLING.length)];
        for (int i = at; i < Math.min(at + 4, bytes.length); i++, number >>= 8) {
          bytes[i] = (byte) number;
        }
      }
      case 4 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 5 -> {
        return joined(Arrays.copyOf(bytes, at), any());
      }
      default -> {
        int end = at + random.nextInt(bytes.length - at);
        return joined(Arrays.copyOf(bytes, end), Arrays.copyOfRange(bytes, at, bytes.length));
      }
    }
    return bytes;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }
}
