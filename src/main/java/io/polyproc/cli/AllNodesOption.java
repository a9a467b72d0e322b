package io.polyproc.cli;

import io.polyproc.cluster.NodeControl;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --cluster} of commands that show processes. */
final class AllNodesOption {
  @Option(
      names = "--cluster",
      description = "show those of all nodes of the cluster that this machine belongs to")
  private boolean wanted;

  /**
   * The agent of this machine's node.
   *
   * @return null if this machine alone is wanted
   * @throws IOException if all nodes are wanted, and no agent runs here
   */
  @Nullable NodeControl agent() throws IOException {
    return wanted ? ClusterCommand.existing("") : null;
  }

  boolean isWanted() {
    return wanted;
  }
}
