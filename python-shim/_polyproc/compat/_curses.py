"""`_curses`, which GraalPy 25.0.3 has no module for: calls of the system's ncurses.

`man 3 curses` says what a function does. Where ncurses returns ERR, `error` is raised.
"""
# Needed while: from importlib.util import find_spec; find_spec("_curses") is None

import operator
import os
import sys

from _polyproc.compat import curses_calls as _ncurses
from _polyproc.compat import curses_window as _windows
from _polyproc.compat import structseq
from _polyproc.compat.arguments import c_int
from _polyproc.compat.curses_calls import error
from _polyproc.compat.curses_constants import CONSTANTS, LINE_DRAWING
from _polyproc.compat.curses_window import window as window
from _polyproc.compat.libc import _native, builtin, call_once, find_pointer, integer, read_int, read_text

_module = builtin("_curses")
globals().update(CONSTANTS)
_A_COLOR = CONSTANTS["A_COLOR"]
version = b"2.2"
__version__ = b"2.2"
_is_set_up = _is_initialised = _has_color = False


def _need_set_up():
    if not _is_set_up:
        raise error("must call (at least) setupterm() first")


def _need_initialised():
    if not _is_initialised:
        raise error("must call initscr() first")


def _need_color():
    _need_initialised()
    if not _has_color:
        raise error("must call start_color() first")


# Starting and ending


@_module
def setupterm(term=None, fd=-1):
    """Initialize the terminal."""
    global _is_set_up
    fd = c_int(fd)
    if fd == -1:
        if sys.stdout is None:
            raise error("lost sys.stdout")
        fd = sys.stdout.fileno()
    if _is_set_up:
        return
    problem = bytearray(4)
    if (
        _ncurses.call("setupterm", 0 if term is None else term.encode() if isinstance(term, str) else term, fd, problem)
        == _ncurses.ERR
    ):
        number = integer(problem, 0)
        raise error(
            {0: "setupterm: could not find terminal", -1: "setupterm: could not find terminfo database"}.get(
                number, "setupterm: unknown error"
            )
        )
    _is_set_up = True


@_module
def initscr():
    """Initialize the library; returns the window of the whole screen."""
    global _is_set_up, _is_initialised
    if _is_initialised:
        _ncurses.call("wrefresh", _variable("stdscr"))
        return _windows.made(_variable("stdscr"), _windows.SCREEN)
    screen = _windows.made(_ncurses.pointer("initscr"), _windows.SCREEN)
    _is_set_up = _is_initialised = True
    table = int(_native.address(_ncurses.LIBRARY + "acs_map"))
    for name, character in LINE_DRAWING.items():
        globals()[name] = read_int(table + 4 * ord(character), 4)
    _note_size()
    return screen


def _variable(name, size=8, signed=False):
    return read_int(int(_native.address(_ncurses.LIBRARY + name)), size, signed)


def _note_size():
    globals()["LINES"], globals()["COLS"] = (_variable(name, 4) for name in ("LINES", "COLS"))
    curses = sys.modules.get("curses")
    if curses is not None:
        curses.LINES, curses.COLS = globals()["LINES"], globals()["COLS"]


@_module
def newwin(nlines, ncols, begin_y=0, begin_x=0, /):
    """newwin(nlines, ncols, [begin_y=0, begin_x=0]): return a new window."""
    _need_initialised()
    return _windows.made(_ncurses.pointer("newwin", *map(c_int, (nlines, ncols, begin_y, begin_x))))


@_module
def newpad(nlines, ncols, /):
    """Create and return a pad of the given number of lines and columns."""
    _need_initialised()
    return _windows.made(_ncurses.pointer("newpad", c_int(nlines), c_int(ncols)))


