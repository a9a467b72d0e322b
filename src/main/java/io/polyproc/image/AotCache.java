package io.polyproc.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The AOT caches, of workers and of commands: classes loaded, linked and profiled in a training
 * run, mapped by every later JVM. One holds the absolute paths, sizes and times of the jars, and
 * the JVM refuses it if one differs: so it is made for one place, and made again in another.
 */
final class AotCache {

  private static final String TRAINING = "io.polyproc/io.polyproc.cli.Training";
  private static final String CLIENT_TRAINING = "io.polyproc.cli.ClientTraining";
  private static final String CHECK = "io.polyproc/" + AotCache.class.getName();
  private static final long TIMEOUT_SECONDS = 600;

  private final Installation installation;

  AotCache(Installation installation) {
    this.installation = installation;
  }

  String fingerprint() throws IOException {
    return new Fingerprint()
        .texts(installation.trainingCommand(installation.aotCacheFile()))
        .texts(installation.clientTrainingCommand(installation.clientAotCacheFile()))
        .folder(installation.modules())
        .content(installation.runtime().resolve("release"))
        .value();
  }

  void train() throws IOException, StepFailedException {
    make(installation.aotCacheFile(), this::trainWorker);
    make(installation.clientAotCacheFile(), this::trainClient);
  }

  private void trainWorker(Path cache) throws IOException, StepFailedException {
    List<String> command = installation.trainingCommand(cache);
    Command.run(with(command, "-m", TRAINING, "--train"), TIMEOUT_SECONDS);
    check(command, cache, "-m", CHECK);
  }

  private void trainClient(Path cache) throws IOException, StepFailedException {
    List<String> command = installation.clientTrainingCommand(cache);
    Command.run(with(command, CLIENT_TRAINING), TIMEOUT_SECONDS);
    check(command, cache, AotCache.class.getName());
  }

  /** Starts a JVM that must use the cache, because one that may use it is silent when it can't. */
  private static void check(List<String> training, Path cache, String... main)
      throws IOException, StepFailedException {
    List<String> options = training.subList(0, training.size() - 1);
    List<String> command =
        with(options, "-XX:AOTCache=" + cache, "-XX:AOTMode=on", "-Xlog:aot=error:stderr");
    Command.run(with(command, main), TIMEOUT_SECONDS);
  }

  private static void make(Path cache, Training training) throws IOException, StepFailedException {
    Replace.<StepFailedException>file(
        cache,
        temporary -> {
          training.run(temporary);
          if (!Files.exists(temporary)) {
            throw new StepFailedException("the training run left no AOT cache");
          }
        });
  }

  private static List<String> with(List<String> command, String... more) {
    return Stream.concat(command.stream(), Stream.of(more)).toList();
  }

  @FunctionalInterface
  private interface Training {
    void run(Path cache) throws IOException, StepFailedException;
  }

  /** What the checking JVM runs: that it got this far is the answer. */
  public static void main(String[] arguments) {}
}
