package io.polyproc.cli;

import io.polyproc.observation.ObservedProcess;
import io.polyproc.observation.ProcessRow;
import io.polyproc.observation.ProcessTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the screen of {@code polyproc top} shows, and what each key changes of it; without a
 * terminal.
 *
 * <p>Confined to one thread.
 */
final class TopModel {
  /** Keys that are no characters. */
  static final int UP = -2;

  static final int DOWN = -3;
  static final int PAGE_UP = -4;
  static final int PAGE_DOWN = -5;
  static final int ESCAPE = 27;
  static final int ENTER = '\r';
  static final int BACKSPACE = 127;

  private static final int CONTROL_C = 3;
  private static final int CONTROL_H = 8;
  private static final int FIRST_CHARACTER = 32;
  private static final int HEADER_LINES = 3;
  private static final int FOOTER_LINES = 1;
  private static final int KIB = 1024;

  /** How a line looks. */
  enum Style {
    PLAIN,
    TITLE,
    SELECTED,
    FAINT,
    WARNING
  }

  /** A line of the screen. */
  record Line(String text, Style style) {
    static Line plain(String text) {
      return new Line(text, Style.PLAIN);
    }
  }

  /** What the screen's owner is to do for a key. */
  sealed interface Request {
    /** Nothing but to show what has changed. */
    record Redraw() implements Request {}

    /** To end. */
    record Quit() implements Request {}

    /** To look again at once. */
    record Look() implements Request {}

    /** To fetch the stacks of a process for {@link #show}. */
    record Stack(int pid) implements Request {}

    /** To fetch who waits for what in a program for {@link #show}. */
    record Why(int pid) implements Request {}

    /** To send a process a signal. */
    record Kill(int pid, boolean atOnce) implements Request {}
  }

  /** Largest first; as a tree if there is no value. */
  private record Order(String text, @Nullable ToDoubleFunction<ProcessRow> value) {
    static final List<Order> ALL =
        List.of(
            new Order("tree", null),
            new Order("processor", ProcessRow::processorShare),
            new Order("memory", TopModel::memory),
            new Order("tasks a second", ProcessRow::doneASecond),
            new Order("newest", row -> (double) row.process().entry().startTicks()));

    Order next() {
      return ALL.get((ALL.indexOf(this) + 1) % ALL.size());
    }
  }

  private List<ProcessRow> rows = List.of();
  private Order order = Order.ALL.getFirst();
  private String filter = "";
  private boolean typesFilter;
  private int selectedPid;
  private int firstShown;
  private int pageLines = 1;
  private @Nullable List<String> text;
  private int firstTextLine;
  private String message = "";

  /** A process that is to be ended once that is confirmed. */
  private @Nullable ProcessRow doomed;

  private boolean doomedAtOnce;

  /** Takes over what was seen last. */
  void update(List<ProcessRow> seen) {
    rows = seen;
  }

  /** Shows a text in the place of the table until a key is pressed. */
  void show(String shown) {
    text = shown.lines().toList();
    firstTextLine = 0;
  }

  /** Says something in the last line. */
  void say(String said) {
    message = said;
  }

  /** Whether the table is shown, which a look changes. */
  boolean isTable() {
    return text == null;
  }

  private static double memory(ProcessRow row) {
    return row.shares()
        .map(ProcessTable.Shares::proportional)
        .or(() -> row.memory().map(ProcessTable.Memory::resident))
        .orElse(0L);
  }

  private List<ProcessRow> shown() {
    String wanted = filter.toLowerCase(Locale.ROOT);
    List<ProcessRow> found =
        new ArrayList<>(
            rows.stream()
                .filter(
                    row ->
                        (row.pid()
                                + " "
                                + row.method()
                                + " "
                                + row.process().state()
                                + " "
                                + row.process().entry().title()
                                + " "
                                + row.description())
                            .toLowerCase(Locale.ROOT)
                            .contains(wanted))
                .toList());
    ToDoubleFunction<ProcessRow> value = order.value();
    if (value != null) {
      found.sort(Comparator.comparingDouble(value).reversed());
    }
    return found;
  }

  /** Acts on a key: a character, or one of the numbers above. */
  Request press(int key) {
    message = "";
    if (key == CONTROL_C) {
      return new Request.Quit();
    }
    if (doomed != null) {
      return confirm(doomed, key);
    }
    if (typesFilter) {
      return type(key);
    }
    return text == null ? pressInTable(key) : pressInText(key);
  }

  private Request confirm(ProcessRow row, int key) {
    doomed = null;
    return key == 'y' || key == 'Y'
        ? new Request.Kill(row.pid(), doomedAtOnce)
        : new Request.Redraw();
  }

