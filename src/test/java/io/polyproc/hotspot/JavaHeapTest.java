package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fails on a JVM that has its heap elsewhere: then images would be larger. */
final class JavaHeapTest {

  /** Prints whether the heap is known, and whether a young object was collected. */
  static final class Program {
    public static void main(String[] arguments) {
      JavaHeap heap = JavaHeap.find();
      WeakReference<Object> young = new WeakReference<>(new Object());
      heap.useLargePages();
      heap.zero();
      System.out.println(heap.isKnown() + " " + young.refersTo(null));
    }
  }

  @Test
  void shouldFindAndEmptyTheHeapOfTheSerialCollector() throws Exception {
    assertEquals("true true", output("-XX:+UseSerialGC"));
  }

  @Test
  void shouldLeaveTheHeapOfAnotherCollectorAlone() throws Exception {
    assertEquals("false true", output("-XX:+UseG1GC"));
  }

  private static String output(String collector) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    collector,
                    "-Xmx256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Program.class.getName()))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}
