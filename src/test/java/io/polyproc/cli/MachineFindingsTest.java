package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads files laid out as Linux has them. */
final class MachineFindingsTest {

  private static final long MIB = 1L << 20;

  @TempDir Path root;

  @Test
  void shouldReadTheMachinesMemory() throws IOException {
    machine();

    assertEquals(new Memory(8192 * MIB, 6144 * MIB, false), Memory.read(root));
    assertEquals(
        Finding.ok("memory", "6.0 GiB available of 8.0 GiB"),
        new MachineFindings(root, Map.of()).memory());
  }

  @Test
  void shouldKeepToTheLimitOfAnOuterControlGroup() throws IOException {
    machine();
    write("proc/self/cgroup", "0::/outer/inner\n");
    write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
    write("sys/fs/cgroup/outer/memory.max", "1073741824\n");
    write("sys/fs/cgroup/outer/memory.current", "838860800\n");
    write("sys/fs/cgroup/outer/memory.stat", "anon 1\ninactive_file 104857600\n");

    assertEquals(new Memory(1024 * MIB, 324 * MIB, true), Memory.read(root));
    assertEquals(
        Finding.note(
            "memory",
            "324 MiB available of 1.0 GiB (limited by a control group):"
                + " little room for worker JVMs"),
        new MachineFindings(root, Map.of()).memory());
  }

  @Test
  void shouldReadVersion1WhereTheGroupIsTheRootOfAContainer() throws IOException {
    machine();
    write("proc/self/cgroup", "3:cpu:/docker/1\n2:hugetlb,memory:/docker/1\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1073741824\n");
    write("sys/fs/cgroup/memory/memory.stat", "inactive_file 5\ntotal_inactive_file 0\n");

    assertEquals(new Memory(2048 * MIB, 1024 * MIB, true), Memory.read(root));
  }

  @Test
  void shouldNotTakeVersion1sLargestNumberForALimit() throws IOException {
    machine();
    write("proc/self/cgroup", "4:memory:/\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");

    assertEquals(new Memory(8192 * MIB, 6144 * MIB, false), Memory.read(root));
  }

  @Test
  void shouldJudgeLimits() throws IOException {
    write(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             unlimited            unlimited            processes
        Max open files            256                  4096                 files
        """);
    MachineFindings findings = new MachineFindings(root, Map.of());

    assertEquals(
        Finding.ok("processes", "unlimited (hard limit unlimited)"),
        findings.limit("processes", "Max processes", 1024));
    assertEquals(
        Finding.note("open files", "256 (hard limit 4096): few for workers"),
        findings.limit("open files", "Max open files", 1024));
  }

  @Test
  void shouldFindMavenOnThePath() throws IOException {
    Path mvn = write("bin/mvn", "");
    assertTrue(mvn.toFile().setExecutable(true));

    assertEquals(
        Finding.ok("Maven", mvn.toString()),
        new MachineFindings(root, Map.of("PATH", "/none:" + root + "/bin")).maven());
    assertEquals(
        Finding.Level.NOTE, new MachineFindings(root, Map.of("PATH", "/none")).maven().level());
  }

  private void machine() throws IOException {
    write(
        "proc/meminfo",
        """
        MemTotal:        8388608 kB
        MemFree:          100000 kB
        MemAvailable:    6291456 kB
        """);
  }

  private Path write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
