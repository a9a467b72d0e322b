"""Connections: the standard library's."""

import weakref as _weakref

from _polyproc.overlay import load_stdlib

load_stdlib(globals())


class weakref:
    """What the standard library's `connection` uses of `weakref`.

    GraalPy closes connections by `weakref.finalize`, which also does so at exit, before the pools
    and feeder threads that still use them have ended. Descriptors need no closing at exit.
    """

    @staticmethod
    def finalize(obj, function):
        finalizer = _weakref.finalize(obj, function)
        finalizer.atexit = False
        return finalizer
