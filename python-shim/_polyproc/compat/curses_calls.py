"""Calls of the system's ncurses, as `_curses` and its windows make them."""
# Serves: `_curses`

from _polyproc.compat.libc import _native, call_once, find_pointer

LIBRARY = "libncursesw.so.6:"
if not _native.has(LIBRARY + "initscr"):
    raise ImportError("curses needs ncurses 6 (libncursesw.so.6), which this system has not")

ERR = -1
WORD = 0xFFFFFFFF


class error(Exception):
    """Exception raised when a curses library function returns an error."""

    __module__ = "_curses"


def call(name, *args):
    """What a function of ncurses returns, as an int of C."""
    return call_once(LIBRARY + name, *args)[0]


def pointer(name, *args):
    """What one returns that returns an address."""
    return find_pointer(LIBRARY + name, *args)[0]


def checked(result, name):
    """Raises `error` for a result that says so."""
    if result == ERR:
        raise error(f"{name}() returned ERR")


def cell(character, encoding):
    """A character with attributes, as the functions of `chtype` take it."""
    if isinstance(character, int):
        return character & WORD
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
