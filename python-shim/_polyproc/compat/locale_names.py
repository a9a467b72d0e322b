"""`setlocale` and `localeconv`: GraalPy 25.0.3 begins with Java's English locale, which groups digits.

It refuses `C.UTF-8`, and accepts what the system has not. The names are kept as the C library has them, which says what
there is on this system. GraalPy is told of the change as far as it knows the locale. What it formats by itself, the
presentation type `n`, stays as it is.
"""
# Needed while: import _locale; _locale.localeconv()["thousands_sep"] == ","

import _locale
import os

from _polyproc.compat.libc import builtin, call_once, find_pointer

_module = builtin("_locale")
_set = _locale.setlocale
_conventions = _locale.localeconv
_PLAIN = frozenset(("C", "POSIX", "C.UTF-8", "C.utf8"))
_CATEGORIES = {
    "LC_CTYPE": 0,
    "LC_NUMERIC": 1,
    "LC_TIME": 2,
    "LC_COLLATE": 3,
    "LC_MONETARY": 4,
    "LC_MESSAGES": 5,
    "LC_PAPER": 7,
    "LC_NAME": 8,
    "LC_ADDRESS": 9,
    "LC_TELEPHONE": 10,
    "LC_MEASUREMENT": 11,
    "LC_IDENTIFICATION": 12,
}
"""The C library's numbers, in the order in which it lists categories."""
_NOT_SAID = 127
_PLAIN_CONVENTIONS = {
    "int_curr_symbol": "",
    "currency_symbol": "",
    "mon_decimal_point": "",
    "mon_thousands_sep": "",
    "mon_grouping": [],
    "positive_sign": "",
    "negative_sign": "",
    "int_frac_digits": _NOT_SAID,
    "frac_digits": _NOT_SAID,
    "p_cs_precedes": _NOT_SAID,
    "p_sep_by_space": _NOT_SAID,
    "n_cs_precedes": _NOT_SAID,
    "n_sep_by_space": _NOT_SAID,
    "p_sign_posn": _NOT_SAID,
    "n_sign_posn": _NOT_SAID,
    "decimal_point": ".",
    "thousands_sep": "",
    "grouping": [],
}
_MONETARY_FIELDS = frozenset(_PLAIN_CONVENTIONS) - {"decimal_point", "thousands_sep", "grouping"}
_names = {}


def prepare():
    """Replaces them before `locale` takes them over."""
    _locale.setlocale = setlocale
    _locale.localeconv = localeconv


def _known():
    if not _names:
        for name in _CATEGORIES:
            _names[name] = "C"
        # As CPython begins: with the environment's encoding, which is UTF-8 where nothing is set (PEP 538).
        name = _of_environment("LC_CTYPE")
        _names["LC_CTYPE"] = name if name not in ("C", "POSIX") and _exists("LC_CTYPE", name) else "C.UTF-8"
    return _names


def _of_environment(category):
    return next((os.environ[name] for name in ("LC_ALL", category, "LANG") if os.environ.get(name)), "C")


def _exists(category, name):
    locale, _ = find_pointer("newlocale", 1 << _CATEGORIES[category], name.encode(), 0)
    if locale:
        call_once("freelocale", locale)
    return bool(locale)


@_module
def setlocale(category, locale=None, /):
    """Sets the locale of a category, or queries it; returns its name."""
    wanted = {name: number for name, number in _CATEGORIES.items() if getattr(_locale, name, None) == category}
    if category == _locale.LC_ALL:
        wanted = _CATEGORIES
    elif not wanted:
        raise _locale.Error("invalid locale category")
    known = _known()
    if locale is not None:
        known.update(_chosen(wanted, locale))
        _tell(category, known, wanted)
    names = {known[name] for name in wanted}
    return names.pop() if len(names) == 1 else ";".join(f"{name}={known[name]}" for name in wanted)


def _chosen(wanted, locale):
    if not isinstance(locale, str):
        raise TypeError(f"setlocale() argument 2 must be str or None, not {type(locale).__name__}")
    if "=" in locale:
        parts = dict(part.partition("=")[::2] for part in locale.split(";"))
        chosen = {name: parts.get(name, "") for name in wanted}
    else:
        chosen = {name: locale or _of_environment(name) for name in wanted}
    if not all(name and _exists(category, name) for category, name in chosen.items()):
        raise _locale.Error("unsupported locale setting")
    return {category: "C" if name == "POSIX" else name for category, name in chosen.items()}


def _tell(category, known, wanted):
    name = known[next(iter(wanted))]
    try:
        _set(category, "C" if name in _PLAIN else name)
    except (ValueError, _locale.Error):
        pass  # Java has no such locale


@_module
def localeconv():
    """Returns the conventions for numbers and amounts of money of the present locale."""
    known = _known()
    if known["LC_NUMERIC"] in _PLAIN and known["LC_MONETARY"] in _PLAIN:
        return {name: list(value) if isinstance(value, list) else value for name, value in _PLAIN_CONVENTIONS.items()}
    found = _conventions()
    for name, value in _PLAIN_CONVENTIONS.items():
        if known["LC_MONETARY" if name in _MONETARY_FIELDS else "LC_NUMERIC"] in _PLAIN:
            found[name] = value
    return found
