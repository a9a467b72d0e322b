package io.polyproc;

import io.polyproc.classpath.ClassPath;
import io.polyproc.distribution.Installation;
import io.polyproc.distribution.SelfInstallation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the installation that workers are started from ahead, when an application is built, into
 * its own layout or a layer of its container:
 *
 * <pre>
 *   java --enable-native-access=ALL-UNNAMED -cp 'app/lib/*' io.polyproc.MakeInstallation /app/polyproc
 * </pre>
 *
 * <p>The application finds it by the variable {@code POLYPROC_HOME}, by the system property {@code
 * polyproc.home}, or by {@link Polyproc.Builder#home}. It must stay at its path, on a machine of
 * the same kind; its file system may be read-only then.
 *
 * <p>With {@code --warm} it also has the image written from which workers start in a tenth of a
 * second, into the cache folder that {@code POLYPROC_CACHE} names. That takes some minutes, and
 * some seconds with {@code --warm=quick}. An image is for one user, processor and kernel, until the
 * machine is started anew; workers for which there is none boot.
 */
public final class MakeInstallation {
  private static final String WARM = "--warm";
  private static final String QUICK = "--warm=quick";

  private MakeInstallation() {}

  /**
   * Makes it, and prints its path. Ends the JVM with status 2 if the arguments are wrong, and with
   * that of {@code polyproc warm} if no image can be written.
   *
   * @param arguments the folder to make it in, of which one that holds an installation of the same
   *     jars is left alone; before it, maybe, {@code --warm} or {@code --warm=quick}
   * @throws InterruptedException if the calling thread is interrupted while the image is written
   */
  public static void main(String[] arguments) throws InterruptedException {
    boolean warms =
        arguments.length == 2 && (arguments[0].equals(WARM) || arguments[0].equals(QUICK));
    if (arguments.length != 1 && !warms) {
      System.err.println(
          "usage: java -cp CLASSPATH io.polyproc.MakeInstallation [--warm|--warm=quick] FOLDER");
      System.exit(2);
    }
    Installation made =
        SelfInstallation.at(
            Path.of(arguments[arguments.length - 1]),
            ClassPath.ofProgram(MakeInstallation.class),
            Path.of(System.getProperty("java.home")));
    System.out.println(made.home());
    if (warms) {
      int status = warm(made, arguments[0].equals(QUICK));
      if (status != 0) {
        System.exit(status);
      }
    }
  }

  private static int warm(Installation installation, boolean quick) throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(installation.bin().resolve("polyproc").toString());
    command.add("warm");
    if (quick) {
      command.add("--quick");
    }
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("the image can't be written: " + e.getMessage(), e);
    }
  }
}