@_module
def getwin(file, /):
    """Read window related data stored in the file by an earlier putwin() call."""
    _need_initialised()
    content = file.read()
    if not isinstance(content, bytes):
        raise TypeError(f"f.read() returned {type(content).__name__} instead of bytes")
    stream = find_pointer("tmpfile")[0]
    if not stream:
        raise error("no temporary file")
    try:
        fd = call_once("fileno", stream)[0]
        os.write(fd, content)
        call_once("rewind", stream)
        return _windows.made(_ncurses.pointer("getwin", stream))
    finally:
        call_once("fclose", stream)


def _switch(name, off):
    def switch(flag=True, /):
        _need_initialised()
        function = name if flag else off
        if name in ("qiflush",):
            _ncurses.call(function)
        else:
            _ncurses.checked(_ncurses.call(function), name)

    return _named(switch, name)


def _named(function, name, doc=None):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc or f"The function {name} of ncurses; see its manual page."
    return _module(function)


def _simple(name, arguments=0, need=_need_initialised, result=None, flags=False):
    def function(*args):
        need()
        if len(args) != arguments:
            raise TypeError(f"{name}() takes exactly {arguments} arguments ({len(args)} given)")
        found = _ncurses.call(name, *(int(bool(each)) if flags else c_int(each) for each in args))
        if result is None:
            _ncurses.checked(found, name)
        elif result is bool:
            return bool(found & 0xFF)
        elif result is int:
            _ncurses.checked(found, name)
            return found

    return _named(function, name)


def _nothing():
    """For functions that need nothing before."""


for _name in (
    "beep def_prog_mode def_shell_mode doupdate endwin flash nocbreak noecho nonl noraw reset_prog_mode "
    "reset_shell_mode resetty savetty use_default_colors".split()
):
    globals()[_name] = _simple(_name)
for _name, _off in (("cbreak", "nocbreak"), ("echo", "noecho"), ("nl", "nonl"), ("raw", "noraw"), ("qiflush", "noqiflush")):
    globals()[_name] = _switch(_name, _off)
for _name in "can_change_color has_colors has_ic has_il isendwin".split():
    globals()[_name] = _simple(_name, result=bool)
noqiflush = _simple("noqiflush", result=str)
flushinp = _simple("flushinp", result=str)
filter = _simple("filter", need=_nothing, result=str)
baudrate = _simple("baudrate", result=int)
curs_set = _simple("curs_set", 1, result=int)
delay_output = _simple("delay_output", 1)
halfdelay = _simple("halfdelay", 1)
mouseinterval = _simple("mouseinterval", 1)
resize_term = _simple("resize_term", 2)
set_escdelay = _simple("set_escdelay", 1, _nothing)
set_tabsize = _simple("set_tabsize", 1, _nothing)
typeahead = _simple("typeahead", 1)
use_env = _simple("use_env", 1, _nothing, str, flags=True)
is_term_resized = _simple("is_term_resized", 2, result=bool)
has_key = _simple("has_key", 1, result=bool)


@_module
def resizeterm(nlines, ncols, /):
    """Resize the standard and current windows to the specified dimensions."""
    _need_initialised()
    _ncurses.checked(_ncurses.call("resizeterm", c_int(nlines), c_int(ncols)), "resizeterm")
    _note_size()


@_module
def update_lines_cols():
    """Update the LINES and COLS module variables."""
    _need_initialised()
    _note_size()


@_module
def napms(ms, /):
    """Sleep for specified time, in milliseconds."""
    _need_initialised()
    return _ncurses.call("napms", c_int(ms))


@_module
def intrflush(flag, /):
    """Whether pressing an interrupt key flushes all output in the terminal driver queue."""
    _need_initialised()
    _ncurses.checked(_ncurses.call("intrflush", 0, int(bool(flag))), "intrflush")


@_module
def meta(yes, /):
    """Enable/disable meta keys."""
    _need_initialised()
    _ncurses.checked(_ncurses.call("meta", _variable("stdscr"), int(bool(yes))), "meta")


@_module
def ungetch(ch, /):
    """Push ch so the next getch() will return it."""
    _need_initialised()
    _ncurses.checked(_ncurses.call("ungetch", _ncurses.cell(ch, "utf-8")), "ungetch")


