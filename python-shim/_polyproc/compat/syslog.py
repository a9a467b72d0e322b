"""The system's log, which GraalPy 25.0.3 has no module for. Constants are those of `sys/syslog.h`."""
# Needed while: from importlib.util import find_spec; find_spec("syslog") is None

import os
import sys

from _polyproc.compat.arguments import c_int, c_long
from _polyproc.compat.libc import _native, builtin, call_once, write

_module = builtin("syslog")

LOG_EMERG = 0
LOG_KERN = 0
LOG_ALERT = 1
LOG_PID = 1
LOG_CONS = 2
LOG_CRIT = 2
LOG_ERR = 3
LOG_ODELAY = 4
LOG_WARNING = 4
LOG_NOTICE = 5
LOG_INFO = 6
LOG_DEBUG = 7
LOG_NDELAY = 8
LOG_USER = 8
LOG_MAIL = 16
LOG_NOWAIT = 16
LOG_DAEMON = 24
LOG_AUTH = 32
LOG_PERROR = 32
LOG_SYSLOG = 40
LOG_LPR = 48
LOG_NEWS = 56
LOG_UUCP = 64
LOG_CRON = 72
LOG_AUTHPRIV = 80
LOG_LOCAL0 = 128
LOG_LOCAL1 = 136
LOG_LOCAL2 = 144
LOG_LOCAL3 = 152
LOG_LOCAL4 = 160
LOG_LOCAL5 = 168
LOG_LOCAL6 = 176
LOG_LOCAL7 = 184

_ident = 0
_is_open = False


def _default_ident():
    if not sys.argv or not isinstance(sys.argv[0], str):
        return None
    return sys.argv[0].rpartition("/")[2] or None


@_module
def openlog(ident=None, logoption=0, facility=LOG_USER):
    """Set logging options of subsequent syslog() calls."""
    global _ident, _is_open
    logoption, facility = c_long(logoption), c_long(facility)
    if ident is None:
        ident = _default_ident()
    elif not isinstance(ident, str):
        raise TypeError(f"openlog() argument 1 must be str, not {type(ident).__name__}")
    sys.audit("syslog.openlog", ident, logoption, facility)
    former, _ident = _ident, 0
    if ident is not None:
        # The C library keeps the address and not the text.
        encoded = os.fsencode(ident) + b"\0"
        _ident = int(_native.allocate(len(encoded)))
        write(_ident, encoded)
    call_once("openlog", _ident, logoption, facility)
    _is_open = True
    if former:
        _native.free(former)


@_module
def syslog(*args):
    """syslog([priority=LOG_INFO,] message): sends a message to the system logger."""
    if len(args) not in (1, 2):
        raise TypeError("syslog.syslog requires 1 to 2 arguments")
    priority, message = (LOG_INFO, args[0]) if len(args) == 1 else args
    if not isinstance(message, str):
        raise TypeError(f"syslog() argument {len(args)} must be str, not {type(message).__name__}")
    priority, encoded = c_int(priority), os.fsencode(message)
    if b"\0" in encoded:
        raise ValueError("embedded null character")
    sys.audit("syslog.syslog", priority, message)
    if not _is_open:
        openlog()
    call_once("syslog", priority, b"%s", encoded)


@_module
def closelog():
    """Reset the syslog module values and call the system library closelog()."""
    global _ident, _is_open
    sys.audit("syslog.closelog")
    if _is_open:
        call_once("closelog")
        _is_open = False
        if _ident:
            _native.free(_ident)
            _ident = 0


@_module
def setlogmask(maskpri, /):
    """Set the priority mask to maskpri and return the previous mask value."""
    maskpri = c_long(maskpri)
    sys.audit("syslog.setlogmask", maskpri)
    return call_once("setlogmask", maskpri)[0]


@_module
def LOG_MASK(pri, /):
    """Calculates the mask for the individual priority pri."""
    return 1 << c_long(pri)


@_module
def LOG_UPTO(pri, /):
    """Calculates the mask for all priorities up to and including pri."""
    return (1 << c_long(pri) + 1) - 1
