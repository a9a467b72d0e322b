package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.Recording;
import io.polyproc.worker.Program;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each command line means: observed at CPython 3.12, where it has the same options. */
final class ArgumentsTest {

  private static Arguments row(List<String> line, Program program, List<String> arguments) {
    return row(line, List.of(), program, arguments);
  }

  private static Arguments row(
      List<String> line, List<String> options, Program program, List<String> arguments) {
    return Arguments.of(line, options, program, arguments);
  }

  private static List<String> words(String... words) {
    return List.of(words);
  }

  private static Program script(String path) {
    return new Program.Script(path);
  }

  private static Program code(String text) {
    return new Program.Code(text);
  }

  private static Program module(String name) {
    return new Program.Module(name);
  }

  private static Program stdin() {
    return new Program.StandardInput("");
  }

  private static Program dash() {
    return new Program.StandardInput("-");
  }

  static Stream<Arguments> programs() {
    return Stream.of(
        row(words(), stdin(), words()),
        row(words("-"), dash(), words()),
        row(words("-", "a", "-h"), dash(), words("a", "-h")),
        row(words("x.py"), script("x.py"), words()),
        row(words(""), script(""), words()),
        row(words("x.py", "-c", "1"), script("x.py"), words("-c", "1")),
        row(words("x.py", "--", "-u", "--help"), script("x.py"), words("--", "-u", "--help")),
        row(words("-c", "1"), code("1"), words()),
        row(words("-c", ""), code(""), words()),
        row(words("-c", "-h", "a"), code("-h"), words("a")),
        row(words("-c", "1", "--", "-h"), code("1"), words("--", "-h")),
        row(words("-c", "1", "@a", ""), code("1"), words("@a", "")),
        row(words("-m", "mod", "-h", "-m"), module("mod"), words("-h", "-m")),
        row(words("-m", ""), module(""), words()),
        // The same through Picocli, which must not unquote, expand or split anything.
        row(words("-u"), words("-u"), stdin(), words()),
        row(words("-u", "-"), words("-u"), dash(), words()),
        row(words("-u", "-", "-h"), words("-u"), dash(), words("-h")),
        row(words("-u", ""), words("-u"), script(""), words()),
        row(words("-u", "@x", "@y"), words("-u"), script("@x"), words("@y")),
        row(
            words("-u", "x.py", "-u", "--", "-V"),
            words("-u"),
            script("x.py"),
            words("-u", "--", "-V")),
        row(words("-u", "-c", "\"q\"", "'a b'"), words("-u"), code("\"q\""), words("'a b'")),
        row(words("-u", "-c", "${x}\n$$"), words("-u"), code("${x}\n$$"), words()),
        row(words("-ucprint(1)", "a"), words("-u"), code("print(1)"), words("a")),
        row(words("-cprint(1)", "a"), code("print(1)"), words("a")),
        row(words("-c=1"), code("=1"), words()),
        row(words("-c-h"), code("-h"), words()),
        row(words("-mmod", "-h"), module("mod"), words("-h")),
        row(words("-Bsc", "x", "-h"), words("-B", "-s"), code("x"), words("-h")),
        row(words("-BEsc", ""), words("-B", "-E", "-s"), code(""), words()),
        row(words("-uW", "error", "x.py"), words("-u", "-W", "error"), script("x.py"), words()),
        row(words("-Wd", "x.py"), words("-W", "d"), script("x.py"), words()),
        row(words("-W", "-c", "x.py"), words("-W", "-c"), script("x.py"), words()),
        row(words("-W", "", "x.py"), words("-W", ""), script("x.py"), words()),
        row(
            words("-Wa", "-W", "b", "-Xdev", "-X", "c=d", "x"),
            words("-W", "a", "-W", "b", "-X", "dev", "-X", "c=d"),
            script("x"),
            words()),
        row(words("-X=dev", "x"), words("-X", "=dev"), script("x"), words()),
        row(words("-OO", "x"), words("-O", "-O"), script("x"), words()),
        row(words("-O", "-uO", "x"), words("-O", "-O", "-u"), script("x"), words()),
        row(words("-bb", "-d", "-R", "-t", "-x", "x"), script("x"), words()),
        row(
            words("-vqiISPuBEs", "x"),
            words("-u", "-E", "-s", "-S", "-I", "-P", "-B", "-v", "-q", "-i"),
            script("x"),
            words()),
        row(
            words("--check-hash-based-pycs", "never", "x"),
            words("--check-hash-based-pycs", "never"),
            script("x"),
            words()),
        row(words("--check-hash-based-pycs", "default", "-c", "1"), code("1"), words()),
        row(words("--"), stdin(), words()),
        row(words("--", "-c", "x"), script("-c"), words("x")),
        row(words("--", "x", "-u"), script("x"), words("-u")),
        row(words("-u", "--", "-", "a"), words("-u"), dash(), words("a")),
        // As sys.flags of a parent and subprocess pass them on.
        row(
            words("-s", "-S", "-Wignore", "-Xutf8", "-c", "from x import y; y(1)", "--f", "1"),
            words("-W", "ignore", "-X", "utf8", "-s", "-S"),
            code("from x import y; y(1)"),
            words("--f", "1")));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void shouldReadPythonsOptions(
      List<String> line, List<String> options, Program program, List<String> arguments) {
    Invocation expected =
        new Invocation.Run(PythonOptions.fromArguments(options), program, arguments);

    assertEquals(expected, parse(line, CommandName.PYTHON));
    assertEquals(expected, parse(line, CommandName.POLYPROC));
    Stream<String> afterRun = Stream.concat(Stream.of("run"), line.stream());
    assertEquals(expected, parse(afterRun.toList(), CommandName.POLYPROC));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--foo                         | unknown option --foo",
        "--foo=x                       | unknown option --foo=x",
        "--versio                      | unknown option --versio",
        "--helpx                       | unknown option --helpx",
        "-Z                            | Unknown option: -Z",
        "-Zu                           | Unknown option: -Z",
        "-uZ                           | Unknown option: -Z",
        "-uZB x.py                     | Unknown option: -Z",
        "-é                            | Unknown option: -é",
        "-Oé                           | Unknown option: -é",
        "-J                            | Unknown option: -J",
        "-Z -h                         | Unknown option: -Z",
        "-V -Z                         | Unknown option: -Z",
        "-Vfoo                         | Unknown option: -f",
        "-Z --foo                      | Unknown option: -Z",
        "-c                            | Argument expected for the -c option",
        "-m                            | Argument expected for the -m option",
        "-W                            | Argument expected for the -W option",
        "-X                            | Argument expected for the -X option",
        "-Bc                           | Argument expected for the -c option",
        "-u -m                         | Argument expected for the -m option",
        "--check-hash-based-pycs       | Argument expected for the --check-hash-based-pycs option",
        "--check-hash-based-pycs=never | unknown option --check-hash-based-pycs=never",
      })
  void shouldRejectWhatCPythonRejects(String line, String reason) {
    assertEquals(
        new Invocation.Reject(reason), parse(List.of(line.split(" ")), CommandName.PYTHON));
  }

