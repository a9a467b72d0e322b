# conformance: curses on a terminal: windows, colours, keys and errors
import os
import subprocess
import sys
import threading


def draw(screen, curses, facts):
    def attempt(function, *args):
        try:
            facts.append(repr(function(*args)))
        except curses.error as e:
            facts.append(f"error: {e}")

    curses.start_color()
    curses.init_pair(1, curses.COLOR_RED, curses.COLOR_BLACK)
    screen.addstr(1, 2, "text", curses.color_pair(1) | curses.A_BOLD)
    screen.addch(3, 3, "x")
    screen.addch(curses.ACS_DIAMOND)
    screen.hline(5, 1, "-", 10)
    screen.box()
    screen.refresh()
    window = curses.newwin(5, 10, 8, 8)
    window.border()
    window.addstr(1, 1, b"inner")
    window.chgat(1, 1, 2, curses.A_REVERSE)
    window.refresh()
    part = window.derwin(2, 3, 1, 1)
    pad = curses.newpad(20, 20)
    pad.addstr("pad")
    pad.refresh(0, 0, 15, 15, 18, 19)
    facts += map(str, (screen.getmaxyx(), screen.getyx(), window.getbegyx(), part.getparyx(), curses.LINES, curses.COLS,
                       curses.COLORS, curses.color_content(1), curses.pair_content(1), screen.inch(3, 3),
                       screen.instr(1, 2, 4), window.inch(1, 1) & curses.A_REVERSE != 0, curses.keyname(258),
                       curses.termname(), curses.tigetnum("cols"), curses.tparm(curses.tigetstr("cup"), 1, 2),
                       curses.has_colors(), curses.unctrl(3), window.enclose(9, 9), window.enclose(1, 1),
                       curses.pair_number(curses.color_pair(1)), screen.is_wintouched()))
    curses.ungetch("a")
    attempt(screen.getch)
    curses.unget_wch("é")
    attempt(screen.get_wch)
    curses.ungetch(curses.KEY_UP)
    attempt(screen.getkey)
    screen.nodelay(True)
    attempt(screen.getch)
    attempt(screen.getkey)
    attempt(screen.addstr, 100, 100, "x")
    attempt(screen.addstr, 100, 100, b"x")
    attempt(screen.move, 99, 0)


if len(sys.argv) > 1:
    import curses
    found = []
    curses.wrapper(draw, curses, found)
    with open("facts", "w") as file:
        file.write("\n".join(found))
else:
    terminal, end = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", "LINES": "24", "COLUMNS": "80"}
    child = subprocess.Popen([sys.executable, __file__, "child"], stdin=end, stdout=end, env=environment)
    os.close(end)
    shown = []

    def read():
        try:
            while content := os.read(terminal, 4096):
                shown.append(content)
        except OSError:
            pass  # the terminal's other end is closed

    reader = threading.Thread(target=read)
    reader.start()
    print(child.wait())
    reader.join()
    with open("facts") as file:
        print(file.read())
    print(b"pad" in b"".join(shown), b"text" in b"".join(shown))
