"""`_curses`, which GraalPy 25.0.3 has no module for: calls of the system's ncurses.

A method of a window is the function of that name with a `w` before it; `man 3 curses` says what it does. Where
ncurses returns ERR, `error` is raised.
"""
# Needed while: from importlib.util import find_spec; find_spec("_curses") is None

import operator
import os
import sys

from _polyproc.compat import structseq
from _polyproc.compat.curses_constants import CONSTANTS, LINE_DRAWING
from _polyproc.compat.libc import Memory, _native, builtin, call_once, find_pointer, integer, read_int, read_text

_LIBRARY = "libncursesw.so.6:"
if not _native.has(_LIBRARY + "initscr"):
    raise ImportError("curses needs ncurses 6 (libncursesw.so.6), which this system has not")

_module = builtin("_curses")
globals().update(CONSTANTS)
_ERR = -1
_KEY_CODE_YES = 0o400
_A_COLOR = CONSTANTS["A_COLOR"]
_WORD = 0xFFFFFFFF
version = b"2.2"
__version__ = b"2.2"
_is_set_up = _is_initialised = _has_color = False


class error(Exception):
    """Exception raised when a curses library function returns an error."""

    __module__ = "_curses"


def _call(name, *args):
    return call_once(_LIBRARY + name, *args)[0]


def _pointer(name, *args):
    return find_pointer(_LIBRARY + name, *args)[0]


def _checked(result, name):
    if result == _ERR:
        raise error(f"{name}() returned ERR")


def _made(address):
    if not address:
        raise error("curses function returned NULL")
    return window(_KEY, address)


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


def _number(value):
    number = operator.index(value)
    if not -0x80000000 <= number <= 0x7FFFFFFF:
        raise OverflowError("Python int too large to convert to C int")
    return number


# Arguments of windows


def _move(win, place, name):
    if place is not None:
        _checked(_call("wmove", win._address, *place), name)


def _cell(character, encoding):
    """A character with attributes, as the functions of `chtype` take it."""
    if isinstance(character, int):
        return character & _WORD
    if isinstance(character, str):
        if len(character) != 1:
            raise TypeError(f"expect bytes or str of length 1, or int, got a str of length {len(character)}")
        content = character.encode(encoding)
        if len(content) != 1:
            raise OverflowError("byte doesn't fit in a chtype")
        return content[0]
    if isinstance(character, (bytes, bytearray)):
        if len(character) != 1:
            raise TypeError(f"expect bytes or str of length 1, or int, got a bytes of length {len(character)}")
        return character[0]
    raise TypeError(f"expect bytes or str of length 1, or int, got {type(character).__name__}")


def _text(text, encoding):
    if isinstance(text, str):
        content = text.encode(encoding)
    elif isinstance(text, bytes):
        content = text
    else:
        raise TypeError(f"expect bytes or str, got {type(text).__name__}")
    if b"\0" in content:
        raise ValueError("embedded null character")
    return content


_KEY = object()
_WIDE = {"addstr": "addwstr", "addnstr": "addnwstr", "insstr": "inswstr", "insnstr": "insn_wstr"}
"""What CPython calls for text, by the method."""


