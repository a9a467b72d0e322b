"""`pwd`: GraalPy 25.0.3 reads the user database itself, and leaves out passwords and full names."""
# Needed while: import pwd; pwd.getpwuid(0).pw_passwd == "NOT_AVAILABLE"

import operator
import os

from _polyproc.compat.libc import builtin, call_once, find_pointer, read_int, read_text

_module = builtin("pwd")
_struct_passwd = None


def install(module):
    """Replaces the functions that answer otherwise than the system."""
    global _struct_passwd
    _struct_passwd = module.struct_passwd
    for each in (getpwuid, getpwnam, getpwall):
        setattr(module, each.__name__, each)


def _entry(address):
    def text(offset):
        found = read_text(read_int(address + offset))
        return None if found is None else os.fsdecode(found)

    return _struct_passwd(
        (text(0), text(8), read_int(address + 16, 4), read_int(address + 20, 4), text(24), text(32), text(40))
    )


@_module
def getpwuid(uid, /):
    """Return the password database entry for the given numeric user ID."""
    if not hasattr(type(uid), "__index__"):
        raise TypeError(f"uid should be integer, not {type(uid).__name__}")
    number = operator.index(uid)
    if -1 <= number <= 0xFFFFFFFF:
        found, _ = find_pointer("getpwuid", number & 0xFFFFFFFF)
        if found:
            return _entry(found)
    raise KeyError(f"getpwuid(): uid not found: {number}")


@_module
def getpwnam(name, /):
    """Return the password database entry for the given user name."""
    if not isinstance(name, str):
        raise TypeError(f"getpwnam() argument must be str, not {type(name).__name__}")
    encoded = os.fsencode(name)
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    found, _ = find_pointer("getpwnam", encoded)
    if not found:
        raise KeyError(f"getpwnam(): name not found: {name!r}")
    return _entry(found)


@_module
def getpwall():
    """Return a list of all available password database entries, in arbitrary order."""
    found = []
    call_once("setpwent")
    try:
        while entry := find_pointer("getpwent")[0]:
            found.append(_entry(entry))
    finally:
        call_once("endpwent")
    return found
