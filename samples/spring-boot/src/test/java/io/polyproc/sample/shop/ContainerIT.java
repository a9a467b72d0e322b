package io.polyproc.sample.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The layers of the Dockerfile, made by its instructions, on a file system that is read-only. */
@Timeout(1800) // an installation is made
class ContainerIT {
  @TempDir private Path work;

  @Test
  void shouldServeFromLayersThatAreReadOnly() throws Exception {
    assumeTrue(Dockerfile.canRun(), "this user may not mount or change the root");
    Dockerfile dockerfile = Dockerfile.build(Path.of("").toAbsolutePath(), work);
    try (Stream<String> lines = Files.lines(Path.of("Dockerfile"))) {
      assertThat(dockerfile.done())
          .isEqualTo(lines.filter(line -> !line.isBlank() && !line.startsWith("#")).toList());
    }
    Path layers = work.resolve("stage-");
    assertThat(layers.resolve("opt/polyproc/runtime/bin/java")).exists();
    assertThat(layers.resolve("app/shop.jar")).exists();
    List<Path> before = files(layers);
    try (RunningShop shop = RunningShop.start(dockerfile.readOnly())) {
      assertThat(shop.get("/total?articles=tea,tea,cup").body()).isEqualTo("13.90");
      assertThat(shop.get("/offers?count=2&pause=0").body()).isEqualTo("offer 0\noffer 1\n");
      assertThat(shop.get("/actuator/health").body()).contains("\"polyproc\"");
      // Nothing interprets: the workers run on the runtime of their layer.
      assertThat(
              shop.process()
                  .descendants()
                  .map(each -> executable(each.pid()))
                  .filter(each -> each.endsWith("opt/polyproc/runtime/bin/java"))
                  .toList())
          .isNotEmpty();
    }
    assertThat(files(layers)).isEqualTo(before);
  }

  /** What a process runs, by its path in the process's own root. */
  private static Path executable(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"));
    } catch (IOException e) {
      return Path.of(""); // it has ended
    }
  }

  private static List<Path> files(Path layers) throws Exception {
    try (Stream<Path> app = Files.walk(layers.resolve("app"));
        Stream<Path> installation = Files.walk(layers.resolve("opt/polyproc"))) {
      return Stream.concat(app, installation).sorted().toList();
    }
  }
}
