package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}