  private Request type(int key) {
    if (key == ENTER || key == '\n') {
      typesFilter = false;
    } else if (key == ESCAPE) {
      typesFilter = false;
      filter = "";
    } else if (key == BACKSPACE || key == CONTROL_H) {
      filter =
          filter.isEmpty()
              ? ""
              : filter.substring(0, filter.offsetByCodePoints(filter.length(), -1));
    } else if (key >= FIRST_CHARACTER) {
      filter += Character.toString(key);
    }
    return new Request.Redraw();
  }

  private Request pressInText(int key) {
    int most = text == null ? 0 : Math.max(0, text.size() - pageLines);
    switch (key) {
      case UP, 'k' -> firstTextLine = Math.max(0, firstTextLine - 1);
      case DOWN, 'j' -> firstTextLine = Math.min(most, firstTextLine + 1);
      case PAGE_UP -> firstTextLine = Math.max(0, firstTextLine - pageLines);
      case PAGE_DOWN, ' ' -> firstTextLine = Math.min(most, firstTextLine + pageLines);
      default -> text = null;
    }
    return new Request.Redraw();
  }

  private Request pressInTable(int key) {
    switch (key) {
      case 'q' -> {
        return new Request.Quit();
      }
      case UP, 'k' -> move(-1);
      case DOWN, 'j' -> move(1);
      case PAGE_UP -> move(-pageLines);
      case PAGE_DOWN -> move(pageLines);
      case 's' -> order = order.next();
      case '/' -> typesFilter = true;
      case ESCAPE -> filter = "";
      case ' ' -> {
        return new Request.Look();
      }
      case 'd', ENTER, '\n' -> {
        return selected().<Request>map(row -> new Request.Stack(row.pid())).orElse(nothing());
      }
      case 'w' -> {
        return selected().<Request>map(row -> new Request.Why(row.pid())).orElse(nothing());
      }
      case 't', 'K' -> {
        doomed = selected().orElse(null);
        doomedAtOnce = key == 'K';
      }
      case 'h', '?' -> show(HELP);
      default -> {}
    }
    return new Request.Redraw();
  }

  private Request nothing() {
    say("no process is selected");
    return new Request.Redraw();
  }

  private Optional<ProcessRow> selected() {
    return shown().stream().filter(row -> row.pid() == selectedPid).findFirst();
  }

  private void move(int by) {
    List<ProcessRow> shown = shown();
    if (shown.isEmpty()) {
      return;
    }
    int now = Math.max(0, indexOfSelected(shown));
    selectedPid = shown.get(Math.clamp(now + by, 0, shown.size() - 1)).pid();
  }

  private int indexOfSelected(List<ProcessRow> shown) {
    for (int i = 0; i < shown.size(); i++) {
      if (shown.get(i).pid() == selectedPid) {
        return i;
      }
    }
    return -1;
  }

  /** What the screen shows, as many lines as it has, each no longer than it is wide. */
  List<Line> lines(int width, int height) {
    pageLines = Math.max(1, height - HEADER_LINES - FOOTER_LINES);
    List<Line> lines = new ArrayList<>();
    if (text == null) {
      table(lines);
    } else {
      text.stream().skip(firstTextLine).limit(height - 1L).map(Line::plain).forEach(lines::add);
    }
    while (lines.size() < height - 1) {
      lines.add(Line.plain(""));
    }
    List<Line> cut = new ArrayList<>();
    lines.stream().limit(Math.max(0, height - 1)).forEach(line -> cut.add(cut(line, width)));
    cut.add(cut(footer(), width));
    return cut;
  }

  private static Line cut(Line line, int width) {
    String text = line.text();
    if (text.length() > width) {
      return new Line(text.substring(0, Math.max(0, width)), line.style());
    }
    return line.style() == Style.PLAIN
        ? line
        : new Line(text + " ".repeat(width - text.length()), line.style());
  }

