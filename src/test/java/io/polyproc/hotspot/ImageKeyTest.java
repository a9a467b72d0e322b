package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ImageKeyTest {

  /** Or a variable would matter, but not lead to an image of its own. */
  @Test
  void shouldHaveTheNamesThatTheRestorerHas() throws Exception {
    String header = Files.readString(Path.of("src/main/native/image-layout.h"));
    Matcher definition =
        Pattern.compile("#define IMAGE_VARIABLES(.*?)\n\n", Pattern.DOTALL).matcher(header);
    assertEquals(true, definition.find());
    StringBuilder names = new StringBuilder();
    Pattern.compile("\"(.*?)\"")
        .matcher(definition.group(1))
        .results()
        .forEach(text -> names.append(text.group(1).replace("\\n", "\n")));
    String own =
        new String(ImageKey.ofThisProcess(List.of()).encodedNames(), StandardCharsets.US_ASCII);
    assertEquals(own, names.toString());
  }
}
