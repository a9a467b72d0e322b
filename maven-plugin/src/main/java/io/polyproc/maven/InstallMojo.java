package io.polyproc.maven;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.artifact.DependencyResolutionRequiredException;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.Component;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.apache.maven.project.MavenProject;
import org.apache.maven.toolchain.Toolchain;
import org.apache.maven.toolchain.ToolchainManager;

/**
 * Makes the installation that workers are started from, of the project's dependencies, so that no
 * first start of the application waits for it. It has to stay at its place: the application finds
 * it by {@code POLYPROC_HOME} or the system property {@code polyproc.home}. One that is made of the
 * same jars is left alone.
 *
 * <pre>{@code
 * <execution>
 *   <goals><goal>install</goal></goals>
 *   <configuration><installation>/opt/polyproc</installation></configuration>
 * </execution>
 * }</pre>
 */
@Mojo(
    name = "install",
    defaultPhase = LifecyclePhase.PACKAGE,
    requiresDependencyResolution = ResolutionScope.RUNTIME,
    threadSafe = true)
public class InstallMojo extends AbstractMojo {
  /** What is written beside the installation, by the names that a POM has for it. */
  enum Image {
    none,
    quick,
    full
  }

  /** The folder to make it in. */
  @Parameter(
      property = "polyproc.installation",
      defaultValue = "${project.build.directory}/polyproc")
  private File installation;

  /**
   * The JDK 25 that the runtime of the workers is linked from; by default the one of the toolchain,
   * or else Maven's own.
   */
  @Parameter(property = "polyproc.javaHome")
  private File javaHome;

  /**
   * Whether the image of a worker is written, too, into the cache folder that {@code
   * POLYPROC_CACHE} names: {@code none}, {@code quick} for one that has only booted, which takes
   * some seconds, or {@code full} for one that has warmed up, which takes some minutes. An image is
   * for one user, processor and kernel, until the machine is started anew.
   */
  @Parameter(property = "polyproc.image", defaultValue = "none")
  private Image image;

  /** Whether nothing is to be done. */
  @Parameter(property = "polyproc.skip", defaultValue = "false")
  private boolean skip;

  @Parameter(defaultValue = "${project}", readonly = true, required = true)
  private MavenProject project;

  @Parameter(defaultValue = "${session}", readonly = true, required = true)
  private MavenSession session;

  @Component private ToolchainManager toolchains;

  @Override
  public void execute() throws MojoExecutionException {
    if (skip) {
      getLog().info("no installation is made: polyproc.skip is set");
      return;
    }
    try {
      run(command(java(), project.getRuntimeClasspathElements(), installation, image));
    } catch (DependencyResolutionRequiredException e) {
      throw new MojoExecutionException("the project's dependencies are not known", e);
    }
  }

  private String java() {
    if (javaHome != null) {
      return new File(javaHome, "bin/java").getPath();
    }
    Toolchain toolchain = toolchains.getToolchainFromBuildContext("jdk", session);
    String tool = toolchain == null ? null : toolchain.findTool("java");
    return tool == null ? new File(System.getProperty("java.home"), "bin/java").getPath() : tool;
  }

  /** The command that makes an installation of a class path. */
  static List<String> command(
      String java, List<String> classPath, File installation, Image image) {
    List<String> command =
        new ArrayList<>(
            List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                String.join(File.pathSeparator, classPath),
                "io.polyproc.MakeInstallation"));
    switch (image) {
      case none -> {}
      case quick -> command.add("--warm=quick");
      case full -> command.add("--warm");
    }
    command.add(installation.getAbsolutePath());
    return command;
  }

  /** Runs a command, whose output goes to the log. */
  void run(List<String> command) throws MojoExecutionException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      try (var output = process.inputReader(StandardCharsets.UTF_8)) {
        output.lines().forEach(line -> getLog().info(line));
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new MojoExecutionException(
            "no installation could be made: %s has ended with status %d, see above; it needs a JDK 25"
                .formatted(command.get(0), status));
      }
    } catch (IOException e) {
      throw new MojoExecutionException("no installation could be made: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MojoExecutionException("interrupted while an installation was made", e);
    }
  }
}
