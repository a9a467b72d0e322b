"""Access to the Unix group database, which GraalPy 25.0.3 has no module for.

Group entries are reported as 4-tuples: name, password, id, and the list of members' names.
"""
# Needed while: from importlib.util import find_spec; find_spec("grp") is None

import operator
import os

from _polyproc.compat import structseq
from _polyproc.compat.libc import builtin, call_once, find_pointer, read_int, read_text

_module = builtin("grp")
struct_group = structseq.make(
    "grp", "struct_group", ("gr_name", "gr_passwd", "gr_gid", "gr_mem"), "grp.struct_group: Results from getgr*()."
)


def _group(address):
    members, where = [], read_int(address + 24)
    while name := read_int(where):
        members.append(os.fsdecode(read_text(name)))
        where += 8
    name, password = (read_text(read_int(address + offset)) for offset in (0, 8))
    return struct_group(
        (
            os.fsdecode(name),
            None if password is None else os.fsdecode(password),
            read_int(address + 16, 4, signed=True),
            members,
        )
    )


@_module
def getgrgid(id):
    """Return the group database entry for the given numeric group ID."""
    if not hasattr(type(id), "__index__"):
        raise TypeError(f"gid should be integer, not {type(id).__name__}")
    number = operator.index(id)
    if -1 <= number <= 0xFFFFFFFF:
        found, _ = find_pointer("getgrgid", number & 0xFFFFFFFF)
        if found:
            return _group(found)
    raise KeyError(f"getgrgid(): gid not found: {number}")


@_module
def getgrnam(name):
    """Return the group database entry for the given group name."""
    if not isinstance(name, str):
        raise TypeError(f"getgrnam() argument 'name' must be str, not {type(name).__name__}")
    encoded = os.fsencode(name)
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    found, _ = find_pointer("getgrnam", encoded)
    if not found:
        raise KeyError(f"getgrnam(): name not found: {name!r}")
    return _group(found)


@_module
def getgrall():
    """Return a list of all available group entries, in arbitrary order."""
    found = []
    call_once("setgrent")
    try:
        while entry := find_pointer("getgrent")[0]:
            found.append(_group(entry))
    finally:
        call_once("endgrent")
    return found
