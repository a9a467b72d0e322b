package io.polyproc.bridge;

import java.util.Arrays;
import java.util.HexFormat;
import org.graalvm.polyglot.Value;

/**
 * SHAKE128 and SHAKE256 (FIPS 202) with digests of any length, where Java's have one each. Not for
 * several threads at once.
 */
public final class Shake {
  private static final int LANES = 25;
  private static final int ROUNDS = 24;
  private static final byte DOMAIN = 0x1f;

  /** By which each lane is rotated, and where it goes: lane {@code TARGETS[i]} after step i. */
  private static final int[] ROTATIONS = {
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44
  };

  private static final int[] TARGETS = {
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1
  };
  private static final long[] ROUND_CONSTANTS = roundConstants();

  /** Bytes that one permutation takes in or gives out. */
  private final int rate;

  private final long[] lanes = new long[LANES];
  private int at;

  Shake(int rate) {
    this.rate = rate;
  }

  /** The constants are the bits of a linear feedback shift register. */
  private static long[] roundConstants() {
    long[] constants = new long[ROUNDS];
    int register = 1;
    for (int round = 0; round < ROUNDS; round++) {
      for (int bit = 0; bit < 7; bit++) {
        if ((register & 1) != 0) {
          constants[round] |= 1L << ((1 << bit) - 1);
        }
        register = (register << 1) ^ ((register >> 7) * 0x171);
      }
    }
    return constants;
  }

  /** Takes all bytes of one of Python's buffers in. */
  public void update(Value buffer) {
    byte[] piece = new byte[(int) Math.min(buffer.getBufferSize(), 1 << 16)];
    for (long start = 0; start < buffer.getBufferSize(); start += piece.length) {
      int length = (int) Math.min(piece.length, buffer.getBufferSize() - start);
      buffer.readBuffer(start, piece, 0, length);
      for (int i = 0; i < length; i++) {
        absorb(piece[i]);
      }
    }
  }

  private void absorb(byte value) {
    lanes[at / 8] ^= (value & 0xffL) << (at % 8 * 8);
    at++;
    if (at == rate) {
      permute();
      at = 0;
    }
  }

  /** The digest of all that came until now, in hexadecimal digits; more may come. */
  public String hexDigest(int length) {
    Shake end = copy();
    end.lanes[at / 8] ^= (long) DOMAIN << (at % 8 * 8);
    end.lanes[rate / 8 - 1] ^= Long.MIN_VALUE;
    byte[] digest = new byte[length];
    for (int i = 0; i < length; i++) {
      if (i % rate == 0) {
        end.permute();
      }
      digest[i] = (byte) (end.lanes[i % rate / 8] >>> (i % 8 * 8));
    }
    return HexFormat.of().formatHex(digest);
  }

  /** One that goes on from here on its own. */
  public Shake copy() {
    Shake copy = new Shake(rate);
    System.arraycopy(lanes, 0, copy.lanes, 0, LANES);
    copy.at = at;
    return copy;
  }

  private void permute() {
    long[] column = new long[5];
    for (long constant : ROUND_CONSTANTS) {
      Arrays.fill(column, 0);
      for (int i = 0; i < LANES; i++) {
        column[i % 5] ^= lanes[i];
      }
      for (int i = 0; i < LANES; i++) {
        lanes[i] ^= column[(i + 4) % 5] ^ Long.rotateLeft(column[(i + 1) % 5], 1);
      }
      long carried = lanes[1];
      for (int i = 0; i < TARGETS.length; i++) {
        long next = lanes[TARGETS[i]];
        lanes[TARGETS[i]] = Long.rotateLeft(carried, ROTATIONS[i]);
        carried = next;
      }
      for (int row = 0; row < LANES; row += 5) {
        System.arraycopy(lanes, row, column, 0, 5);
        for (int i = 0; i < 5; i++) {
          lanes[row + i] = column[i] ^ (~column[(i + 1) % 5] & column[(i + 2) % 5]);
        }
      }
      lanes[0] ^= constant;
    }
  }
}
