"""Threads of Python's: the kernel's ids of them, where GraalPy 25.0.3 has Java's, and which one is the main thread."""
# Needed while: import _thread, os; str(_thread.get_native_id()) not in os.listdir("/proc/self/task")

import _thread
import sys

import _polyproc
from _polyproc.compat.builtin_functions import builtin
from _polyproc.warmup import preload

main_thread = _thread.get_ident()
"""The main thread's `ident`."""


def install():
    """Gives threads the kernel's ids."""
    _thread.get_native_id = get_native_id
    if "threading" in sys.modules:
        sys.modules["threading"].get_native_id = get_native_id
        note_main_thread()


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
    threading = preload.loaded("threading")
    if threading is not None:
        threading.main_thread()._set_native_id()


def native_id(ident):
    """The kernel's id of a thread of Python's; None if there is none of that id."""
    if ident == _thread.get_ident():
        return _thread.get_native_id()
    threading = preload.loaded("threading")
    thread = threading._active.get(ident) if threading is not None else None
    if thread is None:
        return None
    return thread.native_id
