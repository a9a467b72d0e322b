"""`signal`: GraalPy 25.0.3 has no masks, does not wait for signals, and keeps timers of its own.

Everything goes into `_signal`, of which the standard library's `signal` is made.
"""
# Needed while: import _signal; not hasattr(_signal, "setitimer") or not hasattr(_signal, "pthread_sigmask")

import _signal
import _thread
import operator
import os
import sys
import time

import _polyproc
from _polyproc.compat import signal_handlers, structseq, threads
from _polyproc.compat.arguments import c_int
from _polyproc.compat.libc import builtin, call, call_once, error, find_pointer, integer, read_text, words
from _polyproc.compat.threads import native_id

_module = builtin("_signal")
_CONSTANTS = {
    "SIGCLD": 17,
    "SIGIO": 29,
    "SIGIOT": 6,
    "SIGRTMIN": 34,
    "SIGRTMAX": 64,
    "SIG_BLOCK": 0,
    "SIG_UNBLOCK": 1,
    "SIG_SETMASK": 2,
    "NSIG": 65,
}
"""Linux's, which are the same on x86-64 and AArch64."""
_NSIG = 65
_SYS_PIDFD_SEND_SIGNAL = 424
_EINVAL = 22

struct_siginfo = structseq.make(
    "signal",
    "struct_siginfo",
    ("si_signo", "si_code", "si_errno", "si_pid", "si_uid", "si_status", "si_band"),
    "struct_siginfo: Result from sigwaitinfo or sigtimedwait.",
)


class ItimerError(OSError):
    """A timer could not be set."""

    __module__ = "signal"


ItimerError.__qualname__ = "itimer_error"
ItimerError.__name__ = "itimer_error"


def prepare():
    """Adds what `_signal` lacks, before `signal` takes it from there."""
    vars(_signal).update(_CONSTANTS)
    for each in (
        pthread_sigmask,
        sigpending,
        sigwait,
        sigwaitinfo,
        sigtimedwait,
        pthread_kill,
        pause,
        strsignal,
        pidfd_send_signal,
        setitimer,
        getitimer,
        alarm,
        set_wakeup_fd,
        siginterrupt,
        valid_signals,
    ):
        setattr(_signal, each.__name__, each)
    _signal.struct_siginfo = struct_siginfo
    _signal.ItimerError = ItimerError


def install(module):
    """Everything is in the module already."""


def _masks():
    from _polyproc.compat import signal_masks

    return signal_masks


def _numbers(sigset):
    numbers = set()
    for each in sigset:
        number = operator.index(each)
        if not 0 < number < _NSIG:
            raise ValueError(f"signal number {number} out of range [1; {_NSIG - 1}]")
        if number not in (32, 33):  # the C library's own
            numbers.add(number)
    return numbers


@_module
def pthread_sigmask(how, mask, /):
    """Fetch and/or change the signal mask of the calling thread."""
    how, numbers = c_int(how), _numbers(mask)
    masks = _masks()
    former = masks.mask()
    if how == 0:
        wanted = former | numbers
    elif how == 1:
        wanted = former - numbers
    elif how == 2:
        wanted = numbers
    else:
        raise error(_EINVAL)
    if wanted != former:
        masks.set_mask(wanted)
    return set(former)


@_module
def sigpending():
    """Examine pending signals: the numbers of those that were sent while they were blocked."""
    return set(_masks().pending())


def _info(content):
    status, band = integer(content, 24), integer(content, 16, 8)
    return struct_siginfo(
        (
            integer(content, 0),
            integer(content, 8),
            integer(content, 4),
            integer(content, 16),
            integer(content, 20, signed=False),
            status,
            band,
        )
    )


@_module
def sigwait(sigset, /):
    """Wait for a signal; returns its number."""
    return integer(_masks().wait(_numbers(sigset), None), 0)


@_module
def sigwaitinfo(sigset, /):
    """Wait synchronously until one of the signals in *sigset* is delivered; returns a struct_siginfo."""
    return _info(_masks().wait(_numbers(sigset), None))


@_module
def sigtimedwait(sigset, timeout, /):
    """Like sigwaitinfo(), but with a timeout in seconds, after which it returns None."""
    if not isinstance(timeout, float) and not hasattr(type(timeout), "__index__"):
        raise TypeError(f"'{type(timeout).__name__}' object cannot be interpreted as an integer")
    if timeout != timeout:
        raise ValueError("Invalid value NaN (not a number)")
    if timeout < 0:
        raise ValueError("timeout must be non-negative")
    found = _masks().wait(_numbers(sigset), time.monotonic() + timeout)
    return None if found is None else _info(found)


@_module
def pthread_kill(thread_id, signalnum, /):
    """Send a signal to a thread."""
    thread_id, number = operator.index(thread_id), c_int(signalnum)
    sys.audit("signal.pthread_kill", thread_id, number)
    thread = native_id(thread_id)
    if thread is None:
        raise ProcessLookupError(3, os.strerror(3))
    if number and thread_id == _thread.get_ident():
        signal_handlers._send_here(number, sys._getframe(2))
    else:
        call("syscall", signal_handlers.SYS_TGKILL, signal_handlers.system_pid(), thread, number)


