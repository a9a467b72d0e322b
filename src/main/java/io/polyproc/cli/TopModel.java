package io.polyproc.cli;

import io.polyproc.cli.StyledLine.Style;
import io.polyproc.observation.ProcessRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the screen of {@code polyproc top} shows, a {@link TopTable} or a text, and what each key
 * changes of it; without a terminal.
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

  private static final int FOOTER_LINES = 1;

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

  private final TopTable table = new TopTable();
  private boolean typesFilter;
  private int pageLines = 1;
  private @Nullable List<String> text;
  private int firstTextLine;
  private String message = "";

  /** A process that is to be ended once that is confirmed. */
  private @Nullable ProcessRow doomed;

  private boolean doomedAtOnce;

  /** Takes over what was seen last. */
  void update(List<ProcessRow> seen) {
    table.update(seen);
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
      table.filterBy("");
    } else if (key == BACKSPACE || key == CONTROL_H) {
      String filter = table.filter();
      table.filterBy(
          filter.isEmpty()
              ? ""
              : filter.substring(0, filter.offsetByCodePoints(filter.length(), -1)));
    } else if (key >= FIRST_CHARACTER) {
      table.filterBy(table.filter() + Character.toString(key));
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
      case UP, 'k' -> table.move(-1);
      case DOWN, 'j' -> table.move(1);
      case PAGE_UP -> table.move(-pageLines);
      case PAGE_DOWN -> table.move(pageLines);
      case 's' -> table.orderByNext();
      case '/' -> typesFilter = true;
      case ESCAPE -> table.filterBy("");
      case ' ' -> {
        return new Request.Look();
      }
      case 'd', ENTER, '\n' -> {
        return table.selected().<Request>map(row -> new Request.Stack(row.pid())).orElse(nothing());
      }
      case 'w' -> {
        return table.selected().<Request>map(row -> new Request.Why(row.pid())).orElse(nothing());
      }
      case 't', 'K' -> {
        doomed = table.selected().orElse(null);
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

  /** What the screen shows, as many lines as it has, each no longer than it is wide. */
  List<StyledLine> lines(int width, int height) {
    pageLines = Math.max(1, height - TopTable.HEADER_LINES - FOOTER_LINES);
    List<StyledLine> lines = new ArrayList<>();
    if (text == null) {
      lines.addAll(table.lines(pageLines));
    } else {
      text.stream()
          .skip(firstTextLine)
          .limit(height - 1L)
          .map(StyledLine::plain)
          .forEach(lines::add);
    }
    while (lines.size() < height - 1) {
      lines.add(StyledLine.plain(""));
    }
    List<StyledLine> cut = new ArrayList<>();
    lines.stream().limit(Math.max(0, height - 1)).forEach(line -> cut.add(line.cut(width)));
    cut.add(footer().cut(width));
    return cut;
  }

  private StyledLine footer() {
    if (doomed != null) {
      return new StyledLine(
          "end process %s %s with %s? y/n"
              .formatted(
                  doomed.label(),
                  StyledLine.printable(doomed.process().name()),
                  doomedAtOnce ? "SIGKILL" : "SIGTERM"),
          Style.WARNING);
    }
    if (typesFilter) {
      return new StyledLine(
          "filter: " + table.filter() + "_   Enter: keep   Esc: none", Style.TITLE);
    }
    if (!message.isEmpty()) {
      return new StyledLine(StyledLine.printable(message), Style.WARNING);
    }
    return new StyledLine(
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
