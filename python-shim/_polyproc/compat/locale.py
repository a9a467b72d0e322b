"""`locale`: GraalPy 25.0.3 has no `nl_langinfo` and none of the C library's message catalogs.

GraalPy keeps the program's locale itself, so the C library is asked about the locale of that name.
"""
# Needed while: import _locale; not hasattr(_locale, "nl_langinfo")

import _locale
import operator
import os

from _polyproc.compat import locale_names
from _polyproc.compat.libc import builtin, call_once, find_pointer, read_text

_module = builtin("_locale")
_CONSTANTS = {
    "ABDAY_1": 131072,
    "ABDAY_2": 131073,
    "ABDAY_3": 131074,
    "ABDAY_4": 131075,
    "ABDAY_5": 131076,
    "ABDAY_6": 131077,
    "ABDAY_7": 131078,
    "ABMON_1": 131086,
    "ABMON_10": 131095,
    "ABMON_11": 131096,
    "ABMON_12": 131097,
    "ABMON_2": 131087,
    "ABMON_3": 131088,
    "ABMON_4": 131089,
    "ABMON_5": 131090,
    "ABMON_6": 131091,
    "ABMON_7": 131092,
    "ABMON_8": 131093,
    "ABMON_9": 131094,
    "ALT_DIGITS": 131119,
    "AM_STR": 131110,
    "CODESET": 14,
    "CRNCYSTR": 262159,
    "DAY_1": 131079,
    "DAY_2": 131080,
    "DAY_3": 131081,
    "DAY_4": 131082,
    "DAY_5": 131083,
    "DAY_6": 131084,
    "DAY_7": 131085,
    "D_FMT": 131113,
    "D_T_FMT": 131112,
    "ERA": 131116,
    "ERA_D_FMT": 131118,
    "ERA_D_T_FMT": 131120,
    "ERA_T_FMT": 131121,
    "MON_1": 131098,
    "MON_10": 131107,
    "MON_11": 131108,
    "MON_12": 131109,
    "MON_2": 131099,
    "MON_3": 131100,
    "MON_4": 131101,
    "MON_5": 131102,
    "MON_6": 131103,
    "MON_7": 131104,
    "MON_8": 131105,
    "MON_9": 131106,
    "NOEXPR": 327681,
    "PM_STR": 131111,
    "RADIXCHAR": 65536,
    "THOUSEP": 65537,
    "T_FMT": 131114,
    "T_FMT_AMPM": 131115,
    "YESEXPR": 327680,
}
_CATEGORIES = {0: _locale.LC_CTYPE, 1: _locale.LC_NUMERIC, 2: _locale.LC_TIME, 4: _locale.LC_MONETARY, 5: _locale.LC_MESSAGES}
_NAMES = frozenset(_CONSTANTS.values())


def prepare():
    """Adds what `_locale` lacks, before `locale` takes it from there."""
    locale_names.prepare()
    vars(_locale).update(_CONSTANTS)
    for each in (nl_langinfo, gettext, dgettext, dcgettext, textdomain, bindtextdomain, bind_textdomain_codeset):
        setattr(_locale, each.__name__, each)


def install(module):
    """Adds to what the module exports."""
    module.__all__.extend(
        name
        for name in (
            "nl_langinfo",
            "gettext",
            "dgettext",
            "dcgettext",
            "textdomain",
            "bindtextdomain",
            "bind_textdomain_codeset",
        )
        if name not in module.__all__
    )


def _name(category):
    return _locale.setlocale(_CATEGORIES[category], None)


@_module
def nl_langinfo(key, /):
    """Return the value for the locale information associated with key."""
    key = operator.index(key)
    if key not in _NAMES:
        raise ValueError("unsupported langinfo constant")
    category = key >> 16
    for name in (_name(category), _name(category) + ".UTF-8", "C.UTF-8", "C"):
        locale, _ = find_pointer("newlocale", 1 << category, name.encode(), 0)
        if locale:
            break
    try:
        found = read_text(find_pointer("nl_langinfo_l", key, locale)[0]) or b""
    finally:
        call_once("freelocale", locale)
    return found.decode("utf-8", "surrogateescape")


def _text(value, function, position="1"):
    if not isinstance(value, str):
        raise TypeError(f"{function}() argument {position} must be str, not {type(value).__name__}")
    encoded = value.encode("utf-8", "surrogateescape")
    if b"\0" in encoded:
        raise ValueError("embedded null character")
    return encoded


def _found(address):
    text = read_text(address)
    return None if text is None else text.decode("utf-8", "surrogateescape")


@_module
def gettext(msg, /):
    """Return translation of msg."""
    return _translated("gettext", None, _text(msg, "gettext"), None)


@_module
def dgettext(domain, msg, /):
    """Return translation of msg in domain."""
    return _translated("dgettext", domain, _text(msg, "dgettext", "2"), None)


@_module
def dcgettext(domain, msg, category, /):
    """Return translation of msg in domain and category."""
    return _translated("dcgettext", domain, _text(msg, "dcgettext", "2"), operator.index(category))


def _translated(function, domain, message, category):
    from _polyproc.compat.libc import Memory

    domain = 0 if domain is None else _text(domain, function)
    # Without a translation the result is the argument's own address.
    with Memory(len(message) + 1) as memory:
        memory.write(message)
        if function == "gettext":
            return _found(find_pointer("gettext", memory.address)[0])
        rest = () if category is None else (category,)
        return _found(find_pointer(function, domain, memory.address, *rest)[0])


@_module
def textdomain(domain, /):
    """Set the C library's text domain to domain, returning the new domain."""
    return _found(find_pointer("textdomain", 0 if domain is None else _text(domain, "textdomain"))[0])


@_module
def bindtextdomain(domain, dir, /):
    """Bind the C library's domain to dir."""
    encoded = _text(domain, "bindtextdomain")
    if not encoded:
        from _polyproc.compat.libc import error

        raise error(0)
    found, _ = find_pointer("bindtextdomain", encoded, 0 if dir is None else os.fsencode(dir))
    return _found(found)


@_module
def bind_textdomain_codeset(domain, codeset, /):
    """Bind the C library's domain to codeset."""
    found, _ = find_pointer(
        "bind_textdomain_codeset",
        _text(domain, "bind_textdomain_codeset"),
        0 if codeset is None else _text(codeset, "bind_textdomain_codeset", "2"),
    )
    return _found(found)
