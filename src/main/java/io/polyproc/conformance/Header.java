package io.polyproc.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a program declares of itself in the comment lines at its top: how it is run, and what of its
 * output may differ.
 *
 * @param promise one line: what the program shows
 * @param script the file to run, relative to the project, or empty for the file with this header
 * @param variants the program runs once for each, with the variant as its first argument
 * @param masks what is evened out in its standard output
 * @param replacements likewise, for this program alone
 * @param options interpreter options, before the script
 * @param run what stands in the place of the script, or empty for the script itself
 * @param arguments after the script
 * @param stdin the text of standard input, or empty for {@code /dev/null}
 * @param environment variables set on top of the ordinary ones
 * @param exits the exit status of each variant; the key {@code ""} stands for all others
 * @param stderr what standard error may hold
 * @param signal a signal the driver sends
 * @param linesRead after so many lines the driver closes its end of standard output
 * @param timeout after which a run counts as hung
 * @param within the longest time a run may take, where that is part of the promise
 * @param onlyPolyproc why CPython has no say in this program, or empty
 */
record Header(
    String promise,
    Optional<String> script,
    List<String> variants,
    Set<Mask> masks,
    List<Replacement> replacements,
    List<String> options,
    Optional<List<String>> run,
    List<String> arguments,
    Optional<String> stdin,
    Map<String, String> environment,
    Map<String, Integer> exits,
    StderrRule stderr,
    Optional<SignalRule> signal,
    Optional<Integer> linesRead,
    Duration timeout,
    Optional<Duration> within,
    Optional<String> onlyPolyproc) {

  /** Stands for the program's whole text in {@code run} and {@code stdin}. */
  static final String SOURCE = "{source}";

  private static final String FIRST = "conformance";
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(90);
  private static final Pattern LINE = Pattern.compile("# ([a-z-]+):(.*)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  Header {
    variants = List.copyOf(variants);
    masks = Set.copyOf(masks);
    replacements = List.copyOf(replacements);
    options = List.copyOf(options);
    run = run.map(List::copyOf);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    exits = Map.copyOf(exits);
  }

  /** Whether a file with these lines is a program, and not a module that programs import. */
  static boolean opens(List<String> lines) {
    return !lines.isEmpty() && lines.getFirst().startsWith("# " + FIRST + ":");
  }

  /** Reads the comment lines at the top, up to the first line that is none. */
  static Header parse(List<String> lines) {
    if (!opens(lines)) {
      throw new IllegalArgumentException("no line '# " + FIRST + ": …' at the top");
    }
    Parser parser = new Parser();
    for (String line : lines) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        break;
      }
      parser.accept(matcher.group(1), matcher.group(2).strip());
    }
    return parser.header();
  }

  int exit(String variant) {
    return exits.getOrDefault(variant, exits.getOrDefault("", 0));
  }

  /** Splits at blanks, except within double quotes. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    }
    return words;
  }

  /** Collects the lines of one header. */
  private static final class Parser {
    private String promise = "";
    private Optional<String> script = Optional.empty();
    private List<String> variants = List.of("");
    private final Set<Mask> masks = EnumSet.noneOf(Mask.class);
    private final List<Replacement> replacements = new ArrayList<>();
    private List<String> options = List.of();
    private Optional<List<String>> run = Optional.empty();
    private List<String> arguments = List.of();
    private Optional<String> stdin = Optional.empty();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, Integer> exits = new LinkedHashMap<>();
    private StderrRule stderr = new StderrRule.Empty();
    private Optional<SignalRule> signal = Optional.empty();
    private Optional<Integer> linesRead = Optional.empty();
    private Duration timeout = DEFAULT_TIMEOUT;
    private Optional<Duration> within = Optional.empty();
    private Optional<String> onlyPolyproc = Optional.empty();

    void accept(String key, String value) {
      switch (key) {
        case FIRST -> promise = value;
        case "script" -> script = Optional.of(value);
        case "methods", "variants" -> variants = words(value);
        case "compare" -> words(value).forEach(word -> masks.add(Mask.named(word)));
        case "mask" -> replacements.add(Replacement.parse(value));
        case "options" -> options = words(value);
        case "run" -> run = Optional.of(words(value));
        case "args" -> arguments = words(value);
        case "stdin" -> stdin = Optional.of(value.translateEscapes());
        case "env" -> {
          String[] pair = value.split("=", 2);
          environment.put(pair[0], pair[1]);
        }
        case "exit" -> words(value).forEach(this::exit);
        case "stderr" -> stderr = stderr.and(value);
        case "signal" -> signal = Optional.of(SignalRule.parse(value));
        case "lines-read" -> linesRead = Optional.of(Integer.valueOf(value));
        case "timeout" -> timeout = Duration.ofSeconds(Long.parseLong(value));
        case "within" -> within = Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        case "polyproc-only" -> onlyPolyproc = Optional.of(value);
        default -> throw new IllegalArgumentException("unknown header line '" + key + "'");
      }
    }

    private void exit(String word) {
      int equals = word.indexOf('=');
      exits.put(
          equals < 0 ? "" : word.substring(0, equals), Integer.valueOf(word.substring(equals + 1)));
    }

    Header header() {
      return new Header(
          promise,
          script,
          variants,
          masks,
          replacements,
          options,
          run,
          arguments,
          stdin,
          environment,
          exits,
          stderr,
          signal,
          linesRead,
          timeout,
          within,
          onlyPolyproc);
    }
  }
}