@_module
def pause():
    """Wait until a signal arrives whose handler is a function."""
    # Other signals of the runtime's end the system call, too.
    handled = _polyproc.runtime.signals().handled()
    while _polyproc.runtime.signals().handled() == handled:
        call_once("pause")


@_module
def strsignal(signalnum, /):
    """Return the system description of the given signal, or None if it is not recognized."""
    number = c_int(signalnum)
    if not 0 < number < _NSIG:
        raise ValueError("signal number out of range")
    text = os.fsdecode(read_text(find_pointer("strsignal", number)[0]) or b"Unknown signal")
    return None if "Unknown signal" in text else text


@_module
def pidfd_send_signal(pidfd, signalnum, siginfo=None, flags=0, /):
    """Send a signal to a process referred to by a pid file descriptor."""
    pidfd, number, flags = c_int(pidfd), c_int(signalnum), operator.index(flags)
    if siginfo is not None:
        raise TypeError("siginfo must be None")
    if number and _is_of_this_process(pidfd):
        signal_handlers._send_here(number, sys._getframe(2))
        return
    call("syscall", _SYS_PIDFD_SEND_SIGNAL, pidfd, number, 0, flags)


def _is_of_this_process(pidfd):
    try:
        if os.readlink(f"/proc/self/fd/{pidfd}") == f"/proc/{signal_handlers.system_pid()}":
            return True
        with open(f"/proc/self/fdinfo/{pidfd}", "rb") as info:
            return b"\nPid:\t%d\n" % signal_handlers.system_pid() in b"\n" + info.read()
    except OSError:
        return False


@_module
def siginterrupt(signalnum, flag, /):
    """Change system call restart behaviour: if flag is false, the signal does not end a call that waits."""
    number, flag = c_int(signalnum), operator.index(flag)
    if not 0 < number < _NSIG:
        raise ValueError("signal number out of range")
    if number in (9, 19):
        raise error(_EINVAL)
    _polyproc.runtime.signals().setInterrupting(number, bool(flag))


@_module
def valid_signals():
    """Return a set of valid signal numbers on this platform."""
    return {number for number in range(1, _NSIG) if number not in (32, 33)}


# Timers


def _microseconds(seconds):
    if not isinstance(seconds, (int, float)) and not hasattr(type(seconds), "__index__"):
        raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer")
    if seconds != seconds:
        raise ValueError("Invalid value NaN (not a number)")
    whole, part = divmod(float(seconds), 1)
    return int(whole), -int(-part * 1e6 // 1)


def _pair(content):
    return tuple(integer(content, offset, 8) + integer(content, offset + 8, 8) * 1e-6 for offset in (16, 0))


@_module
def setitimer(which, seconds, interval=0.0, /):
    """Sets the given itimer to fire after that many seconds, and then at that interval; returns the old values."""
    which = c_int(which)
    value = words(*_microseconds(interval), *_microseconds(seconds))
    return _timer("setitimer", which, value)


@_module
def getitimer(which, /):
    """Returns the current value and interval of the given itimer."""
    return _timer("getitimer", c_int(which))


def _timer(function, *args):
    content = bytearray(32)
    try:
        call(function, *args, content)
    except OSError as e:
        raise ItimerError(e.errno, e.strerror) from None
    return _pair(content)


@_module
def alarm(seconds, /):
    """Arrange for SIGALRM to arrive after the given number of seconds; returns what was left of the last one."""
    return call_once("alarm", c_int(seconds) & 0xFFFFFFFF)[0]


# The wakeup descriptor

_wakeup = -1
_warns = True


@_module
def set_wakeup_fd(fd, /, *, warn_on_full_buffer=True):
    """Sets the fd to be written to, with the number of each signal with a handler of Python's; -1 for none."""
    global _wakeup, _warns
    fd = c_int(fd)
    if not threads.is_main_thread():
        raise ValueError("set_wakeup_fd only works in main thread of the main interpreter")
    if fd != -1:
        try:
            os.fstat(fd)
        except OSError as e:
            if e.errno == 9 and fd < 0:
                raise ValueError("invalid fd") from None
            raise
        if os.get_blocking(fd):
            raise ValueError(f"the fd {fd} must be in non-blocking mode")
    former, _wakeup, _warns = _wakeup, fd, bool(warn_on_full_buffer)
    _polyproc.runtime.signals().setWakeupDescriptor(fd)
    return former


def write_wakeup(number):
    """Writes a signal's number to the descriptor, for one that the runtime did not see."""
    if _wakeup == -1:
        return
    written, failure = call_once("write", _wakeup, bytes((number,)), 1)
    if written < 0 and (failure != 11 or _warns):
        e = error(failure)
        kind = next(kind for kind in tuple.__subclasses__() if kind.__name__ == "UnraisableHookArgs")
        sys.unraisablehook(kind((type(e), e, None, "Exception ignored when trying to write to the signal wakeup fd", None)))
