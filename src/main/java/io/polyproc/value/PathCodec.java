package io.polyproc.value;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;

/** {@link Path} and {@code pathlib}'s paths. */
final class PathCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return Path.class.isAssignableFrom(type);
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    Path file = (Path) value;
    if (!file.getFileSystem().equals(FileSystems.getDefault())) {
      throw writer.unconvertible(file.toUri() + " is in no file system that Python can read");
    }
    writer.call("pathlib", "Path", file.toString());
  }

  @Override
  public List<String> modules() {
    return List.of("pathlib");
  }

  @Override
  public Object read(PythonCall call) {
    return Path.of(String.join("/", call.arguments().stream().map(String::valueOf).toList()))
        .normalize();
  }
}
