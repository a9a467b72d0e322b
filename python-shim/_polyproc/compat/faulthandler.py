"""`faulthandler.register` and `unregister`, which GraalPy 25.0.3 lacks.

The traceback is written by a handler of Python's, which the main thread runs between two bytecodes.
"""
# Needed while: import faulthandler; not hasattr(faulthandler, "register")

import faulthandler
import operator

from _polyproc.compat.libc import builtin

_module = builtin("faulthandler")
_former = {}


def _check(signum):
    number = operator.index(signum)
    if number in (4, 6, 7, 8, 11):
        raise RuntimeError(f"signal {number} cannot be registered, use enable() instead")
    if not 0 < number < 65:
        raise ValueError("signal number out of range")
    return number


@_module
def register(signum, file=None, all_threads=True, chain=False):
    """Register a handler for the signal 'signum': dumps the traceback of the current or of all threads."""
    import signal
    import sys

    number = _check(signum)
    if file is None:
        file = sys.stderr
        if file is None:
            raise RuntimeError("unable to get sys.stderr")
    if hasattr(file, "fileno"):
        file.fileno()  # one that has none is refused now

    def dump(number, frame):
        faulthandler.dump_traceback(file, all_threads)
        previous = _former.get(number)
        if chain and callable(previous):
            previous(number, frame)

    previous = signal.signal(number, dump)
    _former.setdefault(number, previous)


@_module
def unregister(signum, /):
    """Unregister the handler of the signal 'signum' registered by register()."""
    import signal

    number = _check(signum)
    if number not in _former:
        return False
    signal.signal(number, _former.pop(number))
    return True


@_module
def _sigsegv(release_gil=False, /):
    """Ends this process by SIGSEGV, as tests of others do: GraalPy's does nothing."""
    import os

    os.kill(os.getpid(), 11)
