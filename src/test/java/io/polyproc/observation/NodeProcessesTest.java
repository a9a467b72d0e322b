package io.polyproc.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class NodeProcessesTest {
  private static final int THERE = NodePids.of(2, 700);

  private static final String TOLD =
      """
      [{"entry": {"pid": 700, "parent": 1, "role": "process", "title": "polyproc: Worker", "state": "S",
                  "start": 5, "seconds": 0.5},
        "rss": 2048, "anonymous": 1024,
        "answer": {"threads": [{"ident": 9, "tid": 701, "stack": [], "runs": 3}],
                   "python": {"process": {"name": "Worker", "parent": 1, "cluster": {"home": "a~x#600"}},
                              "threads": {"9": {"pids": [701, 702],
                                                "wait": {"kind": "join", "pid": 701, "pids": [701], "fd": 4}}},
                              "pools": []}}},
       {"entry": {"pid": 701, "parent": 700, "role": "standby", "title": "polyproc: standby", "state": "S",
                  "start": 6, "seconds": 0.0}}]
      """;

  @Test
  void shouldGiveProcessesNumbersThatAreDifferentOnEachNode() throws IOException {
    NodeProcesses told = NodeProcesses.read(2, "b", TOLD);
    assertEquals(
        List.of(THERE, NodePids.of(2, 701)),
        told.table().values().stream().map(ProcessTable.Entry::pid).toList());
    assertEquals(
        List.of(NodePids.of(2, 1), THERE),
        told.table().values().stream().map(ProcessTable.Entry::parent).toList());
    ObservedThread thread = told.observed().findFirst().orElseThrow().threads().getFirst();
    assertEquals(THERE, thread.pid());
    assertEquals(701, thread.id());
    assertEquals(3, thread.runs());
    assertEquals(List.of(NodePids.of(2, 701), NodePids.of(2, 702)), thread.served());
    Facts wait = thread.waiting().facts();
    assertEquals(NodePids.of(2, 701), wait.integer("pid", 0));
    assertEquals(4, wait.integer("fd", 0));
    assertEquals(2048, told.memory(THERE).orElseThrow().resident());
    assertEquals(Map.of("home", "a~x#600"), told.memberships().get(THERE));
    assertEquals(1, told.waits().getOrDefault(THERE, List.of()).size());

    assertFalse(NodePids.isLocal(THERE));
    assertEquals(2, NodePids.node(THERE));
    assertEquals(700, NodePids.pid(THERE));
    Observation observation =
        Observation.ofNodes(
            List.of(NodeProcesses.read(0, "a", "[]"), NodeProcesses.read(1, "c", "[]"), told),
            true);
    assertEquals("700 on b (Worker)", observation.nameOf(THERE));
  }

  @Test
  void shouldHaveTheIdsOfItsOwnMachine() throws IOException {
    assertEquals(
        List.of(700, 701),
        NodeProcesses.read(0, "a", TOLD).table().values().stream()
            .map(ProcessTable.Entry::pid)
            .toList());
    assertTrue(NodePids.isLocal(700));
  }

  @Test
  void shouldRefuseWhatIsNotOfAnAgent() {
    for (String told :
        List.of("", "[{}]", "[{\"entry\": {\"pid\": 1, \"role\": \"x\"}}]", "[{\"entry\":")) {
      IOException refused =
          assertThrows(IOException.class, () -> NodeProcesses.read(1, "b", told), told);
      assertTrue(
          String.valueOf(refused.getMessage()).startsWith("node b has not told of processes: "));
    }
  }
}
