package io.polyproc.hotspot;

/**
 * Which of HotSpot's compilers compile Java's code from now on: the flag {@code TieredStopAtLevel}
 * in the memory where HotSpot reads it at each decision. A JVM that was started without a limit has
 * both compilers, C1 and C2, and can be limited to C1 later; code that is compiled stays.
 *
 * <p>May be used by one thread at a time.
 */
public final class CompilerTier {
  /** C1, without counting what is called: the last tier there is with C1 alone. */
  private static final long C1 = 1;

  /** C2, after C1 has counted. */
  private static final long C2 = 4;

  private static final String NAME = "TieredStopAtLevel";

  private final JvmFlag flag;

  private CompilerTier(JvmFlag flag) {
    this.flag = flag;
  }

  /**
   * Finds the flag.
   *
   * @throws UnsupportedOperationException if this JVM does not tell where it is, or was started
   *     with a limit: there is no C2 in it then
   */
  public static CompilerTier find() {
    JvmFlag flag = JvmFlag.find(NAME);
    if (flag.number() != C2) {
      throw new UnsupportedOperationException(NAME + " is " + flag.number() + ", not " + C2);
    }
    return new CompilerTier(flag);
  }

  /** Lets C1 compile alone what is not compiled yet. */
  public void limitToC1() {
    flag.set(C1);
  }
}