@_module
def unget_wch(ch, /):
    """Push ch so the next get_wch() will return it."""
    _need_initialised()
    if isinstance(ch, str):
        if len(ch) != 1:
            raise TypeError(f"expect str of length 1 or int, got a str of length {len(ch)}")
        ch = ord(ch)
    _ncurses.checked(_ncurses.call("unget_wch", operator.index(ch)), "unget_wch")


@_module
def get_escdelay():
    """Gets the curses ESCDELAY setting, in milliseconds."""
    return _variable("ESCDELAY", 4, True)


@_module
def get_tabsize():
    """Gets the curses TABSIZE setting."""
    return _variable("TABSIZE", 4, True)


@_module
def termattrs():
    """Return a logical OR of all video attributes supported by the terminal."""
    _need_initialised()
    return _ncurses.call("termattrs") & _ncurses.WORD


def _character(name):
    def function():
        _need_initialised()
        return bytes((_ncurses.call(name) & 0xFF,))

    return _named(function, name)


erasechar, killchar = _character("erasechar"), _character("killchar")


def _string(name):
    def function():
        _need_initialised()
        return read_text(_ncurses.pointer(name)) or b""

    return _named(function, name)


longname, termname = _string("longname"), _string("termname")


@_module
def keyname(key, /):
    """Return the name of specified key."""
    _need_initialised()
    key = c_int(key)
    if key < 0:
        raise ValueError("invalid key number")
    return read_text(_ncurses.pointer("keyname", key)) or b""


@_module
def unctrl(ch, /):
    """Return a bytes object which is a printable representation of the character ch."""
    _need_initialised()
    return read_text(_ncurses.pointer("unctrl", _ncurses.cell(ch, "utf-8"))) or b""


# Colours


@_module
def start_color():
    """Initializes eight basic colors and global variables COLORS and COLOR_PAIRS."""
    global _has_color
    _need_initialised()
    _ncurses.checked(_ncurses.call("start_color"), "start_color")
    _has_color = True
    globals()["COLORS"], globals()["COLOR_PAIRS"] = (_variable(name, 4) for name in ("COLORS", "COLOR_PAIRS"))


@_module
def color_pair(pair_number, /):
    """Return the attribute value for displaying text in the specified color."""
    _need_color()
    return c_int(pair_number) << 8 & _A_COLOR


@_module
def pair_number(attr, /):
    """Return the number of the color-pair set by the specified attribute value."""
    _need_color()
    return (c_int(attr) & _A_COLOR) >> 8


def _color(value, least=0):
    number = operator.index(value)
    most = globals()["COLORS"] - 1
    if number < least:
        raise ValueError(f"Color number is less than {'0' if least == 0 else least}")
    if number > most:
        raise ValueError(f"Color number is greater than COLORS-1 ({most}).")
    return number


@_module
def init_pair(pair_number, fg, bg, /):
    """Change the definition of a color-pair."""
    _need_color()
    _ncurses.checked(
        _ncurses.call("init_extended_pair", c_int(pair_number), _color(fg, -1), _color(bg, -1)), "init_extended_pair"
    )


@_module
def init_color(color_number, r, g, b, /):
    """Change the definition of a color: red, green and blue from 0 to 1000."""
    _need_color()
    _ncurses.checked(
        _ncurses.call("init_extended_color", _color(color_number), c_int(r), c_int(g), c_int(b)),
        "init_extended_color",
    )


@_module
def color_content(color_number, /):
    """Return the red, green, and blue (RGB) components of the specified color."""
    _need_color()
    parts = [bytearray(4) for _ in range(3)]
    _ncurses.checked(_ncurses.call("extended_color_content", _color(color_number), *parts), "extended_color_content")
    return tuple(integer(part, 0) for part in parts)


@_module
def pair_content(pair_number, /):
    """Return a tuple (fg, bg) containing the colors for the requested color pair."""
    _need_color()
    parts = [bytearray(4) for _ in range(2)]
    _ncurses.checked(_ncurses.call("extended_pair_content", c_int(pair_number), *parts), "extended_pair_content")
    return tuple(integer(part, 0) for part in parts)


