package io.polyproc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.value.ValueWriter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // a null fails the test anyhow
final class PythonFunctionTest {
  @TempDir private Path folder;

  @Test
  void shouldReadResources() {
    PythonFunction function =
        PythonFunction.ofResource(PythonFunctionTest.class, "resource.py", "greet");
    assertEquals("io/polyproc/resource.py.greet", function.toString());
    assertEquals(
        function, PythonFunction.ofResource(Polyproc.class, "/io/polyproc/resource.py", "greet"));
    PythonTuple resource = (PythonTuple) specification(function).get(1);
    assertEquals("io/polyproc/resource.py", resource.get(0));
    assertTrue(String.valueOf(resource.get(1)).contains("Grüße"));
  }

  private static PythonTuple specification(PythonFunction function) {
    return (PythonTuple) function.parts().call(PythonTuple.of()).get(0);
  }

  @Test
  void shouldSayThatThereIsNoResource() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> PythonFunction.ofResource(PythonFunctionTest.class, "gone.py", "f"));
    assertEquals(
        "there is no resource io/polyproc/gone.py where io.polyproc.PythonFunctionTest is from",
        e.getMessage());
  }

  @Test
  void shouldRefuseFilesThatPythonCannotRead() throws Exception {
    Path archive = folder.resolve("code.zip");
    try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      Path file = Files.write(zip.getPath("/scoring.py"), "def score(): pass".getBytes(UTF_8));
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> PythonFunction.ofFile(file, "score"));
      assertTrue(e.getMessage().contains("PythonFunction.ofResource"), e::getMessage);
      assertTrue(e.getMessage().contains("scoring.py"), e::getMessage);
      assertThrows(
          IllegalArgumentException.class, () -> Polyproc.builder().pythonPath(zip.getPath("/")));
      assertThrows(UnconvertibleValueException.class, () -> ValueWriter.write(file, "value"));
    }
  }
}
