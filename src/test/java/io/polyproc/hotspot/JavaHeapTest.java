package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fails on a JVM that has its heap elsewhere: then images would be larger. */
final class JavaHeapTest {

  /** Prints whether the heap is known, and whether a young object was collected. */
  static final class Program {
    public static void main(String[] arguments) {
      JavaHeap heap = JavaHeap.find();
      WeakReference<Object> young = new WeakReference<>(new Object());
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
    return OwnJvm.run(Program.class, List.of(collector, "-Xmx256m")).output();
  }
}
