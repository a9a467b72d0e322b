"""`os.fork`: a copy of this process with the calling thread only, as CPython's `os_fork_impl` makes it.

fork() ── functions `before` ── Java: Bridge.fork ─┬─ parent: functions `after_in_parent`
                                                   └─ child:  threads forgotten, `after_in_child`
"""

import _imp
import errno
import os
import sys
import warnings

from polyglot import ForeignException

import _polyproc
from _polyproc.boot import lifecycle
from _polyproc.compat import open_files, signal_handlers, threads
from _polyproc.compat.builtin_functions import builtin
from _polyproc.process.descriptors import call, java_message, os_error
from _polyproc.warmup import preload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_GIVEN = object()
_before = []
_in_parent = []
_own_in_child = []


def after_in_child(function: "Callable[[], object]") -> "Callable[[], object]":
    """Lets a child call a function of ours, before those of the program."""
    _own_in_child.append(function)
    return function


@builtin("posix")
def register_at_fork(module, /, *, before=_NOT_GIVEN, after_in_child=_NOT_GIVEN, after_in_parent=_NOT_GIVEN):
    """Register callables to be called when forking a new process.

    before: called in the parent before the fork, the last one registered first; after_in_child and
    after_in_parent: called in each after it, in the order of registration.
    """
    given = {
        name: function
        for name, function in (("before", before), ("after_in_child", after_in_child), ("after_in_parent", after_in_parent))
        if function is not _NOT_GIVEN
    }
    if not given:
        raise TypeError("At least one argument is required.")
    for name, function in given.items():
        if not callable(function):
            raise TypeError(f"'{name}' must be callable, not {type(function).__name__}")
    if "before" in given:
        _before.insert(0, before)
    if "after_in_child" in given:
        _in_child.append(after_in_child)
    if "after_in_parent" in given:
        _in_parent.append(after_in_parent)


@builtin("posix")
def fork(module, /):
    """Fork a child process.

    Return 0 to child process and PID of child to parent process. Raises OSError if there can be no child: EAGAIN
    if the system has no room for one, or if a thread runs native code for seconds; ENOSYS if this JVM can't be
    forked at all; RuntimeError if the program's functions of `atexit` run.
    """
    if lifecycle.is_finishing:
        raise RuntimeError("can't fork at interpreter shutdown")
    _call_all(_before)
    open_files.write_out()
    parent = signal_handlers.system_pid()
    try:
        pid = fork_between_imports()
    except BaseException:
        _call_all(_in_parent)
        raise
    if pid:
        _call_all(_in_parent)
        _warn_of_threads()
        return pid
    if _polyproc.of_java_program:
        _end_with(parent)
    become_child()
    return 0


def _end_with(parent):
    """A Java program's processes end with it, and so do those that they have forked."""
    try:
        descriptor = int(call("openPidfd", parent))
    except OSError:
        os._exit(1)  # it has ended meanwhile
    _polyproc.runtime.endWithParent(descriptor)
    os.close(descriptor)


def fork_between_imports() -> int:
    """Forks while no other thread is about to import something, which the child could never finish; raises as `fork`."""
    _imp.acquire_lock()
    try:
        return fork_without_hooks()
    finally:
        _imp.release_lock()


def fork_without_hooks() -> int:
    """Forks for a child that is to be another program at once; raises as `fork` does."""
    try:
        return int(_polyproc.runtime.fork())
    except ForeignException as e:  # anything else is what a signal's handler has raised
        raise _fork_error(java_message(e)) from None


def become_child() -> None:
    """What is to be done first in a child; run ahead, where there is no fork, it spares each child the same."""
    threads.note_main_thread()
    open_files.forget()
    _call_all(_own_in_child)
    _call_all(_in_child)


@builtin("posix")
def forkpty(module, /):
    """Fork a new process with a new pseudo-terminal as controlling tty.

    Returns a tuple of (pid, master_fd): pid is 0 in the child. Raises OSError as `fork` does.
    """
    import fcntl
    import termios

    master, slave = os.openpty()
    try:
        pid = fork()
    except OSError:
        os.close(master)
        os.close(slave)
        raise
    if pid:
        os.close(slave)
        return pid, master
    os.close(master)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for stream in range(3):
        os.dup2(slave, stream)
    if slave > 2:
        os.close(slave)
    return pid, master


def _fork_error(text):
    """The OSError for a fork that has failed, with the reason that was found."""
    error = os_error(text)
    if error.errno is None:
        return OSError(errno.ENOSYS, text)
    what = text.rpartition(" failed: ")[0]
    return OSError(error.errno, f"{error.strerror} ({what})")


def _call_all(functions):
    """Calls each; what one raises is reported and keeps nothing from going on."""
    for function in list(functions):
        try:
            function()
        except BaseException as e:
            _report(e, function)


def _report(e, function):
    import traceback

    if sys.stderr is not None:
        print(f"Exception ignored in: {function!r}", file=sys.stderr)
        traceback.print_exception(e, file=sys.stderr)


def _warn_of_threads():
    threading = preload.loaded("threading")
    if threading is not None and len(threading._active) + len(threading._limbo) > 1:
        warnings.warn(
            f"This process (pid={os.getpid()}) is multi-threaded, use of fork() may lead to deadlocks in the child.",
            DeprecationWarning,
            stacklevel=3,
        )


def _forget_threads():
    """What `threading._after_fork` does: GraalPy's locks of running threads have no `_at_fork_reinit`."""
    threading = preload.loaded("threading")
    if threading is None:
        return
    threading.Condition._at_fork_reinit = _renew_condition
    current = threading.current_thread()
    # A child may also join one that is about to end, and start one that its parent has only made.
    ending = {thread for thread in threading._dangling if thread._started.is_set()}
    others = {*threading._enumerate(), *ending} - {current}
    threading._main_thread = current
    threading._active_limbo_lock = threading.RLock()
    threading._shutdown_locks_lock = threading._allocate_lock()
    current._started._at_fork_reinit()
    current._started._flag = True
    for thread in others:
        thread._started._at_fork_reinit()
        thread._is_stopped = True
        thread._tstate_lock = None
    threading._shutdown_locks.intersection_update({current._tstate_lock})
    threading._limbo.clear()
    threading._active.clear()
    threading._active[current.ident] = current


def _renew_condition(self):
    """`threading.Condition._at_fork_reinit`, where a lock that was made anew may have other methods."""
    self._lock._at_fork_reinit()
    sys.modules["threading"].Condition.__init__(self, self._lock)


_OWN_VERSIONS = {("threading", "_after_fork"): _forget_threads}
"""Functions of the standard library that register themselves, and what stands for them."""


class _Hooks(list):
    """The functions of a child, where ours take the places of some."""

    def append(self, function):
        key = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
        super().append(_OWN_VERSIONS.get(key, function))


_in_child = _Hooks()


def install() -> None:
    """Gives `os` its `fork`, and lets those modules register that were imported before it was there."""
    preload.note_hooks(_before, _in_child, _in_parent)
    functions = {function.__name__: function for function in (fork, forkpty, register_at_fork)}
    for module in (os, sys.modules["posix"]):
        vars(module).update(functions)
    os.__all__.extend(name for name in functions if name not in os.__all__)
    if "threading" in sys.modules:
        _in_child.append(sys.modules["threading"]._after_fork)
    if "random" in sys.modules:
        _in_child.append(sys.modules["random"]._inst.seed)
