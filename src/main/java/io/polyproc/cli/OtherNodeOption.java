package io.polyproc.cli;

import picocli.CommandLine.Option;

/** {@code --node} of commands for one process. */
final class OtherNodeOption {
  @Option(
      names = "--node",
      paramLabel = "<name>",
      defaultValue = "",
      description = "the node of the cluster that the process is on, if it is another one")
  private String name = "";

  /** Empty for this machine. */
  String name() {
    return name;
  }
}
