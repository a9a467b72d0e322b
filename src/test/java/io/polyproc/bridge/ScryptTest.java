package io.polyproc.bridge;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class ScryptTest {

  /** The first test vectors of RFC 7914, section 12. */
  @Test
  void shouldDeriveWhatTheStandardSays() {
    assertEquals(
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
        derive("", "", 16, 1, 1));
    assertEquals(
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
            + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
        derive("password", "NaCl", 1024, 8, 16));
  }

  private static String derive(String password, String salt, int cost, int block, int lanes) {
    return HexFormat.of()
        .formatHex(
            Scrypt.derive(
                password.getBytes(US_ASCII), salt.getBytes(US_ASCII), cost, block, lanes, 64));
  }
}
