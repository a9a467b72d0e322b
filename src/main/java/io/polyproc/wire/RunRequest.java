package io.polyproc.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A program that the command wants run by the daemon, with all that a process has from the shell
 * but its descriptors. Travels as a memory file, since an environment may be large.
 *
 * @param home the distribution that the command belongs to
 * @param options the interpreter's options, as {@code PythonOptions} writes them
 * @param executable becomes {@code sys.executable}
 * @param program kind and what: {@code script}, {@code module}, {@code code} or {@code stdin}, then
 *     path, name or text
 * @param arguments become {@code sys.argv[1:]}
 * @param folder the working directory
 * @param fileModeMask the {@code umask}
 * @param environment variables
 * @param ignoredSignals the numbers of those that are ignored
 * @param descriptors the numbers of those above 2 that it has, in the order in which they travel
 */
public record RunRequest(
    String home,
    List<String> options,
    String executable,
    List<String> program,
    List<String> arguments,
    String folder,
    int fileModeMask,
    Map<String, String> environment,
    List<Integer> ignoredSignals,
    List<Integer> descriptors) {

  public RunRequest {
    options = List.copyOf(options);
    program = List.copyOf(program);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    ignoredSignals = List.copyOf(ignoredSignals);
    descriptors = List.copyOf(descriptors);
  }

  /** What stood behind the executable. */
  public List<String> commandLine() {
    Stream<String> named =
        switch (program.getFirst()) {
          case "module" -> Stream.of("-m", program.getLast());
          case "code" -> Stream.of("-c", program.getLast());
          default -> Stream.of(program.getLast()).filter(name -> !name.isEmpty());
        };
    return Stream.of(options.stream(), named, arguments.stream()).flatMap(part -> part).toList();
  }

  /** The bytes from which {@link #decode} makes it again. */
  public byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out, home);
      write(out, options);
      write(out, executable);
      write(out, program);
      write(out, arguments);
      write(out, folder);
      out.writeInt(fileModeMask);
      write(out, List.copyOf(environment.keySet()));
      for (String name : environment.keySet()) {
        write(out, environment.getOrDefault(name, ""));
      }
      writeNumbers(out, ignoredSignals);
      writeNumbers(out, descriptors);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException if the bytes are anything else
   */
  public static RunRequest decode(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      String home = readText(in);
      List<String> options = readTexts(in);
      String executable = readText(in);
      List<String> program = readTexts(in);
      List<String> arguments = readTexts(in);
      String folder = readText(in);
      int fileModeMask = in.readInt();
      Map<String, String> environment = new LinkedHashMap<>();
      for (String name : readTexts(in)) {
        environment.put(name, readText(in));
      }
      List<Integer> ignored = readNumbers(in);
      List<Integer> descriptors = readNumbers(in);
      if (program.size() != 2 || in.available() > 0) {
        throw new IOException("not a request to run a program");
      }
      return new RunRequest(
          home,
          options,
          executable,
          program,
          arguments,
          folder,
          fileModeMask,
          environment,
          ignored,
          descriptors);
    } catch (NumberFormatException e) {
      throw new IOException("not a request to run a program", e);
    }
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void write(DataOutputStream out, List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      write(out, text);
    }
  }

  private static void writeNumbers(DataOutputStream out, List<Integer> numbers) throws IOException {
    write(out, numbers.stream().map(String::valueOf).toList());
  }

  private static List<Integer> readNumbers(DataInputStream in) throws IOException {
    return readTexts(in).stream().map(Integer::valueOf).toList();
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("a text of " + length + " bytes in a cut request");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static List<String> readTexts(DataInputStream in) throws IOException {
    int size = in.readInt();
    if (size < 0 || size > in.available() / 4) {
      throw new IOException("a list of " + size + " texts in a cut request");
    }
    List<String> texts = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      texts.add(readText(in));
    }
    return texts;
  }
}
