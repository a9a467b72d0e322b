"""Signal handlers that are Python functions end the system call in which the main thread waits.

GraalPy runs them between two bytecodes; a thread in a system call would get there only when the call
returns by itself. So Java wakes it, for which it stands before GraalPy's own handler; `getsignal` and
`signal` must not see that.
"""
# Serves: `signal`, which has nothing to see while no signal comes

import _signal
import operator
import os
import sys

import _polyproc
from _polyproc.compat import threads
from _polyproc.compat.builtin_functions import builtin

_SIGINT = 2
_SIGKILL = 9
_SIGSTOP = 19
_SIGURG = 23
"""By which an observer asks; see `ObservationPoint`. To a program it has its default action, which is to be ignored."""
_set = _signal.signal
_get = _signal.getsignal
_kill = os.kill
system_pid = os.getpid
"""The kernel's id of this process, whatever the program sees: of a process on another node it is another one."""
_handlers = {}
_urgent_action = _signal.SIG_DFL
_FIRST_REAL_TIME = 32
_RUNTIME_SIGNALS = frozenset(range(60, 65))
"""Real-time signals that the JVM, GraalPy and this runtime use."""
_real_time = {}
masks = None
"""`_polyproc.compat.signal_masks`, once the program has blocked a signal."""
_JVM_SIGNALS = frozenset((3, 4, 5, 6, 7, 8, 11, 12))  # SIGQUIT, ILL, TRAP, ABRT, BUS, FPE, SEGV and USR2
_SIGQUIT = 3
_FAULTS = frozenset((4, 8, 11))
"""SIGILL, SIGFPE and SIGSEGV, by which a thread of the JVM asks for help: a program's action is for what it sends itself."""
_CARRIER = 16
"""SIGSTKFLT, which Linux never sends. The JVM takes no handler for SIGQUIT, so a SIGQUIT is turned into one of these."""
SYS_TGKILL = 131 if os.uname().machine == "aarch64" else 234
_jvm_actions = {}
"""The actions that the program has set for SIGQUIT and for faults, where they are no functions."""


def install():
    """Replaces the functions before the module `signal` takes them over."""
    _signal.signal = signal
    _signal.getsignal = getsignal
    _signal.raise_signal = raise_signal
    os.kill = sys.modules["posix"].kill = kill
    os.abort = sys.modules["posix"].abort = abort
    handler = _get(_SIGINT)
    if callable(handler):
        signal(_SIGINT, handler)


def _watch(number, handler):
    if callable(handler):
        _handlers[number] = handler
        _polyproc.runtime.signals().watch(number, number)


@builtin("_signal")
def signal(module, signalnum, handler, /):
    """Sets the action for a signal; returns the former one."""
    if not threads.is_main_thread():
        raise ValueError("signal only works in main thread of the main interpreter")
    former = getsignal(signalnum)
    number = int(signalnum)
    if number in (_SIGKILL, _SIGSTOP):
        raise OSError(22, os.strerror(22))
    if _FIRST_REAL_TIME <= number < 65:
        return _set_real_time(number, handler, former)
    if number == _SIGQUIT or number in _FAULTS:
        return _set_jvms(number, handler, former)
    if number == _CARRIER and _SIGQUIT in _handlers:
        raise OSError(22, "SIGSTKFLT calls the function that is set for SIGQUIT")
    if _handlers.pop(number, None) is not None:
        _polyproc.runtime.signals().unwatch(number)
    if number == _SIGURG and handler in (_signal.SIG_DFL, _signal.SIG_IGN):
        _let_urgent_be_ignored(handler)
        return former
    if masks is not None:
        masks.suspend(number)
    try:
        _act(number, handler)
    except BaseException:
        _watch(number, former)
        if masks is not None:
            masks.resume(number)
        raise
    _watch(number, handler)
    if masks is not None:
        masks.resume(number)
    return former


def _act(number, handler):
    signals = _polyproc.runtime.signals()
    if not callable(handler):
        _set(number, handler)
        if not _polyproc.embedded:  # GraalPy's default action is the one that was found at start
            _set_natively(number, handler)
        return
    ignored = not _polyproc.embedded and signals.isIgnored(number)
    if ignored:
        signals.accept(number)  # the JVM would let SIGHUP, SIGINT and SIGTERM be ignored
    try:
        _set(number, signals.handler(number, handler))
    except BaseException:
        if ignored:
            signals.ignore(number)
        raise


def _set_natively(number, action):
    """Sets SIG_IGN or SIG_DFL whatever the JVM had installed."""
    signals = _polyproc.runtime.signals()
    (signals.ignore if action == _signal.SIG_IGN else signals.setDefaultAction)(number)


def _set_jvms(number, handler, former):
    """Sets the action for a signal for which GraalPy sets none, as the JVM takes it."""
    if not callable(handler) and handler not in (_signal.SIG_DFL, _signal.SIG_IGN):
        raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
    if number == _SIGQUIT:
        _set_quit(handler)
    _handlers.pop(number, None)
    if callable(handler):
        _handlers[number] = handler
    else:
        _jvm_actions[number] = handler
    return former