class window:
    """A window of ncurses."""

    __module__ = "_curses"

    def __init__(self, key=None, address=0, around=None):
        if key is not _KEY:
            raise TypeError("cannot create '_curses.window' instances")
        self._address = address
        self._around = around  # of a part, which is not to go before it
        import locale

        self.encoding = around.encoding if around is not None else locale.getencoding()

    def __del__(self):
        if self._address and self._around is not _SCREEN:
            _call("delwin", self._address)

    # Text

    def _write(self, name, function, args, counted):
        least = 2 if counted else 1
        place, rest = (args[:2], args[2:]) if len(args) > least + 1 else (None, args)
        if not least <= len(rest) <= least + 1:
            raise TypeError(f"{name} requires {least} to {least + 3} arguments")
        content = _text(rest[0], self.encoding)
        count = _number(rest[1]) if counted else -1
        if counted and isinstance(rest[0], str) and count >= 0:
            content, count = rest[0][:count].encode(self.encoding), -1
        name = _WIDE[name] if isinstance(rest[0], str) else name
        _move(self, place and tuple(map(_number, place)), name)
        attributes = rest[least:]
        if attributes:
            former = _call("getattrs", self._address) & _WORD
            _call("wattrset", self._address, _number(attributes[0]))
        result = _call(function, self._address, content, count)
        if attributes:
            _call("wattrset", self._address, former)
        _checked(result, name)

    def addstr(self, *args):
        """addstr([y, x,] str, [attr]): paint the string."""
        self._write("addstr", "waddnstr", args, False)

    def addnstr(self, *args):
        """addnstr([y, x,] str, n, [attr]): paint at most n characters of the string."""
        self._write("addnstr", "waddnstr", args, True)

    def insstr(self, *args):
        """insstr([y, x,] str, [attr]): insert the string before the character under the cursor."""
        self._write("insstr", "winsnstr", args, False)

    def insnstr(self, *args):
        """insnstr([y, x,] str, n, [attr]): insert at most n characters of the string."""
        self._write("insnstr", "winsnstr", args, True)

    def _put(self, name, function, args):
        place, rest = (tuple(map(_number, args[:2])), args[2:]) if len(args) > 2 else (None, args)
        if not 1 <= len(rest) <= 2:
            raise TypeError(f"{name} requires 1 to 4 arguments")
        character = rest[0]
        if isinstance(character, str) and len(character) == 1 and not character.isascii():
            (self.insstr if function == "winsch" else self.addstr)(*args)
            return
        cell = _cell(character, self.encoding)
        _move(self, place, name)
        attribute = _number(rest[1]) if len(rest) > 1 else 0
        _checked(_call(function, self._address, (cell | attribute) & _WORD), name)

    def addch(self, *args):
        """addch([y, x,] ch, [attr=_curses.A_NORMAL]): paint the character."""
        self._put("addch", "waddch", args)

    def insch(self, *args):
        """insch([y, x,] ch, [attr=_curses.A_NORMAL]): insert the character before the one under the cursor."""
        self._put("insch", "winsch", args)

    def echochar(self, ch, attr=0, /):
        """Add character ch with attribute attr, and refresh."""
        function = "pechochar" if self._is_pad() else "wechochar"
        _checked(_call(function, self._address, _cell(ch, self.encoding) | _number(attr)), "echochar")

    def bkgd(self, ch, attr=0, /):
        """Set the background property of the window."""
        _checked(_call("wbkgd", self._address, _cell(ch, self.encoding) | _number(attr)), "bkgd")

    def bkgdset(self, ch, attr=0, /):
        """Set the window's background."""
        _call("wbkgdset", self._address, _cell(ch, self.encoding) | _number(attr))

    def getbkgd(self):
        """Return the window's current background character/attribute pair."""
        return _call("getbkgd", self._address) & _WORD

    def _line(self, name, args):
        place, rest = (tuple(map(_number, args[:2])), args[2:]) if len(args) > 3 else (None, args)
        if not 2 <= len(rest) <= 3:
            raise TypeError(f"{name} requires 2 to 5 arguments")
        _move(self, place, name)
        attribute = _number(rest[2]) if len(rest) > 2 else 0
        _checked(_call("w" + name, self._address, _cell(rest[0], self.encoding) | attribute, _number(rest[1])), name)

    def hline(self, *args):
        """hline([y, x,] ch, n, [attr=_curses.A_NORMAL]): display a horizontal line."""
        self._line("hline", args)

    def vline(self, *args):
        """vline([y, x,] ch, n, [attr=_curses.A_NORMAL]): display a vertical line."""
        self._line("vline", args)

    def border(self, *edges):
        """border([ls[, rs[, ts[, bs[, tl[, tr[, bl[, br]]]]]]]]): draw a border around the edges of the window."""
        if len(edges) > 8:
            raise TypeError(f"border() takes at most 8 arguments ({len(edges)} given)")
        cells = [_cell(edge, self.encoding) for edge in edges]
        _call("wborder", self._address, *cells, *[0] * (8 - len(cells)))

    def box(self, *edges):
        """box([verch=0[, horch=0]]): draw a border around the edges of the window."""
        if len(edges) not in (0, 2):
            raise TypeError("box requires 0 or 2 arguments")
        upright, level = (_cell(edge, self.encoding) for edge in edges or (0, 0))
        self.border(upright, upright, level, level)

    def chgat(self, *args):
        """chgat([y, x, ] [n=-1,] attr): set the attributes of so many characters."""
        if not 1 <= len(args) <= 4:
            raise TypeError("chgat requires 1 to 4 arguments")
        *front, attribute = map(_number, args)
        count = front.pop() if len(front) in (1, 3) else -1
        _move(self, tuple(front) or None, "chgat")
        color = (attribute & _A_COLOR) >> 8
        _checked(_call("wchgat", self._address, count, attribute & ~_A_COLOR, color, 0), "chgat")
        y = self.getyx()[0]
        _call("wtouchln", self._address, y, 1, 1)

    # Input

    def _moved(self, args, name):
        if len(args) not in (0, 2):
            raise TypeError(f"{name} requires 0 or 2 arguments")
        _move(self, tuple(map(_number, args)) or None, name)

    def _read(self, function="wgetch", *args):
        handled = _handled()
        while True:
            found = _call(function, self._address, *args)
            if found != _ERR or _handled() == handled or self._has_timeout():
                return found
            handled = _handled()  # a signal has ended the call: once its handler has run, it is made again

    def _has_timeout(self):
        return _call("wgetdelay", self._address) >= 0

    def getch(self, *args):
        """getch([y, x]): get a character code from terminal keyboard; -1 if there is none."""
        self._moved(args, "getch")
        return self._read()

    def getkey(self, *args):
        """getkey([y, x]): get a character as a string; a name for a special key."""
        self._moved(args, "getkey")
        found = self._read()
        if found == _ERR:
            raise error("no input")
        if found <= 255:
            return chr(found)
        return (read_text(_pointer("keyname", found)) or b"").decode()

    def get_wch(self, *args):
        """get_wch([y, x]): get a wide character; an int for a special key."""
        self._moved(args, "get_wch")
        content = bytearray(4)
        result = self._read("wget_wch", content)
        if result == _ERR:
            raise error("no input")
        found = integer(content, 0, signed=False)
        return found if result == _KEY_CODE_YES else chr(found)

    def getstr(self, *args):
        """getstr([[y, x,] n=2047]): read a string from the user."""
        if len(args) > 3:
            raise TypeError("getstr requires 0 to 3 arguments")
        numbers = [_number(each) for each in args]
        count = numbers.pop() if len(numbers) in (1, 3) else 2047
        if count < 0:
            raise ValueError("'n' must be nonnegative")
        _move(self, tuple(numbers) or None, "getstr")
        with Memory(2048) as memory:
            if _call("wgetnstr", self._address, memory.address, min(count, 2047)) == _ERR:
                return b""
            return read_text(memory.address)

    def instr(self, *args):
        """instr([y, x,] [n=2047]): the characters from the cursor on to the end of the line."""
        if len(args) > 3:
            raise TypeError("instr requires 0 or 3 arguments")
        numbers = [_number(each) for each in args]
        count = numbers.pop() if len(numbers) in (1, 3) else 2047
        if count < 0:
            raise ValueError("'n' must be nonnegative")
        _move(self, tuple(numbers) or None, "instr")
        with Memory(2048) as memory:
            if _call("winnstr", self._address, memory.address, min(count, 2047)) == _ERR:
                return b""
            return read_text(memory.address)

    def inch(self, *args):
        """inch([y, x]): return the character at the given position in the window, with its attributes."""
        self._moved(args, "inch")
        return _call("winch", self._address) & _WORD

    def delch(self, *args):
        """delch([y, x]): delete any character at (y, x)."""
        self._moved(args, "delch")
        _checked(_call("wdelch", self._address), "delch")

    # The screen

    def _is_pad(self):
        return _call("is_pad", self._address) == 1

    def _show(self, name, args):
        if self._is_pad():
            if len(args) != 6:
                raise TypeError(f"{name}() for a pad requires 6 arguments")
            function = {"refresh": "prefresh", "noutrefresh": "pnoutrefresh"}[name]
            _checked(_call(function, self._address, *map(_number, args)), function)
        else:
            if args:
                raise TypeError(f"{name}() takes no arguments ({len(args)} given)")
            _checked(_call("w" + name, self._address), name)

    def refresh(self, *args):
        """refresh([pminrow, pmincol, sminrow, smincol, smaxrow, smaxcol]): update the display immediately."""
        self._show("refresh", args)

    def noutrefresh(self, *args):
        """noutrefresh([pminrow, pmincol, sminrow, smincol, smaxrow, smaxcol]): mark for refresh but wait."""
        self._show("noutrefresh", args)

    def scroll(self, *lines):
        """scroll([lines=1]): scroll the screen or scrolling region."""
        if len(lines) > 1:
            raise TypeError("scroll requires 0 to 1 arguments")
        _checked(_call("wscrl", self._address, _number(lines[0]) if lines else 1), "scroll")

    def touchline(self, start, count, changed=True, /):
        """Pretend count lines have been changed, starting with line start."""
        _checked(_call("wtouchln", self._address, _number(start), _number(count), int(bool(changed))), "touchline")

    def is_linetouched(self, line, /):
        """Return True if the specified line was modified; otherwise return False."""
        found = _call("is_linetouched", self._address, _number(line))
        if found == _ERR:
            raise TypeError("is_linetouched: line number outside of boundaries")
        return bool(found & 0xFF)

    def is_wintouched(self):
        """Return True if the window was modified since the last call to refresh."""
        return bool(_call("is_wintouched", self._address) & 0xFF)

    def enclose(self, y, x, /):
        """Return True if the screen-relative coordinates are enclosed by the window."""
        return bool(_call("wenclose", self._address, _number(y), _number(x)) & 0xFF)

    # Places and other windows

    def _pair(self, what):
        return _call(f"get{what}y", self._address), _call(f"get{what}x", self._address)

    def getyx(self):
        """Return the cursor's place."""
        return self._pair("cur")

    def getbegyx(self):
        """Return the place of the upper left corner."""
        return self._pair("beg")

    def getmaxyx(self):
        """Return the height and width."""
        return self._pair("max")

    def getparyx(self):
        """Return the place within the parent window; -1 for both if there is none."""
        return self._pair("par")

    def _part(self, name, function, args):
        if len(args) not in (2, 4):
            raise TypeError(f"{name} requires 2 or 4 arguments")
        numbers = list(map(_number, args))
        if len(numbers) == 2:
            numbers[:0] = 0, 0
        address = _pointer(function, self._address, *numbers)
        if not address:
            raise error("curses function returned NULL")
        return window(_KEY, address, self)

    def subwin(self, *args):
        """subwin([nlines, ncols,] begin_y, begin_x): create a sub-window, screen-relative."""
        return self._part("subwin", "subpad" if self._is_pad() else "subwin", args)

    def derwin(self, *args):
        """derwin([nlines, ncols,] begin_y, begin_x): create a sub-window, window-relative."""
        return self._part("derwin", "derwin", args)

    def subpad(self, *args):
        """subpad([nlines, ncols,] begin_y, begin_x): create a part of a pad."""
        return self._part("subpad", "subpad", args)

    def _copy(self, name, other, args, over):
        if not isinstance(other, window):
            raise TypeError(f"argument 1 must be _curses.window, not {type(other).__name__}")
        if not args:
            result = _call(name, self._address, other._address)
        elif len(args) == 6:
            result = _call("copywin", self._address, other._address, *map(_number, args), over)
        else:
            raise TypeError(f"{name} requires one or seven arguments")
        _checked(result, name if not args else "copywin")

    def overlay(self, destwin, *args):
        """overlay(destwin, [sminrow, smincol, dminrow, dmincol, dmaxrow, dmaxcol]): blanks are not copied."""
        self._copy("overlay", destwin, args, 1)

    def overwrite(self, destwin, *args):
        """overwrite(destwin, [sminrow, smincol, dminrow, dmincol, dmaxrow, dmaxcol]): blanks are copied."""
        self._copy("overwrite", destwin, args, 0)

    def putwin(self, file, /):
        """Write all data associated with the window into the provided file object."""
        stream = find_pointer("tmpfile")[0]
        if not stream:
            raise error("no temporary file")
        try:
            _checked(_call("putwin", self._address, stream), "putwin")
            call_once("fflush", stream)
            fd = os.dup(call_once("fileno", stream)[0])
            with open(fd, "rb") as content:
                content.seek(0)
                file.write(content.read())
        finally:
            call_once("fclose", stream)