@_module
def has_extended_color_support():
    """Return True if the module supports extended colors; otherwise, return False."""
    return _native.has(_ncurses.LIBRARY + "init_extended_color")


# The mouse and the cursor


@_module
def mousemask(newmask, /):
    """Set the mouse events to be reported, and return a tuple (availmask, oldmask)."""
    _need_initialised()
    former = bytearray(8)
    available = _ncurses.call("mousemask", operator.index(newmask) & _ncurses.WORD, former)
    return available & _ncurses.WORD, integer(former, 0, signed=False)


@_module
def getmouse():
    """Retrieve the queued mouse event: a 5-tuple (id, x, y, z, bstate)."""
    _need_initialised()
    event = bytearray(24)
    _ncurses.checked(_ncurses.call("getmouse", event), "getmouse")
    return (integer(event, 0, 2), integer(event, 4), integer(event, 8), integer(event, 12), integer(event, 16, signed=False))


@_module
def ungetmouse(id, x, y, z, bstate, /):
    """Push a KEY_MOUSE event onto the input queue."""
    _need_initialised()
    event = b"".join(((c_int(part) & _ncurses.WORD).to_bytes(4, "little") for part in (id, x, y, z)))
    _ncurses.checked(
        _ncurses.call("ungetmouse", event + (operator.index(bstate) & _ncurses.WORD).to_bytes(4, "little")), "ungetmouse"
    )


@_module
def getsyx():
    """Return the current coordinates of the virtual screen cursor."""
    _need_initialised()
    screen = _variable("newscr")
    if _ncurses.call("is_leaveok", screen) & 0xFF:
        return -1, -1
    return _ncurses.call("getcury", screen), _ncurses.call("getcurx", screen)


@_module
def setsyx(y, x, /):
    """Set the virtual screen cursor."""
    _need_initialised()
    screen, y, x = _variable("newscr"), c_int(y), c_int(x)
    hidden = y == -1 and x == -1
    _ncurses.call("leaveok", screen, int(hidden))
    if not hidden:
        _ncurses.call("wmove", screen, y, x)


# Terminfo


def _capability(name):
    return name.encode() if isinstance(name, str) else bytes(name)


@_module
def tigetflag(capname, /):
    """Return the value of the Boolean capability; -1 if it is none."""
    _need_set_up()
    return _ncurses.call("tigetflag", _capability(capname))


@_module
def tigetnum(capname, /):
    """Return the value of the numeric capability; -2 if it is none."""
    _need_set_up()
    return _ncurses.call("tigetnum", _capability(capname))


@_module
def tigetstr(capname, /):
    """Return the value of the string capability; None if it is none."""
    _need_set_up()
    found = _ncurses.pointer("tigetstr", _capability(capname))
    return None if found in (0, -1) else read_text(found)


@_module
def tparm(str, i1=0, i2=0, i3=0, i4=0, i5=0, i6=0, i7=0, i8=0, i9=0, /):
    """Instantiate the specified byte string with the supplied parameters."""
    _need_set_up()
    found = _ncurses.pointer("tparm", bytes(str), *map(operator.index, (i1, i2, i3, i4, i5, i6, i7, i8, i9)))
    if not found:
        raise error("tparm() returned NULL")
    return read_text(found)


@_module
def putp(string, /):
    """Emit the value of a specified terminfo capability for the current terminal."""
    result = _ncurses.call("putp", bytes(string))
    call_once("fflush", 0)
    _ncurses.checked(result, "putp")


def _versions():
    text = (read_text(_ncurses.pointer("curses_version")) or b"").decode().rpartition(" ")[2].split(".")
    numbers = [int(part) for part in text if part.isdigit()]
    kind = structseq.make("curses", "ncurses_version", ("major", "minor", "patch"), "Ncurses version information.")
    return kind((numbers + [0, 0, 0])[:3])


ncurses_version = _versions()
del _name, _off
