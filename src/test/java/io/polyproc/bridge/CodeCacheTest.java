package io.polyproc.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.util.List;
import org.graalvm.polyglot.Engine;
import org.junit.jupiter.api.Test;

/** Truffle's internals, which another version may have changed; without them all is slower only. */
class CodeCacheTest {
  @Test
  void aFunctionKnowsHowHotItIs() throws Exception {
    // Not loaded: it needs the compiler's interface, which this JVM does not have.
    String file = "/" + CodeCache.COMPILABLE.replace('.', '/') + ".class";
    try (InputStream content = Engine.class.getResourceAsStream(file)) {
      assertNotNull(content, CodeCache.COMPILABLE);
      List<String> types =
          ClassFile.of().parse(content.readAllBytes()).fields().stream()
              .filter(field -> field.fieldName().equalsString(CodeCache.HEAT))
              .map(field -> field.fieldType().stringValue())
              .toList();
      assertEquals(List.of("I"), types);
    }
  }

  @Test
  void anEngineKnowsItsFunctions() throws Exception {
    try (Engine engine = Engine.create()) {
      assertNotNull(CodeCache.callTargets(engine));
    }
  }
}