def _handled():
    import _polyproc

    return int(_polyproc.runtime.signals().handled())


def _add_methods():
    """The methods that are one call, with so many numbers as arguments."""
    tables = {
        0: "clear erase clrtobot clrtoeol cursyncup deleteln insertln redrawwin standend standout syncdown syncup "
        "touchwin untouchwin",
        1: "attroff attron attrset clearok idcok idlok immedok insdelln keypad leaveok nodelay notimeout scrollok "
        "syncok timeout",
        2: "move mvderwin mvwin redrawln resize setscrreg",
    }
    plain = {
        "clearok",
        "idcok",
        "idlok",
        "immedok",
        "keypad",
        "leaveok",
        "nodelay",
        "notimeout",
        "scrollok",
        "syncok",
        "mvderwin",
        "mvwin",
        "redrawwin",
        "touchwin",
        "untouchwin",
    }
    void = {"cursyncup", "syncdown", "syncup", "idcok", "immedok", "timeout", "standend", "standout"}
    for count, names in tables.items():
        for name in names.split():
            setattr(window, name, _method(name, name if name in plain else "w" + name, count, name in void))


def _method(name, function, count, is_void):
    def method(self, *args):
        if len(args) != count:
            raise TypeError(f"{name}() takes exactly {count} arguments ({len(args)} given)")
        numbers = [int(bool(each)) if isinstance(each, bool) else _number(each) for each in args]
        if function == "untouchwin":
            result = _call("wtouchln", self._address, 0, self.getmaxyx()[0], 0)
        elif function == "touchwin":
            result = _call("wtouchln", self._address, 0, self.getmaxyx()[0], 1)
        elif function == "winsertln":
            result = _call("winsdelln", self._address, 1)
        elif function == "wdeleteln":
            result = _call("winsdelln", self._address, -1)
        elif function in ("wstandout", "wstandend"):
            result = _call(
                "wattron" if name == "standout" else "wattrset",
                self._address,
                CONSTANTS["A_STANDOUT"] if name == "standout" else 0,
            )
        elif function == "redrawwin":
            result = _call("wredrawln", self._address, 0, self.getmaxyx()[0])
        else:
            result = _call(function, self._address, *numbers)
        if not is_void:
            _checked(result, name if name.startswith("attr") else function)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"The function {function} of ncurses for this window."
    return method


