"""Functions of `os` that GraalPy 25.0.3 lacks: they wait for processes, tell their times, or change their namespaces."""
# Needed while: import os; not hasattr(os, "wait4")

import operator
import os

from _polyproc.compat import structseq
from _polyproc.compat.arguments import c_int
from _polyproc.compat.libc import _native, builtin, call, call_long, error, integer

_posix = builtin("posix")
_SYS_PIDFD_OPEN = 434
_ECHILD = 10

times_result = structseq.make(
    "posix",
    "times_result",
    ("user", "system", "children_user", "children_system", "elapsed"),
    "times_result: Result from os.times().",
)
waitid_result = structseq.make(
    "posix", "waitid_result", ("si_pid", "si_uid", "si_signo", "si_status", "si_code"), "waitid_result: Result from waitid."
)


@_posix
def times():
    """Return a collection containing process timing information."""
    ticks = bytearray(32)
    elapsed = call_long("times", ticks)
    each = os.sysconf("SC_CLK_TCK")
    return times_result([*(integer(ticks, offset, 8) / each for offset in (0, 8, 16, 24)), elapsed / each])


def _usage(content):
    from _polyproc.compat import resource

    return resource.usage(content)


@_posix
def waitid(idtype, id, options, /):
    """Returns the result of waiting for a process or processes; None with WNOHANG if there is none."""
    idtype, id, options = c_int(idtype), operator.index(id), c_int(options)
    if idtype in (0, 2) and options & 4:
        _await_own(idtype, id, options)
    info = bytearray(128)
    call("waitid", idtype, id, info, options)
    if integer(info, _SI_PID) == 0:
        return None
    return waitid_result(
        (integer(info, _SI_PID), integer(info, 20, signed=False), integer(info, 0), integer(info, 24), integer(info, 8))
    )


def _children():
    """The process ids of this process's children that are the program's."""
    children = []
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/children", "rb") as file:
                children += map(int, file.read().split())
        except OSError:
            continue  # the thread has ended
    return [child for child in children if not _native.isRuntimeChild(child)]


_PAUSE = 0.002
_SI_PID = 16
"""Where a `siginfo_t` has it."""


def _await_own(idtype, id, options):
    """Waits until there is a child to collect that is the program's and not the runtime's.

    Where the supervisor is a thread of this process, workers are its children: to collect one of them would
    take its exit status from `Process.exitcode`.
    """
    import time

    info = bytearray(128)
    flags = options & ~1 | 0x1000000  # without WNOHANG, with WNOWAIT
    while True:
        if not _children():
            raise error(_ECHILD)
        call("waitid", idtype, id, info, flags | 1)
        pid = integer(info, _SI_PID)
        if pid and not _native.isRuntimeChild(pid):
            return
        if options & 1:
            return
        if not pid:
            call("waitid", idtype, id, info, flags)
            pid = integer(info, _SI_PID)
            if not _native.isRuntimeChild(pid):
                return
        time.sleep(_PAUSE)


def _wait(pid, options, usage):
    status = bytearray(4)
    if pid == -1:
        options_of_waitid = 4 | options & (1 | 8) | (2 if options & 2 else 0)
        _await_own(0, 0, options_of_waitid)
        pid = _first_of_program(options_of_waitid)
        if pid is None:
            return 0, 0
    child = call("wait4", pid, status, options, usage)
    return child, integer(status, 0) if child else 0


def _first_of_program(options):
    info = bytearray(128)
    call("waitid", 0, 0, info, options | 1 | 0x1000000)
    pid = integer(info, _SI_PID)
    return None if pid == 0 or _native.isRuntimeChild(pid) else pid


@_posix
def wait():
    """Wait for completion of a child process; returns its process id and exit status."""
    while True:
        pid, status = _wait(-1, 0, 0)
        if pid:
            return pid, status


@_posix
def wait3(options):
    """Wait for completion of a child process; returns its id, exit status and resource usage."""
    usage = bytearray(144)
    pid, status = _wait(-1, c_int(options), usage)
    return pid, status, _usage(usage)


@_posix
def wait4(pid, options):
    """Wait for completion of a specific child process; returns its id, exit status and resource usage."""
    usage = bytearray(144)
    pid, status = _wait(c_int(pid), c_int(options), usage)
    return pid, status, _usage(usage)


@_posix
def pidfd_open(pid, flags=0):
    """Return a file descriptor referring to the process pid."""
    return call("syscall", _SYS_PIDFD_OPEN, c_int(pid), operator.index(flags) & 0xFFFFFFFF)


@_posix
def unshare(flags):
    """Disassociate parts of a process (or thread) execution context."""
    call("unshare", c_int(flags))


@_posix
def setns(fd, nstype=0):
    """Move the calling thread into different namespaces."""
    from _polyproc.compat.arguments import fileno

    call("setns", fileno(fd), c_int(nstype))
