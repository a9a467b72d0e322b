package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Fails on a JVM that has the flag elsewhere: then C2 would run beside programs. */
final class CompilerTierTest {

  /** Prints what the JVM itself says of the flag, before and after. */
  static final class Program {
    public static void main(String[] arguments) throws Exception {
      String before = flag();
      CompilerTier.find().limitToC1();
      System.out.println(before + " " + flag());
    }

    // By reflection, as this project's module does not read the one that knows.
    private static String flag() throws Exception {
      Class<?> type = Class.forName("com.sun.management.HotSpotDiagnosticMXBean");
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getPlatformMXBean", Class.class)
              .invoke(null, type);
      Object option = type.getMethod("getVMOption", String.class).invoke(bean, "TieredStopAtLevel");
      return (String) option.getClass().getMethod("getValue").invoke(option);
    }
  }

  @Test
  void shouldLimitAJvmThatHasBothCompilers() throws Exception {
    assertEquals("4 1", output());
  }

  @Test
  void shouldRefuseOneThatWasStartedWithALimit() throws Exception {
    String output = output("-XX:TieredStopAtLevel=1");
    assertTrue(output.contains("TieredStopAtLevel is 1, not 4"), output);
  }

  @Test
  void shouldNotFindAClassThatDoesNotExist() {
    assertThrows(UnsupportedOperationException.class, () -> VmStructs.size("NoSuchClass"));
  }

  private static String output(String... options) throws Exception {
    return OwnJvm.run(Program.class, List.of(options)).output();
  }
}