_add_methods()


# Starting and ending


@_module
def setupterm(term=None, fd=-1):
    """Initialize the terminal."""
    global _is_set_up
    fd = _number(fd)
    if fd == -1:
        if sys.stdout is None:
            raise error("lost sys.stdout")
        fd = sys.stdout.fileno()
    if _is_set_up:
        return
    problem = bytearray(4)
    if _call("setupterm", 0 if term is None else term.encode() if isinstance(term, str) else term, fd, problem) == _ERR:
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
        _call("wrefresh", _variable("stdscr"))
        return window(_KEY, _variable("stdscr"), _SCREEN)
    screen = _pointer("initscr")
    if not screen:
        raise error("curses function returned NULL")
    _is_set_up = _is_initialised = True
    table = int(_native.address(_LIBRARY + "acs_map"))
    for name, character in LINE_DRAWING.items():
        globals()[name] = read_int(table + 4 * ord(character), 4)
    _note_size()
    return window(_KEY, screen, _SCREEN)


class _Screen:
    """Around the window of the whole screen, which is not deleted."""

    encoding = property(lambda self: __import__("locale").getencoding())


_SCREEN = _Screen()


def _variable(name, size=8, signed=False):
    return read_int(int(_native.address(_LIBRARY + name)), size, signed)


def _note_size():
    globals()["LINES"], globals()["COLS"] = (_variable(name, 4) for name in ("LINES", "COLS"))
    curses = sys.modules.get("curses")
    if curses is not None:
        curses.LINES, curses.COLS = globals()["LINES"], globals()["COLS"]


