package io.polyproc.python;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;

/** The random numbers that the JDK has read ahead, which a forked process has from its parent. */
public final class RandomNumbers {
  // The JDK's sources that read from the system, and the most that each of them buffers.
  private static final List<String> SOURCES = List.of("NativePRNG", "NativePRNGNonBlocking");
  private static final int MAX_BYTES = 65_536;

  private RandomNumbers() {}

  /** In a forked JVM: uses them up. */
  public static void renew() {
    for (String source : SOURCES) {
      try {
        SecureRandom.getInstance(source).nextBytes(new byte[MAX_BYTES]);
      } catch (NoSuchAlgorithmException e) {
        // Then nobody has used it.
      }
    }
  }
}
