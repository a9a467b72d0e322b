"""`time.strftime` with the directives of the C library, such as %F, %T, %z, %s and %-d.

GraalPy 25.0.3 knows about half of them, and leaves out the character that follows one that it does not know.
`datetime` and `logging` format by this function, too.
"""
# Needed while: import time; time.strftime("%F", time.gmtime(0)) != "1970-01-01"

import time

_KNOWN = frozenset("aAbBcdHIjmMpSUwWxXyYZ%")
"""What GraalPy formats as the C library does."""
_ALIASES = {
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "h": "%b",
    "n": "\n",
    "r": "%I:%M:%S %p",
    "R": "%H:%M",
    "t": "\t",
    "T": "%H:%M:%S",
}
_WIDTHS = {
    "C": 2,
    "d": 2,
    "e": 2,
    "g": 2,
    "H": 2,
    "I": 2,
    "j": 3,
    "k": 2,
    "l": 2,
    "m": 2,
    "M": 2,
    "S": 2,
    "U": 2,
    "V": 2,
    "W": 2,
    "y": 2,
}
"""How many digits a number has at least."""
_NUMBERS = frozenset("CdegGHIjklmMsSuUVwWyY")
_PADDED_BY_SPACES = frozenset("ekl")
_MODIFIED = {"E": frozenset("cCxXyY"), "O": frozenset("BbdeHImMSuUVwWy")}
"""What the locale's alternatives are asked for; those of C are the same."""

_format = time.strftime
_directive = None


def install():
    """Makes `strftime` the function of `time`, a built-in one as that was."""
    # GraalPy looks the module of a built-in function up by the name that the function's namespace has.
    namespace = globals()
    own_name = namespace["__name__"]
    namespace["__name__"] = "time"
    try:
        time.strftime = __graalpython__.builtin(strftime)
    finally:
        namespace["__name__"] = own_name


def strftime(module, format, time_tuple=None, /):
    """Convert a time tuple to a string according to a format specification."""
    given = time.localtime() if time_tuple is None else time_tuple
    checked = _format("", given)  # raises what an unfit time raises
    if not isinstance(format, str):
        return _format(format, given)
    if "\0" in format:
        raise ValueError("embedded null character")
    global _directive
    if _directive is None:
        import re

        _directive = re.compile(r"%([-_0^#]*)(\d*)([EO]?)([a-zA-Z%])")
    return checked + "".join(_parts(format, given))


def _parts(format, given):
    at = 0
    for found in _directive.finditer(format):
        yield format[at : found.start()]
        yield _text(found, given)
        at = found.end()
    yield format[at:]


def _text(found, given):
    flags, width, modifier, letter = found.groups()
    if modifier and letter not in _MODIFIED[modifier]:
        return found[0]
    if letter == "z":
        text = _offset(given)
    elif letter == "Z" and getattr(given, "tm_zone", None):
        text = given.tm_zone
    elif letter in _KNOWN:
        text = _format("%" + letter, given)
    elif letter in _ALIASES:
        text = strftime(time, _ALIASES[letter], given)
    else:
        make = _MAKERS.get(letter)
        if make is None:
            return found[0]
        text = str(make(tuple(given)[:9]))
    padding = next((flag for flag in reversed(flags) if flag in "-_0"), None)
    least = int(width) if width else _WIDTHS.get(letter, 0)
    if letter in _NUMBERS:
        text = text.strip().lstrip("0") or "0"
        padding = padding or ("_" if letter in _PADDED_BY_SPACES else "0")
    if "^" in flags and letter != "P":
        text = text.upper()
    if "#" in flags and letter != "P":
        text = text.lower() if letter in "pZ" else text.upper()
    if padding == "-" and not width:
        return text
    return text.rjust(least, "0" if padding == "0" else " ")


def _offset(given):
    """The distance from UTC, as in +0130."""
    seconds = getattr(given, "tm_gmtoff", None)
    if seconds is None:
        seconds = -(time.altzone if given[8] > 0 else time.timezone)
    return f"{'-' if seconds < 0 else '+'}{abs(seconds) // 3600:02}{abs(seconds) % 3600 // 60:02}"


def _iso_year_and_week(given):
    year, weekday, day = given[0], given[6], given[7]
    week = (day - weekday + 9) // 7
    if week < 1:
        return year - 1, _weeks(year - 1)
    return (year + 1, 1) if week > _weeks(year) else (year, week)


def _weeks(year):
    """How many weeks of ISO 8601 a year has: 53 if it ends on a Thursday, or begins on one."""

    def last_weekday(year):
        return (year + year // 4 - year // 100 + year // 400) % 7

    return 53 if last_weekday(year) == 4 or last_weekday(year - 1) == 3 else 52


_MAKERS = {
    "C": lambda given: given[0] // 100,
    "e": lambda given: given[2],
    "g": lambda given: _iso_year_and_week(given)[0] % 100,
    "G": lambda given: _iso_year_and_week(given)[0],
    "k": lambda given: given[3],
    "l": lambda given: (given[3] + 11) % 12 + 1,
    "P": lambda given: "pm" if given[3] >= 12 else "am",
    "s": lambda given: int(time.mktime(given)),
    "u": lambda given: given[6] + 1,
    "V": lambda given: _iso_year_and_week(given)[1],
}
