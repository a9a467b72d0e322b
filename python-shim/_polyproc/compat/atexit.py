"""The functions of `atexit`: in GraalPy 25.0.3 they differ from CPython's.

There the first exception of a function ends the program with an internal error, whatever its exit status; SystemExit is
not reported; and a bound method cannot be unregistered.
"""
# Needed while: import atexit; done = []; atexit.register(done.clear); atexit.unregister(done.clear); atexit._ncallbacks() > 0

import atexit
import sys

from _polyproc.boot import lifecycle
from _polyproc.compat.builtin_functions import builtin
from _polyproc.warmup import preload

_registered = []


def install():
    """Replaces the functions of `atexit`; what was registered with GraalPy's still runs, after all others."""
    former = atexit._run_exitfuncs

    @builtin("atexit")
    def _run_exitfuncs(module, /):
        """Runs all registered functions, the last one first."""
        _run()
        former()

    atexit._run_exitfuncs = _run_exitfuncs
    atexit.register = register
    atexit.unregister = unregister
    atexit._clear = _clear
    atexit._ncallbacks = _ncallbacks
    preload.note_hooks(_registered)


@builtin("atexit")
def register(module, /, *args, **kwargs):
    """register(func, *args, **kwargs): has func called with these arguments at the end; returns func."""
    if not args:
        raise TypeError("register() takes at least 1 argument (0 given)")
    if not callable(args[0]):
        raise TypeError("the first argument must be callable")
    _registered.append((args[0], args[1:], kwargs))
    return args[0]


@builtin("atexit")
def unregister(module, func, /):
    """Forgets all calls of what equals func."""
    for index, entry in enumerate(_registered):
        if entry is not None and (entry[0] is func or entry[0] == func):
            _registered[index] = None  # others keep their places: this may be called by one that runs


@builtin("atexit")
def _clear(module, /):
    """Forgets all."""
    _registered.clear()


@builtin("atexit")
def _ncallbacks(module, /):
    """How many were registered, those that were unregistered among them."""
    return len(_registered)


def _run():
    # What one of them registers does not run.
    for index in reversed(range(len(_registered))):
        entry = _registered[index] if index < len(_registered) else None
        if entry is not None:
            func, args, kwargs = entry
            try:
                func(*args, **kwargs)
            except BaseException as e:
                _report(e, func)
    _registered.clear()


def _report(e, func):
    kind = next(kind for kind in tuple.__subclasses__() if kind.__name__ == "UnraisableHookArgs")
    traceback = lifecycle.without_own_frames(e.__traceback__)
    sys.unraisablehook(kind((type(e), e.with_traceback(traceback), traceback, "Exception ignored in atexit callback", func)))
