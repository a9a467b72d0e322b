package io.polyproc.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The AOT cache: classes loaded, linked and profiled in a training run, mapped by every later JVM.
 * It holds the absolute paths, sizes and times of the jars, and the JVM refuses it if one differs:
 * so it is made for one place, and made again in another.
 */
final class AotCache {

  private static final String TRAINING = "io.polyproc/io.polyproc.cli.AotTraining";
  private static final String CHECK = "io.polyproc/" + AotCache.class.getName();
  private static final long TIMEOUT_SECONDS = 600;

  private final Installation installation;

  AotCache(Installation installation) {
    this.installation = installation;
  }

  String fingerprint() throws IOException {
    return new Fingerprint()
        .texts(installation.trainingCommand(installation.aotCacheFile()))
        .folder(installation.modules())
        .content(installation.runtime().resolve("release"))
        .value();
  }

  void train() throws IOException, StepFailedException {
    Replace.<StepFailedException>file(
        installation.aotCacheFile(),
        temporary -> {
          List<String> command = installation.trainingCommand(temporary);
          Command.run(with(command, "-m", TRAINING, "--train"), TIMEOUT_SECONDS);
          if (!Files.exists(temporary)) {
            throw new StepFailedException("the training run left no AOT cache");
          }
          check(command, temporary);
        });
  }

  /** Starts a JVM that must use the cache, because one that may use it is silent when it can't. */
  private static void check(List<String> training, Path cache)
      throws IOException, StepFailedException {
    List<String> options = training.subList(0, training.size() - 1);
    Command.run(
        with(
            options,
            "-XX:AOTCache=" + cache,
            "-XX:AOTMode=on",
            "-Xlog:aot=error:stderr",
            "-m",
            CHECK),
        TIMEOUT_SECONDS);
  }

  private static List<String> with(List<String> command, String... more) {
    return Stream.concat(command.stream(), Stream.of(more)).toList();
  }

  /** What the checking JVM runs: that it got this far is the answer. */
  public static void main(String[] arguments) {}
}
