package io.polyproc.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import py4j.ClientServer;

/** The functions of echo.py in a CPython that is called through Py4J's sockets. */
final class Py4j implements AutoCloseable {
  private final Process python;
  private final ClientServer client;
  private final Functions functions;

  /** What {@code py4j_server.py} implements. */
  public interface Functions {
    Object echo(Object value);

    Object fib(int n);
  }

  private Py4j(Process python, ClientServer client) {
    this.python = python;
    this.client = client;
    this.functions =
        (Functions) client.getPythonServerEntryPoint(new Class<?>[] {Functions.class});
  }

  /**
   * Starts a Python.
   *
   * @param interpreter has Py4J
   */
  @SuppressWarnings("resource") // the reader ends with the process
  static Py4j start(String interpreter) throws IOException {
    Process python =
        new ProcessBuilder(interpreter, Path.of("src/main/python/py4j_server.py").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = python.inputReader();
    String port = output.readLine();
    if (port == null) {
      throw new IOException(interpreter + " can't serve: has it Py4J (pip install py4j)?");
    }
    ClientServer client =
        new ClientServer.ClientServerBuilder()
            .javaPort(0)
            .pythonPort(Integer.parseInt(port))
            .build();
    return new Py4j(python, client);
  }

  Functions functions() {
    return functions;
  }

  @Override
  public void close() {
    client.shutdown();
    python.destroy();
  }
}
