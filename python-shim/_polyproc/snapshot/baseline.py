"""What a fresh interpreter has, noted before the program runs: `fork` carries what differs from it."""

import _locale
import builtins
import sys


def locale_settings() -> "dict[int, str]":
    """The setting of each category."""
    return {
        category: _locale.setlocale(category)
        for category in (_locale.LC_CTYPE, _locale.LC_COLLATE, _locale.LC_TIME, _locale.LC_MONETARY, _locale.LC_NUMERIC)
    }


builtin_names = frozenset(vars(builtins))
sys_attributes = dict(vars(sys))
locale = locale_settings()
