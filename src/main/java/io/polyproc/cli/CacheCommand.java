package io.polyproc.cli;

import io.polyproc.distribution.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code polyproc cache}: the images that are kept in the cache folder. */
@Command(
    name = "cache",
    synopsisSubcommandLabel = "list|clear",
    description = "The images of processes that warm has made, of this build and of others.")
final class CacheCommand implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "print this help and exit")
  @SuppressWarnings("unused") // Picocli acts on it
  private boolean help;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  static int execute(List<String> arguments) {
    return new CommandLine(new CacheCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "Say what: list or clear");
  }

  @Command(name = "list", description = "print each image's path, size and whose build it is of")
  int list() throws IOException, InterruptedException {
    ImageFile image = ImageFile.of(Installation.current());
    List<Path> images =
        image.files().stream().filter(file -> file.toString().endsWith(ImageFile.SUFFIX)).toList();
    for (Path file : images) {
      System.out.println(
          "%s (%s)%s".formatted(file, Bytes.text(Files.size(file)), difference(image, file)));
    }
    return ExitCode.OK.status();
  }

  private static String difference(ImageFile image, Path file)
      throws IOException, InterruptedException {
    if (!file.getFileName().toString().startsWith(image.stem().getFileName() + "-")) {
      return ", of another build";
    }
    return file.equals(image.path()) ? "" : ", for other variables";
  }

  @Command(
      name = "clear",
      description = "delete all images; processes that were restored from one keep it")
  int clear() throws IOException {
    for (Path file : ImageFile.of(Installation.current()).files()) {
      Files.deleteIfExists(file);
    }
    return ExitCode.OK.status();
  }
}
