"""`resource`: GraalPy 25.0.3 can set no limit, answers with limits of Java's, and with usage in wrong units."""
# Needed while: import resource; not hasattr(resource, "setrlimit")

import operator
import sys

from _polyproc.compat import structseq
from _polyproc.compat.libc import builtin, call, integer, words

_module = builtin("resource")
_CONSTANTS = {
    "RLIMIT_CPU": 0,
    "RLIMIT_FSIZE": 1,
    "RLIMIT_DATA": 2,
    "RLIMIT_STACK": 3,
    "RLIMIT_CORE": 4,
    "RLIMIT_RSS": 5,
    "RLIMIT_NPROC": 6,
    "RLIMIT_NOFILE": 7,
    "RLIMIT_OFILE": 7,
    "RLIMIT_MEMLOCK": 8,
    "RLIMIT_AS": 9,
    "RLIMIT_SIGPENDING": 11,
    "RLIMIT_MSGQUEUE": 12,
    "RLIMIT_NICE": 13,
    "RLIMIT_RTPRIO": 14,
    "RLIMIT_RTTIME": 15,
    "RLIM_INFINITY": -1,
    "RUSAGE_SELF": 0,
    "RUSAGE_CHILDREN": -1,
    "RUSAGE_THREAD": 1,
}
_LIMITS = 16
_INFINITE = (1 << 64) - 1

struct_rusage = structseq.make(
    "resource",
    "struct_rusage",
    (
        "ru_utime",
        "ru_stime",
        "ru_maxrss",
        "ru_ixrss",
        "ru_idrss",
        "ru_isrss",
        "ru_minflt",
        "ru_majflt",
        "ru_nswap",
        "ru_inblock",
        "ru_oublock",
        "ru_msgsnd",
        "ru_msgrcv",
        "ru_nsignals",
        "ru_nvcsw",
        "ru_nivcsw",
    ),
    "struct_rusage: Result from getrusage.",
)


def install(module):
    """Adds what the module lacks, and replaces what answers wrongly."""
    vars(module).update(_CONSTANTS)
    for each in (getrlimit, setrlimit, prlimit, getrusage, struct_rusage):
        setattr(module, each.__name__, each)


def usage(content):
    """The `struct_rusage` of a C structure."""
    return struct_rusage(
        [integer(content, offset, 8) + integer(content, offset + 8, 8) * 1e-6 for offset in (0, 16)]
        + [integer(content, offset, 8) for offset in range(32, 144, 8)]
    )


@_module
def getrusage(who, /):
    """Returns the resources that a process, a thread or the children have used."""
    who = operator.index(who)
    if who not in (0, -1, 1):
        raise ValueError("invalid who parameter")
    content = bytearray(144)
    call("getrusage", who, content)
    return usage(content)


def _resource(resource):
    number = operator.index(resource)
    if not -0x80000000 <= number <= 0x7FFFFFFF:
        raise OverflowError("Python int too large to convert to C int")
    if not 0 <= number < _LIMITS:
        raise ValueError("invalid resource specified")
    return number


def _limits(limits):
    if not isinstance(limits, tuple):
        try:
            limits = tuple(limits)
        except TypeError:
            raise TypeError(f"'{type(limits).__name__}' object is not iterable") from None
    if len(limits) != 2:
        raise ValueError("expected a tuple of 2 integers")
    return words(*(_limit(limit) for limit in limits))


def _limit(limit):
    number = operator.index(limit)
    if not -1 << 63 <= number < 1 << 64:
        raise OverflowError("Python int too large to convert to C long")
    return number & _INFINITE


def _pair(content):
    soft, hard = (integer(content, offset, 8, signed=False) for offset in (0, 8))
    return tuple(-1 if each == _INFINITE else each for each in (soft, hard))


@_module
def getrlimit(resource, /):
    """Returns the soft and the hard limit of a resource."""
    content = bytearray(16)
    call("getrlimit", _resource(resource), content)
    return _pair(content)


def _set(function, *args):
    try:
        call(function, *args)
    except PermissionError:
        if function == "prlimit":
            raise
        raise ValueError("not allowed to raise maximum limit") from None
    except OSError as e:
        if e.errno == 22:
            raise ValueError("current limit exceeds maximum limit") from None
        raise


@_module
def setrlimit(resource, limits, /):
    """Sets the soft and the hard limit of a resource."""
    resource = _resource(resource)
    sys.audit("resource.setrlimit", resource, limits)
    _set("setrlimit", resource, _limits(limits))


@_module
def prlimit(pid, resource, limits=None, /):
    """Returns the limits of a resource of a process, and sets others if they are given."""
    pid, resource = operator.index(pid), _resource(resource)
    if not -0x80000000 <= pid <= 0x7FFFFFFF:
        raise OverflowError("Python int too large to convert to C int")
    former = bytearray(16)
    _set("prlimit", pid, resource, 0 if limits is None else _limits(limits), former)
    return _pair(former)
