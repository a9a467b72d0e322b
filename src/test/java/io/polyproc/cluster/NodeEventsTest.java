package io.polyproc.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flight recording of an agent tells of the nodes that come and go. */
final class NodeEventsTest {

  @Test
  void shouldRecordNodesThatJoinAndThatAreLost(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("agent.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      NodeEvents.joined("b", "10.0.0.2:7740");
      NodeEvents.lost("b", "was lost");
      recording.stop();
      recording.dump(file);
    }
    List<String> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().startsWith("io.polyproc.Node"))
            .map(
                event ->
                    event.getEventType().getName()
                        + " "
                        + event.getString("node")
                        + " "
                        + event.getString(event.hasField("how") ? "how" : "address"))
            .toList();
    assertEquals(
        List.of("io.polyproc.NodeJoined b 10.0.0.2:7740", "io.polyproc.NodeLost b was lost"),
        events);
  }
}
