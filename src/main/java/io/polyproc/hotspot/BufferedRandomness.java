package io.polyproc.hotspot;

import java.lang.reflect.Field;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;
import sun.misc.Unsafe;

/**
 * The random bytes that the JDK's {@link SecureRandom} has read ahead from the system, which a
 * forked process has from its parent.
 *
 * <p>It relies on {@code sun.security.provider.NativePRNG} and its variants: a static {@code
 * INSTANCE} whose {@code buffered} says how many bytes there are. Where these are not as expected
 * the bytes are used up instead, which takes ten milliseconds.
 */
@SuppressWarnings({"removal", "sunapi"}) // no other interface reaches these fields without options
public final class BufferedRandomness {
  private static final String PROVIDER = "sun.security.provider.";
  private static final List<String> SOURCES =
      List.of("NativePRNG", "NativePRNG$Blocking", "NativePRNG$NonBlocking");
  private static final List<String> ALGORITHMS =
      List.of("NativePRNG", "NativePRNGBlocking", "NativePRNGNonBlocking");
  private static final int MAX_BYTES = 65_536;

  private BufferedRandomness() {}

  /** In a forked JVM: forgets these bytes. */
  public static void forget() {
    if (!tryForget()) {
      useUp();
    }
  }

  /** Whether the JDK is as expected, so that all was forgotten. */
  static boolean tryForget() {
    try {
      Field field = Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      Unsafe unsafe = (Unsafe) field.get(null);
      for (String source : SOURCES) {
        forget(unsafe, Class.forName(PROVIDER + source, false, null));
      }
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false;
    }
  }

  private static void forget(Unsafe unsafe, Class<?> source) throws ReflectiveOperationException {
    // Null as long as it was not used.
    Field instance = source.getDeclaredField("INSTANCE");
    @Nullable Object reader =
        unsafe.getObject(unsafe.staticFieldBase(instance), unsafe.staticFieldOffset(instance));
    if (reader != null) {
      Field buffered = reader.getClass().getDeclaredField("buffered");
      unsafe.putInt(reader, unsafe.objectFieldOffset(buffered), 0);
    }
  }

  static void useUp() {
    for (String algorithm : ALGORITHMS) {
      try {
        SecureRandom.getInstance(algorithm).nextBytes(new byte[MAX_BYTES]);
      } catch (NoSuchAlgorithmException e) {
        // Then it was not used.
      }
    }
  }
}