  @Test
  void shouldNameTheValuesThatAnOptionMayHave() {
    assertEquals(
        new Invocation.Reject(
            "--check-hash-based-pycs must be one of 'default', 'always', or 'never'"),
        parse(List.of("--check-hash-based-pycs", "bad"), CommandName.PYTHON));
  }

  @ParameterizedTest
  @CsvSource({
    "-V, false",
    "--version, false",
    "-BV, false",
    "-V x.py, false",
    "-V -c 1, false",
    "-VV, true",
    "-VVV, true",
    "-V --version, true"
  })
  void shouldShowTheVersion(String line, boolean detailed) {
    assertEquals(
        new Invocation.ShowVersion(detailed), parse(List.of(line.split(" ")), CommandName.PYTHON));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "-?", "--help", "-hZ", "-h --foo", "-Bh x.py", "-V -h"})
  void shouldShowHelpAndReadNoFurther(String line) {
    assertInstanceOf(
        Invocation.ShowHelp.class, parse(List.of(line.split(" ")), CommandName.PYTHON));
  }

  @Test
  void shouldHaveSubcommandsOnlyAsPolyproc() {
    assertEquals(
        new Invocation.RunDoctor(List.of("--json")),
        parse(List.of("doctor", "--json"), CommandName.POLYPROC));
    assertEquals(
        new Invocation.RunDoctor(List.of("--help")),
        parse(List.of("help", "doctor"), CommandName.POLYPROC));
    assertEquals(
        new Invocation.RunVerify(List.of("fork/*")),
        parse(List.of("verify", "fork/*"), CommandName.POLYPROC));
    assertEquals(
        new Invocation.RunPs(List.of("--json")),
        parse(List.of("ps", "--json"), CommandName.POLYPROC));
    assertEquals(
        new Invocation.RunStack(List.of("--help")),
        parse(List.of("help", "stack"), CommandName.POLYPROC));
    assertEquals(
        new Invocation.RunWhy(List.of("12")), parse(List.of("why", "12"), CommandName.POLYPROC));
    assertEquals(new Invocation.ShowHelp(), parse(List.of("help"), CommandName.POLYPROC));
    for (String name : List.of("doctor", "help", "run", "bench", "verify", "ps", "stack", "why")) {
      assertEquals(
          new Invocation.Run(PythonOptions.DEFAULT, script(name), List.of("a")),
          parse(List.of(name, "a"), CommandName.PYTHON));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"./doctor", "run doctor", "-- doctor", "run -- doctor"})
  void shouldStillRunAScriptThatIsNamedAsASubcommand(String line) {
    Invocation.Run run =
        assertInstanceOf(
            Invocation.Run.class, parse(List.of(line.split(" ")), CommandName.POLYPROC));

    assertEquals(List.of(), run.arguments());
    assertEquals("doctor", ((Program.Script) run.program()).path().replace("./", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--timeline t.json --profile p.json --progress -u x.py --progress",
        "--progress --profile=p.json --timeline=t.json -u x.py --progress",
        "run --progress --timeline t.json --profile p.json -u x.py --progress"
      })
  void shouldTakeOptionsOfItsOwnBeforeThoseOfPython(String line) {
    Invocation.Run run =
        assertInstanceOf(
            Invocation.Run.class, parse(List.of(line.split(" ")), CommandName.POLYPROC));

    assertEquals(new Recording("t.json", "p.json", true), run.recording());
    assertEquals(script("x.py"), run.program());
    assertEquals(List.of("--progress"), run.arguments());
    assertEquals(PythonOptions.fromArguments(List.of("-u")), run.options());
    assertEquals(
        new Invocation.Reject("unknown option --progress"),
        parse(List.of("--progress", "x.py"), CommandName.PYTHON));
    assertEquals(
        new Invocation.Reject("Argument expected for the --timeline option: the file to write"),
        parse(List.of("--timeline"), CommandName.POLYPROC));
  }

  private static Invocation parse(List<String> line, CommandName name) {
    return io.polyproc.cli.Arguments.parse(line, name);
  }
}
