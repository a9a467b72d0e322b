package io.polyproc;

import io.polyproc.classpath.ClassPath;
import io.polyproc.image.Installation;
import io.polyproc.image.SelfInstallation;
import java.nio.file.Path;

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
 */
public final class MakeInstallation {
  private MakeInstallation() {}

  /**
   * Makes it.
   *
   * @param arguments the folder to make it in; one that holds an installation of the same jars is
   *     left alone
   */
  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: java -cp CLASSPATH io.polyproc.MakeInstallation FOLDER");
      System.exit(2);
    }
    Installation made =
        SelfInstallation.at(
            Path.of(arguments[0]),
            ClassPath.ofProgram(MakeInstallation.class),
            Path.of(System.getProperty("java.home")));
    System.out.println(made.home());
  }
}
