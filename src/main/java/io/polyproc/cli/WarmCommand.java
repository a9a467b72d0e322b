package io.polyproc.cli;

import io.polyproc.hotspot.ImageWriter;
import io.polyproc.image.Installation;
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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
      "Boots a process and keeps its image in the cache folder, from which programs are started",
      "in a tenth of a second where POLYPROC_IMAGE=on is set.",
      ""
    },
    footer = {"", "Exit status: 0 if the image is there, 1 if it is not."})
final class WarmCommand implements Callable<Integer> {
  @Option(
      names = ImageProcess.PRACTISE,
      description = "let the compiler see what programs do first: some minutes")
  @SuppressWarnings("unused") // Picocli fills it
  private boolean practises;

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
    // Two at once: the second one waits, and finds it done or makes it anew.
    try (FileChannel file =
            FileChannel.open(image.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = file.lock()) {
      removeUnfinished(image.folder());
      int status = write(installation, image.path(), practises);
      return status == 0 ? report(image) : ExitCode.FAILED.status();
    }
  }

  /** They are relative to the folder in which Python boots, which is not that of a program. */
  private static boolean searchesRelativeFolders() {
    String path = Objects.requireNonNullElse(System.getenv("PYTHONPATH"), "");
    return !path.isEmpty()
        && Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(path)
            .anyMatch(entry -> !entry.startsWith("/"));
  }

  /** What a process has left that was killed while it wrote; nobody else writes now. */
  private static void removeUnfinished(Path folder) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "*" + ImageWriter.UNFINISHED)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static int write(Installation installation, Path target, boolean practises) {
    List<String> command = new ArrayList<>(installation.javaCommand());
    command.add("-Dpolyproc.executable=" + MainProgram.executable(installation));
    command.addAll(List.of("-m", "io.polyproc/" + ImageProcess.class.getName(), target.toString()));
    if (practises) {
      command.add(ImageProcess.PRACTISE);
    }
    ChildProcess process = ChildProcess.start(command, "polyproc: booting", System.getenv(), 2, 2);
    // Whoever ends this command ends that, too.
    Thread ender = new Thread(() -> ChildProcess.signal(process.pidfd(), Processes.SIGKILL));
    Runtime.getRuntime().addShutdownHook(ender);
    int status = process.reap();
    Runtime.getRuntime().removeShutdownHook(ender);
    if (status < 0) {
      System.err.println("polyproc: the process to be kept was killed by signal " + -status);
    }
    return status;
  }

  private static int report(ImageFile image) throws IOException, InterruptedException {
    Optional<String> objection = image.objection();
    if (objection.isPresent()) {
      System.err.println("polyproc: the image is not to be used: " + objection.get());
      return ExitCode.FAILED.status();
    }
    System.out.println("%s (%s)".formatted(image.path(), Bytes.text(Files.size(image.path()))));
    return ExitCode.OK.status();
  }
}
