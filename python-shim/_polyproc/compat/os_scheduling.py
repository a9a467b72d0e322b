"""Functions of `os` for how processes are scheduled that GraalPy 25.0.3 lacks.

A nice value, a scheduling policy and a set of processors are a thread's. A JVM's main thread has many others at
its side (the compiler's, the collector's), so what Python's main thread sets for itself is set for all of them.
"""
# Needed while: import os; not hasattr(os, "sched_setscheduler")

import operator
import os

from _polyproc.compat import threads
from _polyproc.compat.arguments import c_int
from _polyproc.compat.builtin_functions import builtin as builtin_function
from _polyproc.compat.libc import builtin, call, error, integer

_posix = builtin("posix")
_MACHINE = os.uname().machine
_SYS_GETPRIORITY = 141 if _MACHINE == "aarch64" else 140
_ESRCH = 3


def _threads_for(pid):
    """The kernel's ids of the threads that a call for a process is about."""
    if pid in (0, os.getpid()) and (pid or threads.is_main_thread()):
        return [int(name) for name in os.listdir("/proc/self/task")]
    return [pid]


def _for_all(pid, one):
    """Calls a function for each thread; a thread that has ended meanwhile does not count."""
    threads = _threads_for(pid)
    for thread in threads:
        try:
            one(thread)
        except ProcessLookupError:
            if len(threads) == 1:
                raise


@_posix
def nice(increment, /):
    """Add increment to the priority of process and return the new priority."""
    wanted = getpriority(0, 0) + c_int(increment)
    wanted = max(-20, min(19, wanted))
    try:
        setpriority(0, 0, wanted)
    except PermissionError:
        raise error(1) from None
    return getpriority(0, 0)


@_posix
def getpriority(which, who):
    """Return program scheduling priority."""
    # The system call returns 20 - priority, so that no priority looks like an error.
    return 20 - call("syscall", _SYS_GETPRIORITY, c_int(which), c_int(who))


@_posix
def setpriority(which, who, priority):
    """Set program scheduling priority."""
    which, who, priority = c_int(which), c_int(who), c_int(priority)
    if which == 0:
        _for_all(who, lambda thread: call("setpriority", 0, thread, priority))
    else:
        call("setpriority", which, who, priority)


class sched_param(tuple):
    """The parameters of a scheduling policy: a tuple of the priority."""

    __slots__ = ()
    __module__ = "posix"
    __match_args__ = ("sched_priority",)
    n_fields = n_sequence_fields = 1
    n_unnamed_fields = 0

    def __new__(cls, sched_priority):
        return tuple.__new__(cls, (sched_priority,))

    @property
    def sched_priority(self):
        """the scheduling priority"""
        return self[0]

    def __repr__(self):
        return f"posix.sched_param(sched_priority={self[0]!r})"

    def __reduce__(self):
        return sched_param, (self[0],)


def parameter(param):
    """The structure of the C library for a `sched_param`."""
    if not isinstance(param, sched_param):
        raise TypeError("must have a sched_param object")
    priority = operator.index(param.sched_priority)
    if not -0x80000000 <= priority <= 0x7FFFFFFF:
        raise OverflowError("sched_priority out of range")
    return (priority & 0xFFFFFFFF).to_bytes(4, "little")


@_posix
def sched_get_priority_max(policy):
    """Get the maximum scheduling priority for policy."""
    return call("sched_get_priority_max", c_int(policy))


@_posix
def sched_get_priority_min(policy):
    """Get the minimum scheduling priority for policy."""
    return call("sched_get_priority_min", c_int(policy))


@_posix
def sched_getscheduler(pid, /):
    """Get the scheduling policy for the process identified by pid."""
    return call("sched_getscheduler", c_int(pid))


@_posix
def sched_setscheduler(pid, policy, param, /):
    """Set the scheduling policy for the process identified by pid."""
    policy, content = c_int(policy), parameter(param)
    _for_all(c_int(pid), lambda thread: call("sched_setscheduler", thread, policy, content))


@_posix
def sched_getparam(pid, /):
    """Returns scheduling parameters for the process identified by pid."""
    content = bytearray(4)
    call("sched_getparam", c_int(pid), content)
    return sched_param(integer(content, 0))


@_posix
def sched_setparam(pid, param, /):
    """Set scheduling parameters for the process identified by pid."""
    content = parameter(param)
    _for_all(c_int(pid), lambda thread: call("sched_setparam", thread, content))


@_posix
def sched_rr_get_interval(pid, /):
    """Return the round-robin quantum for the process identified by pid, in seconds."""
    interval = bytearray(16)
    call("sched_rr_get_interval", c_int(pid), interval)
    return integer(interval, 0, 8) + integer(interval, 8, 8) * 1e-9


@_posix
def sched_yield():
    """Voluntarily relinquish the CPU."""
    call("sched_yield")


@builtin_function("posix")
def sched_getaffinity(module, pid, /):
    """Returns the set of processors that a process may use; 0 is the calling one."""
    pid = operator.index(pid)
    try:
        with open(f"/proc/{pid or 'self'}/status", "rb") as status:
            allowed = next(line for line in status if line.startswith(b"Cpus_allowed_list:"))
    except OSError:
        raise error(_ESRCH) from None
    processors = set()
    for part in allowed.decode().split()[1].split(","):
        first, _, last = part.partition("-")
        processors.update(range(int(first), int(last or first) + 1))
    return processors


@_posix
def sched_setaffinity(pid, mask, /):
    """Set the CPU affinity of the process identified by pid to mask."""
    processors = 0
    for processor in mask:
        if not isinstance(processor, int):
            raise TypeError(f"expected an iterator of ints, but iterator yielded {type(processor)!r}")
        if processor < 0:
            raise ValueError("negative CPU number")
        if processor > 0x7FFFFFFF - 1:
            raise OverflowError("CPU number too large")
        processors |= 1 << processor
    size = max(128, (processors.bit_length() + 63) // 64 * 8)
    content = processors.to_bytes(size, "little")
    _for_all(c_int(pid), lambda thread: call("sched_setaffinity", thread, size, content))
