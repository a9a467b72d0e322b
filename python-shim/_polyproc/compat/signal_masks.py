"""Blocked signals, which GraalPy 25.0.3 knows nothing of.

A signal that is sent to a process goes to any thread that does not block it, and a JVM always has such threads:
none of them blocks what the program blocks. So a blocked signal gets a handler, for the whole process, that
writes what the kernel tells of it into a pipe (`io.polyproc.posix.SignalRecorder`), and nothing else happens.
It waits there until the program unblocks it, which then has its effect, or asks for it by `sigwait`.

What the main thread blocks is blocked for the process. Masks of other threads are kept and answered, but a
signal that the main thread does not block has its effect, as it does in CPython, where the main thread gets it.
Other programs (`posix_spawn`, `execve`) begin with the main thread's mask.
"""
# Needed while: import _signal; not hasattr(_signal, "sigwait")

import _thread
import os

import _polyproc
from _polyproc.compat import signal_handlers, threads
from _polyproc.compat.libc import Memory, call_once, integer
from _polyproc.process.forking import after_in_child

_INFO_BYTES = 128
_FIRST_REAL_TIME = 32
_NEVER_RECORDED = frozenset((4, 5, 7, 8, 9, 11, 19)) | signal_handlers._RUNTIME_SIGNALS
"""SIGKILL and SIGSTOP; what a fault raises in a thread; and what the runtime uses itself."""
_SYS_RT_TGSIGQUEUEINFO = 240 if os.uname().machine == "aarch64" else 297
_SI_USER = 0

_masks = {threads.main_thread: frozenset()}
_main_thread = threads.main_thread
_recorded = {}
"""The signals that are recorded, and how many have asked for each: the mask, and calls that wait."""
_pending = []
_lock = _thread.allocate_lock()
_native = None
_pid = 0


def _signals():
    global _native, _pid
    if _native is None:
        _native = _polyproc.runtime.signals()
        _pid = signal_handlers.system_pid()
    elif _pid != signal_handlers.system_pid():
        _native.afterFork()
        _pid = signal_handlers.system_pid()
        _pending.clear()
    return _native


def blocked():
    """The numbers of the signals that the main thread blocks."""
    return _masks[_main_thread]


@after_in_child
def _follow_main_thread():
    global _main_thread
    _masks.setdefault(threads.main_thread, _masks[_main_thread])
    _main_thread = threads.main_thread


def mask():
    """The numbers of the signals that the calling thread blocks."""
    return _masks.get(_thread.get_ident(), blocked())


def set_mask(numbers):
    """Lets the calling thread block these signals, and no others; what was pending has its effect."""
    thread = _thread.get_ident()
    numbers = frozenset(numbers) - {9, 19}
    former = mask()
    _masks[thread] = numbers
    if thread != _main_thread:
        return
    signal_handlers.masks = _this()
    for number in numbers - former:
        start_recording(number)
    for number in former - numbers:
        stop_recording(number)
    for number, info in _take(lambda number: number not in numbers and number not in _recorded):
        signal_handlers.kill(os.getpid(), number)


def _this():
    import sys

    return sys.modules[__name__]


def start_recording(number):
    """Keeps a signal from having its effect, until `stop_recording` was called as often."""
    if number in _NEVER_RECORDED:
        return
    with _lock:
        _recorded[number] = _recorded.get(number, 0) + 1
        _signals().record(number)


def stop_recording(number):
    if number in _NEVER_RECORDED:
        return
    with _lock:
        if _recorded[number] == 1:
            del _recorded[number]
            _signals().restore(number)
        else:
            _recorded[number] -= 1


def suspend(number):
    """Lets another action be set for a signal that may be recorded."""
    if number in _recorded:
        _signals().restore(number)


def resume(number):
    """Records the signal again, after `suspend`."""
    if number in _recorded:
        _signals().record(number)


def send_here(number):
    """Sends a signal that is recorded to this process; returns whether it is one."""
    if number not in _recorded:
        return False
    _signals()
    info = bytearray(_INFO_BYTES)
    for offset, value in ((0, number), (8, _SI_USER), (16, signal_handlers.system_pid()), (20, os.getuid())):
        info[offset : offset + 4] = (value & 0xFFFFFFFF).to_bytes(4, "little")
    # To the calling thread, so that it has been recorded when this returns.
    call_once("syscall", _SYS_RT_TGSIGQUEUEINFO, signal_handlers.system_pid(), _thread.get_native_id(), number, bytes(info))
    return True


def _drain():
    with Memory(_INFO_BYTES) as info:
        while True:
            got, _ = call_once("read", _signals().input(), info.address, _INFO_BYTES)
            if got != _INFO_BYTES:
                return
            content = info.read()
            number = integer(content, 0)
            # Of the others, one that is sent again while it is pending does not count.
            if number >= _FIRST_REAL_TIME or all(number != other for other, _ in _pending):
                _pending.append((number, content))


def pending():
    """The numbers of the signals that wait until they are unblocked."""
    if _native is None:
        return frozenset()
    with _lock:
        _drain()
        return frozenset(number for number, _ in _pending)


def _take(wanted):
    if _native is None:
        return []
    with _lock:
        _drain()
        taken = sorted((each for each in _pending if wanted(each[0])), key=lambda each: each[0])
        _pending[:] = [each for each in _pending if not wanted(each[0])]
        return taken


def _take_one(numbers):
    with _lock:
        _drain()
        found = min((each for each in _pending if each[0] in numbers), key=lambda each: each[0], default=None)
        if found is not None:
            _pending.remove(found)
        return found


_SLICE = 0.1
"""Seconds between two looks, as another thread may take what is in the pipe."""


def wait(numbers, end):
    """Waits for one of the signals, at most until `time.monotonic()` is `end`; returns its siginfo_t, or None."""
    import time

    signal_handlers.masks = _this()
    for number in numbers:
        start_recording(number)
    try:
        entry = bytearray(_signals().input().to_bytes(4, "little") + b"\1\0\0\0")
        while True:
            found = _take_one(numbers)
            if found is not None:
                return found[1]
            left = _SLICE if end is None else end - time.monotonic()
            if left <= 0:
                return None
            call_once("poll", bytes(entry), 1, -int(-min(left, _SLICE) * 1000 // 1))
    finally:
        for number in numbers:
            stop_recording(number)
        still = blocked()
        for number, _ in _take(lambda number: number not in still and number not in _recorded):
            signal_handlers.kill(os.getpid(), number)