  private void table(List<Line> lines) {
    List<ProcessRow> shown = shown();
    int selected = indexOfSelected(shown);
    if (selected < 0 && !shown.isEmpty()) {
      selected = Math.clamp(firstShown, 0, shown.size() - 1);
      selectedPid = shown.get(selected).pid();
    }
    firstShown =
        Math.clamp(firstShown, Math.max(0, selected - pageLines + 1), Math.max(0, selected));
    lines.add(Line.plain(summary()));
    lines.add(
        Line.plain(
            "order: %s%s".formatted(order.text(), filter.isEmpty() ? "" : "   filter: " + filter)));
    lines.add(
        new Line(
            "%7s %-10s %5s %7s %7s %8s %7s %5s  %-21s %s"
                .formatted(
                    "PID", "METHOD", "CPU%", "RSS MB", "PSS MB", "DONE", "A SEC", "HELD", "STATE",
                    "NAME"),
            Style.TITLE));
    for (int i = firstShown; i < Math.min(shown.size(), firstShown + pageLines); i++) {
      lines.add(line(shown.get(i), i == selected));
    }
    if (shown.isEmpty()) {
      lines.add(
          new Line(
              rows.isEmpty() ? "no program is running" : "no process fits the filter",
              Style.FAINT));
    }
  }

  private String summary() {
    long programs = count(ProcessTable.Role.PROGRAM);
    long standbys = count(ProcessTable.Role.STANDBY);
    double processors = rows.stream().mapToDouble(row -> Math.max(0, row.processorShare())).sum();
    double tasks = rows.stream().mapToDouble(row -> Math.max(0, row.doneASecond())).sum();
    double resident = rows.stream().mapToDouble(TopModel::memory).sum();
    return String.format(
        Locale.ROOT,
        "polyproc top: %d programs, %d processes, %d standbys; %.1f processors, %.0f MB, %.0f tasks a second",
        programs,
        rows.size() - standbys,
        standbys,
        processors,
        resident / KIB,
        tasks);
  }

  private long count(ProcessTable.Role role) {
    return rows.stream().filter(row -> row.process().entry().role() == role).count();
  }

  private Line line(ProcessRow row, boolean isSelected) {
    ObservedProcess process = row.process();
    String text =
        "%7d %-10s %5s %7s %7s %8s %7s %5s  %-21s %s"
            .formatted(
                row.pid(),
                row.method(),
                row.processorShare() < 0
                    ? "-"
                    : String.format(Locale.ROOT, "%.0f", 100 * row.processorShare()),
                megabytes(row.memory().map(ProcessTable.Memory::resident)),
                megabytes(row.shares().map(ProcessTable.Shares::proportional)),
                row.done() < 0 ? "-" : Long.toString(row.done()),
                row.doneASecond() < 0 ? "-" : String.format(Locale.ROOT, "%.1f", row.doneASecond()),
                row.held() < 0 ? "-" : Integer.toString(row.held()),
                state(row),
                (order.value() == null ? "  ".repeat(row.depth()) : "") + row.description());
    return new Line(
        printable(text),
        isSelected
            ? Style.SELECTED
            : process.entry().role() == ProcessTable.Role.STANDBY ? Style.FAINT : Style.PLAIN);
  }

  private static String state(ProcessRow row) {
    String code = row.process().code();
    return code.isEmpty() ? row.process().state() : row.process().state() + ", " + code;
  }

  private static String megabytes(Optional<Long> kib) {
    return kib.map(size -> Long.toString(Math.round(size / (double) KIB))).orElse("-");
  }

  /** Names are the program's: no control characters of theirs reach the terminal. */
  static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private Line footer() {
    if (doomed != null) {
      return new Line(
          "end process %d %s with %s? y/n"
              .formatted(
                  doomed.pid(),
                  printable(doomed.process().name()),
                  doomedAtOnce ? "SIGKILL" : "SIGTERM"),
          Style.WARNING);
    }
    if (typesFilter) {
      return new Line("filter: " + filter + "_   Enter: keep   Esc: none", Style.TITLE);
    }
    if (!message.isEmpty()) {
      return new Line(printable(message), Style.WARNING);
    }
    return new Line(
        text == null
            ? "q quit  ↑↓ select  s sort  / filter  d stack  w why  t terminate  K kill  ? help"
            : "↑↓ space scroll  any other key: back",
        Style.TITLE);
  }

  private static final String HELP =
      """
      polyproc top: this user's programs and their processes, looked at every second

        ↑ ↓ k j      select a process            page up, page down: a screen at a time
        d or Enter   show the Python stacks of the selected process
        w            show who waits for what in its program, and deadlocks
        t            end the selected process with SIGTERM, after a question
        K            the same with SIGKILL
        s            sort: tree, processor, memory, tasks a second, newest
        /            show only rows that contain a text; Esc shows all again
        space        look again now
        q            quit

        CPU%     processors used since the last look, 100 for one
        RSS MB   memory, with what other processes have, too
        PSS MB   memory, of what is shared its share only; measured now and then
        DONE     tasks of its pool that the process has answered; A SEC: of these a second
        HELD     tasks that it has and has not answered
        STATE    with how the function runs that it is in: interpreted, compiling, or compiled
      """;
}