@_module
def newwin(nlines, ncols, begin_y=0, begin_x=0, /):
    """newwin(nlines, ncols, [begin_y=0, begin_x=0]): return a new window."""
    _need_initialised()
    return _made(_pointer("newwin", *map(_number, (nlines, ncols, begin_y, begin_x))))


@_module
def newpad(nlines, ncols, /):
    """Create and return a pad of the given number of lines and columns."""
    _need_initialised()
    return _made(_pointer("newpad", _number(nlines), _number(ncols)))


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
        return _made(_pointer("getwin", stream))
    finally:
        call_once("fclose", stream)


def _switch(name, off):
    def switch(flag=True, /):
        _need_initialised()
        function = name if flag else off
        if name in ("qiflush",):
            _call(function)
        else:
            _checked(_call(function), name)

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
        found = _call(name, *(int(bool(each)) if flags else _number(each) for each in args))
        if result is None:
            _checked(found, name)
        elif result is bool:
            return bool(found & 0xFF)
        elif result is int:
            _checked(found, name)
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
    _checked(_call("resizeterm", _number(nlines), _number(ncols)), "resizeterm")
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
    return _call("napms", _number(ms))


@_module
def intrflush(flag, /):
    """Whether pressing an interrupt key flushes all output in the terminal driver queue."""
    _need_initialised()
    _checked(_call("intrflush", 0, int(bool(flag))), "intrflush")


