"""Access to the shadow password database, which GraalPy 25.0.3 has no module for."""
# Needed while: from importlib.util import find_spec; find_spec("spwd") is None

import os
import warnings

from _polyproc.compat import structseq
from _polyproc.compat.libc import builtin, call_once, error, find_pointer, read_int, read_text

warnings._deprecated(__name__, remove=(3, 13))

_module = builtin("spwd")
_FIELDS = ("sp_namp", "sp_pwdp", "sp_lstchg", "sp_min", "sp_max", "sp_warn", "sp_inact", "sp_expire", "sp_flag")
struct_spwd = structseq.make(
    "spwd", "struct_spwd", _FIELDS, "spwd.struct_spwd: Results from getsp*() routines.", hidden=("sp_nam", "sp_pwd")
)


def _entry(address):
    name, password = (os.fsdecode(read_text(read_int(address + offset)) or b"") for offset in (0, 8))
    return struct_spwd(
        (name, password, *(read_int(address + offset, signed=True) for offset in range(16, 72, 8)), name, password)
    )


@_module
def getspnam(arg, /):
    """Return the shadow password database entry for the given user name."""
    found, number = find_pointer("getspnam", os.fsencode(arg))
    if not found:
        if number in (1, 13):
            raise error(number)
        raise KeyError("getspnam(): name not found")
    return _entry(found)


@_module
def getspall():
    """Return a list of all available shadow password database entries, in arbitrary order."""
    found = []
    call_once("setspent")
    try:
        while entry := find_pointer("getspent")[0]:
            found.append(_entry(entry))
    finally:
        call_once("endspent")
    return found
