package io.polyproc.sample.shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the instructions of a Dockerfile without Docker: each stage in a folder of its own as its
 * root, with the programs of this machine's system, and with its JDK where the image of Eclipse
 * Temurin has it. Needs a user who may change the root, and mount.
 */
final class Dockerfile {
  /** What the image of Eclipse Temurin has, and what this system lends to it. */
  private static final String JAVA_HOME = "/opt/java/openjdk";

  private static final List<String> SYSTEM =
      List.of("bin", "dev", "etc", "lib", "lib64", "proc", "sbin", "sys", "usr");

  private static final Pattern INSTRUCTION = Pattern.compile("(?<name>[A-Z]+)\\s+(?<rest>.+)");
  private static final Pattern FROM =
      Pattern.compile("eclipse-temurin:25-(jdk|jre)(?:\\s+AS\\s+(?<name>\\w+))?");
  private static final Pattern COPY =
      Pattern.compile("(?:--from=(?<stage>\\w+)\\s+)?(?<source>\\S+)\\s+(?<target>\\S+)");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

  /** What a stage has become by its instructions. */
  private static final class Stage {
    final Path root;
    final Map<String, String> environment = new HashMap<>();
    String folder = "/";
    String user = "0:0";
    List<String> entryPoint = List.of();

    Stage(Path root) {
      this.root = root;
      environment.put("PATH", JAVA_HOME + "/bin:/usr/sbin:/usr/bin:/sbin:/bin");
      environment.put("JAVA_HOME", JAVA_HOME);
      environment.put("HOME", "/"); // of a user whom the image does not know
    }

    /** A path as an instruction names it. */
    Path path(String name) {
      return root.resolve(("/" + Path.of(folder).resolve(name)).substring(1).replaceAll("^/+", ""));
    }

    /**
     * Runs a command in it, as its user.
     *
     * @param mounts what is done to the mounts before
     */
    ProcessBuilder command(String mounts, List<String> command) {
      String script =
          """
          set -e
          root=$1 folder=$2 user=$3 jdk=$4
          shift 4
          mount --bind "$root" "$root"
          for each in %s; do
            if [ -L "/$each" ]; then
              ln -sfn "$(readlink "/$each")" "$root/$each"
            elif [ -d "/$each" ]; then
              mkdir -p "$root/$each"
              mount --rbind "/$each" "$root/$each"
            fi
          done
          mkdir -p "$root%s" "$root/tmp"
          mount --bind "$jdk" "$root%s"
          %s
          exec chroot --userspec="$user" "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
          """
              .formatted(String.join(" ", SYSTEM), JAVA_HOME, JAVA_HOME, mounts);
      List<String> all =
          new ArrayList<>(
              List.of(
                  "unshare",
                  "--mount",
                  "/bin/sh",
                  "-c",
                  script,
                  "sh",
                  root.toString(),
                  folder,
                  user,
                  System.getProperty("java.home")));
      all.addAll(command);
      ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
      builder.environment().clear();
      builder.environment().putAll(environment);
      return builder;
    }
  }

  private final Path context;
  private final Path work;
  private final Map<String, Stage> stages = new LinkedHashMap<>();
  private final List<String> done = new ArrayList<>();
  private Stage current;

  private Dockerfile(Path context, Path work) {
    this.context = context;
    this.work = work;
  }

  /** Whether this user may do what it takes. */
  static boolean canRun() throws IOException, InterruptedException {
    Process probe =
        new ProcessBuilder("unshare", "--mount", "chroot", "--userspec=10001:10001", "/", "true")
            .redirectErrorStream(true)
            .start();
    probe.getInputStream().readAllBytes();
    return probe.waitFor() == 0;
  }

  /**
   * Runs all instructions.
   *
   * @param context the folder with the Dockerfile
   * @param work for the roots of the stages
   */
  static Dockerfile build(Path context, Path work) throws IOException, InterruptedException {
    Dockerfile dockerfile = new Dockerfile(context, work);
    String text = Files.readString(context.resolve("Dockerfile")).replace("\\\n", " ");
    for (String line : text.lines().filter(each -> !each.isBlank()).toList()) {
      if (!line.startsWith("#")) {
        System.out.println(line);
        dockerfile.run(line);
        dockerfile.done.add(line);
      }
    }
    return dockerfile;
  }

  /** The instructions that were run. */
  List<String> done() {
    return done;
  }

  private void run(String line) throws IOException, InterruptedException {
    Matcher instruction = matched(INSTRUCTION, line);
    String rest = instruction.group("rest");
    switch (instruction.group("name")) {
      case "FROM" -> {
        String name = matched(FROM, rest).group("name");
        String key = name == null ? "" : name;
        current = new Stage(Files.createDirectory(work.resolve("stage-" + key)));
        stages.put(key, current);
      }
      case "WORKDIR" -> {
        current.folder = rest;
        Files.createDirectories(current.path("."));
      }
      case "COPY" -> copy(matched(COPY, rest));
      case "RUN" -> check(current.command("", List.of("/bin/sh", "-c", rest)), line);
      case "ENV" -> {
        String[] variable = rest.split("=", 2);
        current.environment.put(variable[0], variable[1]);
      }
      case "USER" -> current.user = rest;
      case "EXPOSE" -> Integer.parseInt(rest);
      case "ENTRYPOINT" ->
          current.entryPoint = QUOTED.matcher(rest).results().map(each -> each.group(1)).toList();
      default -> throw new IllegalArgumentException("an instruction that is not known: " + line);
    }
  }

  private static Matcher matched(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not as " + pattern + ": " + text);
    }
    return matcher;
  }

  private void copy(Matcher arguments) throws IOException, InterruptedException {
    String stage = arguments.group("stage");
    Path source =
        stage == null
            ? context.resolve(arguments.group("source"))
            : stages.get(stage).path(arguments.group("source"));
    String name = arguments.group("target");
    Path target = current.path(name);
    // Of a folder its content is copied.
    List<String> command =
        Files.isDirectory(source)
            ? List.of("cp", "-r", "--preserve=mode,links,timestamps", source + "/.", target.toString())
            : List.of("cp", source.toString(), target.toString());
    Files.createDirectories(Files.isDirectory(source) ? target : target.getParent());
    check(new ProcessBuilder(command), "COPY " + source + " " + name);
  }

  private static void check(ProcessBuilder builder, String what)
      throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    process.getInputStream().transferTo(System.out);
    if (process.waitFor() != 0) {
      throw new AssertionError("exit status " + process.exitValue() + ": " + what);
    }
  }

  /**
   * The command that starts the last stage's program, as {@code docker run --read-only --tmpfs /tmp}
   * does.
   */
  ProcessBuilder readOnly() {
    String mounts =
        """
        mount -o remount,bind,ro "$root"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        """;
    return current.command(mounts, current.entryPoint);
  }
}