@_module
def meta(yes, /):
    """Enable/disable meta keys."""
    _need_initialised()
    _checked(_call("meta", _variable("stdscr"), int(bool(yes))), "meta")


@_module
def ungetch(ch, /):
    """Push ch so the next getch() will return it."""
    _need_initialised()
    _checked(_call("ungetch", _cell(ch, "utf-8")), "ungetch")


@_module
def unget_wch(ch, /):
    """Push ch so the next get_wch() will return it."""
    _need_initialised()
    if isinstance(ch, str):
        if len(ch) != 1:
            raise TypeError(f"expect str of length 1 or int, got a str of length {len(ch)}")
        ch = ord(ch)
    _checked(_call("unget_wch", operator.index(ch)), "unget_wch")


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
    return _call("termattrs") & _WORD


def _character(name):
    def function():
        _need_initialised()
        return bytes((_call(name) & 0xFF,))

    return _named(function, name)


erasechar, killchar = _character("erasechar"), _character("killchar")


def _string(name):
    def function():
        _need_initialised()
        return read_text(_pointer(name)) or b""

    return _named(function, name)


longname, termname = _string("longname"), _string("termname")


@_module
def keyname(key, /):
    """Return the name of specified key."""
    _need_initialised()
    key = _number(key)
    if key < 0:
        raise ValueError("invalid key number")
    return read_text(_pointer("keyname", key)) or b""


@_module
def unctrl(ch, /):
    """Return a bytes object which is a printable representation of the character ch."""
    _need_initialised()
    return read_text(_pointer("unctrl", _cell(ch, "utf-8"))) or b""


# Colours


@_module
def start_color():
    """Initializes eight basic colors and global variables COLORS and COLOR_PAIRS."""
    global _has_color
    _need_initialised()
    _checked(_call("start_color"), "start_color")
    _has_color = True
    globals()["COLORS"], globals()["COLOR_PAIRS"] = (_variable(name, 4) for name in ("COLORS", "COLOR_PAIRS"))


@_module
def color_pair(pair_number, /):
    """Return the attribute value for displaying text in the specified color."""
    _need_color()
    return _number(pair_number) << 8 & _A_COLOR


@_module
def pair_number(attr, /):
    """Return the number of the color-pair set by the specified attribute value."""
    _need_color()
    return (_number(attr) & _A_COLOR) >> 8


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
    _checked(_call("init_extended_pair", _number(pair_number), _color(fg, -1), _color(bg, -1)), "init_extended_pair")


@_module
def init_color(color_number, r, g, b, /):
    """Change the definition of a color: red, green and blue from 0 to 1000."""
    _need_color()
    _checked(_call("init_extended_color", _color(color_number), _number(r), _number(g), _number(b)), "init_extended_color")


