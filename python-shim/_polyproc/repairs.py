"""What GraalPy 25.0.3 does otherwise than CPython and programs notice, put right at boot."""

import builtins
import errno
import faulthandler
import operator
import os
import sys
import _thread
import time
import traceback

import _polyproc
from _polyproc import shelf
from _polyproc.builtin_functions import builtin

_sleep = time.sleep
_compile = builtins.compile
_FUTURE_FEATURES = 0x1fe0000
_SLICE = 0.1
_level = 0
main_thread = _thread.get_ident()
"""The main thread's `ident`."""


def install(optimize):
    """Puts right what every program meets; optimize: how often -O was given."""
    time.sleep = sleep
    os._exit = sys.modules["posix"]._exit = _exit
    if not hasattr(os, "sched_getaffinity"):
        os.sched_getaffinity = sys.modules["posix"].sched_getaffinity = sched_getaffinity
    time.tzset = tzset
    _thread.get_native_id = get_native_id
    if "threading" in sys.modules:
        sys.modules["threading"].get_native_id = get_native_id
        note_main_thread()
    traceback.clear_frames = clear_frames
    hide_own_frames()
    faulthandler._sigsegv = _sigsegv
    set_buffering()
    if optimize:
        global _level
        _level = optimize
        builtins.compile = compile


@builtin("time")
def sleep(module, seconds, /):
    """Delays execution for a given number of seconds, which may be a fraction."""
    # Whole seconds GraalPy counts by the clock's: it would wait, and spin, until the next one is over.
    left = float(seconds) if isinstance(seconds, (int, float)) else 0.0
    end = time.monotonic() + left if left > _SLICE else 0
    # No signal ends its sleep; handlers run in between.
    while left > _SLICE:
        _sleep(_SLICE)
        left = end - time.monotonic()
    if left > 0 or not end:
        _sleep(left if isinstance(seconds, (int, float)) else seconds)


@builtin("time")
def tzset(module, /):
    """Initialize, or reinitialize, the local timezone to the value stored in os.environ['TZ']."""
    from _polyproc.compat import time_zone
    time_zone.set_zone()


@builtin("posix")
def _exit(module, /, status):
    """Ends this process at once with a status, without cleaning up."""
    # GraalPy's waits 0.3 s for threads that are in system calls.
    _polyproc.runtime.halt(operator.index(status) & 0xff)


@builtin("posix")
def sched_getaffinity(module, pid, /):
    """Returns the set of processors that a process may use; 0 is the calling one."""
    pid = operator.index(pid)
    try:
        with open(f"/proc/{pid or 'self'}/status", "rb") as status:
            allowed = next(line for line in status if line.startswith(b"Cpus_allowed_list:"))
    except OSError:
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH)) from None
    processors = set()
    for part in allowed.decode().split()[1].split(","):
        first, _, last = part.partition("-")
        processors.update(range(int(first), int(last or first) + 1))
    return processors


@builtin("_thread")
def get_native_id(module, /):
    """The kernel's id of the calling thread; GraalPy's is a number of Java's."""
    return int(_polyproc.runtime.currentThread())


def is_main_thread():
    """Whether the calling thread is the main thread: in a forked child, the one that has forked it."""
    return _thread.get_ident() == main_thread


def note_main_thread():
    """Lets the main thread, which calls, know its id, which is a new one in a worker that was forked."""
    global main_thread
    main_thread = _thread.get_ident()
    threading = shelf.loaded("threading")
    if threading is not None:
        threading.main_thread()._set_native_id()


@builtin("builtins")
def compile(module, /, source, filename, mode, flags=0, dont_inherit=False, optimize=-1, **options):
    """Compiles source into a code object as -O asks for; GraalPy keeps assert statements."""
    if not dont_inherit:
        flags |= sys._getframe().f_code.co_flags & _FUTURE_FEATURES
    return _compile(source, filename, mode, flags, True, _level if optimize == -1 else optimize,
                    **options)


def hide_own_frames():
    """Lets the module `traceback`, and so `logging`, show the program's frames, and none of what stands for built-ins.

    Of the stack, none of what runs the program is shown either.
    """
    walk = traceback._walk_tb_with_full_positions
    walk_stack = traceback.walk_stack

    def walk_traceback(tb):
        shown = [entry for entry in walk(tb)]
        programs = [entry for entry in shown if not _is_own(entry[0])]
        # An error of ours shows where it is.
        return iter(programs or shown)

    def walk_frames(f):
        if f is None:
            f = sys._getframe(2)
        return (entry for entry in walk_stack(f) if not _is_own(entry[0]))

    walk_frames.__name__ = walk_frames.__qualname__ = "walk_stack"
    walk_frames.__module__ = "traceback"
    traceback._walk_tb_with_full_positions = walk_traceback
    traceback.walk_stack = walk_frames


def _is_own(frame):
    return frame.f_code.co_filename.startswith(_OWN_FOLDER)


_OWN_FOLDER = os.path.join(os.path.dirname(hide_own_frames.__code__.co_filename), "")


@builtin("faulthandler")
def _sigsegv(module, release_gil=False, /):
    """Ends this process by SIGSEGV, as tests of others do."""
    os.kill(os.getpid(), 11)


def clear_frames(tb):
    """Clear all references to local variables in the frames of a traceback."""
    while tb is not None:
        try:
            # GraalPy has no frame for one that is on another thread's stack: the name is then unbound, and
            # without a name the program would end by a NullPointerException.
            frame = tb.tb_frame
            frame.clear()
        except (RuntimeError, UnboundLocalError):  # the frame is still executing
            pass
        tb = tb.tb_next


# Pickled, and shown, as what it stands for.
clear_frames.__module__ = "traceback"


def set_buffering():
    """Buffers standard output as CPython does; GraalPy's writes each line at once."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream.buffer, "raw"):
            stream.reconfigure(line_buffering=stream is sys.stderr or stream.isatty(),
                               write_through=False)
