package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.observation.ObservedProcess;
import io.polyproc.observation.ProcessRow;
import io.polyproc.observation.ProcessTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TopModelTest {
  private static final int WIDTH = 100;
  private static final int HEIGHT = 10;

  private final TopModel model = new TopModel();

  @BeforeEach
  void setUp() {
    model.update(
        List.of(row(10, "main", 0, 0.1), row(11, "first", 1, 0.9), row(12, "second", 1, 0.5)));
  }

  private static ProcessRow row(int pid, String name, int depth, double share) {
    ProcessTable.Role role = depth == 0 ? ProcessTable.Role.PROGRAM : ProcessTable.Role.PROCESS;
    ProcessTable.Entry entry =
        new ProcessTable.Entry(pid, 1, role, "polyproc " + name, 'S', pid, 1.0);
    ObservedProcess process =
        new ObservedProcess(
            entry, name, "fork", "", List.of(), List.of(), List.of(), List.of(), Map.of());
    return new ProcessRow(
        process, "", depth, share, Optional.empty(), Optional.empty(), 5, 2.0, 1, List.of());
  }

  private List<StyledLine> lines() {
    return model.lines(WIDTH, HEIGHT);
  }

  private List<String> names() {
    return lines().stream()
        .map(StyledLine::text)
        .filter(line -> line.contains("no Python"))
        .map(line -> line.strip().replaceAll(".* ", ""))
        .toList();
  }

  private TopModel.Request press(int... keys) {
    TopModel.Request last = new TopModel.Request.Redraw();
    for (int key : keys) {
      last = model.press(key);
    }
    return last;
  }

  @Test
  void shouldFillTheScreenAndNoMore() {
    List<StyledLine> lines = lines();
    assertEquals(HEIGHT, lines.size());
    assertTrue(lines.stream().allMatch(line -> line.text().length() <= WIDTH));
    assertEquals(3, model.lines(20, 3).size());
    assertEquals(List.of("main", "first", "second"), names());
  }

  @Test
  void shouldSortByProcessors() {
    var _ = press('s');
    assertEquals(List.of("first", "second", "main"), names());
  }

  @Test
  void shouldFilterWhileTyping() {
    var _ = press('/', 's', 'e', 'x', TopModel.BACKSPACE, 'c');
    assertEquals(List.of("second"), names());
    var _ = press(TopModel.ESCAPE);
    assertEquals(3, names().size());
  }

  @Test
  void shouldSelectAndAskForStacks() {
    var _ = lines();
    assertEquals(new TopModel.Request.Stack(10), press('d'));
    assertEquals(new TopModel.Request.Why(11), press(TopModel.DOWN, 'w'));
    model.show("a stack");
    assertTrue(lines().getFirst().text().startsWith("a stack"));
    assertInstanceOf(TopModel.Request.Redraw.class, press('x'));
    assertEquals(3, names().size());
  }

  @Test
  void shouldEndNothingWithoutAYes() {
    var _ = lines();
    assertEquals(new TopModel.Request.Redraw(), press(TopModel.DOWN, 't', 'n'));
    assertEquals(new TopModel.Request.Redraw(), press('t', TopModel.ENTER));
    assertEquals(new TopModel.Request.Kill(11, false), press('t', 'y'));
    assertEquals(new TopModel.Request.Kill(11, true), press('K', 'y'));
  }

  @Test
  void shouldKeepTheSelectedProcessWhenOthersEnd() {
    var _ = lines();
    var _ = press(TopModel.DOWN, TopModel.DOWN);
    model.update(List.of(row(12, "second", 1, 0.5)));
    assertEquals(new TopModel.Request.Stack(12), press('d'));
    model.update(List.of());
    assertInstanceOf(TopModel.Request.Redraw.class, press('d'));
    assertInstanceOf(TopModel.Request.Quit.class, press('q'));
  }

  @Test
  void shouldPassNoControlCharactersOn() {
    model.update(List.of(row(10, "a\033[2Jb", 0, 0)));
    assertTrue(lines().stream().noneMatch(line -> line.text().contains("\033")));
    assertInstanceOf(TopModel.Request.Quit.class, press(3));
  }
}
