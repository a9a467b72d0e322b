"""The windows of `_curses`. A method is the function of that name with a `w` before it; `man 3 curses` says what it does."""
# Serves: `_curses`

import os

from _polyproc.compat.arguments import c_int
from _polyproc.compat.curses_calls import ERR, WORD, call, cell, checked, error, pointer
from _polyproc.compat.curses_constants import CONSTANTS
from _polyproc.compat.libc import Memory, call_once, find_pointer, integer, read_text

_KEY_CODE_YES = 0o400
_A_COLOR = CONSTANTS["A_COLOR"]
_KEY = object()
_WIDE = {"addstr": "addwstr", "addnstr": "addnwstr", "insstr": "inswstr", "insnstr": "insn_wstr"}
"""What CPython calls for text, by the method."""


def _move(win, place, name):
    if place is not None:
        checked(call("wmove", win._address, *place), name)


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


class _Screen:
    """Around the window of the whole screen, which is not deleted."""

    encoding = property(lambda self: __import__("locale").getencoding())


SCREEN = _Screen()


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
        if self._address and self._around is not SCREEN:
            call("delwin", self._address)

    # Text

    def _write(self, name, function, args, counted):
        least = 2 if counted else 1
        place, rest = (args[:2], args[2:]) if len(args) > least + 1 else (None, args)
        if not least <= len(rest) <= least + 1:
            raise TypeError(f"{name} requires {least} to {least + 3} arguments")
        content = _text(rest[0], self.encoding)
        count = c_int(rest[1]) if counted else -1
        if counted and isinstance(rest[0], str) and count >= 0:
            content, count = rest[0][:count].encode(self.encoding), -1
        name = _WIDE[name] if isinstance(rest[0], str) else name
        _move(self, place and tuple(map(c_int, place)), name)
        attributes = rest[least:]
        if attributes:
            former = call("getattrs", self._address) & WORD
            call("wattrset", self._address, c_int(attributes[0]))
        result = call(function, self._address, content, count)
        if attributes:
            call("wattrset", self._address, former)
        checked(result, name)

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
        place, rest = (tuple(map(c_int, args[:2])), args[2:]) if len(args) > 2 else (None, args)
        if not 1 <= len(rest) <= 2:
            raise TypeError(f"{name} requires 1 to 4 arguments")
        character = rest[0]
        if isinstance(character, str) and len(character) == 1 and not character.isascii():
            (self.insstr if function == "winsch" else self.addstr)(*args)
            return
        content = cell(character, self.encoding)
        _move(self, place, name)
        attribute = c_int(rest[1]) if len(rest) > 1 else 0
        checked(call(function, self._address, (content | attribute) & WORD), name)

    def addch(self, *args):
        """addch([y, x,] ch, [attr=_curses.A_NORMAL]): paint the character."""
        self._put("addch", "waddch", args)

    def insch(self, *args):
        """insch([y, x,] ch, [attr=_curses.A_NORMAL]): insert the character before the one under the cursor."""
        self._put("insch", "winsch", args)

    def echochar(self, ch, attr=0, /):
        """Add character ch with attribute attr, and refresh."""
        function = "pechochar" if self._is_pad() else "wechochar"
        checked(call(function, self._address, cell(ch, self.encoding) | c_int(attr)), "echochar")

    def bkgd(self, ch, attr=0, /):
        """Set the background property of the window."""
        checked(call("wbkgd", self._address, cell(ch, self.encoding) | c_int(attr)), "bkgd")

    def bkgdset(self, ch, attr=0, /):
        """Set the window's background."""
        call("wbkgdset", self._address, cell(ch, self.encoding) | c_int(attr))

    def getbkgd(self):
        """Return the window's current background character/attribute pair."""
        return call("getbkgd", self._address) & WORD

    def _line(self, name, args):
        place, rest = (tuple(map(c_int, args[:2])), args[2:]) if len(args) > 3 else (None, args)
        if not 2 <= len(rest) <= 3:
            raise TypeError(f"{name} requires 2 to 5 arguments")
        _move(self, place, name)
        attribute = c_int(rest[2]) if len(rest) > 2 else 0
        checked(call("w" + name, self._address, cell(rest[0], self.encoding) | attribute, c_int(rest[1])), name)

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
        cells = [cell(edge, self.encoding) for edge in edges]
        call("wborder", self._address, *cells, *[0] * (8 - len(cells)))

    def box(self, *edges):
        """box([verch=0[, horch=0]]): draw a border around the edges of the window."""
        if len(edges) not in (0, 2):
            raise TypeError("box requires 0 or 2 arguments")
        upright, level = (cell(edge, self.encoding) for edge in edges or (0, 0))
        self.border(upright, upright, level, level)

    def chgat(self, *args):
        """chgat([y, x, ] [n=-1,] attr): set the attributes of so many characters."""
        if not 1 <= len(args) <= 4:
            raise TypeError("chgat requires 1 to 4 arguments")
        *front, attribute = map(c_int, args)
        count = front.pop() if len(front) in (1, 3) else -1
        _move(self, tuple(front) or None, "chgat")
        color = (attribute & _A_COLOR) >> 8
        checked(call("wchgat", self._address, count, attribute & ~_A_COLOR, color, 0), "chgat")
        y = self.getyx()[0]
        call("wtouchln", self._address, y, 1, 1)

    # Input

    def _moved(self, args, name):
        if len(args) not in (0, 2):
            raise TypeError(f"{name} requires 0 or 2 arguments")
        _move(self, tuple(map(c_int, args)) or None, name)

    def _read(self, function="wgetch", *args):
        handled = _handled()
        while True:
            found = call(function, self._address, *args)
            if found != ERR or _handled() == handled or self._has_timeout():
                return found
            handled = _handled()  # a signal has ended the call: once its handler has run, it is made again

    def _has_timeout(self):
        return call("wgetdelay", self._address) >= 0

    def getch(self, *args):
        """getch([y, x]): get a character code from terminal keyboard; -1 if there is none."""
        self._moved(args, "getch")
        return self._read()

    def getkey(self, *args):
        """getkey([y, x]): get a character as a string; a name for a special key."""
        self._moved(args, "getkey")
        found = self._read()
        if found == ERR:
            raise error("no input")
        if found <= 255:
            return chr(found)
        return (read_text(pointer("keyname", found)) or b"").decode()

    def get_wch(self, *args):
        """get_wch([y, x]): get a wide character; an int for a special key."""
        self._moved(args, "get_wch")
        content = bytearray(4)
        result = self._read("wget_wch", content)
        if result == ERR:
            raise error("no input")
        found = integer(content, 0, signed=False)
        return found if result == _KEY_CODE_YES else chr(found)

    def getstr(self, *args):
        """getstr([[y, x,] n=2047]): read a string from the user."""
        if len(args) > 3:
            raise TypeError("getstr requires 0 to 3 arguments")
        numbers = [c_int(each) for each in args]
        count = numbers.pop() if len(numbers) in (1, 3) else 2047
        if count < 0:
            raise ValueError("'n' must be nonnegative")
        _move(self, tuple(numbers) or None, "getstr")
        with Memory(2048) as memory:
            if call("wgetnstr", self._address, memory.address, min(count, 2047)) == ERR:
                return b""
            return read_text(memory.address)

    def instr(self, *args):
        """instr([y, x,] [n=2047]): the characters from the cursor on to the end of the line."""
        if len(args) > 3:
            raise TypeError("instr requires 0 or 3 arguments")
        numbers = [c_int(each) for each in args]
        count = numbers.pop() if len(numbers) in (1, 3) else 2047
        if count < 0:
            raise ValueError("'n' must be nonnegative")
        _move(self, tuple(numbers) or None, "instr")
        with Memory(2048) as memory:
            if call("winnstr", self._address, memory.address, min(count, 2047)) == ERR:
                return b""
            return read_text(memory.address)

    def inch(self, *args):
        """inch([y, x]): return the character at the given position in the window, with its attributes."""
        self._moved(args, "inch")
        return call("winch", self._address) & WORD

    def delch(self, *args):
        """delch([y, x]): delete any character at (y, x)."""
        self._moved(args, "delch")
        checked(call("wdelch", self._address), "delch")

    # The screen

    def _is_pad(self):
        return call("is_pad", self._address) == 1

    def _show(self, name, args):
        if self._is_pad():
            if len(args) != 6:
                raise TypeError(f"{name}() for a pad requires 6 arguments")
            function = {"refresh": "prefresh", "noutrefresh": "pnoutrefresh"}[name]
            checked(call(function, self._address, *map(c_int, args)), function)
        else:
            if args:
                raise TypeError(f"{name}() takes no arguments ({len(args)} given)")
            checked(call("w" + name, self._address), name)

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
        checked(call("wscrl", self._address, c_int(lines[0]) if lines else 1), "scroll")

    def touchline(self, start, count, changed=True, /):
        """Pretend count lines have been changed, starting with line start."""
        checked(call("wtouchln", self._address, c_int(start), c_int(count), int(bool(changed))), "touchline")

    def is_linetouched(self, line, /):
        """Return True if the specified line was modified; otherwise return False."""
        found = call("is_linetouched", self._address, c_int(line))
        if found == ERR:
            raise TypeError("is_linetouched: line number outside of boundaries")
        return bool(found & 0xFF)

    def is_wintouched(self):
        """Return True if the window was modified since the last call to refresh."""
        return bool(call("is_wintouched", self._address) & 0xFF)

    def enclose(self, y, x, /):
        """Return True if the screen-relative coordinates are enclosed by the window."""
        return bool(call("wenclose", self._address, c_int(y), c_int(x)) & 0xFF)

    # Places and other windows

    def _pair(self, what):
        return call(f"get{what}y", self._address), call(f"get{what}x", self._address)

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
        numbers = list(map(c_int, args))
        if len(numbers) == 2:
            numbers[:0] = 0, 0
        return made(pointer(function, self._address, *numbers), self)

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
            result = call(name, self._address, other._address)
        elif len(args) == 6:
            result = call("copywin", self._address, other._address, *map(c_int, args), over)
        else:
            raise TypeError(f"{name} requires one or seven arguments")
        checked(result, name if not args else "copywin")

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
            checked(call("putwin", self._address, stream), "putwin")
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
        numbers = [int(bool(each)) if isinstance(each, bool) else c_int(each) for each in args]
        if function == "untouchwin":
            result = call("wtouchln", self._address, 0, self.getmaxyx()[0], 0)
        elif function == "touchwin":
            result = call("wtouchln", self._address, 0, self.getmaxyx()[0], 1)
        elif function == "winsertln":
            result = call("winsdelln", self._address, 1)
        elif function == "wdeleteln":
            result = call("winsdelln", self._address, -1)
        elif function in ("wstandout", "wstandend"):
            result = call(
                "wattron" if name == "standout" else "wattrset",
                self._address,
                CONSTANTS["A_STANDOUT"] if name == "standout" else 0,
            )
        elif function == "redrawwin":
            result = call("wredrawln", self._address, 0, self.getmaxyx()[0])
        else:
            result = call(function, self._address, *numbers)
        if not is_void:
            checked(result, name if name.startswith("attr") else function)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"The function {function} of ncurses for this window."
    return method


_add_methods()


def made(address, around=None):
    """The window with an address, which ncurses has returned."""
    if not address:
        raise error("curses function returned NULL")
    return window(_KEY, address, around)