@_module
def color_content(color_number, /):
    """Return the red, green, and blue (RGB) components of the specified color."""
    _need_color()
    parts = [bytearray(4) for _ in range(3)]
    _checked(_call("extended_color_content", _color(color_number), *parts), "extended_color_content")
    return tuple(integer(part, 0) for part in parts)


@_module
def pair_content(pair_number, /):
    """Return a tuple (fg, bg) containing the colors for the requested color pair."""
    _need_color()
    parts = [bytearray(4) for _ in range(2)]
    _checked(_call("extended_pair_content", _number(pair_number), *parts), "extended_pair_content")
    return tuple(integer(part, 0) for part in parts)


@_module
def has_extended_color_support():
    """Return True if the module supports extended colors; otherwise, return False."""
    return _native.has(_LIBRARY + "init_extended_color")


# The mouse and the cursor


@_module
def mousemask(newmask, /):
    """Set the mouse events to be reported, and return a tuple (availmask, oldmask)."""
    _need_initialised()
    former = bytearray(8)
    available = _call("mousemask", operator.index(newmask) & _WORD, former)
    return available & _WORD, integer(former, 0, signed=False)


@_module
def getmouse():
    """Retrieve the queued mouse event: a 5-tuple (id, x, y, z, bstate)."""
    _need_initialised()
    event = bytearray(24)
    _checked(_call("getmouse", event), "getmouse")
    return (integer(event, 0, 2), integer(event, 4), integer(event, 8), integer(event, 12), integer(event, 16, signed=False))


@_module
def ungetmouse(id, x, y, z, bstate, /):
    """Push a KEY_MOUSE event onto the input queue."""
    _need_initialised()
    event = b"".join(((_number(part) & _WORD).to_bytes(4, "little") for part in (id, x, y, z)))
    _checked(_call("ungetmouse", event + (operator.index(bstate) & _WORD).to_bytes(4, "little")), "ungetmouse")


@_module
def getsyx():
    """Return the current coordinates of the virtual screen cursor."""
    _need_initialised()
    screen = _variable("newscr")
    if _call("is_leaveok", screen) & 0xFF:
        return -1, -1
    return _call("getcury", screen), _call("getcurx", screen)


@_module
def setsyx(y, x, /):
    """Set the virtual screen cursor."""
    _need_initialised()
    screen, y, x = _variable("newscr"), _number(y), _number(x)
    hidden = y == -1 and x == -1
    _call("leaveok", screen, int(hidden))
    if not hidden:
        _call("wmove", screen, y, x)


# Terminfo


def _capability(name):
    return name.encode() if isinstance(name, str) else bytes(name)


@_module
def tigetflag(capname, /):
    """Return the value of the Boolean capability; -1 if it is none."""
    _need_set_up()
    return _call("tigetflag", _capability(capname))


@_module
def tigetnum(capname, /):
    """Return the value of the numeric capability; -2 if it is none."""
    _need_set_up()
    return _call("tigetnum", _capability(capname))


@_module
def tigetstr(capname, /):
    """Return the value of the string capability; None if it is none."""
    _need_set_up()
    found = _pointer("tigetstr", _capability(capname))
    return None if found in (0, -1) else read_text(found)


@_module
def tparm(str, i1=0, i2=0, i3=0, i4=0, i5=0, i6=0, i7=0, i8=0, i9=0, /):
    """Instantiate the specified byte string with the supplied parameters."""
    _need_set_up()
    found = _pointer("tparm", bytes(str), *map(operator.index, (i1, i2, i3, i4, i5, i6, i7, i8, i9)))
    if not found:
        raise error("tparm() returned NULL")
    return read_text(found)


@_module
def putp(string, /):
    """Emit the value of a specified terminfo capability for the current terminal."""
    result = _call("putp", bytes(string))
    call_once("fflush", 0)
    _checked(result, "putp")


def _versions():
    text = (read_text(_pointer("curses_version")) or b"").decode().rpartition(" ")[2].split(".")
    numbers = [int(part) for part in text if part.isdigit()]
    kind = structseq.make("curses", "ncurses_version", ("major", "minor", "patch"), "Ncurses version information.")
    return kind((numbers + [0, 0, 0])[:3])


ncurses_version = _versions()
del _name, _off
