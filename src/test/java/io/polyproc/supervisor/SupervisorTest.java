package io.polyproc.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.Memory;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.ChildHandle;
import io.polyproc.protocol.ControlClient;
import io.polyproc.protocol.Message;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With shell scripts in the place of worker JVMs: what matters here is how they start and end. */
@Timeout(60)
final class SupervisorTest {
  // Held, or what was set on it would be forgotten.
  private static final Logger LOG = Logger.getLogger(Supervisor.class.getName());

  private Supervisor.Connection connection = start("exit 0", 0);

  private static Supervisor.Connection start(String script, int standbys) {
    return Supervisor.start(
        List.of("/bin/sh", "-c", script),
        Map.of("PATH", "/usr/bin:/bin"),
        new StandbyPolicy(standbys));
  }

  private void supervise(String script, int standbys) {
    connection.close();
    connection = start(script, standbys);
  }

  @AfterEach
  void close() {
    connection.close();
    LOG.setLevel(null);
    assertFalse(connection.thread().isAlive());
  }

  @Test
  void shouldTellTheExitStatus() throws IOException {
    supervise("exit 5", 0);
    ChildHandle child = start(false);
    assertEquals(5, child.waitFor(20));
    child.close();
  }

  @Test
  void shouldRefuseToStartAProcessOnceThreeCouldNotBoot() throws IOException {
    supervise("echo no such flag; exit 5", 0);
    ControlClient client = client();
    for (int i = 0; i < 3; i++) {
      ChildHandle child = start(client, false);
      assertEquals(5, child.waitFor(20));
      assertTrue(child.endedInBoot());
      assertEquals("no such flag", child.lastLines());
      child.close();
    }
    IOException e = assertThrows(IOException.class, () -> start(client, false));
    assertEquals("no such flag", e.getMessage());
  }

  @Test
  void shouldTellTheSignalThatKilled() throws IOException {
    supervise("exec sleep 1000", 0);
    ChildHandle child = start(false);
    assertEquals(null, child.waitFor(0));
    child.signal(Processes.SIGTERM);
    assertEquals(-Processes.SIGTERM, child.waitFor(20));
    child.signal(Processes.SIGTERM);
    child.close();
  }

  @Test
  void shouldLoseOneSocketToTheProgramAndNoOtherProcess() throws IOException {
    supervise("exec sleep 1000", 0);
    ControlClient client = client();
    Set<Integer> before = sockets();
    ChildHandle child = start(client, false);
    Set<Integer> ofChild = sockets();
    ofChild.removeAll(before);
    assertEquals(1, ofChild.size());
    LOG.setLevel(Level.OFF); // it is told, as it should be
    try (MemoryFile file = MemoryFile.of("other", new byte[] {'x'})) {
      Descriptors.duplicateTo(file.fd(), ofChild.iterator().next());
    }
    ChildHandle other = start(client, false);
    for (ChildHandle one : List.of(other, child)) {
      one.signal(Processes.SIGTERM);
      assertEquals(-Processes.SIGTERM, one.waitFor(20));
      one.close();
    }
  }

  private static Set<Integer> sockets() throws IOException {
    Set<Integer> sockets = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path entry : entries) {
        if (isSocket(entry)) {
          sockets.add(Integer.valueOf(entry.getFileName().toString()));
        }
      }
    }
    return sockets;
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  @Test
  void shouldHandOnWhatADeadWorkerWrote() throws IOException {
    supervise("echo 'not enough memory' >&2; exit 1", 0);
    ChildHandle child = start(false);
    assertEquals(1, child.waitFor(20));
    assertEquals("not enough memory", child.lastLines());
    child.close();
  }

  @Test
  void shouldSayWhyNothingCanBeStarted() {
    connection.close();
    connection = Supervisor.start(List.of("/nowhere/java"), Map.of(), new StandbyPolicy(0));
    IOException e = assertThrows(IOException.class, () -> start(false));
    assertEquals("posix_spawn failed: ENOENT (2)", e.getMessage());
  }

  @Test
  void shouldEndStandbysAndDaemonicProcessesWithTheMainProgram() throws Exception {
    supervise("exec sleep 1000", 1);
    ControlClient client = client();
    client.tell(new Message.Prepare());
    ChildHandle daemonic = start(client, true);
    connection.close();
    assertFalse(Processes.exists(daemonic.pid()));
    daemonic.close();
  }

  @Test
  void shouldNotBootForEverWhatDiesAtOnce() throws Exception {
    supervise("exit 1", 2);
    ControlClient client = client();
    client.tell(new Message.Prepare());
    ChildHandle child = start(client, false);
    assertEquals(1, child.waitFor(20));
    child.close();
  }

  /** Else every process that is started would wait for it to become so. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldKnowThatTheZygoteOfAWarmWorkerIsWarm(boolean warm) throws Exception {
    List<String> command = List.of("/bin/sleep", "1000");
    WorkerJvm original = WorkerJvm.start(command, Map.of());
    WorkerJvm other = WorkerJvm.start(command, Map.of());
    if (warm) {
      original.becomeWarm();
    }
    original.askForZygote();
    WorkerJvm zygote = original.zygote(other.pid());
    assertEquals(warm, zygote.isWarm());
    for (WorkerJvm worker : List.of(original, zygote)) {
      worker.kill();
      assertTrue(Descriptors.poll(new int[] {worker.pidfd()}, 20_000)[0]);
      assertEquals(-Processes.SIGKILL, worker.reap().status());
    }
  }

  @Test
  void shouldKeepADescriptorForOneTaker() throws IOException {
    ControlClient client = client();
    try (MemoryFile file = MemoryFile.of("kept", new byte[] {'x'})) {
      String token = client.shareDescriptor(file.fd());
      int taken = client.takeDescriptor(token);
      assertEquals("x", MemoryFile.tail(taken, 1));
      Descriptors.close(taken);
      assertThrows(IOException.class, () -> client.takeDescriptor(token));
    }
  }

  @Test
  void shouldFailWhatWaitsWhenTheSupervisorGoes() throws Exception {
    supervise("exec sleep 1000", 0);
    CountDownLatch gone = new CountDownLatch(1);
    ControlClient client = ControlClient.connect(connection.socket(), gone::countDown);
    ChildHandle child = start(client, true);
    connection.close();
    gone.await();
    assertNotNull(child.waitFor(20));
    assertThrows(IOException.class, () -> start(client, true));
    child.close();
  }

  @Test
  void shouldLimitStandbysToOneUntilOneWasHandedOut() {
    StandbyPolicy policy = new StandbyPolicy(4);
    assertEquals(1, policy.target(false));
    assertEquals(4, policy.target(true));
    assertEquals(0, new StandbyPolicy(0).target(false));
    assertThrows(IllegalArgumentException.class, () -> new StandbyPolicy(-1));
    assertTrue(Memory.availableNow() > 1 << 20);
  }

  private ControlClient client() {
    return ControlClient.connect(connection.socket(), () -> {});
  }

  private ChildHandle start(boolean daemonic) throws IOException {
    return start(client(), daemonic);
  }

  private static ChildHandle start(ControlClient client, boolean daemonic) throws IOException {
    try (MemoryFile payload = MemoryFile.of("payload", new byte[0])) {
      return client.startProcess("a process", daemonic, payload.fd(), 0, 1, 2);
    }
  }
}
