package io.polyproc.hotspot;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The random numbers that Java has ahead of their use: two processes with the same memory would
 * draw the same ones.
 *
 * <p>Uses fields of {@link Thread} and {@link ThreadLocalRandom}, which {@code --add-opens} in
 * {@code lib/jvm.options} makes accessible.
 */
public final class JavaRandom {
  private final Field seedOfThread;
  private final AtomicLong seeder;

  private JavaRandom(Field seedOfThread, AtomicLong seeder) {
    this.seedOfThread = seedOfThread;
    this.seeder = seeder;
  }

  /**
   * Finds where the JDK keeps its seeds.
   *
   * @throws ReflectiveOperationException if the JDK is another one than that it is known of, or
   *     does not let it be found
   */
  public static JavaRandom find() throws ReflectiveOperationException {
    try {
      Field seedOfThread = Thread.class.getDeclaredField("threadLocalRandomSeed");
      seedOfThread.setAccessible(true);
      Field seeder = ThreadLocalRandom.class.getDeclaredField("seeder");
      seeder.setAccessible(true);
      return new JavaRandom(seedOfThread, (AtomicLong) seeder.get(null));
    } catch (RuntimeException e) { // inaccessible, or of another type
      throw new ReflectiveOperationException(e);
    }
  }

  /** Forgets what is buffered and draws new seeds, from the system. */
  public void reseed() throws ReflectiveOperationException {
    BufferedRandomness.forget();
    List<Thread> threads = LiveThreads.all();
    byte[] bytes = new byte[Long.BYTES * (threads.size() + 1)];
    new SecureRandom().nextBytes(bytes);
    LongBuffer seeds = ByteBuffer.wrap(bytes).asLongBuffer();
    seeder.set(seeds.get());
    for (Thread thread : threads) {
      seedOfThread.setLong(thread, seeds.get());
    }
  }
}
