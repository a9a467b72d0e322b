"""`datetime`: GraalPy 25.0.3 has it in Python code, whose classes name the module `_pydatetime`.

CPython reads that name in a pickle, too, but makes objects of its own slower classes, which are no `datetime.datetime`.
"""
# Needed while: import datetime; datetime.date.__module__ != "datetime"

_CLASSES = "date", "time", "datetime", "timedelta", "timezone", "tzinfo"


def install(module):
    """Names the module that programs know."""
    for name in _CLASSES:
        getattr(module, name).__module__ = "datetime"
