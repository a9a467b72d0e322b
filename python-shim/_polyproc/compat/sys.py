"""Functions of `sys` that GraalPy 25.0.3 lacks."""
# Needed while: import sys; not hasattr(sys, "call_tracing")

from _polyproc.compat import _replaced
from _polyproc.compat.libc import builtin

_module = builtin("sys")

stdlib_module_names = _replaced["stdlib_module_names"] - {
    "_bootsubprocess",
    "asynchat",
    "asyncore",
    "binhex",
    "distutils",
    "imp",
    "smtpd",
} | {"_pydatetime", "_pylong", "_tokenize", "_typing", "tomllib"}
"""Those of CPython 3.12; GraalPy has the ones of 3.11."""


@_module
def call_tracing(func, args, /):
    """Call func(*args), while tracing is enabled."""
    if not isinstance(args, tuple):
        raise TypeError(f"call_tracing() argument 2 must be tuple, not {type(args).__name__}")
    return func(*args)


_SWITCH_SECONDS = 0.005
_SWITCH_SECONDS_OF_GRAALPY = 5e-9
"""What GraalPy answers until an interval is set: the same 5 ms in another unit."""


@_module
def getswitchinterval():
    """Return the interval, in seconds, after which threads of Python take turns."""
    seconds = _replaced["getswitchinterval"]()
    return _SWITCH_SECONDS if seconds == _SWITCH_SECONDS_OF_GRAALPY else seconds


@_module
def getallocatedblocks():
    """Return the number of memory blocks currently allocated: 0, as a JVM does not count them."""
    return 0


@_module
def activate_stack_trampoline(backend, /):
    """Activate stack profiler trampoline *backend*: there is none on this platform."""
    if not isinstance(backend, str):
        raise TypeError(f"activate_stack_trampoline() argument must be str, not {type(backend).__name__}")
    raise ValueError("perf trampoline not available")


@_module
def deactivate_stack_trampoline():
    """Deactivate the current stack profiler trampoline backend."""


@_module
def is_stack_trampoline_active():
    """Return *True* if a stack profiler trampoline is active."""
    return False
