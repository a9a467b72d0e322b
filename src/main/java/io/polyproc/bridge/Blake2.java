package io.polyproc.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.graalvm.polyglot.Value;

/**
 * BLAKE2b and BLAKE2s (RFC 7693), with the parameters of keys, salts and trees that Java's own
 * digests lack. Not for several threads at once.
 */
public final class Blake2 {
  private static final long[] IV_64 = {
    0x6a09e667f3bcc908L, 0xbb67ae8584caa73bL, 0x3c6ef372fe94f82bL, 0xa54ff53a5f1d36f1L,
    0x510e527fade682d1L, 0x9b05688c2b3e6c1fL, 0x1f83d9abfb41bd6bL, 0x5be0cd19137e2179L
  };
  private static final byte[][] SIGMA = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}
  };
  private static final int LAST = -1;

  /** Words of 64 bits, or of 32, which are computed in the low halves of these. */
  private final boolean wide;

  private final boolean lastNode;
  private final int digestSize;
  private final long[] state = new long[8];
  private final byte[] block;
  private int filled;
  private long total;

  private Blake2(boolean wide, int digestSize, boolean lastNode) {
    this.wide = wide;
    this.digestSize = digestSize;
    this.lastNode = lastNode;
    this.block = new byte[wide ? 128 : 64];
  }

  /**
   * A new digest.
   *
   * @param wide BLAKE2b, else BLAKE2s
   * @param parameters its parameter block: 64 bytes, or 32
   * @param key empty for none
   * @param lastNode whether this is the last node of its level of a tree
   */
  static Blake2 of(boolean wide, byte[] parameters, byte[] key, boolean lastNode) {
    Blake2 digest = new Blake2(wide, parameters[0] & 0xff, lastNode);
    ByteBuffer words = ByteBuffer.wrap(parameters).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < digest.state.length; i++) {
      digest.state[i] = wide ? IV_64[i] ^ words.getLong() : (IV_64[i] >>> 32) ^ low(words.getInt());
    }
    if (key.length > 0) {
      digest.update(Arrays.copyOf(key, digest.block.length), digest.block.length);
    }
    return digest;
  }

  /** Takes all bytes of one of Python's buffers in. */
  public void update(Value buffer) {
    byte[] piece = new byte[(int) Math.min(buffer.getBufferSize(), 1 << 16)];
    for (long at = 0; at < buffer.getBufferSize(); at += piece.length) {
      int length = (int) Math.min(piece.length, buffer.getBufferSize() - at);
      buffer.readBuffer(at, piece, 0, length);
      update(piece, length);
    }
  }

  private void update(byte[] data, int length) {
    int at = 0;
    while (at < length) {
      if (filled == block.length) {
        // The last block, which may be a full one, is kept for the end.
        total += filled;
        compress(state, 0);
        filled = 0;
      }
      int part = Math.min(length - at, block.length - filled);
      System.arraycopy(data, at, block, filled, part);
      filled += part;
      at += part;
    }
  }

  /** The digest of all that came until now, in hexadecimal digits; more may come. */
  public String hexDigest() {
    Blake2 end = copy();
    Arrays.fill(end.block, end.filled, end.block.length, (byte) 0);
    end.total += end.filled;
    end.compress(end.state, LAST);
    ByteBuffer bytes = ByteBuffer.allocate(wide ? 64 : 32).order(ByteOrder.LITTLE_ENDIAN);
    for (long word : end.state) {
      if (wide) {
        bytes.putLong(word);
      } else {
        bytes.putInt((int) word);
      }
    }
    return HexFormat.of().formatHex(bytes.array(), 0, digestSize);
  }

  /** One that goes on from here on its own. */
  public Blake2 copy() {
    Blake2 copy = new Blake2(wide, digestSize, lastNode);
    System.arraycopy(state, 0, copy.state, 0, state.length);
    System.arraycopy(block, 0, copy.block, 0, filled);
    copy.filled = filled;
    copy.total = total;
    return copy;
  }

  private void compress(long[] h, int flag) {
    ByteBuffer words = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    long[] m = new long[16];
    for (int i = 0; i < m.length; i++) {
      m[i] = wide ? words.getLong() : low(words.getInt());
    }
    long[] v = Arrays.copyOf(h, 16);
    for (int i = 0; i < 8; i++) {
      v[8 + i] = wide ? IV_64[i] : IV_64[i] >>> 32;
    }
    long ones = wide ? -1L : 0xffffffffL;
    v[12] ^= wide ? total : total & ones;
    v[13] ^= wide ? 0 : total >>> 32;
    v[14] ^= flag & ones;
    v[15] ^= lastNode ? flag & ones : 0;
    int rounds = wide ? 12 : 10;
    for (int round = 0; round < rounds; round++) {
      byte[] order = SIGMA[round % SIGMA.length];
      for (int i = 0; i < 4; i++) {
        mix(v, i, 4 + i, 8 + i, 12 + i, m[order[2 * i]], m[order[2 * i + 1]]);
      }
      for (int i = 0; i < 4; i++) {
        long x = m[order[8 + 2 * i]];
        long y = m[order[9 + 2 * i]];
        mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, x, y);
      }
    }
    for (int i = 0; i < 8; i++) {
      h[i] ^= v[i] ^ v[8 + i];
    }
  }

  private void mix(long[] v, int a, int b, int c, int d, long x, long y) {
    if (wide) {
      v[a] += v[b] + x;
      v[d] = Long.rotateRight(v[d] ^ v[a], 32);
      v[c] += v[d];
      v[b] = Long.rotateRight(v[b] ^ v[c], 24);
      v[a] += v[b] + y;
      v[d] = Long.rotateRight(v[d] ^ v[a], 16);
      v[c] += v[d];
      v[b] = Long.rotateRight(v[b] ^ v[c], 63);
    } else {
      v[a] = low(v[a] + v[b] + x);
      v[d] = rotate(v[d] ^ v[a], 16);
      v[c] = low(v[c] + v[d]);
      v[b] = rotate(v[b] ^ v[c], 12);
      v[a] = low(v[a] + v[b] + y);
      v[d] = rotate(v[d] ^ v[a], 8);
      v[c] = low(v[c] + v[d]);
      v[b] = rotate(v[b] ^ v[c], 7);
    }
  }

  private static long low(long word) {
    return word & 0xffffffffL;
  }

  private static long rotate(long word, int distance) {
    return low(Integer.rotateRight((int) word, distance));
  }
}
