package io.polyproc.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The samples are the document's examples, byte for byte. */
class SamplesTest {

  @ParameterizedTest
  @CsvSource({
    "1_process.py, ec27371b2d015a649e5d928f9d154ba99bfc77917e0d2324e931d518ee63425d",
    "2_queue.py, 41e35445a995d10dd64bb46a01c650bc3d20b478d35a8f67e3689bf5b340a078",
    "3_pipe.py, ae2555e98acccfef9b717f5b639e5a2f8c994033c86c294e64f1ce3023f1ed36",
    "4_manager.py, 81b0eabcc4567dffbe8985e4cc3007fa16930628d7348826c6641270f5a5dd16",
    "5_lock.py, 81d22aee779483fe07597ecba836098c7abd367faa203a22496e628b593fcd8c",
    "6_pool.py, 352c26b011c298eaca7a453119624d5a133b0fab4e2385acf92bcea56963aab6",
  })
  void shouldBeTheDocumentsExample(String name, String sha256)
      throws IOException, NoSuchAlgorithmException {
    Path sample = ConformancePrograms.project().resolve("samples").resolve(name);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(sample));

    assertEquals(sha256, HexFormat.of().formatHex(digest));
  }
}