def _set_quit(handler):
    if callable(handler) and getsignal(_CARRIER) != _signal.SIG_DFL:
        raise OSError(22, "a function is set for SIGSTKFLT, by which one for SIGQUIT would be called")
    signals = _polyproc.runtime.signals()
    if masks is not None:
        masks.suspend(_SIGQUIT)
    if not callable(handler):
        _set_natively(_SIGQUIT, handler)
    if _SIGQUIT in _handlers:
        signals.unwatch(_SIGQUIT)
        _set(_CARRIER, _signal.SIG_DFL)
    if callable(handler):
        _set(_CARRIER, signals.handler(_SIGQUIT, handler))
        signals.watch(_SIGQUIT, _CARRIER)
    if masks is not None:
        masks.resume(_SIGQUIT)


def has_quit_action():
    """Whether an action was set for SIGQUIT, so that it is not the JVM's."""
    return _SIGQUIT in _jvm_actions or _SIGQUIT in _handlers


def _let_urgent_be_ignored(action):
    """Either action ignores the signal; the runtime's handler does so, too, where no observer waits."""
    global _urgent_action
    _urgent_action = action
    if not _polyproc.embedded:
        allow_observation()


def allow_observation():
    """Lets the signal ask for what threads do: `polyproc ps` and others send it."""
    _polyproc.runtime.allowObservation(_describe_threads)


def _describe_threads(threads, with_locals, with_queues):
    from _polyproc.observation.threads import describe

    return describe(threads, bool(with_locals), bool(with_queues))


def _set_real_time(number, handler, former):
    """Lets a real-time signal be ignored, or have its default action; GraalPy's handlers are not for these."""
    if handler not in (_signal.SIG_DFL, _signal.SIG_IGN) or number in _RUNTIME_SIGNALS:
        raise OSError(22, os.strerror(22))
    from _polyproc.compat.libc import call

    call("signal", number, int(handler))
    _real_time[number] = handler
    return former


@builtin("posix")
def kill(module, pid, signal, /):
    """Sends a signal to a process; one to this process has had its effect when this returns."""
    if pid in (os.getpid(), system_pid()):
        _send_here(signal, sys._getframe())
    else:
        _kill(pid, signal)


@builtin("_signal")
def raise_signal(module, signalnum, /):
    """Sends a signal to this process."""
    _send_here(signalnum, sys._getframe())


def _send_here(signalnum, frame):
    number = operator.index(signalnum)
    if masks is not None and masks.send_here(number):
        return
    action = getsignal(number) if 0 < number < _signal.NSIG else None
    if action == _signal.SIG_IGN and number in _FAULTS:
        return
    if action == _signal.SIG_DFL and number in _JVM_SIGNALS and not _polyproc.embedded:
        _polyproc.runtime.dieOf(number)  # the JVM would print what its threads do, or write a crash report
    elif callable(action) and threads.is_main_thread():
        if "_polyproc.compat.signal" in sys.modules:
            sys.modules["_polyproc.compat.signal"].write_wakeup(number)
        action(number, frame)  # the JVM would run it some milliseconds later
    elif 0 < number < 65 and number != _SIGQUIT:  # which the JVM's threads block, but for one
        from _polyproc.compat.libc import call

        # To the calling thread, so that it has had its effect when this returns.
        call("syscall", SYS_TGKILL, system_pid(), threads.get_native_id(), number)
    else:
        _kill(system_pid(), number)


@builtin("posix")
def abort(module, /):
    """Ends this process by SIGABRT, without cleaning up."""
    kill(os.getpid(), 6)


@builtin("_signal")
def getsignal(module, signalnum, /):
    """The current action for a signal: SIG_IGN, SIG_DFL, None or a function."""
    if isinstance(signalnum, int) and not 0 < signalnum < 65:
        raise ValueError("signal number out of range")
    handler = _handlers.get(signalnum)
    if isinstance(signalnum, int) and _FIRST_REAL_TIME <= signalnum < 65:
        return _real_time.get(signalnum, _signal.SIG_DFL)
    if handler is None and signalnum == _SIGURG:
        return _urgent_action
    if signalnum == _CARRIER and _SIGQUIT in _handlers:
        return _signal.SIG_DFL
    if handler is None and (signalnum == _SIGQUIT or signalnum in _FAULTS):
        return _jvm_actions.get(signalnum, _signal.SIG_DFL)
    if handler is not None:
        return handler
    if _polyproc.embedded or not isinstance(signalnum, int):
        return _get(signalnum)
    # GraalPy would set the default action for a moment, in which the signal could end this process.
    return _signal.SIG_IGN if _polyproc.runtime.signals().isIgnored(signalnum) else _signal.SIG_DFL
