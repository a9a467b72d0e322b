package io.polyproc.cli;

import io.polyproc.observation.NodePids;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/** The terminal of {@code polyproc top}: reads keys, and shows what {@link TopModel} has. */
final class TopScreen implements AutoCloseable {
  /** A key sends its sequence at once; a lone Escape is one that nothing follows. */
  private static final long SEQUENCE_MILLIS = 50;

  // ECMA-48: what a sequence of keys, or an answer of the terminal's, has between its beginning and
  // its last character.
  private static final int FIRST_OF_SEQUENCE = ' ';
  private static final int FIRST_LAST = '@';

  private static final int NOTHING = NonBlockingReader.READ_EXPIRED;
  private static final int END = NonBlockingReader.EOF;

  private final Terminal terminal;
  private final Display display;
  private final Attributes attributes;
  private final NonBlockingReader reader;
  private final Watch watch;
  private final TopModel model = new TopModel();
  private @Nullable Size shownSize;

  /**
   * Takes the terminal over.
   *
   * @param watch stays the caller's
   * @throws IOException if there is no terminal
   */
  TopScreen(Watch watch) throws IOException {
    this.watch = watch;
    terminal = TerminalBuilder.builder().system(true).dumb(false).build();
    display = new Display(terminal, true);
    reader = terminal.reader();
    attributes = terminal.enterRawMode();
    Attributes raw = terminal.getAttributes();
    raw.setLocalFlag(Attributes.LocalFlag.ISIG, false); // Ctrl-C is a key like others
    terminal.setAttributes(raw);
    terminal.puts(Capability.enter_ca_mode);
    terminal.puts(Capability.cursor_invisible);
    terminal.flush();
  }

  /**
   * Shows processes until the user has enough.
   *
   * @param intervalMillis from look to look
   */
  void run(long intervalMillis) throws IOException {
    long next = System.nanoTime();
    while (true) {
      if (System.nanoTime() - next >= 0) {
        model.update(watch.look());
        next = System.nanoTime() + intervalMillis * 1_000_000;
      }
      draw();
      long left = Math.max(1, (next - System.nanoTime()) / 1_000_000);
      int key = key(left);
      if (key == END) {
        return;
      }
      if (key == NOTHING) {
        continue;
      }
      switch (model.press(key)) {
        case TopModel.Request.Quit _ -> {
          return;
        }
        case TopModel.Request.Redraw _ -> {}
        case TopModel.Request.Look _ -> next = System.nanoTime();
        case TopModel.Request.Stack stack -> model.show(text(() -> watch.stack(stack.pid())));
        case TopModel.Request.Why why -> model.show(text(() -> watch.waits(why.pid()).text()));
        case TopModel.Request.Kill kill -> {
          kill(kill);
          next = System.nanoTime();
        }
      }
    }
  }

  /** What is asked of the watch. */
  @FunctionalInterface
  private interface Question {
    String ask() throws IOException;
  }

  private static String text(Question question) {
    try {
      return question.ask();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void kill(TopModel.Request.Kill kill) {
    int pid = NodePids.pid(kill.pid());
    try {
      watch.signal(kill.pid(), kill.atOnce() ? Processes.SIGKILL : Processes.SIGTERM);
      model.say("process " + pid + " was sent the signal");
    } catch (IOException e) {
      model.say("process " + pid + " could not be sent the signal: " + e.getMessage());
    }
  }

  private void draw() {
    Size size = terminal.getSize();
    int width = Math.max(1, size.getColumns());
    int height = Math.max(1, size.getRows());
    if (!size.equals(shownSize)) {
      display.clear();
      display.resize(size);
      shownSize = size;
    }
    List<AttributedString> lines = new ArrayList<>();
    for (StyledLine line : model.lines(width, height)) {
      lines.add(new AttributedString(line.text(), style(line.style())));
    }
    display.update(lines, 0);
  }

  private static AttributedStyle style(StyledLine.Style style) {
    return switch (style) {
      case PLAIN -> AttributedStyle.DEFAULT;
      case TITLE -> AttributedStyle.DEFAULT.bold();
      case SELECTED -> AttributedStyle.DEFAULT.inverse();
      case FAINT -> AttributedStyle.DEFAULT.faint();
      case WARNING -> AttributedStyle.DEFAULT.bold().inverse();
    };
  }

  /** The next key, as {@link TopModel} has it; {@link #NOTHING} if there was none in time. */
  private int key(long millis) throws IOException {
    int first = reader.read(millis);
    if (first != TopModel.ESCAPE) {
      return first;
    }
    int second = reader.read(SEQUENCE_MILLIS);
    if (second != '[' && second != 'O') {
      return TopModel.ESCAPE;
    }
    StringBuilder sequence = new StringBuilder();
    int last = reader.read(SEQUENCE_MILLIS);
    while (last >= FIRST_OF_SEQUENCE && last < FIRST_LAST) {
      sequence.append((char) last);
      last = reader.read(SEQUENCE_MILLIS);
    }
    return switch (sequence.append((char) Math.max(0, last)).toString()) {
      case "A" -> TopModel.UP;
      case "B" -> TopModel.DOWN;
      case "5~" -> TopModel.PAGE_UP;
      case "6~" -> TopModel.PAGE_DOWN;
      default -> NOTHING;
    };
  }

  /** Gives the terminal back as it was. */
  @Override
  public void close() throws IOException {
    terminal.puts(Capability.cursor_visible);
    terminal.puts(Capability.exit_ca_mode);
    terminal.flush();
    terminal.setAttributes(attributes);
    terminal.close();
  }
}
