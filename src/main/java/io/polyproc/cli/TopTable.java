package io.polyproc.cli;

import io.polyproc.cli.StyledLine.Style;
import io.polyproc.observation.ObservedProcess;
import io.polyproc.observation.ProcessFiles;
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
 * The table of processes that {@code polyproc top} shows: its rows, their order, the filter, and
 * which row is selected.
 *
 * <p>Confined to one thread.
 */
final class TopTable {
  static final int HEADER_LINES = 3;

  private static final String ROW = "%s %-10s %5s %7s %7s %8s %7s %5s  %-21s %s";
  private static final int MIN_PID_WIDTH = 7;
  private static final int KIB = 1024;

  /** Largest first; as a tree if there is no value. */
  private record Order(String text, @Nullable ToDoubleFunction<ProcessRow> value) {
    static final List<Order> ALL =
        List.of(
            new Order("tree", null),
            new Order("processor", ProcessRow::processorShare),
            new Order("memory", TopTable::memory),
            new Order("tasks a second", ProcessRow::doneASecond),
            new Order("newest", row -> (double) row.process().entry().startTicks()));

    Order next() {
      return ALL.get((ALL.indexOf(this) + 1) % ALL.size());
    }
  }

  private List<ProcessRow> rows = List.of();
  private Order order = Order.ALL.getFirst();
  private String filter = "";
  private int selectedPid;
  private int firstShown;

  /** Takes over what was seen last. */
  void update(List<ProcessRow> seen) {
    rows = seen;
  }

  void orderByNext() {
    order = order.next();
  }

  String filter() {
    return filter;
  }

  /** Shows only rows that contain a text. */
  void filterBy(String wanted) {
    filter = wanted;
  }

  private static double memory(ProcessRow row) {
    return row.shares()
        .map(ProcessFiles.Shares::proportional)
        .or(() -> row.memory().map(ProcessFiles.Memory::resident))
        .orElse(0L);
  }

  private List<ProcessRow> shown() {
    String wanted = filter.toLowerCase(Locale.ROOT);
    List<ProcessRow> found =
        new ArrayList<>(
            rows.stream()
                .filter(
                    row ->
                        (row.label()
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

  /** The selected row, if it is shown. */
  Optional<ProcessRow> selected() {
    return shown().stream().filter(row -> row.pid() == selectedPid).findFirst();
  }

  /** Selects another row. */
  void move(int by) {
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

  /** What the screen shows: the header, and as many rows as there is room for. */
  List<StyledLine> lines(int pageLines) {
    List<StyledLine> lines = new ArrayList<>();
    List<ProcessRow> shown = shown();
    int selected = indexOfSelected(shown);
    if (selected < 0 && !shown.isEmpty()) {
      selected = Math.clamp(firstShown, 0, shown.size() - 1);
      selectedPid = shown.get(selected).pid();
    }
    firstShown =
        Math.clamp(firstShown, Math.max(0, selected - pageLines + 1), Math.max(0, selected));
    lines.add(StyledLine.plain(summary()));
    lines.add(
        StyledLine.plain(
            "order: %s%s".formatted(order.text(), filter.isEmpty() ? "" : "   filter: " + filter)));
    lines.add(
        new StyledLine(
            ROW.formatted(
                padded("PID"),
                "METHOD",
                "CPU%",
                "RSS MB",
                "PSS MB",
                "DONE",
                "A SEC",
                "HELD",
                "STATE",
                "NAME"),
            Style.TITLE));
    for (int i = firstShown; i < Math.min(shown.size(), firstShown + pageLines); i++) {
      lines.add(line(shown.get(i), i == selected));
    }
    if (shown.isEmpty()) {
      lines.add(
          new StyledLine(
              rows.isEmpty() ? "no program is running" : "no process fits the filter",
              Style.FAINT));
    }
    return lines;
  }

  private String summary() {
    long programs = count(ProcessTable.Role.PROGRAM);
    long standbys = count(ProcessTable.Role.STANDBY);
    double processors = rows.stream().mapToDouble(row -> Math.max(0, row.processorShare())).sum();
    double tasks = rows.stream().mapToDouble(row -> Math.max(0, row.doneASecond())).sum();
    double resident = rows.stream().mapToDouble(TopTable::memory).sum();
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

  private StyledLine line(ProcessRow row, boolean isSelected) {
    ObservedProcess process = row.process();
    String text =
        ROW.formatted(
            padded(row.label()),
            row.method(),
            row.processorShare() < 0
                ? "-"
                : String.format(Locale.ROOT, "%.0f", 100 * row.processorShare()),
            ProcessRow.megabytes(row.memory().map(ProcessFiles.Memory::resident)),
            ProcessRow.megabytes(row.shares().map(ProcessFiles.Shares::proportional)),
            ProcessRow.count(row.done()),
            row.doneASecond() < 0 ? "-" : String.format(Locale.ROOT, "%.1f", row.doneASecond()),
            ProcessRow.count(row.held()),
            state(row),
            (order.value() == null ? "  ".repeat(row.depth()) : "") + row.description());
    return new StyledLine(
        StyledLine.printable(text),
        isSelected
            ? Style.SELECTED
            : process.entry().role() == ProcessTable.Role.STANDBY ? Style.FAINT : Style.PLAIN);
  }

  /** As wide as the widest of the first column. */
  private String padded(String text) {
    int width =
        rows.stream().mapToInt(row -> row.label().length()).reduce(MIN_PID_WIDTH, Math::max);
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private static String state(ProcessRow row) {
    String code = row.process().code();
    return code.isEmpty() ? row.process().state() : row.process().state() + ", " + code;
  }
}
