package io.polyproc.cli;

import picocli.CommandLine.Option;

/** {@code --help} of a subcommand. */
final class HelpOption {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "print this help and exit")
  @SuppressWarnings("unused") // Picocli acts on it
  private boolean help;
}
