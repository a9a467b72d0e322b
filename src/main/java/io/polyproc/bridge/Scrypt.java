package io.polyproc.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The key derivation function scrypt, RFC 7914; the JDK has none. */
final class Scrypt {
  private static final int SALSA_WORDS = 16;
  private static final int ROUNDS = 8;
  private static final int HASH_BYTES = 32;

  private Scrypt() {}

  /**
   * Derives a key.
   *
   * @param cost N, a power of 2 above 1
   * @param block r, in units of 128 bytes
   * @param lanes p
   * @param length how many bytes the key has
   */
  static byte[] derive(byte[] password, byte[] salt, int cost, int block, int lanes, int length) {
    int bytes = 128 * block;
    byte[] blocks = stretch(password, salt, lanes * bytes);
    for (int lane = 0; lane < lanes; lane++) {
      mix(blocks, lane * bytes, bytes / Integer.BYTES, cost);
    }
    return stretch(password, blocks, length);
  }

  /** PBKDF2 with HMAC-SHA-256 and one iteration, RFC 8018. */
  private static byte[] stretch(byte[] password, byte[] salt, int length) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      // An empty key is a key of zeros to HMAC, and none to the JDK.
      mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, "HmacSHA256"));
      byte[] key = new byte[length];
      for (int from = 0, number = 1; from < length; from += HASH_BYTES, number++) {
        mac.update(salt);
        byte[] hash = mac.doFinal(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
        System.arraycopy(hash, 0, key, from, Math.min(HASH_BYTES, length - from));
      }
      return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** ROMix of the words at a place. */
  private static void mix(byte[] blocks, int from, int words, int cost) {
    ByteBuffer place = ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
    int[] x = new int[words];
    for (int i = 0; i < words; i++) {
      x[i] = place.getInt(from + i * Integer.BYTES);
    }
    int[][] seen = new int[cost][];
    int[] scratch = new int[words];
    for (int i = 0; i < cost; i++) {
      seen[i] = x.clone();
      mixBlock(x, scratch);
    }
    for (int i = 0; i < cost; i++) {
      int[] other = seen[x[words - SALSA_WORDS] & cost - 1];
      for (int j = 0; j < words; j++) {
        x[j] ^= other[j];
      }
      mixBlock(x, scratch);
    }
    for (int i = 0; i < words; i++) {
      place.putInt(from + i * Integer.BYTES, x[i]);
    }
  }

  /** BlockMix, in place. */
  private static void mixBlock(int[] x, int[] scratch) {
    int half = x.length / 2;
    int[] state = Arrays.copyOfRange(x, x.length - SALSA_WORDS, x.length);
    for (int from = 0; from < x.length; from += SALSA_WORDS) {
      for (int i = 0; i < SALSA_WORDS; i++) {
        state[i] ^= x[from + i];
      }
      salsa(state);
      int pair = from / SALSA_WORDS;
      int target = pair / 2 * SALSA_WORDS + (pair % 2 == 0 ? 0 : half);
      System.arraycopy(state, 0, scratch, target, SALSA_WORDS);
    }
    System.arraycopy(scratch, 0, x, 0, x.length);
  }

  /** The core of Salsa20/8. */
  private static void salsa(int[] state) {
    int[] x = state.clone();
    for (int round = 0; round < ROUNDS; round += 2) {
      for (int i = 0; i < 4; i++) {
        quarter(x, 5 * i, 4 + 5 * i, 8 + 5 * i, 12 + 5 * i);
      }
      for (int i = 0; i < 4; i++) {
        int row = 4 * i;
        quarter(x, row + i, row + (i + 1) % 4, row + (i + 2) % 4, row + (i + 3) % 4);
      }
    }
    for (int i = 0; i < SALSA_WORDS; i++) {
      state[i] += x[i];
    }
  }

  private static void quarter(int[] x, int a, int b, int c, int d) {
    int first = a % SALSA_WORDS;
    int second = b % SALSA_WORDS;
    int third = c % SALSA_WORDS;
    int fourth = d % SALSA_WORDS;
    x[second] ^= Integer.rotateLeft(x[first] + x[fourth], 7);
    x[third] ^= Integer.rotateLeft(x[second] + x[first], 9);
    x[fourth] ^= Integer.rotateLeft(x[third] + x[second], 13);
    x[first] ^= Integer.rotateLeft(x[fourth] + x[third], 18);
  }
}
