package io.polyproc.cli;

import io.polyproc.distribution.Installation;
import io.polyproc.hotspot.ImageWriter;
import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Processes;
import io.polyproc.worker.MainProgram;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code polyproc warm}: writes the image from which programs are started. */
@Command(
    name = "polyproc warm",
    description = {
      "Makes the image of a process, from which programs start in a tenth of a",
      "second. The process boots; then another one warms up, for some minutes, so",
      "that the compilers have seen what programs do first, and its image takes the",
      "place of the first. Programs have this done in the background, once.",
      ""
    },
    footer = {"", "Exit status: 0 if the image is there, 1 if it is not."})
final class WarmCommand implements Callable<Integer> {
  /** An option: no program waits for the image. */
  static final String BACKGROUND = "--background";

  /** How the variables begin that make a program use a cluster. */
  private static final String CLUSTER = "POLYPROC_CLUSTER";

  @Option(
      names = "--quick",
      description = "without the warm-up, which takes some seconds; an image that fits stays")
  @SuppressWarnings("unused") // Picocli fills it
  private boolean quick;

  @Option(
      names = BACKGROUND,
      description =
          "only while no other process wants the processor; the first image stays if it fits")
  @SuppressWarnings("unused") // Picocli fills it
  private boolean background;

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new WarmCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Installation installation = Installation.current();
    ImageFile image = ImageFile.of(installation);
    if (!ImageWriter.isSupported()) {
      System.err.println("polyproc: images are made on Linux on x86-64 only");
      return ExitCode.FAILED.status();
    }
    if (searchesRelativeFolders()) {
      System.err.println(
          "polyproc: PYTHONPATH names a folder by a relative path, which an image cannot have");
      return ExitCode.FAILED.status();
    }
    image.makeFolder();
    if (quick && image.state().fits()) {
      return report(image);
    }
    // Two at once: the second one waits, and finds it done or makes it anew; in the background it
    // ends.
    try (FileChannel file =
            FileChannel.open(image.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = background ? file.tryLock() : file.lock()) {
      return lock == null ? ExitCode.OK.status() : write(installation, image);
    }
  }

  private int write(Installation installation, ImageFile image)
      throws IOException, InterruptedException {
    removeUnfinished(image.path());
    if (background) {
      Processes.beIdle();
    }
    int status = 0;
    if (!(background || quick) || !image.state().fits()) {
      status = write(installation, image.path(), false);
    }
    if (status == 0 && !quick) {
      status = write(installation, image.path(), true);
    }
    image.removeOthers();
    return status == 0 ? report(image) : ExitCode.FAILED.status();
  }

  /** They are relative to the folder in which Python boots, which is not that of a program. */
  private static boolean searchesRelativeFolders() {
    String path = Objects.requireNonNullElse(System.getenv("PYTHONPATH"), "");
    return !path.isEmpty()
        && Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(path)
            .anyMatch(entry -> !entry.startsWith("/"));
  }

  /** What a process has left that was killed while it wrote; no other process writes now. */
  private static void removeUnfinished(Path image) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            image.getParent(), image.getFileName() + "*" + ImageWriter.UNFINISHED)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static int write(Installation installation, Path target, boolean warmsUp) {
    List<String> command =
        new ArrayList<>(warmsUp ? installation.warmingCommand() : installation.javaCommand());
    command.add("-Dpolyproc.executable=" + MainProgram.executable(installation));
    command.addAll(List.of("-m", "io.polyproc/" + ImageProcess.class.getName(), target.toString()));
    if (warmsUp) {
      command.add(ImageProcess.WARM_UP);
    }
    ChildProcess process = ChildProcess.start(command, "polyproc: booting", variables(), 2, 2);
    // The end of this command ends that, too.
    Thread ender = new Thread(() -> ChildProcess.signal(process.pidfd(), Processes.SIGKILL));
    Runtime.getRuntime().addShutdownHook(ender);
    int status = process.reap();
    Runtime.getRuntime().removeShutdownHook(ender);
    if (status < 0) {
      System.err.println("polyproc: the process to be kept was killed by signal " + -status);
    }
    return status;
  }

  /** This process's; but what is kept belongs to no cluster. */
  private static Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>(System.getenv());
    variables.keySet().removeIf(name -> name.startsWith(CLUSTER));
    return variables;
  }

  private static int report(ImageFile image) throws IOException, InterruptedException {
    ImageFile.State state = image.state();
    if (!state.fits()) {
      System.err.println("polyproc: the image is not to be used: " + state.reason());
      return ExitCode.FAILED.status();
    }
    System.out.println("%s (%s)".formatted(image.path(), Bytes.text(Files.size(image.path()))));
    return ExitCode.OK.status();
  }
}
